"""Which processes are at work on a database: locks that end with the process that holds them, however it ends."""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from aggregator.errors import StoreBusy, StoreError
from aggregator.store.engine import BUSY_TIMEOUT_S

# How long a writer sleeps that finds another process at work: a transaction takes ten times as long.
_LOOK_AGAIN_S = 0.0005

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


class WritersTurn:
    """Writers of an SQLite database wait here in turn, threads and processes of ours, and are woken in time.

    In SQLite's own busy loop they would sleep for longer and longer, and the luckiest would come first.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._threads = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Have the turn. Raises StoreBusy when another process keeps it for BUSY_TIMEOUT_S."""
        if self._engine.dialect.name != "sqlite":
            yield
            return
        with self._threads, _lock_file(self._engine, "writer") as file:
            deadline = time.monotonic() + BUSY_TIMEOUT_S
            while not _try_exclusive(file):
                if time.monotonic() > deadline:
                    raise StoreBusy(f"another process has kept the database locked for {BUSY_TIMEOUT_S} s")
                time.sleep(_LOOK_AGAIN_S)
            yield


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
