"""ParsedEntry → Entry in house form: addresses, times, HTML, identity. Pure; docs/normalization.md is its contract."""

from __future__ import annotations

from datetime import datetime

from aggregator.model import Entry, ParsedFeed
from aggregator.normalize.entry import house_form
from aggregator.normalize.html import clean_html, plain_text
from aggregator.normalize.identity import with_keys
from aggregator.normalize.urls import canonical_url

__all__ = ["canonical_url", "clean_html", "normalize_feed", "plain_text"]


def normalize_feed(feed: ParsedFeed, *, now: datetime) -> tuple[Entry, ...]:
    """Return a document's entries in house form, in its order, each with a key that is unique among them.

    ``now`` bounds their times. There may be fewer than were parsed: the same entry given twice is one.
    """
    return with_keys([house_form(entry, feed, now) for entry in feed.entries])
