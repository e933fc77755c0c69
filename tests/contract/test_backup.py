"""Copies of the database: consistent while it is written, checked, and given back only where nothing is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from aggregator.errors import StoreBusy, StoreError, StoreTooNew, UsageError
from aggregator.model import Inventory, Selection
from aggregator.store import Store
from aggregator.store.backup import back_up, restore
from aggregator.store.migrate import HEAD
from tests.newsroom import Newsroom, make_config
from tests.postgresql import PostgresqlServer


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "var" / "a.db"


@pytest.fixture
def url(database: Path) -> str:
    return f"sqlite:///{database}"


@pytest.fixture
def room(url: str) -> Iterator[Newsroom]:
    opened = Newsroom(make_config(url, {"name": "daily"}))
    yield opened
    opened.close()


def titles(url: str) -> list[str]:
    store = Store(url)
    try:
        return sorted(entry.title for entry in store.entries(Selection()))
    finally:
        store.close()


def rows_of(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT count(*) FROM entries").fetchone()[0])


def test_a_backup_is_one_file_with_all_that_was_there(room: Newsroom, url: str, tmp_path: Path) -> None:
    room.publish("Ice on the Moon", "Talent moves north", categories=["space"])
    folder = tmp_path / "copies"
    folder.mkdir()

    found = back_up(url, folder / "b.db")

    assert found.schema == HEAD
    assert (found.rows["entries"], found.rows["sources"], found.rows["entry_categories"]) == (2, 2, 2)
    assert [path.name for path in folder.iterdir()] == ["b.db"]
    assert (folder / "b.db").stat().st_mode & 0o077 == 0, "it has keys in it"
    assert titles(f"sqlite:///{folder}/b.db") == ["Ice on the Moon", "Talent moves north"]


def test_an_empty_database_is_not_copied_as_no_restore_would_take_it(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()

    with pytest.raises(StoreError, match=r"empty\.db has no tables of aggregator's: nothing to copy$"):
        back_up(f"sqlite:///{tmp_path}/empty.db", tmp_path / "copy.db")

    assert [path.name for path in tmp_path.iterdir()] == ["empty.db"]


def test_backups_made_while_others_write_are_each_of_one_moment(room: Newsroom, url: str, tmp_path: Path) -> None:
    done = threading.Event()
    room.publish(*(f"Old {number}" for number in range(2000)), content="word " * 400)

    written = 0

    def write() -> None:
        nonlocal written
        while not done.is_set():
            room.publish(f"left {written}", f"right {written}")  # always two in one transaction
            written += 1

    writer = threading.Thread(target=write)
    writer.start()
    counts = set()
    for _ in range(100):
        back_up(url, tmp_path / "b.db", replace=True)
        counts.add(rows_of(tmp_path / "b.db"))
        if len(counts) == 5:
            break
    done.set()
    writer.join()

    assert len(counts) == 5, "hardly anything was written meanwhile: the test shows nothing"
    assert {count % 2 for count in counts} == {0}
    assert rows_of(Path(url.removeprefix("sqlite:///"))) == 2000 + 2 * written


def test_a_restored_database_is_what_it_was(room: Newsroom, url: str, tmp_path: Path) -> None:
    room.publish("Before")
    was = back_up(url, tmp_path / "b.db")
    room.publish("After")
    room.close()

    found = restore(url, tmp_path / "b.db", replace=True)

    assert found == was
    assert titles(url) == ["Before"]


def test_a_backup_makes_a_database_where_none_is(room: Newsroom, url: str, tmp_path: Path) -> None:
    room.publish("Before")
    back_up(url, tmp_path / "b.db")
    elsewhere = f"sqlite:///{tmp_path}/new/machine/a.db"

    restore(elsewhere, tmp_path / "b.db")

    assert titles(elsewhere) == ["Before"]


def test_a_file_that_is_there_is_overwritten_on_demand_only(room: Newsroom, url: str, tmp_path: Path) -> None:
    (tmp_path / "b.db").write_text("precious")

    with pytest.raises(UsageError, match="is there already"):
        back_up(url, tmp_path / "b.db")
    assert (tmp_path / "b.db").read_text() == "precious"

    back_up(url, tmp_path / "b.db", replace=True)
    assert rows_of(tmp_path / "b.db") == 0


def test_a_database_is_never_its_own_backup(room: Newsroom, url: str, database: Path) -> None:
    with pytest.raises(UsageError):
        back_up(url, database, replace=True)
    with pytest.raises(UsageError, match="the database itself"):
        restore(url, database, replace=True)


def test_what_would_be_lost_by_a_restore_is_named(room: Newsroom, url: str, tmp_path: Path) -> None:
    back_up(url, tmp_path / "b.db")
    room.publish("Precious")
    room.close()

    with pytest.raises(UsageError, match=r"holds 2 sources, 1 entries.*--replace"):
        restore(url, tmp_path / "b.db")

    assert titles(url) == ["Precious"]


@pytest.mark.parametrize("work", ["hold", "polling", "delivering"])
def test_a_database_in_use_is_not_restored(room: Newsroom, url: str, tmp_path: Path, work: str) -> None:
    room.publish("Precious")
    back_up(url, tmp_path / "b.db")

    with getattr(room.aggregator.store, work)(), pytest.raises(StoreBusy, match="stop it first"):
        restore(url, tmp_path / "b.db", replace=True)

    restore(url, tmp_path / "b.db", replace=True)  # afterwards nothing is in the way


def test_a_damaged_backup_is_refused_and_nothing_is_changed(room: Newsroom, url: str, tmp_path: Path) -> None:
    room.publish(*(f"News {number}" for number in range(300)), content="word " * 200)
    back_up(url, tmp_path / "b.db")
    room.close()
    size = (tmp_path / "b.db").stat().st_size
    with (tmp_path / "b.db").open("r+b") as file:  # some pages in the middle
        file.seek(size // 2 // 4096 * 4096)
        file.write(os.urandom(5 * 4096))

    with pytest.raises(StoreError, match=r"damaged|malformed"):
        restore(url, tmp_path / "b.db", replace=True)

    assert len(titles(url)) == 300


def test_a_row_without_the_one_it_belongs_to_is_damage(room: Newsroom, url: str, tmp_path: Path) -> None:
    room.publish("News", categories=["space"])
    back_up(url, tmp_path / "b.db")
    room.close()
    with closing(sqlite3.connect(tmp_path / "b.db")) as connection:
        connection.execute("DELETE FROM entries")
        connection.commit()

    with pytest.raises(StoreError, match="a row of entry_categories belongs to one of entries"):
        restore(url, tmp_path / "b.db", replace=True)


@pytest.mark.parametrize("body", [b"", b"not a database, but long enough to be one" * 200])
def test_what_is_no_backup_is_refused(url: str, tmp_path: Path, body: bytes) -> None:
    (tmp_path / "b.db").write_bytes(body)

    with pytest.raises(StoreError):
        restore(url, tmp_path / "b.db")

    assert not Path(url.removeprefix("sqlite:///")).exists()


def test_a_database_of_another_program_is_refused(url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "b.db")) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")

    with pytest.raises(StoreError, match="not one of aggregator's"):
        restore(url, tmp_path / "b.db")


def test_a_backup_of_a_newer_program_is_refused(room: Newsroom, url: str, tmp_path: Path) -> None:
    room.publish("Precious")
    back_up(url, tmp_path / "b.db")
    room.close()
    with closing(sqlite3.connect(tmp_path / "b.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()

    with pytest.raises(StoreTooNew, match="schema 9999"):
        restore(url, tmp_path / "b.db", replace=True)

    assert titles(url) == ["Precious"]


def test_a_damaged_database_is_put_aside_and_kept(room: Newsroom, url: str, database: Path, tmp_path: Path) -> None:
    room.publish("Before")
    back_up(url, tmp_path / "b.db")
    room.close()
    database.write_bytes(b"overwritten by something" * 1000)
    for ending in ("-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)

    with pytest.raises(UsageError, match=r"damaged.*--replace puts it aside"):
        restore(url, tmp_path / "b.db")
    restore(url, tmp_path / "b.db", replace=True)

    assert titles(url) == ["Before"]
    assert database.with_name("a.db.damaged-1").read_bytes().startswith(b"overwritten by something")


def test_without_a_database_there_is_nothing_to_back_up(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database"):
        back_up(url, tmp_path / "b.db")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_a_sentence(room: Newsroom, url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file or directory"):
        back_up(url, tmp_path / "nowhere" / "b.db")
    with pytest.raises(UsageError, match="there is no file"):
        restore(url, tmp_path / "nowhere" / "b.db")


def test_postgresql_is_copied_by_its_own_programs_with_the_very_command(
    postgresql: PostgresqlServer, tmp_path: Path
) -> None:
    url = postgresql.new_database()
    room = Newsroom(make_config(url))
    room.publish("Kept")
    other = postgresql.new_database()

    with pytest.raises(UsageError) as told:
        back_up(url, tmp_path / "b.dump")
    with pytest.raises(UsageError) as told_back:
        restore(other, tmp_path / "b.dump")
    room.close()

    for error in (told, told_back):
        command = str(error.value).splitlines()[1].strip()
        assert shutil.which(command.split()[0]) or os.environ.get("CI") is None, "its programs are installed"
        assert os.system(command) == 0, command
    assert titles(other) == ["Kept"]


def test_a_password_is_not_in_the_command(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as told:
        back_up("postgresql+psycopg://news:s3cret@db.example.org/news", tmp_path / "b.dump")

    assert "s3cret" not in str(told.value)
    assert "postgresql://news@db.example.org/news" in str(told.value)
    assert "$PGPASSWORD" in str(told.value)


def test_an_inventory_counts_all_tables(room: Newsroom, url: str, tmp_path: Path) -> None:
    found = back_up(url, tmp_path / "b.db")

    assert isinstance(found, Inventory)
    assert set(found.rows) >= {"sources", "entries", "forgotten", "issues", "deliveries", "stops", "keys"}


def test_a_closed_store_is_whole_in_its_one_file_though_others_have_it_open(tmp_path: Path) -> None:
    """As reader processes do, which are ended after it: SQLite itself would wait for the last one."""
    database = tmp_path / "one.db"
    room = Newsroom(make_config(f"sqlite:///{database}"))
    with closing(sqlite3.connect(database)) as other:
        other.execute("SELECT count(*) FROM entries").fetchall()
        room.publish("Kept")
        room.close()
        shutil.copyfile(database, tmp_path / "copy.db")

    assert titles(f"sqlite:///{tmp_path}/copy.db") == ["Kept"]


def test_a_store_is_closed_in_time_while_another_reads_and_makes_no_file_anew(tmp_path: Path) -> None:
    database = tmp_path / "one.db"
    room = Newsroom(make_config(f"sqlite:///{database}"))
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM entries").fetchall()
        room.publish("Kept")
        began = time.monotonic()
        room.close()
        took_s = time.monotonic() - began
    database.unlink()
    room.close()

    assert took_s < 20, "it waited for who reads"
    assert not database.exists()
