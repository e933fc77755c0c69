"""New databases get their tables at once, old ones by migration: both must come to the same."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from aggregator.errors import StoreError, StoreTooNew
from aggregator.model import Identity, Plan, Selection
from aggregator.store import Store
from aggregator.store.migrate import HEAD, _without_references, alembic_config
from aggregator.store.tables import site
from tests.builders import NOW
from tests.newsroom import Newsroom, make_config
from tests.processes import forking, open_at_once, upgrade_at_once


def test_the_newest_migration_is_the_one_that_the_program_names(store: Store) -> None:
    with store._write() as connection:
        scripts = ScriptDirectory.from_config(alembic_config(connection))
        revisions = [script.revision for script in scripts.walk_revisions()]

    assert revisions[0] == HEAD
    assert revisions == sorted(revisions, reverse=True)


def test_a_new_database_has_the_schema_of_a_migrated_one(store: Store) -> None:
    with store._write() as connection:
        new = _described(connection)
        sa.MetaData().reflect(connection)
        everything = sa.MetaData()
        everything.reflect(connection)
        everything.drop_all(connection)
        command.upgrade(alembic_config(connection), "head")
        migrated = _described(connection)

    assert new == migrated
    assert new


@pytest.mark.parametrize("begin", [None, "0001"])
def test_of_processes_that_start_at_once_one_migrates_and_the_others_find_it_done(
    empty_url: str, begin: str | None
) -> None:
    if begin:
        make_older(empty_url, begin)
    forking_ = forking()
    start, results = forking_.Barrier(4), forking_.SimpleQueue()
    processes = [forking_.Process(target=upgrade_at_once, args=(empty_url, start, results)) for _ in range(4)]

    for process in processes:
        process.start()
    found = [results.get() for _ in processes]
    for process in processes:
        process.join(300)

    assert sorted(found, key=str) == sorted([(begin, HEAD), *[(HEAD, HEAD)] * 3], key=str)


def test_of_processes_that_open_a_new_database_at_once_all_succeed(empty_url: str) -> None:
    forking_ = forking()
    start, results = forking_.Barrier(6), forking_.SimpleQueue()
    processes = [forking_.Process(target=open_at_once, args=(empty_url, start, results)) for _ in range(6)]

    for process in processes:
        process.start()
    found = [results.get() for _ in processes]
    for process in processes:
        process.join(300)

    assert found == [Identity(authority="news.example.org,2026", since=NOW)] * 6


def test_whoever_opens_a_new_database_while_another_does_waits_and_takes_what_that_one_wrote(empty_url: str) -> None:
    first, second = Store(empty_url), Store(empty_url)
    first.upgrade()
    with ThreadPoolExecutor() as pool:
        with first._write() as connection:
            connection.execute(site.insert().values(pk=1, authority="first.example,2026", since=NOW))
            opened = pool.submit(second.open_site, url="https://second.example/", now=NOW)
            wait([opened], timeout=0.5)
            assert not opened.done()
        identity = opened.result(30)

    assert identity.authority == "first.example,2026"
    first.close()
    second.close()


def test_a_rehearsal_tells_the_steps_and_the_sql_and_leaves_all_as_it_was(empty_url: str) -> None:
    make_older(empty_url, "0001")
    store = Store(empty_url)
    with store._read() as connection:
        before = _described(connection)

    plan = store.rehearse_upgrade()

    with store._read() as connection:
        assert _described(connection) == before
    assert (plan.before, plan.after) == ("0001", HEAD)
    assert [step[:6] for step in plan.steps] == [f"{number:04}: " for number in range(2, int(HEAD) + 1)]
    assert any(statement.startswith("CREATE TABLE deliveries") for statement in plan.statements)
    assert not any(statement.startswith(("SELECT", "PRAGMA")) for statement in plan.statements)
    assert store.upgrade() == ("0001", HEAD), "and then it is done"
    store.close()


def test_a_rehearsal_on_an_empty_database_makes_nothing(empty_url: str) -> None:
    store = Store(empty_url)

    plan = store.rehearse_upgrade()

    with store._read() as connection:
        assert sa.inspect(connection).get_table_names() == []
    assert (plan.before, plan.after) == (None, HEAD)
    assert any("CREATE TABLE entries" in statement for statement in plan.statements)
    store.close()


def test_a_rehearsal_with_nothing_to_do_says_so_and_a_newer_schema_is_refused(store: Store) -> None:
    assert store.rehearse_upgrade() == Plan(before=HEAD, after=HEAD)

    with store._write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreTooNew):
        store.rehearse_upgrade()


def test_a_migration_that_rebuilds_a_table_of_sqlite_keeps_what_refers_to_it(tmp_path: Path) -> None:
    room = Newsroom(make_config(f"sqlite:///{tmp_path}/a.db"))
    room.publish("News", categories=["space"])
    store = room.aggregator.store

    with _without_references(store._writer) as connection, connection.begin():
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("entries", recreate="always") as batch:
            batch.add_column(sa.Column("more", sa.Text))

    [entry] = store.entries(Selection())
    assert [match.category for match in entry.categories] == ["space"]
    room.close()


def test_a_migration_that_breaks_references_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    room = Newsroom(make_config(url))
    room.publish("News", categories=["space"])
    store = room.aggregator.store
    with store._write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")

    def careless(config: Any, _target: str) -> None:
        config.attributes["connection"].exec_driver_sql("DELETE FROM entries")

    monkeypatch.setattr(command, "upgrade", careless)
    with pytest.raises(StoreError, match="rows of entry_categories without theirs of entries"):
        store.upgrade()

    assert len(list(store.entries(Selection()))) == 1
    room.close()


def make_older(url: str, revision: str) -> None:
    """Make a database as an earlier version did."""
    store = Store(url)
    with store._write() as connection:
        command.upgrade(alembic_config(connection), revision)
    store.close()


def _described(connection: sa.Connection) -> list[str]:
    """Return all tables and indexes in the database's own words."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").scalars()
        return sorted(" ".join(sorted(re.findall(r"[^\s,]+", row))) for row in rows)
    columns = connection.exec_driver_sql(
        "SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, '') "
        "FROM information_schema.columns WHERE table_schema = 'public'"
    )
    indexes = connection.exec_driver_sql("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'").scalars()
    constraints = connection.exec_driver_sql(
        "SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace"
    ).scalars()
    return sorted([*(" ".join(row) for row in columns), *indexes, *constraints])
