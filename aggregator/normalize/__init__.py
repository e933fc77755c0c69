"""ParsedEntry → Entry in house form: addresses, times, HTML, identity. Pure; normalization.md is its contract."""

from __future__ import annotations

from aggregator.normalize.changes import Changes, normalize_changes, normalize_feed
from aggregator.normalize.entry import with_article
from aggregator.normalize.keys import notes_on_ids
from aggregator.normalize.urls import canonical_url

__all__ = [
    "Changes",
    "canonical_url",
    "normalize_changes",
    "normalize_feed",
    "notes_on_ids",
    "with_article",
]
