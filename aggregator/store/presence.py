"""Which processes are at work on a database: locks that end with the process that holds them, however it ends."""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from enum import IntEnum
from pathlib import Path

import sqlalchemy as sa

from aggregator.errors import StoreBusy, StoreError
from aggregator.store.engine import BUSY_TIMEOUT_S

# How long a writer sleeps that finds another process at work: a transaction takes ten times as long.
_LOOK_AGAIN_S = 0.0005


class Work(IntEnum):
    """What processes do on a database; the value is the advisory lock that those share who do it (PostgreSQL)."""

    POLLING = 0x61676770
    DELIVERING = 0x61676774


# The ending of the lock file that they share (SQLite).
_ENDINGS = {Work.POLLING: "pollers", Work.DELIVERING: "deliverers"}


@contextmanager
def one_main_job(engine: sa.Engine) -> Iterator[None]:
    """Be the only main job on an SQLite database, else raise StoreBusy. PostgreSQL is for many: no lock there."""
    if engine.dialect.name != "sqlite":
        yield
        return
    with _lock_file(engine.url.database, "lock") as file:
        if not _try_exclusive(file):
            raise StoreBusy(
                f"another `aggregator run` uses {engine.url.database}. One SQLite database serves one main job: stop "
                "the other one, give this one a storage.url of its own, or use PostgreSQL for several"
            )
        yield


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Be the only process of ours that works on an SQLite database, else raise StoreBusy. Those that read may go on."""
    with ExitStack() as stack:
        for ending in ("lock", *_ENDINGS.values()):
            if not _try_exclusive(stack.enter_context(_lock_file(database, ending))):
                raise StoreBusy(f"an `aggregator` is at work on {database}; stop it first")
        yield


@contextmanager
def alone_on_server(engine: sa.Engine) -> Iterator[None]:
    """Let no process of ours poll or deliver on a PostgreSQL database; raise StoreBusy when one does so now."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for work in Work:
            if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(work.value))).scalar_one():
                raise StoreBusy(f"an `aggregator` is at work on {engine.url.database}; stop all of them first")
        try:
            yield
        finally:
            for work in Work:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(work.value)))


@contextmanager
def among(engine: sa.Engine, work: Work, take_back_claims: Callable[[], None]) -> Iterator[None]:
    """Be one of the processes that do some work.

    On SQLite the first one there knows that all claims are those of the dead, and takes them back. On PostgreSQL they
    end with their short leases: who made them may be alive, and have lost the connection that had its lock.
    """
    if engine.dialect.name == "sqlite":
        with _lock_file(engine.url.database, _ENDINGS[work]) as file:
            if _try_exclusive(file):
                take_back_claims()
            fcntl.flock(file, fcntl.LOCK_SH)
            yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.select(sa.func.pg_advisory_lock_shared(work.value)))
        try:
            yield
        finally:
            with suppress(sa.exc.DBAPIError):  # a connection that was lost has no locks either
                connection.execute(sa.select(sa.func.pg_advisory_unlock_shared(work.value)))


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
        with self._threads, _lock_file(self._engine.url.database, "writer") as file:
            deadline = time.monotonic() + BUSY_TIMEOUT_S
            while not _try_exclusive(file):
                if time.monotonic() > deadline:
                    raise StoreBusy(f"another process has kept the database locked for {BUSY_TIMEOUT_S} s")
                time.sleep(_LOOK_AGAIN_S)
            yield


@contextmanager
def _lock_file(database: object, ending: str) -> Iterator[int]:
    path = Path(f"{database}.{ending}")
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
