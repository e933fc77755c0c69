"""The store's answers: entries as it has them, as they are published, and as a search found them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from aggregator.model.documents import Enclosure, Origin
from aggregator.model.entries import CategoryMatch
from aggregator.model.originals import Home, home_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which entries: all conditions hold at once; an empty one holds always. ``search`` is what search.md says.

    ``since`` is when an entry was first seen at the earliest; ``listed_since`` and ``listed_before`` are a period in
    which it counts as news.
    """

    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: datetime | None = None
    listed_since: datetime | None = None
    listed_before: datetime | None = None
    search: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFeed:
    """What the feed that an entry came from says of itself, for atom:source."""

    id: str
    title: str
    feed_url: str
    site_url: str | None
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry as the store has it. ``source`` is the source's name; ``duplicate_of`` an entry's id or None.

    ``key`` is its publisher's id for it, as ``Entry`` has it. It ``is_mention`` when it only points to its original.
    ``story`` is the id of its story, which is that of the story's first entry. ``priority`` is its source's.
    ``is_dated`` is False when the publisher gave no usable time: then ``published`` is when it was first seen;
    ``is_day`` is True when it stands for a day, of which no time is known (text/days.py).
    """

    id: str
    source: str
    url: str | None
    canonical_url: str | None
    title: str
    summary: str
    content: str
    authors: tuple[str, ...]
    published: datetime
    updated: datetime
    first_seen: datetime
    language: str | None
    tags: tuple[str, ...]
    enclosures: tuple[Enclosure, ...]
    origin: Origin | None
    categories: tuple[CategoryMatch, ...]
    original: str
    evidence: str | None
    key: str = ""
    is_mention: bool = False
    story: str
    story_evidence: str | None
    feed: SourceFeed
    priority: int = 0
    is_dated: bool = True
    is_day: bool = False

    @property
    def home(self) -> Home:
        """How much its source is at home at its link."""
        return home_of(self.url, self.origin, feed_url=self.feed.feed_url, site_url=self.feed.site_url)

    @property
    def duplicate_of(self) -> str | None:
        return self.original if self.original != self.id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """As much of an entry as it takes to point to it. ``source`` is the source's name."""

    id: str
    source: str
    source_title: str
    title: str
    url: str | None
    language: str | None
    published: datetime
    priority: int = 0
    is_dated: bool = True
    home: Home = Home.AWAY


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedEntry:
    """An entry with its duplicates: what is published once.

    ``id`` is what it was first published under, for ever. ``entry`` is the original, ``also`` are the others: those at
    home at their link first, then by priority. ``updated`` never goes back. ``listed_at`` is when it counts as news
    (docs/decisions/0001). ``related`` are the other articles of its story, each by its preferred entry, newest first.
    """

    id: str
    entry: StoredEntry
    also: tuple[StoredEntry, ...] = ()
    updated: datetime
    listed_at: datetime
    categories: tuple[str, ...] = ()
    related: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetPart:
    """A piece of plain text; ``is_match`` when it is what a search found it by."""

    text: str
    is_match: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found, with its headline and a piece of its text in parts that are shown one after the other."""

    published: PublishedEntry
    title: tuple[SnippetPart, ...] = ()
    snippet: tuple[SnippetPart, ...] = ()


class Order(StrEnum):
    """How the results of a search are ordered."""

    TIME = "time"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A page of what a search found: one item for each story, its best article.

    ``count`` is how many stories there are from this page on; ``is_more``: there are more than were counted. ``next``
    is the cursor of the next page, None at the end.
    """

    items: tuple[Found, ...] = ()
    count: int = 0
    is_more: bool = False
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are in ids, fixed when the store was made: ``authority`` is "host,year" (RFC 4151)."""

    authority: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many entries the store holds, and how many of them are duplicates."""

    entries: int
    duplicates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A piece of a longer list; ``next`` is the cursor of the next piece, None at the end.

    ``newest`` is the cursor of its first item, by which one asks what came since; None when there is none.
    """

    items: tuple[T, ...] = field(default=())
    next: str | None = None
    newest: str | None = None
