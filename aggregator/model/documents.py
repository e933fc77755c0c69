"""Parse: a feed, or a page without one, as it was published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Text as published, entities of the *document* resolved once: ``value`` is HTML when ``is_html``, else plain."""

    value: str
    is_html: bool
    base: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that belongs to an entry. ``length`` in bytes."""

    url: str
    type: str | None = None
    length: int | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an entry says it was first published (atom:source, RSS ``<source>``)."""

    title: str | None = None
    url: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One item as one source published it. Addresses are absolute where the document allows; times aware UTC."""

    id: str | None = None
    link: str | None = None
    title: Text | None = None
    summary: Text | None = None
    content: Text | None = None
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    language: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A document read as a feed. ``format`` is e.g. "rss20", "atom10", "rss10", "json11"; ``reader`` who read it.

    ``wait`` is the feed's own wish (ttl, sy:updatePeriod) not to be asked more often; ``skip_hours`` (0 to 23, UTC)
    and ``skip_days`` (0 is Monday) are when it wishes not to be asked at all. ``zone`` is that
    of days without a time, as the operator says. ``complaint`` says why not all of it
    could be read, in words for the operator; what could is in ``entries``.
    """

    format: str
    reader: str
    url: str
    id: str | None = None
    title: str | None = None
    link: str | None = None
    updated: datetime | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    wait: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    zone: tzinfo = UTC
    entries: tuple[ParsedEntry, ...] = ()
    complaint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """Where the records of a page stand: CSS selectors, those of the parts relative to a record; ``items`` may be many.

    What is None is found in the records as on a page without rules. ``date_format`` is for ``strptime``; without it
    dates are read as they are found automatically. ``next`` finds the link to the next page.
    """

    items: str
    title: str | None = None
    link: str | None = None
    date: str | None = None
    date_format: str | None = None
    summary: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A web page read as a list of entries.

    ``found_in`` tells what they were read from, in words for people ("a repeated pattern", "JSON-LD", "the rules").
    ``place`` is the selector of where its records stand, or ``found_in`` where there is none.
    """

    document: ParsedFeed
    found_in: str
    place: str
