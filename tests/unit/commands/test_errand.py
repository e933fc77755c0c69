"""A command that has the main job poll, over the socket beside the database; its sources refuse connections."""

import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.entrypoints import errand
from aggregator.entrypoints.desk import Desk, open_desk
from aggregator.entrypoints.errand import polled_at_once, socket_of
from aggregator.entrypoints.glance import Wish
from aggregator.entrypoints.scheduler import Scheduler
from aggregator.entrypoints.terminal import NO_SOURCES
from aggregator.errors import AggregatorError, StoreFull
from aggregator.model import PollSummary

CONFIG = """
storage: {url: 'sqlite:///a.db'}
fetch: {allow_private: [127.0.0.1]}
sources:
  - {name: a, url: 'http://127.0.0.1:9/a'}
  - {name: b, url: 'http://127.0.0.1:9/b'}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "aggregator.yaml"
    path.write_text(CONFIG)
    return path


@contextmanager
def main_job(config: Path) -> Iterator[tuple[Aggregator, Scheduler]]:
    loaded = load(config)
    # what it logs would stand between what the command prints
    with capture_logs(), closing(Aggregator(loaded)) as aggregator, open_desk(loaded.storage.url) as listener:
        assert listener is not None
        scheduler = Scheduler(aggregator, roles=frozenset())  # polls what it is asked for alone
        threading.Thread(target=Desk(aggregator, scheduler).serve, args=(listener,), daemon=True).start()
        yield aggregator, scheduler


def poll(config: Path, *arguments: str) -> int | None:
    return polled_at_once(Wish(config, tuple(each for each in arguments if each != "--all"), "--all" in arguments), {})


def make_database(config: Path) -> None:
    """Make the database of a configuration."""
    Aggregator(load(config)).close()


@contextmanager
def answered(config: Path, answer: bytes | None) -> Iterator[None]:
    """Be a main job that reads what it is asked, says this much and is gone; with None, it doesn't even read."""
    make_database(config)

    def answer_one() -> None:
        line, _ = listener.accept()
        with line:
            if answer is not None:
                line.makefile("rb").readline()
                line.sendall(answer)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(socket_of(config.with_name("a.db"))))
        listener.listen()
        thread = threading.Thread(target=answer_one)
        thread.start()
        yield
        thread.join()


def test_the_main_job_polls_for_the_command_and_the_command_says_what_came(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with main_job(config) as (aggregator, _):
        code = poll(config)

        failures = [health.state.failures for health in aggregator.store.sources()]
    *lines, summary = capsys.readouterr().out.splitlines()
    assert code == 1
    assert sorted(line.partition(": failed: ")[0] for line in lines) == ["a", "b"]
    assert summary == "2 sources polled: 0 new entries, 0 of them duplicates, 2 sources failed"
    assert failures == [1, 1]


def test_it_polls_the_sources_that_are_named_or_all_due_or_not(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with main_job(config):
        poll(config)
        capsys.readouterr()

        assert poll(config, "b") == 1
        assert capsys.readouterr().out.startswith("b: failed: ")
        assert poll(config, "--all") == 1
        assert "2 sources polled" in capsys.readouterr().out


def test_what_it_does_not_know_is_left_to_the_command(config: Path) -> None:
    with main_job(config):
        assert poll(config, "c") is None
        config.write_text(f"{CONFIG}# edited, and not read yet\n")
        assert poll(config, "a") is None


def test_only_the_user_that_runs_it_may_ask_and_when_it_ends_nothing_is_left(config: Path) -> None:
    address = socket_of(config.with_name("a.db"))

    with main_job(config):
        assert stat.S_IMODE(address.stat().st_mode) == 0o600

    assert not address.exists()
    assert poll(config, "a") is None


def test_a_socket_that_a_killed_main_job_left_is_in_nobodys_way(config: Path) -> None:
    with main_job(config):
        pass
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(socket_of(config.with_name("a.db"))))

    assert poll(config, "a") is None
    with main_job(config):
        assert poll(config, "a") == 1


def test_a_main_job_that_is_ending_begins_nothing_more_and_leaves_it_to_the_command(config: Path) -> None:
    with main_job(config) as (_, scheduler):
        scheduler.start()
        scheduler.stop(within_s=10)

        assert poll(config, "a") is None


def test_a_main_job_that_is_stopped_in_the_middle_of_a_poll_does_not_pretend_that_it_polled_everything(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with main_job(config) as (_, scheduler):
        polled = scheduler.poll

        def poll_the_first(*given: Any, **more: Any) -> Iterator[PollSummary]:
            yield next(polled(*given, **more))
            scheduler.stop(within_s=0)

        scheduler.poll = poll_the_first  # type: ignore[method-assign]
        scheduler.start()

        with pytest.raises(AggregatorError, match="the main job ended before it had polled everything"):
            poll(config, "--all")

    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_main_job_that_is_stopped_when_all_is_polled_says_what_came(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with main_job(config) as (_, scheduler):
        polled = scheduler.poll

        def poll_and_stop(*given: Any, **more: Any) -> Iterator[PollSummary]:
            yield from polled(*given, **more)
            scheduler.stop(within_s=0)

        scheduler.poll = poll_and_stop  # type: ignore[method-assign]
        scheduler.start()

        assert poll(config, "--all") == 1

    assert "2 sources polled" in capsys.readouterr().out


def test_what_the_main_job_failed_of_is_what_the_command_failed_of(config: Path) -> None:
    with main_job(config) as (_, scheduler):

        def fail(*_: Any, **__: Any) -> Iterator[PollSummary]:
            raise StoreFull("the disk is full")

        scheduler.poll = fail  # type: ignore[method-assign]

        with pytest.raises(AggregatorError, match="the disk is full"):
            poll(config, "--all")
        for answering in filter(lambda thread: thread.name == "errand", threading.enumerate()):
            answering.join()
        assert str(scheduler.failure()) == "the disk is full"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"read": true}\n', id="that it has read it, and no more"),
        pytest.param(b'{"read": true}\n{"line": "a: nothing n', id="half a line"),
        pytest.param(b"no JSON\n", id="what nobody understands"),
        pytest.param(b'["read"]\n', id="what is no answer"),
        pytest.param(b'{"line": "\xff"}\n', id="what is no text"),
    ],
)
def test_a_main_job_that_was_killed_before_it_polled_anything_is_in_nobodys_way(config: Path, answer: bytes) -> None:
    with answered(config, answer):
        assert poll(config, "a") is None


def test_one_that_was_killed_in_the_middle_is_told(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = b'{"read": true}\n{"line": "a: 1 new"}\n{"line": "b:'

    with answered(config, said), pytest.raises(AggregatorError, match="ended before it had polled everything"):
        poll(config, "--all")

    assert capsys.readouterr().out == "a: 1 new\n"


def test_one_that_goes_away_before_it_reads_what_is_asked_for_is_in_nobodys_way(config: Path) -> None:
    with answered(config, None):
        assert poll(config, "a") is None


def test_one_that_is_suspended_is_not_waited_for(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errand, "_ANSWERS_WITHIN_S", 0.05)
    make_database(config)

    with socket.socket(socket.AF_UNIX) as suspended:
        suspended.bind(str(socket_of(config.with_name("a.db"))))
        suspended.listen()

        assert poll(config, "a") is None


def test_where_no_source_is_configured_that_is_said(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(f"{CONFIG.partition('sources:')[0]}sources: []\n")

    with main_job(config):
        assert poll(config) == 0
        assert poll(config, "--all") == 0

    assert capsys.readouterr().out.splitlines() == [NO_SOURCES] * 2


@pytest.mark.parametrize("said", [b"\n", b"[]\n", b'{"names": 3}\n', b"\xff\xfe\n", b""])
def test_nonsense_ends_the_conversation_and_nothing_else(config: Path, said: bytes) -> None:
    with main_job(config):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(socket_of(config.with_name("a.db"))))
            line.sendall(said)
            line.shutdown(socket.SHUT_WR)
            assert line.recv(100) == b""

        assert poll(config, "a") == 1
