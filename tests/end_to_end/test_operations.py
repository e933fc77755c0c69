"""Backup, restore and doctor as commands, beside a main job that is at work."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from aggregator.entrypoints.demo import expected, formats
from aggregator.store import Store
from aggregator.store.migrate import alembic_config
from tests.end_to_end.conftest import Runner, get, wait_for
from tests.end_to_end.test_main_job import entries_of, stop


@pytest.mark.slow  # each command is a program
def test_a_running_program_is_backed_up_and_given_back_when_it_has_stopped(
    run: Runner, config: Path, tmp_path: Path, free_port: int
) -> None:
    process = run.start("run", "--config", config, "--port", str(free_port))
    address = f"http://127.0.0.1:{free_port}"
    wait_for(lambda: len(entries_of(get(f"{address}/feeds/all.atom")[1] or b"<x/>")) >= expected(formats()).articles)
    before = run.json("entries", "--config", config)

    made = run("backup", tmp_path / "copy.db", "--config", config)
    refused = run("restore", tmp_path / "copy.db", "--replace", "--config", config, expect=1)
    stop(process)
    for path in config.parent.rglob("*.db*"):
        path.unlink()
    restored = run("restore", tmp_path / "copy.db", "--config", config)

    assert f"{len(before)} entries" in made.stdout
    assert "stop it first" in refused.stderr
    assert f"{len(before)} entries" in restored.stdout
    assert run.json("entries", "--config", config) == before


@pytest.mark.slow  # four commands, each a program
def test_a_backup_of_an_older_version_replaces_what_there_is_when_that_is_wanted_and_is_migrated(
    run: Runner, config: Path, tmp_path: Path
) -> None:
    run("poll", "--all", "--config", config)
    before = run.json("entries", "--config", config)
    run("backup", tmp_path / "copy.db", "--config", config)
    _make_older(tmp_path / "copy.db")

    refused = run("restore", tmp_path / "copy.db", "--config", config, expect=2)
    restored = run("restore", tmp_path / "copy.db", "--replace", "--config", config)

    assert "--replace" in refused.stderr
    assert "schema 0001 → " in restored.stdout
    after = run.json("entries", "--config", config)
    assert [entry | {"story": ""} for entry in after] == [entry | {"story": ""} for entry in before]


# Columns of the first version that had no default, and that are options today, as the rows of that time had them.
_AS_THEN = {"kind": "'auto'", "categories": "'[]'", "throttled_by": "'[]'"}


def _make_older(file: Path) -> None:
    """Give a database the schema of the first version, with the entries that it has."""
    older = file.with_name("older.db")
    store = Store(f"sqlite:///{older}")
    with store._write() as connection:
        command.upgrade(alembic_config(connection), "0001")
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        tables = sa.inspect(connection).get_table_names()
        columns = {name: [each["name"] for each in sa.inspect(connection).get_columns(name)] for name in tables}
    store.close()
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("ATTACH ? AS newer", (str(file),))
        for name in tables:
            if name != "alembic_version":
                there = {row[1] for row in connection.execute(f"PRAGMA newer.table_info({name})")}
                values = {each: f'"{each}"' if each in there else _AS_THEN.get(each) for each in columns[name]}
                given = {f'"{each}"': value for each, value in values.items() if value is not None}
                select = f"SELECT {', '.join(given.values())} FROM newer.{name}"
                connection.execute(f"INSERT INTO main.{name} ({', '.join(given)}) {select}")
        connection.commit()
    older.replace(file)


@pytest.mark.slow  # likewise
def test_an_upgrade_can_be_rehearsed_and_its_sql_read(run: Runner, config: Path, tmp_path: Path) -> None:
    nothing = run("db", "upgrade", "--dry-run", "--config", config)
    assert "no database yet" in nothing.stdout
    run("poll", "--all", "--config", config)
    [database] = config.parent.rglob("*.db")
    _make_older(database)

    rehearsed = run("db", "upgrade", "--dry-run", "--config", config)
    upgraded = run("db", "upgrade", "--config", config)

    assert "-- schema 0001 → " in rehearsed.stdout
    assert "-- 0004: Digests: issues" in rehearsed.stdout
    assert "CREATE TABLE deliveries (" in rehearsed.stdout
    assert "schema 0001 → " in upgraded.stdout, "the rehearsal had done it"
    assert "nothing to do" in run("db", "upgrade", "--dry-run", "--config", config).stdout


@pytest.mark.slow  # many commands, each a program
def test_doctor_tells_scripts_and_people_and_its_exit_code_says_whether_all_is_well(
    run: Runner, config: Path, tmp_path: Path
) -> None:
    run("poll", "--all", "--config", config)

    findings = run.json("doctor", "--config", config)
    (tmp_path / "broken.yaml").write_text(
        "storage: {url: 'sqlite:////proc/x/a.db'}\nsources: [{url: 'http://127.0.0.1:1/', name: a}]\n"
    )
    broken = run("doctor", "--config", tmp_path / "broken.yaml", expect=1)

    assert {finding["status"] for finding in findings} <= {"ok", "skipped"}
    assert [*dict.fromkeys(finding["check"] for finding in findings)] == [
        "database", "schema", "clock", "work", "disk", "folders", "files", "templates", "network", "mail",
    ]  # fmt: skip
    assert "error    folders" in broken.stdout
    assert "→ " in broken.stdout


def test_doctor_finds_a_limit_on_open_files_that_is_too_low(run: Runner, config: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))

    done = subprocess.run(
        [run.program, "doctor", "--config", config],
        cwd=run.folder,
        preexec_fn=limit,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "warning  files     a process may open 256 files" in done.stdout
    assert "LimitNOFILE" in done.stdout
