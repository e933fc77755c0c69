"""Sources that would be believed, or left alone, for ever: stuck at 304, or planned by a clock that was ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from typer.testing import CliRunner

from aggregator.entrypoints.cli import app
from aggregator.polling.workers import poll_due
from tests.builders import believed_for
from tests.end_to_end.hostile.program import RSS, program
from tests.end_to_end.hostile.server import HostileServer, answer


def conditions(server: HostileServer) -> list[bool]:
    """Return of each request whether it asked "has it changed?"."""
    return [request.header("If-None-Match") is not None for request in server.requests]


def test_a_server_that_answers_304_for_ever_is_asked_plainly_after_days(server: HostileServer, tmp_path: Path) -> None:
    path = believed_for(timedelta(hours=2), {f"/{n}": server.url(f"/{n}") for n in range(9)})
    url = server.tells(path, answer(200, RSS, 'ETag: "1"'), answer(304, b""), answer(304, b""), answer(200, RSS))

    with program(tmp_path, f"  - {{name: s, url: '{url}'}}\n") as running:
        for wait in (timedelta(0), timedelta(hours=1), timedelta(hours=1), timedelta(days=8)):
            running.forward(wait)
            assert running.poll("s")["s"].error is None

    assert conditions(server) == [False, True, True, False]


def test_a_source_that_is_named_is_asked_plainly(server: HostileServer, tmp_path: Path) -> None:
    url = server.tells("/feed", answer(200, RSS, 'ETag: "1"'))
    with program(tmp_path, f"  - {{name: s, url: '{url}'}}\n") as running:
        running.poll()
        list(poll_due(running.aggregator, ["s"]))
        list(poll_due(running.aggregator, ["s"], is_plain=True))

    done = CliRunner().invoke(app, ["poll", "s", "--config", str(tmp_path / "c.yaml")])
    every = CliRunner().invoke(app, ["poll", "--all", "--config", str(tmp_path / "c.yaml")])

    assert (done.exit_code, every.exit_code) == (0, 0)
    assert conditions(server) == [False, True, False, False, True]


def test_poll_heals_what_a_clock_that_was_ahead_has_planned(server: HostileServer, tmp_path: Path) -> None:
    url = server.tells("/feed", answer(200, RSS))
    with program(tmp_path, f"  - {{name: s, url: '{url}'}}\n") as running:
        running.now = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3650)
        running.poll()

    done = CliRunner().invoke(app, ["poll", "--config", str(tmp_path / "c.yaml")])

    assert "the clock was ahead" in done.output
    assert "1 source polled" in done.output
    assert len(server.requests) == 2
