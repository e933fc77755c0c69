"""Of several entries that are one article, which is the original? The one at home, then by priority, then the first.

Never the one that was polled first: the same input gives the same result, whatever order servers answer in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import IntEnum

from aggregator.model.documents import Origin
from aggregator.model.entries import Decision, KnownEntry
from aggregator.text.hosts import domain_of, share_domain

# What is published so long before it was seen in a source that is polled was not there then: its date is not believed.
_LATE = timedelta(days=1)
# What stands between a headline and the name of its publisher.
_BEFORE_A_NAME = "-–—|·"


class Home(IntEnum):
    """How much an entry's source is at home at its link: a feed's own address says more than the site that it names."""

    AWAY = 0
    BY_SITE = 1
    BY_FEED = 2


@dataclass(frozen=True, slots=True, order=True)
class Standing:
    """What makes an entry the original of its duplicates: the least one is. ``name`` settles what is equal else."""

    away: int
    priority: int
    at: datetime
    name: tuple[str, str]

    @property
    def home(self) -> Home:
        return Home(-self.away)


def standing(home: Home, priority: int, at: datetime, name: tuple[str, str]) -> Standing:
    return Standing(-home, -priority, at, name)


def home_of(url: str | None, origin: Origin | None, *, feed_url: str, site_url: str | None) -> Home:
    """Return how much a source is at home at an entry's link. What it says is from elsewhere is not its own."""
    if (claimed := origin_domain(origin)) and claimed not in {domain_of(feed_url), domain_of(site_url)}:
        return Home.AWAY
    if share_domain(url, feed_url):
        return Home.BY_FEED
    return Home.BY_SITE if share_domain(url, site_url) else Home.AWAY


def origin_domain(origin: Origin | None) -> str | None:
    """Return the domain that an entry names as where it is from."""
    return domain_of(origin.url) or domain_of(origin.id) if origin else None


def title_at_origin(title: str, origin: Origin | None) -> str:
    """Return an entry's title as its origin has it: without the origin's name behind it, which Google News adds."""
    name = (origin.title or "").strip() if origin else ""
    if not name or not title.endswith(name):
        return title
    own = title.removesuffix(name).rstrip()
    return own[:-1].rstrip() if own and own[-1] in _BEFORE_A_NAME and own[:-1].endswith(" ") else title


def published_at(entry: Decision | KnownEntry) -> datetime:
    """Return since when an entry counts as published: of what a polled source brings, not long before it was seen.

    Without a date it counts from the end of the day on which it was first seen: when within the day that was depends on
    which server answered first.
    """
    first_seen = entry.first_seen
    if not entry.is_dated:
        return datetime.combine(first_seen.date(), time.max, first_seen.tzinfo)
    is_backlog = entry.listed_at != first_seen
    return entry.published if is_backlog else max(entry.published, first_seen - _LATE)


def why_original(better: Standing, worse: Standing, source: str) -> str:
    """Say in words which rule makes an entry of ``source`` the original of another."""
    if better.away != worse.away:
        return f"{source} is at home at its link"
    if better.priority != worse.priority:
        return f"{source} has the higher priority"
    if better.at != worse.at:
        return f"{source} published it first"
    return f"both were published at one time, and {source} comes first by name"
