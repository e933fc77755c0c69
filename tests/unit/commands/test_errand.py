"""A command that has the main job poll, over the socket beside the database; its sources refuse connections."""

import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.entrypoints.desk import Desk, open_desk
from aggregator.entrypoints.errand import polled_at_once, socket_of
from aggregator.entrypoints.glance import Wish
from aggregator.entrypoints.scheduler import Scheduler

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
        scheduler = Scheduler(aggregator)
        threading.Thread(target=Desk(aggregator, scheduler).serve, args=(listener,), daemon=True).start()
        yield aggregator, scheduler


def poll(config: Path, *arguments: str) -> int | None:
    return polled_at_once(Wish(config, tuple(each for each in arguments if each != "--all"), "--all" in arguments), {})


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


def test_a_main_job_that_is_ending_polls_nothing_more_and_the_command_says_so(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with main_job(config) as (_, scheduler):
        scheduler.start()
        scheduler.stop(within_s=10)

        assert poll(config, "a") == 1

    assert "the main job ended before it had polled everything" in capsys.readouterr().err


@pytest.mark.parametrize("said", [b"\n", b"[]\n", b'{"names": 3}\n', b"\xff\xfe\n", b""])
def test_nonsense_ends_the_conversation_and_nothing_else(config: Path, said: bytes) -> None:
    with main_job(config):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(socket_of(config.with_name("a.db"))))
            line.sendall(said)
            line.shutdown(socket.SHUT_WR)
            assert line.recv(100) == b""

        assert poll(config, "a") == 1
