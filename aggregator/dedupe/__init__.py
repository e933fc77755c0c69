"""Entries and what is known of them → decisions: new, changed, the same, a duplicate of another."""

from aggregator.dedupe.decide import Judged, decide
from aggregator.dedupe.explain import nearest_articles
from aggregator.dedupe.signature import copy_marks, sign

__all__ = ["Judged", "copy_marks", "decide", "nearest_articles", "sign"]
