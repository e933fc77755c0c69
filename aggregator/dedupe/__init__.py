"""Entries and what is known of them → decisions: new, changed, the same, a duplicate of another."""

from aggregator.dedupe.judging import decide
from aggregator.dedupe.nearest import nearest_articles
from aggregator.dedupe.signature import mark_copies, sign

__all__ = ["decide", "mark_copies", "nearest_articles", "sign"]
