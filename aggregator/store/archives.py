"""Archives of feeds: entries as they were when an archive became full, kept whole whatever becomes of them since."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from pydantic import TypeAdapter

from aggregator.model import Archive, PublishedEntry, StoredEntry
from aggregator.store.tables import archives, feed_entries

_CHUNK = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What is stored of an archive. What is added here, and to the records in it, needs a default."""

    entries: tuple[PublishedEntry, ...]
    labels: Mapping[str, str] = field(default_factory=dict)


def insert(connection: sa.Connection, sealed: Sequence[Archive]) -> None:
    """Write full archives, whose numbers are new, and note which entries are in them."""
    for archive in sealed:
        content = _Content(entries=tuple(map(_shown, archive.entries)), labels=archive.labels)
        values = {
            "feed": archive.feed,
            "number": archive.number,
            "sealed_at": archive.sealed_at,
            "content": zlib.compress(_codec().dump_json(content), 6),
        }
        connection.execute(archives.insert().values(values))
        originals = [each.id for each in archive.entries]
        for start in range(0, len(originals), _CHUNK):
            chosen = feed_entries.c.original.in_(originals[start : start + _CHUNK])
            rows = (feed_entries.c.feed == archive.feed) & chosen
            connection.execute(feed_entries.update().where(rows).values(archive=archive.number))


def find(connection: sa.Connection, feed: str, number: int) -> Archive | None:
    query = sa.select(archives).where(archives.c.feed == feed, archives.c.number == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    content = _codec().validate_json(zlib.decompress(row.content))
    return Archive(
        feed=feed, number=number, sealed_at=row.sealed_at, entries=content.entries, labels=dict(content.labels)
    )


def forget(connection: sa.Connection, *, before: datetime, limit: int) -> int:
    """Delete up to ``limit`` archives that became full before a time, whole; return how many."""
    query = sa.select(archives.c.feed, archives.c.number).where(archives.c.sealed_at < before).limit(limit)
    old = connection.execute(query).all()
    for feed, number in old:
        rows = (feed_entries.c.feed == feed) & (feed_entries.c.archive == number)
        connection.execute(feed_entries.delete().where(rows))
        connection.execute(archives.delete().where(archives.c.feed == feed, archives.c.number == number))
    return len(old)


def _shown(item: PublishedEntry) -> PublishedEntry:
    """Return as much of an entry as feeds show of it: duplicates are named, reasons of categories are not."""
    also = tuple(replace(_unexplained(each), content="", authors=(), enclosures=(), tags=()) for each in item.also)
    return replace(item, entry=_unexplained(item.entry), also=also)


def _unexplained(entry: StoredEntry) -> StoredEntry:
    return replace(entry, categories=(), evidence=None, story_evidence=None)


@cache
def _codec() -> TypeAdapter[_Content]:
    return TypeAdapter(_Content)
