"""A database copied into the other kind: all of it, wherever it was ended in between, and nothing else overwritten."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from aggregator.errors import StoreBusy, StoreError, UsageError
from aggregator.model import Selection
from aggregator.store import Store
from aggregator.store import copying as module
from aggregator.store.copying import copy_database
from aggregator.store.tables import metadata
from tests.newsroom import Newsroom, make_config
from tests.postgresql import PostgresqlServer
from tests.processes import forking


@pytest.fixture(params=["sqlite to postgresql", "postgresql to sqlite"])
def pair(request: pytest.FixtureRequest, postgresql: PostgresqlServer, tmp_path: Path) -> tuple[str, str]:
    urls = (f"sqlite:///{tmp_path}/a.db", postgresql.new_database())
    return urls if request.param.startswith("sqlite") else urls[::-1]


def fill(url: str) -> Newsroom:
    """Make a database with rows in nearly all tables."""
    room = Newsroom(make_config(url, {"name": "daily"}))
    room.publish(*(f"Lunar ice {number} — é中" for number in range(7)), categories=["space"], content="<p>ice</p>")
    room.digests.make_now("daily")
    room.ledger.key_for("unsubscribe")
    room.publish("Jobs in Trier", source="wire", language="en", tags=("jobs",))
    return room


def everything(url: str) -> dict[str, list[Any]]:
    store = Store(url)
    try:
        with store._read() as connection:
            return {
                table.name: sorted(
                    (repr({column.name: module._plain(row[column.name]) for column in table.columns}))
                    for row in connection.execute(sa.select(table)).mappings()
                )
                for table in metadata.sorted_tables
            }
    finally:
        store.close()


def test_all_of_it_arrives_and_the_copy_is_worked_with_at_once(pair: tuple[str, str]) -> None:
    origin, target = pair
    fill(origin).close()
    before = everything(origin)

    found = copy_database(origin, target)

    after = everything(target)
    assert {name for name, rows in before.items() if rows} >= {"sources", "entries", "issues", "deliveries", "keys"}
    assert after | {"site": []} == before | {"site": []}
    assert found.rows == {name: len(rows) for name, rows in before.items()}
    assert everything(origin) == before
    room = Newsroom(make_config(target, {"name": "daily"}))
    hits = room.aggregator.store.published(Selection(search="lunar"), limit=20)
    assert len(hits.items) == 7, "the search index is there"
    room.publish("Newer", source="wire")  # numbers go on where they were
    assert room.digests.make_now("daily") is not None
    room.close()


def test_there_and_back_it_is_what_it_was(pair: tuple[str, str], tmp_path: Path) -> None:
    origin, target = pair
    fill(origin).close()

    copy_database(origin, target)
    copy_database(target, f"sqlite:///{tmp_path}/back.db")

    assert everything(f"sqlite:///{tmp_path}/back.db") | {"site": []} == everything(origin) | {"site": []}


def die_while_copying(origin: str, target: str, after: int) -> None:
    """Copy in small steps and die with SIGKILL after some of them."""
    module._BATCH = module._BATCH_LARGE = 2  # type: ignore[misc]
    steps = 0

    def tell(_table: str, _rows: int) -> None:
        nonlocal steps
        steps += 1
        if steps == after:
            os.kill(os.getpid(), signal.SIGKILL)

    copy_database(origin, target, tell=tell)


@pytest.mark.slow  # a program for each of its steps
def test_killed_again_and_again_it_goes_on_where_it_was(pair: tuple[str, str]) -> None:
    origin, target = pair
    fill(origin).close()
    codes = []
    told: list[tuple[str, int]] = []
    for after in (1, 2, 3, 2):
        process = forking().Process(target=die_while_copying, args=(origin, target, after))
        process.start()
        process.join(300)
        codes.append(process.exitcode)
        with pytest.raises(StoreError, match="has not been finished"):
            Newsroom(make_config(target))

    copy_database(origin, target, tell=lambda table, rows: told.append((table, rows)))

    assert codes == [-signal.SIGKILL] * 4
    assert sum(rows for _, rows in told) < sum(len(rows) for rows in everything(origin).values()), "it began anew"
    assert everything(target) | {"site": []} == everything(origin) | {"site": []}


def test_half_a_copy_of_something_else_is_not_gone_on_with(pair: tuple[str, str], tmp_path: Path) -> None:
    origin, target = pair
    fill(origin).close()
    fill(f"sqlite:///{tmp_path}/other.db").close()
    process = forking().Process(target=die_while_copying, args=(f"sqlite:///{tmp_path}/other.db", target, 2))
    process.start()
    process.join(300)

    with pytest.raises(UsageError, match="half a copy of"):
        copy_database(origin, target)


def test_a_target_that_holds_something_is_refused_and_left_alone(pair: tuple[str, str]) -> None:
    origin, target = pair
    fill(origin).close()
    room = Newsroom(make_config(target))
    room.publish("Precious")
    room.close()
    before = everything(target)

    with pytest.raises(UsageError, match="not empty"):
        copy_database(origin, target)

    assert everything(target) == before


def test_a_target_with_tables_of_another_program_is_refused(pair: tuple[str, str]) -> None:
    origin, target = pair
    fill(origin).close()
    store = Store(target)
    with store._write() as connection:
        connection.exec_driver_sql("CREATE TABLE bookmarks (url TEXT)")
    store.close()

    with pytest.raises(UsageError, match="bookmarks, which is not ours"):
        copy_database(origin, target)


def test_a_database_that_is_worked_on_is_not_copied(pair: tuple[str, str]) -> None:
    origin, target = pair
    room = fill(origin)

    for work in (room.aggregator.store.polling, room.aggregator.store.delivering):
        with work(), pytest.raises(StoreBusy, match="stop"):
            copy_database(origin, target)

    copy_database(origin, target)
    room.close()


def test_what_changes_meanwhile_is_found_and_the_copy_begins_anew(pair: tuple[str, str]) -> None:
    origin, target = pair
    room = fill(origin)
    changed = []

    def change(table: str, _rows: int) -> None:
        if table == "entries" and not changed:
            changed.append(room.ledger.key_for("another"))
            with room.aggregator.store._write() as connection:
                connection.exec_driver_sql("UPDATE sources SET title = 'Renamed'")

    with pytest.raises(StoreError, match="was changed while it was copied"):
        copy_database(origin, target, tell=change)
    copy_database(origin, target)

    assert everything(target) | {"site": []} == everything(origin) | {"site": []}
    room.close()


def test_a_database_of_an_older_schema_or_none_is_a_sentence(pair: tuple[str, str], tmp_path: Path) -> None:
    origin, target = pair
    room = fill(origin)
    with room.aggregator.store._write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    room.close()

    with pytest.raises(UsageError, match="db upgrade"):
        copy_database(origin, target)
    with pytest.raises(UsageError, match="itself"):
        copy_database(origin, origin)
    with pytest.raises(StoreError, match="no database"):
        copy_database(f"sqlite:///{tmp_path}/none.db", target)
