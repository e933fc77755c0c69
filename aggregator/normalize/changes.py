"""The entries of one document: each with a key that is unique in it, and only those worked on that are not known."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice

from aggregator import __version__
from aggregator.model import Entry, ParsedEntry, ParsedFeed, Sighting, Text
from aggregator.normalize.entry import house_form
from aggregator.normalize.identity import bounded, key_by_id, key_by_link, key_by_text, link_detail, title_detail
from aggregator.normalize.urls import absolute_url, canonical_url
from aggregator.text.legal import legal

HASH_BYTES = 8

# So many unchanged entries are enough to tell what a source repeats in each of its entries.
_BESIDE = 6

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a document brings: ``entries`` that are new or changed, and the ``unchanged`` ones, known by ``hashes``.

    ``beside`` the new ones are a few of the unchanged, to tell what is the entry's from what all have.
    ``hashes`` are those of all entries as published, HASH_BYTES each, to compare the next document with.
    """

    entries: tuple[Entry, ...]
    unchanged: tuple[Sighting, ...]
    beside: tuple[Entry, ...]
    hashes: bytes


def normalize_feed(feed: ParsedFeed, *, now: datetime) -> tuple[Entry, ...]:
    """Return a document's entries in house form, in its order, each with a key that is unique among them.

    ``now`` bounds their times. There may be fewer than were parsed: the same entry given twice is one.
    """
    return normalize_changes(feed, now=now).entries


def normalize_changes(feed: ParsedFeed, *, now: datetime, seen: bytes = b"") -> Changes:
    """Return what is new in a document or was changed since the one with the hashes ``seen``.

    The same id with the same link is the same entry (RFC 4287 §4.1.1). The same id with another link, or the same
    link without ids and with another title, is another entry; its key is then longer by that. Of the same entry given
    twice the newest counts.
    """
    hashes = [_hash(entry, feed) for entry in feed.entries]
    known = {seen[at : at + HASH_BYTES] for at in range(0, len(seen), HASH_BYTES)}
    items = [_Item(entry, feed, now) for entry in feed.entries]
    entries: list[Entry] = []
    unchanged: dict[str, _Item] = {}
    for key, places in _by_key(items).items():
        if all(hashes[place] in known for place in places):
            unchanged[key] = items[places[0]]
        else:
            newest = max((items[place].entry for place in places), key=_changed_at)
            entries.append(newest if newest.key == key else replace(newest, key=key))
    return Changes(
        entries=tuple(entries),
        unchanged=tuple(Sighting(key=key, canonical_url=item.canonical_url) for key, item in unchanged.items()),
        beside=tuple(item.entry for item in islice(unchanged.values(), _BESIDE)) if entries else (),
        hashes=b"".join(hashes),
    )


class _Item:
    """One entry of the document, brought into house form when that is first needed."""

    def __init__(self, parsed: ParsedEntry, feed: ParsedFeed, now: datetime) -> None:
        self.id = " ".join(legal(parsed.id or "").split()) or None
        self.url = absolute_url(parsed.link, feed.url)
        self.canonical_url = canonical_url(self.url)
        self.key = key_by_id(self.id) if self.id else key_by_link(self.url) if self.url else ""
        self._given = (parsed, feed, now)
        self._entry: Entry | None = None
        if not self.key:
            self.key = key_by_text(self.entry)

    @property
    def entry(self) -> Entry:
        if self._entry is None:
            self._entry = house_form(*self._given, key=self.key, url=self.url, canonical_url=self.canonical_url)
        return self._entry

    def detail(self) -> str:
        """Return what tells entries with equal keys apart: the link for those with ids, the title for others."""
        return link_detail(self.canonical_url) if self.id else title_detail(self.entry.title)


def _by_key(items: Sequence[_Item]) -> dict[str, list[int]]:
    """Return the places in the document by the keys of what stands there."""
    keys = [item.key for item in items]
    counts = Counter(keys)
    details = [item.detail() if counts[key] > 1 else "" for item, key in zip(items, keys, strict=True)]
    variants = Counter(key for key, _ in set(zip(keys, details, strict=True)))
    places: dict[str, list[int]] = {}
    for place, (key, detail) in enumerate(zip(keys, details, strict=True)):
        whole = f"{key} {detail}" if variants[key] > 1 else key
        places.setdefault(bounded(whole), []).append(place)
    return places


def _changed_at(entry: Entry) -> datetime:
    return entry.updated or entry.published or _LONG_AGO


def _hash(entry: ParsedEntry, feed: ParsedFeed) -> bytes:
    """Hash all that an entry in house form is made of; another version of this program may make another of it."""
    values = (
        *(__version__, feed.url, feed.format, feed.language, feed.authors),
        *(entry.id, entry.link, entry.published, entry.updated, entry.language, entry.authors, entry.tags),
        *(entry.enclosures, entry.origin, *_values(entry.title), *_values(entry.summary), *_values(entry.content)),
    )
    # texts go in as they are: writing them with repr takes longer than all else
    parts = "\0".join([value if isinstance(value, str) else repr(value) for value in values])
    return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()


def _values(text: Text | None) -> tuple[object, ...]:
    return (text.value, text.is_html, text.base, text.language) if text else (None,)
