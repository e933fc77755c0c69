"""Parsed entries and feeds for tests, so that only what matters is on the page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aggregator.model import Entry, ParsedEntry, ParsedFeed, Text
from aggregator.normalize import normalize_feed

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def html(value: str, **more: Any) -> Text:
    return Text(value=value, is_html=True, **more)


def plain(value: str) -> Text:
    return Text(value=value, is_html=False)


def make_feed(*entries: ParsedEntry, **more: Any) -> ParsedFeed:
    given = {"format": "atom10", "reader": "test", "url": "https://example.org/feed.xml", **more}
    return ParsedFeed(entries=entries, **given)


def normalized(*entries: ParsedEntry, **feed: Any) -> tuple[Entry, ...]:
    return normalize_feed(make_feed(*entries, **feed), now=NOW)


def one(**fields: Any) -> Entry:
    """Normalize a single entry."""
    (entry,) = normalized(ParsedEntry(**fields))
    return entry
