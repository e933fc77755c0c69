"""Normalize, dedupe, categorize: entries in house form, what is known of others, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import TypeVar

from aggregator.model.documents import Enclosure, Origin
from aggregator.text.tags import visible_lines

_Record = TypeVar("_Record")


def _pickled_quickly(record: type[_Record]) -> type[_Record]:
    """Let all fields of a record be read and set at once: reader processes send many of them."""
    names: tuple[str, ...] = vars(record)["__slots__"]
    values, setters = attrgetter(*names), [vars(record)[name].__set__ for name in names]

    def get_all(self: _Record) -> tuple[object, ...]:
        return values(self)  # of several names it is a tuple

    def set_all(self: _Record, state: tuple[object, ...]) -> None:
        for set_one, value in zip(setters, state, strict=True):
            set_one(self, value)

    for name, method in (("__getstate__", get_all), ("__setstate__", set_all)):
        setattr(record, name, method)
    return record


@_pickled_quickly
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item in house form (the contract is docs/explanation/normalization.md).

    ``key`` identifies it within its source; ``aliases`` are keys under which it may be stored, with the same title.
    ``canonical_url`` is for comparing only. ``title`` and ``summary`` are
    plain text, ``content`` is clean HTML. ``published``/``updated`` None means that the publisher gave no usable
    time. ``fingerprint`` is a hash of what readers see: it moves when title, summary or content really changed.
    ``is_day``: ``published`` stands for a day, of which no time is known.
    ``is_full``: ``content`` is the main text of the page at ``url``; the fingerprint is that of what the source said.
    ``text`` is what is visible of ``content``, a line for each block, where that has been worked out.
    """

    key: str
    aliases: tuple[str, ...] = ()
    url: str | None = None
    canonical_url: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    language: str | None = None
    origin: Origin | None = None
    fingerprint: str = ""
    is_full: bool = False
    is_day: bool = False
    text: str | None = field(default=None, repr=False, compare=False)

    @property
    def lines(self) -> str:
        """What is visible of ``content``, a line for each block."""
        return visible_lines(self.content) if self.text is None else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """That an entry stands in a document as it stood in the one before."""

    key: str
    canonical_url: str | None


@_pickled_quickly
@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a copy of an entry is recognized by, computed from it and its document alone (judgement.md).

    ``marks`` are hashes of pieces of its text, by which a copy finds it; ``probes`` those to look copies up by.
    """

    marks: tuple[int, ...] = ()
    probes: tuple[int, ...] = ()
    id_mark: int | None = None


@_pickled_quickly
@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """What an entry says, as far as its story needs it, computed from it and its document alone (judgement.md).

    ``title`` and ``text`` are the stems of the words in its headline and its lead, in ``language`` ("": unknown);
    ``links`` are hashes of pages elsewhere that it links to. ``names`` are what its headline has of names, numbers,
    places and subjects, as they are in every language; ``lead_names`` what its lead has beside them.
    """

    language: str = ""
    title: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    lead_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """How many of ``entries`` stored ones have a word (its stem) in headline or lead, for one language."""

    entries: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """Where to look for copies of an entry: marks as they are stored, of its text and id, and of its title."""

    copies: tuple[int, ...] = ()
    titles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """How one entry finds others and is found: ``stored`` are the marks by which later ones find it."""

    gist: Gist
    stored: tuple[int, ...] = ()
    probes: Probes = Probes()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """What deciding needs of a stored entry. ``original`` is the id of the original of its duplicates, or its own.

    ``markup`` is its text where it was found by its marks, "" where that was by its title alone; None where it was
    found by its address. ``feed_url``, ``site_url`` and ``priority`` are those of its source.
    """

    id: str
    source: str
    key: str
    original: str
    canonical_url: str | None
    url: str | None = None
    title: str
    summary: str = ""
    markup: str | None = None
    published: datetime
    updated: datetime
    first_seen: datetime
    listed_at: datetime
    fingerprint: str
    digest: str
    story: str
    is_dated: bool = True
    origin: Origin | None = None
    feed_url: str = ""
    site_url: str | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """What was found: ids of entries by mark, and those entries."""

    by_mark: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    entries: Mapping[str, KnownEntry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows that bears on one poll's entries.

    ``same_source`` are this source's entries with a key, a canonical URL or a title and time of the poll;
    ``elsewhere`` the entries of other sources with such a canonical URL; ``forgotten`` the keys whose entries were
    purged; ``taken`` ids that stored entries have, of those that new ones would get.
    """

    same_source: tuple[KnownEntry, ...] = ()
    elsewhere: tuple[KnownEntry, ...] = ()
    forgotten: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryMatch:
    """An entry belongs to a category, and why, in words for ``aggregator explain``."""

    category: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouped:
    """What becomes of a stored entry when a new one is the original of its article, or of its duplicates' one.

    It is stored as ``new_id`` from now on, its own or the one that the new entry would have had: the new one takes over
    the id that was published. ``is_original`` was it before. ``original``, ``evidence`` and ``is_mention`` as below.
    """

    id: str
    new_id: str
    original: str
    evidence: str | None
    is_mention: bool
    was_original: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of one entry: stored as ``id``; ``is_new`` or an edit of what is there.

    ``original`` is its own id, or that of the entry that it is a duplicate of, with the ``evidence`` in words; it
    ``is_mention`` when it only points to the original, with another text or none. ``regroups`` are the stored entries
    that are duplicates of others from now on.
    ``story`` is that of its original, or its own id: stories are judged at the end of the round, by ``gist``; ``marks``
    are what later entries find it by. Without a gist neither is written.
    ``published``, ``updated`` and ``first_seen`` are final. ``listed_at`` is when it counts as news in feeds:
    first seen, but for what a new source brings along when it is first polled: published.
    ``digest`` is a hash of all that is stored of it. ``is_dated`` is False when the publisher gave no usable time.
    """

    id: str
    entry: Entry
    is_new: bool
    original: str
    evidence: str | None
    published: datetime
    updated: datetime
    first_seen: datetime
    listed_at: datetime
    digest: str
    story: str
    gist: Gist | None = None
    marks: tuple[int, ...] = ()
    categories: tuple[CategoryMatch, ...] = ()
    is_mention: bool = False
    regroups: tuple[Regrouped, ...] = ()
    is_dated: bool = True
