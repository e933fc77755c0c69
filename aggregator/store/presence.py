"""Which processes are at work on a database: locks that end with the process that holds them, however it ends."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from aggregator.errors import StoreBusy, StoreError

# The advisory lock that PostgreSQL's pollers share.
_POLLING = 0x61676770


@contextmanager
def one_main_job(engine: sa.Engine) -> Iterator[None]:
    """Be the only main job on an SQLite database, else raise StoreBusy. PostgreSQL is for many: no lock there."""
    if engine.dialect.name != "sqlite":
        yield
        return
    with _lock_file(engine, "lock") as file:
        if not _try_exclusive(file):
            raise StoreBusy(
                f"another `aggregator run` uses {engine.url.database}. One SQLite database serves one main job: stop "
                "the other one, give this one a storage.url of its own, or use PostgreSQL for several"
            )
        yield


@contextmanager
def among_pollers(engine: sa.Engine, take_back_claims: Callable[[], None]) -> Iterator[None]:
    """Be one of the processes that poll. The first one there knows that all claims are those of the dead.

    Claims of a worker that was killed would otherwise keep its sources from everyone to the end of their lease.
    """
    if engine.dialect.name == "sqlite":
        with _lock_file(engine, "pollers") as file:
            if _try_exclusive(file):
                take_back_claims()
            fcntl.flock(file, fcntl.LOCK_SH)
            yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.execute(sa.select(sa.func.pg_try_advisory_lock(_POLLING))).scalar_one():
            take_back_claims()
            connection.execute(sa.select(sa.func.pg_advisory_lock_shared(_POLLING)))
            connection.execute(sa.select(sa.func.pg_advisory_unlock(_POLLING)))
        else:
            connection.execute(sa.select(sa.func.pg_advisory_lock_shared(_POLLING)))
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock_shared(_POLLING)))


@contextmanager
def _lock_file(engine: sa.Engine, ending: str) -> Iterator[int]:
    path = Path(f"{engine.url.database}.{ending}")
    try:
        file = path.open("a")
    except OSError as error:
        raise StoreError(f"can't make {path}: {error.strerror}") from error
    with file:
        yield file.fileno()


def _try_exclusive(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
