"""What ``aggregator doctor`` finds: every fault that it is for, brought about, and nothing where all is well."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from itertools import dropwhile, takewhile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trustme

from aggregator.app import utc_now
from aggregator.config import Config
from aggregator.entrypoints.demo import DemoSite
from aggregator.entrypoints.doctor import Finding, Health, examine
from tests.newsroom import Clock, Newsroom, make_config
from tests.receivers import MailServer

MB = 1_000_000


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(now=utc_now()) as served:
        yield served


@pytest.fixture
def config(url: str, site: DemoSite) -> Config:
    return make_config(url, sources=[{"url": f"{site.url}planet-orbit.xml", "name": "orbit"}])


def opened(config: Config, now: datetime | None = None) -> Newsroom:
    return Newsroom(config, Clock(now or utc_now()))


def found(config: Config, check: str, **given: Any) -> Finding:
    """Return what a check found, the worst of it; the checks after it are not made."""
    later = dropwhile(lambda each: each.check != check, examine(config, **{"now": utc_now()} | given))
    findings = list(takewhile(lambda each: each.check == check, later))
    order = [Health.ERROR, Health.WARNING, Health.OK, Health.SKIPPED]
    return min(findings, key=lambda each: order.index(each.health))


def execute(room: Newsroom, statement: str) -> None:
    with room.aggregator.store._write() as connection:
        connection.exec_driver_sql(statement)


def test_where_all_is_well_nothing_is_to_be_done(config: Config, site: DemoSite) -> None:
    room = opened(config)
    room.publish("News", source="orbit")
    room.close()
    asked = len(site.requests)

    findings = list(examine(config, now=utc_now()))

    assert {each.health for each in findings} <= {Health.OK, Health.SKIPPED}
    assert [each.check for each in findings if each.health is Health.SKIPPED] == ["mail"]
    assert {each.remedy for each in findings} == {None}
    assert len(site.requests) == asked, "a source was asked something"


def test_looking_makes_no_database(site: DemoSite, tmp_path: Path) -> None:
    config = make_config(f"sqlite:///{tmp_path}/var/a.db")

    list(examine(config, now=utc_now()))

    assert list(tmp_path.iterdir()) == []


def test_a_database_that_does_not_answer_is_told_with_its_reason(site: DemoSite, free_port: int) -> None:
    config = make_config(f"postgresql://nobody:s3cret-word@127.0.0.1:{free_port}/none")

    findings = {each.check: each for each in examine(config, now=utc_now())}

    assert findings["database"].health is Health.ERROR
    assert "refused" in findings["database"].message
    assert findings["schema"].health is Health.SKIPPED
    assert "s3cret-word" not in str(findings)


def test_damage_in_the_file_is_found_and_a_backup_recommended(site: DemoSite, tmp_path: Path) -> None:
    config = make_config(f"sqlite:///{tmp_path}/a.db")
    room = opened(config)
    room.publish(*(f"News {number}" for number in range(300)), content="word " * 200)
    room.close()
    file = tmp_path / "a.db"
    with file.open("r+b") as damaged:
        damaged.seek(file.stat().st_size // 2 // 4096 * 4096)
        damaged.write(b"\x17" * 8 * 4096)

    finding = found(config, "database")

    assert finding.health is Health.ERROR
    assert "restore BACKUP" in f"{finding.message}: {finding.remedy}"


def test_an_index_that_lacks_rows_is_found_unless_it_is_to_be_quick(site: DemoSite, tmp_path: Path) -> None:
    config = make_config(f"sqlite:///{tmp_path}/a.db")
    room = opened(config)
    room.publish("News")
    room.close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        definition = "CREATE INDEX ix_entries_first_seen ON entries (title)"  # which is not what is in it
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (definition, definition.split()[2]))
        connection.commit()

    thorough, quick = found(config, "database"), found(config, "database", is_thorough=False)

    assert thorough.health is Health.ERROR
    assert quick.health is Health.OK


def test_an_index_that_the_server_calls_invalid_is_named(postgresql: Any, site: DemoSite) -> None:
    config = make_config(postgresql.new_database())
    room = opened(config)
    execute(room, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_entries_first_seen'::regclass")
    room.close()

    finding = found(config, "database")

    assert finding.health is Health.ERROR
    assert "ix_entries_first_seen" in finding.message


def test_an_older_schema_is_a_warning_and_a_newer_one_an_error(config: Config) -> None:
    room = opened(config)

    execute(room, "UPDATE alembic_version SET version_num = '0003'")
    older = found(config, "schema")
    execute(room, "UPDATE alembic_version SET version_num = '9999'")
    newer = found(config, "schema")
    room.close()

    assert older.health is Health.WARNING
    assert "db upgrade" in str(older.remedy)
    assert newer.health is Health.ERROR
    assert "update the program" in str(newer.remedy)


def test_a_clock_that_is_behind_what_was_stored_is_an_error(config: Config) -> None:
    room = opened(config)
    room.publish("News", source="orbit")
    room.close()

    behind = found(config, "clock", now=utc_now() - timedelta(days=1))

    assert behind.health is Health.ERROR
    assert "NTP" in str(behind.remedy)


@pytest.mark.parametrize(
    ("gap", "health"),
    [(timedelta(days=1), Health.ERROR), (timedelta(seconds=20), Health.WARNING), (timedelta(seconds=1), Health.OK)],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_that_is_not_the_servers_is_told(
    postgresql: Any, site: DemoSite, gap: timedelta, health: Health, sign: int
) -> None:
    config = make_config(postgresql.new_database())
    opened(config).close()

    assert found(config, "clock", now=utc_now() + sign * gap).health is health


def test_that_nobody_polls_is_told(config: Config) -> None:
    room = opened(config)
    room.write("orbit", next_check=utc_now() - timedelta(hours=9))
    room.close()

    finding = found(config, "work")

    assert finding.health is Health.WARNING
    assert "9 hours" in finding.message


def test_that_nothing_is_delivered_is_told(url: str) -> None:
    config = make_config(url, {"name": "daily"})
    room = opened(config, utc_now() - timedelta(days=2))
    room.publish("News")
    room.digests.make_now("daily")
    room.close()

    finding = found(config, "work")

    assert finding.health is Health.WARNING
    assert "delivery" in finding.message


@pytest.mark.parametrize(("free", "health"), [(5 * MB, Health.ERROR), (500 * MB, Health.WARNING)])
def test_a_disk_that_is_full_or_has_no_room_for_a_copy_is_told(
    site: DemoSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, health: Health
) -> None:
    config = make_config(f"sqlite:///{tmp_path}/a.db")
    opened(config).close()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    monkeypatch.setattr("aggregator.store.condition._size", lambda _: 600 * MB)

    finding = found(config, "disk")

    assert finding.health is health
    assert "storage.keep" in str(finding.remedy)


def test_a_folder_that_can_not_be_written_to_is_told(site: DemoSite) -> None:
    finding = found(make_config("sqlite:////proc/aggregator/a.db"), "folders")

    assert finding.health is Health.ERROR
    assert "/proc/aggregator can't be written to" in finding.message


def test_a_template_that_can_not_be_rendered_is_told_with_its_line(url: str, site: DemoSite, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "digest.txt.j2").write_text("fine\n{{ nonsense }}\n")
    config = make_config(url, {"name": "daily"}, templates=str(tmp_path / "own"))

    finding = found(config, "templates")

    assert finding.health is Health.ERROR
    assert "digest.txt.j2:2" in finding.message


def test_one_host_that_can_be_reached_shows_that_the_network_is_there(url: str, site: DemoSite, free_port: int) -> None:
    gone = {"url": f"http://127.0.0.1:{free_port}/feed", "name": "gone"}
    well = {"url": f"{site.url}planet-orbit.xml", "name": "orbit"}

    some = found(make_config(url, sources=[gone, well]), "network")
    none = found(make_config(url, sources=[gone]), "network")

    assert some.health is Health.OK
    assert "connection refused" in some.message
    assert none.health is Health.ERROR
    assert "resolv.conf" in str(none.remedy)


def _shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    """Take one connection up to the end of the handshake, and see that no more comes."""
    with suppress(OSError):
        line, _ = listener.accept()
        with line, context.wrap_socket(line, server_side=True) as talk:
            assert talk.recv(100) == b""


@pytest.mark.parametrize(("names", "health"), [(["localhost"], Health.OK), (["another.example"], Health.ERROR)])
def test_a_server_is_reached_when_its_certificate_is_good(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str], health: Health
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authorities.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authorities.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_shake_hands, args=(listener, context), daemon=True).start()
        sources = [{"url": f"https://localhost:{listener.getsockname()[1]}/feed", "name": "orbit"}]

        finding = found(make_config(url, sources=sources), "network")

    assert finding.health is health, finding
    assert ("is for another name" in finding.message) == (health is Health.ERROR)


def test_mail_is_tried_up_to_the_login_and_no_further(url: str, site: DemoSite) -> None:
    with MailServer(login=("news", "correct-horse")) as server:

        def config(password: str) -> Config:
            smtp = {"host": "127.0.0.1", "port": server.port, "user": "news", "password": password, "security": "none"}
            return make_config(url, {"name": "daily"}, email={"from": "News <news@example.org>", "smtp": smtp})

        well, ill = found(config("correct-horse"), "mail"), found(config("wrong-battery"), "mail")

        assert well.health is Health.OK
        assert ill.health is Health.ERROR
        assert "refuses the login" in ill.message
        assert "wrong-battery" not in str(ill)
        assert set(server.logins) == {"news"}
        assert server.attempts == 0
        assert server.mails == []


def test_a_mail_server_that_is_not_there_is_told(url: str, site: DemoSite, free_port: int) -> None:
    config = make_config(
        url, {"name": "daily"}, email={"from": "a@example.org", "smtp": {"host": "127.0.0.1", "port": free_port}}
    )

    assert "Connection refused" in found(config, "mail").message


def test_a_program_for_mail_that_is_not_there_is_told(url: str, site: DemoSite, tmp_path: Path) -> None:
    config = make_config(url, {"name": "daily"}, email={"from": "a@example.org", "sendmail": f"{tmp_path}/sendmail"})

    assert found(config, "mail").health is Health.ERROR
