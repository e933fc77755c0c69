"""prefer: which is the source, the feed that a page names or the page's own list? No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from aggregator.model import ParsedEntry, ParsedFeed

# A feed whose newest entry is older may be dead; a living one wins, however it compares with its page.
_QUIET: Final = timedelta(days=365)
# By so much the list of its page must be ahead of it.
_AHEAD: Final = timedelta(days=30)
_FEWEST: Final = 3


def doubt_of(feed: ParsedFeed, now: datetime) -> str | None:
    """Return why a feed may be empty or dead; None for a living one, and for one without dates."""
    if not feed.entries:
        return "it is empty"
    newest = newest_of(feed.entries)
    if newest is None or now - newest < _QUIET:
        return None
    years = (now - newest).days // 365
    return f"its newest entry is of {newest:%Y-%m-%d}, {years} year{'' if years == 1 else 's'} ago"


def outdoes(page: ParsedFeed, feed: ParsedFeed) -> bool:
    """Tell whether a page's list is the better source than the empty or dead feed that it names."""
    dated = [entry for entry in page.entries if entry.published is not None]
    if len(page.entries) < _FEWEST or len(dated) * 2 < len(page.entries):
        return False
    newest, last = newest_of(page.entries), newest_of(feed.entries)
    return last is None or (newest is not None and newest - last > _AHEAD)


def newest_of(entries: Iterable[ParsedEntry]) -> datetime | None:
    """Return when the newest of these entries was published."""
    return max((when for entry in entries if (when := entry.published or entry.updated)), default=None)
