"""Entries and what is known of them → decisions: new, changed, the same, a duplicate of another."""

from aggregator.dedupe.evidence import nearest_articles
from aggregator.dedupe.judging import Judged, decide
from aggregator.dedupe.signature import copy_marks, sign

__all__ = ["Judged", "copy_marks", "decide", "nearest_articles", "sign"]
