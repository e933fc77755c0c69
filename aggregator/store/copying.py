"""Everything from one database into another, SQLite or PostgreSQL: verified, and resumable wherever it was ended.

While the copy is not finished, the target's schema is called COPYING, which no program works with; its progress is
a table beside the others, written in the transaction of the rows that it tells of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from aggregator.errors import StoreError, UsageError
from aggregator.model import Inventory
from aggregator.store import search
from aggregator.store.engine import create_engine, database_exists, file_of, translated
from aggregator.store.migrate import COPYING, HEAD, revision, set_revision, upgrade
from aggregator.store.presence import alone, alone_on_server
from aggregator.store.tables import metadata

# Rows of one transaction: of tables with whole texts in them, and of others.
_LARGE: Final = frozenset({"entries", "issues", "archives", "signatures"})
_BATCH_LARGE: Final = 500
_BATCH: Final = 5000

# Rows of the progress that are no table.
_ORIGIN: Final = ""

_PROGRESS: Final = sa.Table(
    "copy_progress",
    sa.MetaData(),
    sa.Column("name", sa.Text, primary_key=True),
    # the primary key of the row that was copied last; of _ORIGIN, where the rows come from
    sa.Column("last", sa.JSON, nullable=False),
    sa.Column("is_done", sa.Boolean, nullable=False),
)

# What differs on purpose: the index of the target is made there.
_NOT_COMPARED: Final[Mapping[str, frozenset[str]]] = {"site": frozenset({"indexed_pk"})}


def copy_database(origin: str, target: str, *, tell: Callable[[str, int], None] = lambda *_: None) -> Inventory:
    """Copy all tables, compare them, and release the target; return what is in it. Run again, it goes on.

    ``tell`` is called after each transaction with a table and how many of its rows were copied in this run. Raises
    StoreBusy when a program is at work on either, UsageError for a target that holds something else, StoreError.
    """
    if make_url(origin) == make_url(target):
        raise UsageError("the target is the database itself")
    if not database_exists(origin):
        raise StoreError("there is no database yet: nothing to copy")
    with translated(), ExitStack() as stack:
        source = stack.enter_context(_engine(origin))
        copy = stack.enter_context(_engine(target)).execution_options(is_write=True)
        for url, engine in ((origin, source), (target, copy)):
            file = file_of(url)
            stack.enter_context(alone(Path(file)) if file is not None else alone_on_server(engine))
        reading = stack.enter_context(source.connect())
        if (found := revision(reading)) != HEAD:
            raise UsageError(f"the database has schema {found}, and {HEAD} is copied; `aggregator db upgrade` first")
        with copy.begin() as connection:
            _begin(connection, _shown(origin))
        for table in metadata.sorted_tables:
            _copy_table(reading, copy, table, tell)
        return _finish(reading, copy)


@contextmanager
def _engine(url: str) -> Iterator[sa.Engine]:
    engine = create_engine(url, pool_size=3)
    try:
        yield engine
    finally:
        engine.dispose()


def _shown(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)


def _begin(connection: sa.Connection, origin: str) -> None:
    """Make the target ready, or find it half done. Raises UsageError for one that is neither empty nor ours."""
    found = revision(connection)
    if found == COPYING:
        begun = connection.execute(sa.select(_PROGRESS.c.last).where(_PROGRESS.c.name == _ORIGIN)).scalar_one()
        if begun != [origin, HEAD]:
            raise UsageError(f"the target has half a copy of {begun[0]} (schema {begun[1]}) in it; empty it first")
        return
    tables = sa.inspect(connection).get_table_names()
    if found is None and tables:
        raise UsageError(f"the target is not empty: it has a table {tables[0]}, which is not ours")
    if found not in {None, HEAD}:
        raise UsageError(f"the target has schema {found} and is not empty")
    upgrade(connection)
    for table in metadata.sorted_tables:
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise UsageError(f"the target is not empty: there are rows in {table.name}")
    _PROGRESS.create(connection)
    connection.execute(_PROGRESS.insert().values(name=_ORIGIN, last=[origin, HEAD], is_done=False))
    set_revision(connection, COPYING)


def _copy_table(reading: sa.Connection, copy: sa.Engine, table: sa.Table, tell: Callable[[str, int], None]) -> None:
    with copy.begin() as connection:
        query = sa.select(_PROGRESS.c.last, _PROGRESS.c.is_done).where(_PROGRESS.c.name == table.name)
        progress = connection.execute(query).first()
        if progress is None:
            connection.execute(_PROGRESS.insert().values(name=table.name, last=[], is_done=False))
    if progress is not None and progress.is_done:
        return
    copied = 0
    for rows in _batches(reading, table, progress.last if progress else []):
        last = [rows[-1][column.name] for column in table.primary_key]
        with copy.begin() as connection:
            connection.execute(table.insert(), rows)
            connection.execute(_PROGRESS.update().where(_PROGRESS.c.name == table.name).values(last=last))
        copied += len(rows)
        tell(table.name, copied)
    with copy.begin() as connection:
        connection.execute(_PROGRESS.update().where(_PROGRESS.c.name == table.name).values(is_done=True))


def _batches(reading: sa.Connection, table: sa.Table, last: Sequence[Any]) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows after one, in the order of their keys as that database has it."""
    key = list(table.primary_key)
    size = _BATCH_LARGE if table.name in _LARGE else _BATCH
    while True:
        query = sa.select(table).order_by(*key).limit(size)
        if last:
            query = query.where(sa.tuple_(*key) > sa.tuple_(*last, types=[column.type for column in key]))
        rows = [dict(row) for row in reading.execute(query).mappings()]
        if not rows:
            return
        yield rows
        last = [rows[-1][column.name] for column in key]


def _finish(reading: sa.Connection, copy: sa.Engine) -> Inventory:
    """Compare all tables; then make the search index, set the sequences and release the target."""
    rows: dict[str, int] = {}
    reading.rollback()  # what SQLite has shown so far is what was there in the beginning
    with copy.begin() as connection:
        for table in metadata.sorted_tables:
            was, found = _sum(reading, table), _sum(connection, table)
            if was != found:
                break
            rows[table.name] = found[0]
        else:
            _make_index(connection)
            _set_sequences(connection)
            _PROGRESS.drop(connection)
            set_revision(connection, HEAD)
            return Inventory(schema=HEAD, rows=rows)
    with copy.begin() as connection:
        _start_over(connection)
    raise StoreError(
        f"{table.name} was changed while it was copied ({was[0]} rows there, {found[0]} here): stop all programs that "
        "use the database, the web page too, and run this again; it begins anew"
    )


def _sum(connection: sa.Connection, table: sa.Table) -> tuple[int, str]:
    """Return how many rows there are and a hash of them all, in whatever order."""
    left_out = _NOT_COMPARED.get(table.name, frozenset())
    count = total = 0
    for rows in _batches(connection, table, []):
        for row in rows:
            values = [_plain(row[column.name]) for column in table.columns if column.name not in left_out]
            text = json.dumps(values, sort_keys=True, ensure_ascii=False)
            total += int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
            count += 1
    return count, f"{total % 2**256:064x}"


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column has
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value


def _make_index(connection: sa.Connection) -> None:
    site = metadata.tables["site"]
    connection.execute(site.update().values(indexed_pk=0))
    search.catch_up(connection)


def _set_sequences(connection: sa.Connection) -> None:
    """Let PostgreSQL count on from the highest numbers; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
        if connection.execute(sa.select(sequence)).scalar() is not None:
            highest = sa.select(sa.func.max(column)).scalar_subquery()
            has_any = sa.select(sa.func.count() > 0).select_from(table).scalar_subquery()
            connection.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(highest, 1), has_any)))


def _start_over(connection: sa.Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())
    connection.execute(_PROGRESS.delete().where(_PROGRESS.c.name != _ORIGIN))
