"""Entries and what is known of them → decisions: new, changed, the same, or a duplicate of another source's."""

from aggregator.dedupe.decide import Judged, decide

__all__ = ["Judged", "decide"]
