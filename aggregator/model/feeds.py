"""Output feeds: a document of one, and what outlives it in archives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aggregator.model.stored import PublishedEntry


class FeedFormat(StrEnum):
    """The formats that every output feed has; ``publish.FORMATS`` says what each is."""

    ATOM = "atom"
    RSS = "rss"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What the store knows of an output feed (docs/decisions/0020).

    Entries up to ``considered_pk`` have been looked at, those up to the ``version`` of the content shown. ``mark`` is a
    hash of what the feed said then, "" when nobody needs to be told of changes. Archives are numbered from 1 on;
    ``last_archive`` is 0 when there is none. ``revision`` moves with every write.
    """

    name: str
    revision: int
    considered_pk: int
    version: int
    mark: str
    last_archive: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """That something belongs to a feed, stored as ``pk``; ``listed_at`` as in PublishedEntry."""

    original: str
    listed_at: datetime
    pk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A piece of a feed's past, as it was when it became full, for ever. ``entries`` come oldest first.

    ``labels`` are the titles that the entries' categories had by name.
    """

    feed: str
    number: int
    sealed_at: datetime
    entries: tuple[PublishedEntry, ...]
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRenewal:
    """All that changes of a feed's state at once: entries that belong to archives from now on, full archives.

    ``arrived`` wait for one; ``dropped`` don't belong to the feed any more. ``told`` are the hubs that are to be
    pinged, ``base`` is the folder that they know the feed in.
    """

    before: FeedState
    considered_pk: int
    version: int
    mark: str
    arrived: Mapping[str, datetime] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    sealed: tuple[Archive, ...] = ()
    told: tuple[str, ...] = ()
    base: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """One document of an output feed, ready to render.

    It stands in the folder ``base`` as ``NAME.ENDING``, an archive as ``NAME/NUMBER.ENDING``, with ``query`` behind it
    ("" or "?…"). ``id`` is the feed's own, ``home_url`` the page's.
    ``authority`` is the ``host,year`` part of the tag: URIs (RFC 4151) that ids are made of; ``updated`` is that of
    the newest entry and never "now"; ``entries`` come newest published first. ``labels`` are the titles of our
    categories by name. ``hubs`` are those of WebSub. ``names_sources``: titles have the source in front.
    ``number`` is that of an archive, None for the document that people subscribe to; ``is_sealed`` tells whether it is
    full and never changes. ``last_archive`` is the number of the newest one that is, 0 for none.
    """

    id: str
    name: str
    title: str
    authority: str
    home_url: str
    base: str
    query: str = ""
    language: str
    updated: datetime
    entries: tuple[PublishedEntry, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    hubs: tuple[str, ...] = ()
    names_sources: bool = False
    number: int | None = None
    is_sealed: bool = False
    last_archive: int = 0
