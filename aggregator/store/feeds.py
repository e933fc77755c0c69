"""Output feeds in the store: what belongs to each, which of it is in an archive, and what its hubs are owed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from aggregator.model import Archive, Arrival, FeedRenewal, FeedState, PublishedEntry, Selection
from aggregator.store import archives as stored_archives
from aggregator.store import entries as stored_entries
from aggregator.store import pings as stored_pings
from aggregator.store.arrays import among, array
from aggregator.store.polls import bump_content_version
from aggregator.store.selections import conditions, counts
from aggregator.store.tables import archives, entries, feed_entries, feeds, site
from aggregator.store.transactions import Section

_BATCH = 100

# Asked every few seconds: built once, as building one takes longer than running it.
_STATE = sa.select(feeds).where(feeds.c.name == sa.bindparam("feed_name"))
_NEWEST = sa.select(
    site.c.content_version, sa.select(sa.func.coalesce(sa.func.max(entries.c.pk), 0)).scalar_subquery().label("pk")
)


class Feeds(Section):
    """What is known of the output feeds. Made by ``Store``; raises StoreError like it."""

    def state(self, name: str) -> FeedState | None:
        """Return what is known of a feed; None before it was looked at for the first time."""
        with self._read() as connection:
            return _state(connection, name)

    def last_archive(self, name: str) -> int:
        """Return the number of the newest archive of a feed, 0 when there is none, or none any more."""
        with self._read() as connection:
            query = sa.select(sa.func.max(archives.c.number)).where(archives.c.feed == name)
            return connection.execute(query).scalar_one() or 0

    def archive(self, name: str, number: int) -> Archive | None:
        with self._read() as connection:
            return stored_archives.find(connection, name, number)

    def archive_numbers(self, name: str) -> list[int]:
        """Return the numbers of the archives that there are, the first one first."""
        with self._read() as connection:
            query = sa.select(archives.c.number).where(archives.c.feed == name).order_by(archives.c.number)
            return list(connection.execute(query).scalars())

    def newest(self) -> tuple[int, int]:
        """Return the content version, and the key of the entry stored last (0: none)."""
        with self._read() as connection:
            row = connection.execute(_NEWEST).one()
            return row.content_version, row.pk

    def arrivals(self, selection: Selection, *, after: int, limit: int) -> list[Arrival]:
        """Return what was stored after an entry and meets a selection, in the order in which it was stored."""
        query = (
            sa.select(entries.c.original, entries.c.listed_at, entries.c.pk)
            .where(counts(entries), *conditions(entries, selection), entries.c.pk > after)
            .order_by(entries.c.pk)
            .limit(limit)
        )
        with self._read() as connection:
            return [
                Arrival(original=row.original, listed_at=row.listed_at, pk=row.pk) for row in connection.execute(query)
            ]

    def known(self, name: str, originals: Collection[str]) -> set[str]:
        """Return those that the feed has had already."""
        query = sa.select(feed_entries.c.original).where(
            feed_entries.c.feed == name, among(feed_entries.c.original, "chosen")
        )
        with self._read() as connection:
            return set(connection.execute(query, {"chosen": array(originals)}).scalars())

    def waiting(self, name: str) -> dict[str, datetime]:
        """Return what waits for an archive, with when it counts as news, oldest first."""
        query = (
            sa.select(feed_entries.c.original, feed_entries.c.listed_at)
            .where(feed_entries.c.feed == name, feed_entries.c.archive.is_(None))
            .order_by(feed_entries.c.listed_at, feed_entries.c.original)
        )
        with self._read() as connection:
            return {row.original: row.listed_at for row in connection.execute(query)}

    def members(self, selection: Selection, originals: Collection[str]) -> set[str]:
        """Return those of which an entry meets a selection."""
        query = sa.select(entries.c.original).where(
            among(entries.c.original, "chosen"), counts(entries), *conditions(entries, selection)
        )
        with self._read() as connection:
            return set(connection.execute(query.distinct(), {"chosen": array(originals)}).scalars())

    def published(self, when: Mapping[str, datetime]) -> list[PublishedEntry]:
        """Return what is published under these ids, in their order; ``when`` tells when each counts as news."""
        with self._read() as connection:
            return stored_entries.published_by_id(connection, when)

    def write(self, renewal: FeedRenewal, *, now: datetime) -> bool:
        """Write all that changes of a feed; nothing, and False, when another process has written meanwhile."""
        before = renewal.before
        with self._write() as connection:
            if not _advance(connection, renewal):
                return False
            if renewal.arrived:
                values = [
                    {"feed": before.name, "original": original, "listed_at": listed_at, "archive": None}
                    for original, listed_at in renewal.arrived.items()
                ]
                connection.execute(feed_entries.insert(), values)
            _drop(connection, before.name, renewal.dropped)
            stored_archives.insert(connection, renewal.sealed)
            if renewal.sealed:
                bump_content_version(connection)  # the feed itself has a new link
            stored_pings.owe(connection, renewal.told, base=renewal.base, feed=before.name, now=now)
        return True

    def forget(self, *, before: datetime) -> None:
        """Purge archives that became full before a time, in small transactions; each goes as a whole."""
        count = _BATCH
        while count == _BATCH:
            with self._write() as connection:
                count = stored_archives.forget(connection, before=before, limit=_BATCH)
                if count:
                    bump_content_version(connection)


def _state(connection: sa.Connection, name: str) -> FeedState | None:
    row = connection.execute(_STATE, {"feed_name": name}).one_or_none()
    return None if row is None else FeedState(**row._asdict())


def _advance(connection: sa.Connection, renewal: FeedRenewal) -> bool:
    """Write a feed's new state if it is as it was when it was read; its row is locked from here on."""
    before = renewal.before
    if before.revision == 0:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("LOCK TABLE feeds IN SHARE ROW EXCLUSIVE MODE")
        if _state(connection, before.name) is not None:
            return False
    values = {
        "revision": before.revision + 1,
        # what is sealed moves the version by one; what else has moved it meanwhile is looked at next time
        "version": renewal.version + bool(renewal.sealed),
        "considered_pk": renewal.considered_pk,
        "mark": renewal.mark,
        "last_archive": before.last_archive + len(renewal.sealed),
    }
    if before.revision == 0:
        connection.execute(feeds.insert().values(values | {"name": before.name}))
        return True
    row = (feeds.c.name == before.name) & (feeds.c.revision == before.revision)
    return connection.execute(feeds.update().where(row).values(values)).rowcount > 0


def _drop(connection: sa.Connection, name: str, originals: Iterable[str]) -> None:
    chosen = array(originals)
    if chosen != "[]":
        rows = (feed_entries.c.feed == name) & feed_entries.c.archive.is_(None)
        connection.execute(
            feed_entries.delete().where(rows, among(feed_entries.c.original, "chosen")), {"chosen": chosen}
        )
