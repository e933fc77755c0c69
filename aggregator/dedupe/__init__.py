"""Entries and what is known of them → decisions: new, changed, the same, a duplicate; and which story it belongs to."""

from aggregator.dedupe.decide import Judged, decide
from aggregator.dedupe.explain import nearest_articles, nearest_stories, reconsider
from aggregator.dedupe.marking import mark
from aggregator.dedupe.marks import expired_marks
from aggregator.dedupe.signature import sign

__all__ = [
    "Judged",
    "decide",
    "expired_marks",
    "mark",
    "nearest_articles",
    "nearest_stories",
    "reconsider",
    "sign",
]
