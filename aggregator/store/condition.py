"""How the database is, for ``aggregator doctor``: asked without changing anything, of any schema."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from aggregator.model import Backlog, Condition
from aggregator.store.claims import count_due
from aggregator.store.columns import Utc
from aggregator.store.migrate import COPYING, HEAD, is_known, revision
from aggregator.store.tables import deliveries, entries, issues, sources

# Of a database that is full of problems, so many are told.
_TOLD = 5


def examine(connection: sa.Connection, *, is_thorough: bool) -> Condition:
    """Look at all there is. ``is_thorough``: read every page of an SQLite file, which takes a while for a large one."""
    schema = revision(connection)
    is_ours = schema == HEAD
    is_sqlite = connection.dialect.name == "sqlite"
    return Condition(
        product=_product(connection),
        schema=schema,
        head=HEAD,
        is_newer=schema is not None and not is_known(schema) and schema != COPYING,
        is_half_copied=schema == COPYING,
        problems=tuple(_sqlite_problems(connection, is_thorough) if is_sqlite else _postgresql_problems(connection)),
        clock=None if is_sqlite else connection.execute(sa.select(sa.func.clock_timestamp(type_=Utc()))).scalar_one(),
        newest=_newest(connection) if is_ours else None,
        due_since=_due_since(connection) if is_ours else None,
        undelivered_since=undelivered_since(connection) if is_ours else None,
        size_bytes=_size(connection),
    )


def backlog(connection: sa.Connection, *, now: datetime, overdue_after: timedelta) -> Backlog:
    """Return what waits to be done, and how large the database is."""
    return Backlog(
        due=count_due(connection, now),
        overdue=count_due(connection, now - overdue_after),
        undelivered_since=undelivered_since(connection),
        size_bytes=_size(connection),
    )


def undelivered_since(connection: sa.Connection) -> datetime | None:
    """Return when the oldest delivery was made that waits; None when none does."""
    query = sa.select(sa.func.min(deliveries.c.made_at)).where(deliveries.c.status == sa.literal_column("'waiting'"))
    return connection.execute(query).scalar()


def _product(connection: sa.Connection) -> str:
    version = ".".join(str(part) for part in connection.dialect.server_version_info or ())
    return f"{'SQLite' if connection.dialect.name == 'sqlite' else 'PostgreSQL'} {version}"


def _sqlite_problems(connection: sa.Connection, is_thorough: bool) -> Iterator[str]:
    check = "integrity_check" if is_thorough else "quick_check"
    yield from (line for line in connection.exec_driver_sql(f"PRAGMA {check}({_TOLD})").scalars() if line != "ok")
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(_TOLD):
        yield f"row {row[1]} of {row[0]} belongs to one of {row[2]} that is not there"


def _postgresql_problems(connection: sa.Connection) -> Iterator[str]:
    """Name what a server that answers may still have wrong. Its own pages it checks itself, when it reads them."""
    invalid = connection.exec_driver_sql("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid LIMIT 5")
    yield from (f"the index {name} is not valid; REINDEX makes it anew" for name in invalid.scalars())
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        yield f"its encoding is {encoding}, which can't hold all texts; a database made with ENCODING 'UTF8' can"
    if connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar_one():
        yield "it is a standby, which can only be read; storage.url must name the primary"
    elif connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on":
        yield "it can only be read (default_transaction_read_only)"


def _newest(connection: sa.Connection) -> datetime | None:
    """Return the latest time that the program noted as its own now."""
    times = (
        connection.execute(sa.select(sa.func.max(column))).scalar()
        for column in (sources.c.last_checked, entries.c.first_seen, issues.c.made_at)
    )
    return max((time for time in times if time is not None), default=None)


def _due_since(connection: sa.Connection) -> datetime | None:
    """Return the earliest time at which an active source was to be asked that has not been since."""
    return connection.execute(sa.select(sa.func.min(sources.c.next_check)).where(sources.c.is_active)).scalar()


def _size(connection: sa.Connection) -> int:
    if connection.dialect.name == "sqlite":
        file = Path(connection.engine.url.database or "")
        return sum(path.stat().st_size for path in (file, file.with_name(f"{file.name}-wal")) if path.exists())
    return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
