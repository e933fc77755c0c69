"""The entries of one document: each with a key that is unique in it, and only those worked on that are not known."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from aggregator import __version__
from aggregator.model import BacklogRule, Entry, ParsedEntry, ParsedFeed, Sighting, Text
from aggregator.normalize.entry import times
from aggregator.normalize.keys import Item, keys_of

HASH_BYTES = 8

# So many unchanged entries are enough to tell what a source repeats in each of its entries.
_BESIDE = 6

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a document brings: ``entries`` that are new or changed, and the ``unchanged`` ones, known by ``hashes``.

    ``beside`` the new ones are a few of the unchanged, to tell what is the entry's from what all have.
    ``remembered`` are the keys of entries that were too old to be worked on, which are unchanged from now on.
    ``hashes`` are those of all entries as published, HASH_BYTES each, to compare the next document with.
    """

    entries: tuple[Entry, ...]
    unchanged: tuple[Sighting, ...]
    beside: tuple[Entry, ...]
    hashes: bytes
    remembered: tuple[str, ...] = ()


def normalize_feed(feed: ParsedFeed, *, now: datetime) -> tuple[Entry, ...]:
    """Return a document's entries in house form, in its order, each with a key that is unique among them.

    ``now`` bounds their times. There may be fewer than were parsed: the same entry given twice is one.
    """
    return normalize_changes(feed, now=now).entries


def normalize_changes(
    feed: ParsedFeed, *, now: datetime, seen: bytes = b"", backlog: BacklogRule | None = None
) -> Changes:
    """Return what is new in a document or was changed since the one with the hashes ``seen``.

    ``backlog`` is what is worked on of a document that is the first of its source. Which are the same entry given
    twice says ``keys_of``; of those the newest counts.
    """
    of_feed = _joined(__version__, feed.url, feed.format, feed.language, feed.authors)
    hashes = [_hash(entry, of_feed) for entry in feed.entries]
    known = {seen[at : at + HASH_BYTES] for at in range(0, len(seen), HASH_BYTES)}
    items = [Item(entry, feed, now) for entry in feed.entries]
    entries: list[Entry] = []
    unchanged: dict[str, Item] = {}
    remembered: list[str] = []
    old = _old_places(feed.entries, backlog, now) if backlog else frozenset()
    for keyed in keys_of(items, feed.format):
        if all(hashes[place] in known for place in keyed.places):
            unchanged[keyed.key] = items[keyed.places[0]]
        elif old.issuperset(keyed.places):
            unchanged[keyed.key] = items[keyed.places[0]]
            remembered.append(keyed.key)
        else:
            entries.append(_newest([items[place] for place in keyed.places]).keyed(keyed.key, keyed.aliases))
    return Changes(
        entries=tuple(entries),
        unchanged=tuple(Sighting(key=key, canonical_url=item.canonical_url) for key, item in unchanged.items()),
        beside=tuple(item.entry for item in islice(unchanged.values(), _BESIDE)) if entries and not remembered else (),
        hashes=b"".join(hashes),
        remembered=tuple(remembered),
    )


def _old_places(entries: Sequence[ParsedEntry], backlog: BacklogRule, now: datetime) -> frozenset[int]:
    """Return the places in a document of what a rule leaves out; what has no date that can be believed is new."""
    dated = [times(entry.published, entry.updated, now)[0] or now for entry in entries]
    newest_first = sorted(range(len(dated)), key=lambda place: (dated[place], -place), reverse=True)
    oldest = now - backlog.younger_than
    return frozenset(place for place in newest_first[backlog.newest :] if dated[place] < oldest)


def _newest(items: Sequence[Item]) -> Item:
    if len(items) == 1:  # as nearly always: there is nothing to look at
        return items[0]
    return max(items, key=lambda item: item.entry.updated or item.entry.published or _LONG_AGO)


def _hash(entry: ParsedEntry, of_feed: str) -> bytes:
    """Hash all that an entry in house form is made of; another version of this program may make another of it."""
    values = _joined(
        *(of_feed, entry.id, entry.link, entry.published, entry.updated, entry.language, entry.authors, entry.tags),
        *(entry.enclosures, entry.origin, *_values(entry.title), *_values(entry.summary), *_values(entry.content)),
    )
    return hashlib.blake2b(values.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()


def _joined(*values: object) -> str:
    """Join texts as they are: writing them with repr takes longer than all else."""
    return "\0".join([value if isinstance(value, str) else repr(value) for value in values])


def _values(text: Text | None) -> tuple[object, ...]:
    return (text.value, text.is_html, text.base, text.language) if text else (None,)
