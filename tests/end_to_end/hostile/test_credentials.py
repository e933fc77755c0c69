"""RULES D12b: what a source's server asks to know goes to that server, and is seen nowhere else."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from aggregator.entrypoints.cli import app
from aggregator.entrypoints.logs import LogFormat, configure_logging
from aggregator.outputs.static_site import publish
from tests.end_to_end.hostile.program import RSS, program
from tests.end_to_end.hostile.server import HostileServer, answer, redirect

SECRETS = {"PASSWORD": "swordfish", "KEY": "swordfish-key"}
BASIC = "Basic " + b64encode("frédéric:swordfish".encode()).decode()


def sources(url: str) -> str:
    return (
        f"  - {{name: a, url: '{url}', auth: {{user: frédéric, password: '${{PASSWORD}}'}}, "
        "headers: {X-Key: '${KEY}', Accept: text/xml}}\n"
    )


def test_user_password_and_headers_are_sent_at_every_poll(server: HostileServer, tmp_path: Path):
    url = server.tells("/feed", answer(200, RSS))

    with program(tmp_path, sources(url), **SECRETS) as running:
        running.poll()
        running.forward(timedelta(days=1))
        running.poll()

    assert [request.header("Authorization") for request in server.requests] == [BASIC, BASIC]
    assert [request.header("X-Key") for request in server.requests] == ["swordfish-key"] * 2
    assert [request.header("Accept") for request in server.requests] == ["text/xml"] * 2


def test_they_stay_behind_when_a_redirect_leads_elsewhere(server: HostileServer, other: HostileServer, tmp_path: Path):
    url = server.tells("/feed", redirect(other.tells("/there", answer(200, RSS))))

    with program(tmp_path, sources(url), **SECRETS) as running:
        first = running.poll()["a"]
        running.forward(timedelta(days=1))
        running.poll()

    assert first.new == 1
    assert server.requests[0].header("Authorization") == BASIC
    assert [request.target for request in other.requests] == ["/there", "/there"]
    assert not {"authorization", "x-key"} & {name for request in other.requests for name in request.names()}


def test_they_go_with_a_redirect_on_the_same_host(server: HostileServer, tmp_path: Path):
    url = server.tells("/feed", redirect("/there"))
    server.tells("/there", answer(200, RSS))

    with program(tmp_path, sources(url), **SECRETS) as running:
        running.poll()

    assert [request.header("X-Key") for request in server.requests] == ["swordfish-key"] * 2


def test_a_source_that_was_given_another_address_does_not_take_them_along(
    server: HostileServer, other: HostileServer, tmp_path: Path
):
    url = server.tells("/feed", answer(200, RSS))
    with program(tmp_path, sources(url), **SECRETS) as running:
        [claim] = running.aggregator.store.claims.take(now=running.now, lease=timedelta(minutes=5), limit=1)
        running.configure(sources(other.tells("/feed", answer(200, RSS))))

        running.aggregator.setup.pipeline.ask(claim)

    assert server.requests[0].header("Authorization") is None


def test_they_show_nowhere(server: HostileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    address = server.tells("/feed", answer(200, RSS))
    hidden = server.tells("/broken", answer(403, b"")).replace("http://", "http://me:${PASSWORD}@")
    config = tmp_path / "c.yaml"
    runner = CliRunner()
    with program(tmp_path, f"{sources(address)}  - {{name: b, url: '{hidden}'}}\n", **SECRETS) as running:
        results = running.poll()
        publish(running.aggregator, tmp_path / "out")
        shown = [repr(running.aggregator.config), repr(running.aggregator.setup), repr(results)]
        shown.append(repr(running.aggregator.setup.pipeline) + repr(running.aggregator.store.sources()))
    commands = ("sources", "sources --json", "check --live", "opml export", "poll b")
    shown += [runner.invoke(app, [*each.split(), "--config", str(config)]).output for each in commands]
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path != config]
    shown += [path.read_bytes().decode("utf-8", "replace") for path in files]

    assert results["b"].error
    assert len(files) > 5
    assert any("/broken" in each for each in shown)
    encoded = b64encode(b"me:swordfish").decode()
    assert not any(secret in each for each in shown for secret in ("swordfish", BASIC.split()[1], encoded))
    listed = json.loads(runner.invoke(app, ["sources", "--json", "--config", str(config)]).stdout)
    assert [each["url"] for each in listed] == [address, server.url("/broken")]


@pytest.fixture
def default_logging() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("default_logging")
@pytest.mark.parametrize("log_format", LogFormat)
def test_a_traceback_in_the_log_shows_no_values(capsys: pytest.CaptureFixture[str], log_format: LogFormat):
    configure_logging(log_format)

    def crash(password: str) -> None:
        raise ZeroDivisionError(len(password))

    try:
        crash(SECRETS["PASSWORD"])
    except ZeroDivisionError as error:
        structlog.get_logger().error("source.crashed", exc_info=error)

    written = capsys.readouterr().err
    assert "ZeroDivisionError" in written
    assert "crash" in written
    assert "swordfish" not in written
