"""The full-text index over entries, the same on each database.

Edits and deletions reach it in the transaction that they are part of. New entries are put in by the hundreds, when the
main job has nothing else to do, and before anybody searches (``Store.index``): up to ``site.indexed_pk`` they are in
it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib import import_module
from typing import Protocol, cast

import sqlalchemy as sa

from aggregator.model import Selection
from aggregator.store.arrays import among, array
from aggregator.store.cursors import Position
from aggregator.store.query import Query
from aggregator.store.rows import Indexed, to_indexed
from aggregator.store.tables import entries, site

# Entries that are put in together. One by one, or by the handful, it takes twice the time.
BATCH = 500

_TEXTS = sa.select(
    entries.c.pk,
    entries.c.source_pk,
    entries.c.language,
    entries.c.first_seen,
    entries.c.listed_at,
    entries.c.title,
    entries.c.summary,
    entries.c.content,
)
_LAST = sa.select(
    sa.func.coalesce(sa.select(sa.func.max(entries.c.pk)).scalar_subquery(), 0).label("last"), site.c.indexed_pk
)
_NOTE = site.update().values(indexed_pk=sa.bindparam("now_indexed"))
_BY_PK = _TEXTS.join(site, entries.c.pk <= site.c.indexed_pk).where(among(entries.c.pk, "pks"))
_NEXT = _TEXTS.where(entries.c.pk > sa.bindparam("after")).order_by(entries.c.pk).limit(BATCH)


class _Index(Protocol):
    """What the module of a database has."""

    def create(self, connection: sa.Connection) -> None: ...

    def insert(self, connection: sa.Connection, indexed: Sequence[Indexed]) -> None: ...

    def forget(self, connection: sa.Connection, indexed: Sequence[Indexed]) -> None: ...

    def find(
        self, connection: sa.Connection, query: Query, selection: Selection, *, before: Position | None, limit: int
    ) -> list[Position]:
        """Return the newest places of what is found; not all of it may meet the selection."""

    def meeting(self, connection: sa.Connection, query: Query, places: Collection[Position]) -> set[int]:
        """Return the ``pk`` of those of these places that a search finds."""


def create(connection: sa.Connection) -> None:
    """Make the index, and put in all entries that there are."""
    index_of(connection).create(connection)
    catch_up(connection)


def is_behind(connection: sa.Connection) -> bool:
    """Tell whether there are entries that no search finds yet."""
    last, indexed = _progress(connection)
    return last > indexed


def catch_up(connection: sa.Connection) -> None:
    """Put in all new entries. No other worker may be writing entries."""
    while put_in_next(connection):
        pass


def put_in_next(connection: sa.Connection) -> bool:
    """Put in the next BATCH of new entries; return whether there were any. No other worker may be writing entries."""
    last, indexed = _progress(connection)
    if last <= indexed:
        return False
    waiting = [to_indexed(row) for row in connection.execute(_NEXT, {"after": indexed}).mappings()]
    if waiting:
        index_of(connection).insert(connection, waiting)
    connection.execute(_NOTE, {"now_indexed": waiting[-1].pk if waiting else last})
    return True


def _progress(connection: sa.Connection) -> tuple[int, int]:
    """Return the last entry that there is, and the last that is in the index; a new store has neither."""
    row = connection.execute(_LAST).one_or_none()
    return (0, 0) if row is None else (row.last, row.indexed_pk)


def read(connection: sa.Connection, pks: Collection[int]) -> list[Indexed]:
    """Return what the index has of these entries. To be read before they are changed or deleted."""
    return [to_indexed(row) for row in connection.execute(_BY_PK, {"pks": array(pks)}).mappings()]


def exchange(connection: sa.Connection, before: Sequence[Indexed]) -> None:
    """Put in entries as they are now, in the place of what was read of them before."""
    now = {each.pk: each for each in read(connection, [each.pk for each in before])}
    changed = [each for each in before if now[each.pk] != each]
    if changed:
        index_of(connection).forget(connection, changed)
        index_of(connection).insert(connection, [now[each.pk] for each in changed])


def forget(connection: sa.Connection, pks: Collection[int]) -> None:
    """Take out entries that are about to be deleted."""
    indexed = read(connection, pks)
    if indexed:
        index_of(connection).forget(connection, indexed)


def step_back(connection: sa.Connection) -> None:
    """See to what follows when the last entries were deleted: SQLite gives their numbers to the next ones."""
    last, indexed = _progress(connection)
    if last < indexed:
        connection.execute(_NOTE, {"now_indexed": last})


def index_of(connection: sa.Connection) -> _Index:
    """Return the module of a database; the other one is not even loaded."""
    return cast("_Index", import_module(f"aggregator.store.search_{connection.dialect.name}"))
