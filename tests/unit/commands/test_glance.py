"""Whether a poll has anything to do, seen without loading the configuration; on a real database in a folder."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.entrypoints.glance import Wish, known_database, nothing_is_due, wish_of

MAIN = "storage: {url: 'sqlite:///a.db'}\ninclude: [more.yaml]\nsite: {title: '${TITLE:-News}'}\n"
MORE = "sources:\n  - {name: a, url: 'https://a.example/feed'}\n  - {name: b, url: 'https://b.example/feed'}\n"
ENV = {"TITLE": "Space"}

DELIVERY = "issue_pk, digest, kind, endpoint, label, message_id, status, attempts, parts_sent, made_at"
NOTHING = "'', '', '', '', '', 'sent', 0, 0"


def at(**span: float) -> str:
    time = datetime.now(UTC).replace(tzinfo=None) + timedelta(**span)
    return time.isoformat(" ", "microseconds")


def change(folder: Path, statement: str, *values: str, name: str = "a.db") -> None:
    with closing(sqlite3.connect(folder / name, isolation_level=None)) as connection:
        connection.execute(statement, values)


def is_quiet(folder: Path, env: dict[str, str] = ENV) -> bool:
    database = known_database(folder / "aggregator.yaml", env)
    return database is not None and nothing_is_due(database)


def configure(folder: Path, env: dict[str, str] = ENV, *, name: str = "aggregator.yaml") -> None:
    Aggregator(load(folder / name, env=env)).close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A configuration whose sources have all been polled a minute ago."""
    (tmp_path / "aggregator.yaml").write_text(MAIN)
    (tmp_path / "more.yaml").write_text(MORE)
    configure(tmp_path)
    change(
        tmp_path, "UPDATE sources SET status = 'ok', last_checked = ?, next_check = ?", at(minutes=-1), at(minutes=9)
    )
    return tmp_path


def test_a_poll_with_nothing_due_is_seen_at_a_glance(folder: Path) -> None:
    assert is_quiet(folder)
    with closing(Aggregator(load(folder / "aggregator.yaml", env=ENV))) as aggregator:
        assert aggregator.store.claims.count_due(aggregator.clock()) == 0


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["poll"], ("aggregator.yaml", (), False)),
        (["poll", "--config", "other.yaml"], ("other.yaml", (), False)),
        (["poll", "b", "--config=other.yaml", "a"], ("other.yaml", ("b", "a"), False)),
        (["poll", "--all"], ("aggregator.yaml", (), True)),
        (["poll", "b", "a", "b"], ("aggregator.yaml", ("b", "a"), False)),
        (["poll", "--help"], None),
        (["poll", "-h"], None),
        (["poll", "--config"], None),
        (["poll", "--config", ""], None),
        (["poll", "--config="], None),
        (["poll", ""], None),
        (["check"], None),
        (["--version"], None),
        ([], None),
    ],
)
def test_only_what_is_clearly_a_poll_is_taken_for_one(
    folder: Path, arguments: list[str], wanted: tuple[str, tuple[str, ...], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)

    assert wish_of(arguments, {}) == (Wish(folder / wanted[0], *wanted[1:]) if wanted else None)


def test_the_configuration_of_the_environment_is_the_one_that_a_poll_would_load() -> None:
    assert wish_of(["poll"], {"AGGREGATOR_CONFIG": "/etc/a.yaml"}) == Wish(Path("/etc/a.yaml"))


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("UPDATE sources SET next_check = ? WHERE name = 'a'", at(seconds=-1)),
        ("UPDATE sources SET next_check = NULL WHERE name = ?", "a"),
        ("UPDATE sources SET claim_token = ? WHERE name = 'a'", "another"),
        ("UPDATE sources SET last_checked = ? WHERE name = 'a'", at(hours=2)),
        ("UPDATE site SET configured_from = ?", "not JSON"),
        ("INSERT INTO ungrouped (entry_pk) VALUES (?)", "1"),
        (f"INSERT INTO deliveries ({DELIVERY}) VALUES (1, '', '', '', '', '', 'waiting', 0, 0, ?)", at(hours=2)),
        (
            f"INSERT INTO deliveries ({DELIVERY}, claim_token, claimed_until) VALUES (1, {NOTHING}, '', 't', ?)",
            at(hours=2),
        ),
    ],
    ids=["due", "never checked", "claimed", "clock ahead", "other configuration", "ungrouped", "waiting", "sending"],
)
def test_whatever_a_poll_would_do_something_about_is_left_to_it(folder: Path, statement: str, value: str) -> None:
    change(folder, statement, value)

    assert not is_quiet(folder)


@pytest.mark.parametrize("name", ["aggregator.yaml", "more.yaml"])
def test_an_edit_of_any_file_is_left_to_the_poll(folder: Path, name: str) -> None:
    (folder / name).write_text((folder / name).read_text() + "# a remark\n")

    assert not is_quiet(folder)

    configure(folder)

    assert is_quiet(folder)


def test_a_variable_with_another_value_is_left_to_the_poll(folder: Path) -> None:
    assert not is_quiet(folder, {"TITLE": "News"})
    assert not is_quiet(folder, {})
    assert is_quiet(folder, ENV | {"OTHER": "whatever"})


def test_a_database_that_another_configuration_was_used_with_since_is_left_to_the_poll(folder: Path) -> None:
    (folder / "other.yaml").write_text(MAIN)

    configure(folder, name="other.yaml")

    assert not is_quiet(folder)


def test_a_configuration_that_depends_on_more_than_its_files_is_left_to_the_poll(folder: Path) -> None:
    (folder / "aggregator.yaml").write_text(f"{MAIN}templates: .\n")

    configure(folder)

    assert not is_quiet(folder)


def test_a_source_that_is_polled_at_the_address_of_another_one_is_never_due(folder: Path) -> None:
    change(
        folder,
        "UPDATE sources SET moved_to = 'https://b.example/feed', next_check = ? WHERE name = 'a'",
        at(minutes=-1),
    )

    assert is_quiet(folder)


def test_the_usual_database_of_a_folder_named_config_is_found(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/aggregator.yaml").write_text(MORE)
    configure(tmp_path / "config")
    change(tmp_path / "var", "UPDATE sources SET next_check = ?", at(minutes=9), name="aggregator.db")

    assert (tmp_path / "var/aggregator.db").exists()
    assert is_quiet(tmp_path / "config")


def test_that_there_are_no_sources_is_for_the_poll_itself_to_say(folder: Path) -> None:
    change(folder, "UPDATE sources SET is_active = 0")

    assert not is_quiet(folder)
