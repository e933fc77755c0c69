"""What SQLite is told at the beginning of a transaction."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from aggregator.errors import StoreBusy, StoreError, StoreFull
from aggregator.store import Store
from aggregator.store.engine import translated
from tests.builders import NOW

NORMAL, FULL = 1, 2


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path}/test.db", pool_size=1)) as opened:
        opened.upgrade()
        opened.open_site(url="https://news.example.org/", now=NOW)
        yield opened


def test_only_what_must_outlive_a_power_failure_waits_for_the_disk(store: Store) -> None:
    asked = []
    for begin in (store._write, store._write_durably, store._write_durably, store._write):
        with begin() as connection:
            asked.append(connection.exec_driver_sql("PRAGMA synchronous").scalar())

    assert asked == [NORMAL, FULL, FULL, NORMAL]


def test_a_database_that_another_program_keeps_locked_is_busy(store: Store, tmp_path: Path) -> None:
    with store._read() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 20")

    with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="another process has kept the database locked"):
            store.write_quiet([])
        other.execute("ROLLBACK")

    store.write_quiet([])  # nothing is left of it


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("attempt to write a readonly database", "this user needs the right to read and write its file"),
        ("unable to open database file", "this user needs the right to read and write its file"),
        ("file is not a database", "`aggregator restore BACKUP --replace`"),
        ("database disk image is malformed", "`aggregator restore BACKUP --replace`"),
        ("database or disk is full", "make room"),
        ('could not extend file "base/1/2": No space left on device', "make room"),
        ("disk I/O error", "the disk may be full, or broken"),
    ],
)
def test_what_the_database_says_comes_with_what_to_do(said: str, cure: str) -> None:
    with pytest.raises(StoreError, match=f"^the database failed: {said}: .*{re.escape(cure)}"), translated():
        raise sqlite3.OperationalError(said)


@pytest.mark.parametrize("said", ["database or disk is full", "could not extend file: No space left on device"])
def test_a_database_without_room_is_told_apart(said: str) -> None:
    with pytest.raises(StoreFull), translated():
        raise sqlite3.OperationalError(said)
