"""Connections: one engine per store, what SQLite needs to be told, and database errors as ours."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from aggregator.errors import StoreBusy, StoreError, StoreFull

BUSY_TIMEOUT_S = 30

# What a connection is set to.
_SYNCHRONOUS = "synchronous"

# Pages that each connection to SQLite keeps, in kB: the system has the file cached, and there may be forty of them.
_CACHE = "cache_size = -500"

# A server that was switched off, or lies behind a network that was, says nothing: libpq would wait for hours.
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # ms
}
# What is asked is little and goes along indexes. Starting helpers or a compiler for it takes longer than the answer,
# and plans with helpers look cheap to the planner where they read a whole table.
_NO_DETOURS = "SET max_parallel_workers_per_gather = 0; SET jit = off"


def database_exists(url: str) -> bool:
    """Whether an SQLite file is there; others can only be asked. Makes nothing."""
    file = file_of(url)
    return file is None or file.is_file()


def file_of(url: str) -> Path | None:
    """Return the file of an SQLite database; None for another."""
    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def create_engine(url: str, *, pool_size: int) -> sa.Engine:
    """Open a pool of at most ``pool_size`` connections. Connects lazily; raises StoreError for an unusable address."""
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError as error:
        raise StoreError("storage.url is not a database address") from error
    if parsed.get_backend_name() == "sqlite":
        return _create_sqlite(parsed, pool_size)
    try:
        arguments = {name: value for name, value in _PATIENCE.items() if name not in parsed.query}
        return _create_server_engine(parsed, pool_size, arguments)
    except ModuleNotFoundError as error:
        raise StoreError(
            f"the driver for this database is not installed ({error.name}); pip install 'aggregator[postgresql]'"
        ) from error
    except sa.exc.NoSuchModuleError as error:
        raise StoreError("storage.url must start with sqlite:/// or postgresql://") from error


def _create_server_engine(url: URL, pool_size: int, arguments: dict[str, Any]) -> sa.Engine:
    engine = sa.create_engine(url, pool_size=pool_size, max_overflow=0, pool_pre_ping=True, connect_args=arguments)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - that of whichever driver
        connection.execute(_NO_DETOURS)
        connection.commit()

    return engine


def _create_sqlite(url: URL, pool_size: int) -> sa.Engine:
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder of the database can't be made: {path.parent}: {error.strerror}") from error
    engine = sa.create_engine(
        url,
        poolclass=sa.pool.QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver's own is too late and not IMMEDIATE
        # SQLite's own lower() knows ASCII only; searches are in French and German too
        connection.create_function("lower", 1, _lower, deterministic=True)
        _use_wal(connection)
        for pragma in ("foreign_keys = ON", "synchronous = NORMAL", _CACHE):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A transaction that reads first and then writes must take the write lock at once: SQLite can't upgrade a
        # read snapshot that another writer made stale, and busy_timeout does not help there.
        options = connection.get_execution_options()
        is_write = options.get("is_write", False)
        raw: Any = connection.connection.dbapi_connection  # past SQLAlchemy: it would take as long as all the rest
        if is_write:  # NORMAL survives a crash of the program, FULL one of the machine too
            synchronous = "FULL" if options.get("is_durable") else "NORMAL"
            if connection.info.get(_SYNCHRONOUS, "NORMAL") != synchronous:
                raw.execute(f"PRAGMA synchronous = {synchronous}")
                connection.info[_SYNCHRONOUS] = synchronous
        raw.execute("BEGIN IMMEDIATE" if is_write else "BEGIN")

    return engine


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging, which stays with the file. SQLite does not wait for others that do so now."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _lower(value: Any) -> Any:  # noqa: ANN401 - whatever SQLite has in the column
    return value.lower() if isinstance(value, str) else value


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the database library raises into one of ours, with a sentence an operator can act on."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise StoreBusy(
            "all database connections are in use; fewer workers, or a slower schedule, would help"
        ) from error
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        reason = reason_of(error)
        if "database is locked" in reason:
            raise StoreBusy(f"another process has kept the database locked for {BUSY_TIMEOUT_S} s") from error
        is_full = any(said in reason for said in _FULL)
        raise (StoreFull if is_full else StoreError)(f"the database failed: {reason}{_cure_for(reason)}") from error
    except sa.exc.SQLAlchemyError as error:
        raise StoreError(f"the database failed: {error}") from error


_MAY_WRITE = "this user needs the right to read and write its file and its folder"
_MAKE_ROOM = "make room; nothing that was stored is lost"
# What SQLite and PostgreSQL say of a disk without room.
_FULL = ("disk is full", "No space left on device")
_DAMAGED = "it is damaged; stop the program, then `aggregator restore BACKUP --replace`"
# What to do about what SQLite says (https://www.sqlite.org/rescode.html), by a part of its message.
_CURES = {
    "readonly database": _MAY_WRITE,
    "unable to open database file": _MAY_WRITE,
    "file is not a database": _DAMAGED,
    "disk image is malformed": _DAMAGED,
    **dict.fromkeys(_FULL, _MAKE_ROOM),
    "disk I/O error": "the disk may be full, or broken; nothing that was stored is lost",
}


def _cure_for(reason: str) -> str:
    return next((f": {cure}" for said, cure in _CURES.items() if said in reason), "")


def reason_of(error: sa.exc.DBAPIError | sqlite3.Error) -> str:
    """Return what the database says, in one line."""
    said = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    lines = str(said).strip().splitlines()
    return lines[0] if lines else type(said).__name__


def inode_of(url: str) -> tuple[int, int] | None:
    """Return which file an SQLite database is, whatever its name; None when there is none, and for another database."""
    file = file_of(url)
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_dev, found.st_ino)


# Who reads from it now is not waited for for longer: the next one to close folds in the rest.
_FOLDING_MS = 200


def fold_in(engine: sa.Engine) -> None:
    """Take the write-ahead log of an SQLite database into its file, so that a copy of the one file has all of it.

    SQLite does so when the last connection is closed; processes that are killed, or still read, keep it from that.
    """
    file = file_of(str(engine.url.render_as_string(hide_password=False)))
    if file is None or not file.with_name(f"{file.name}-wal").exists() or not file.exists():
        return
    with suppress(sa.exc.SQLAlchemyError, StoreError), engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute(f"PRAGMA busy_timeout = {_FOLDING_MS}")
        try:
            with suppress(sqlite3.Error):
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
