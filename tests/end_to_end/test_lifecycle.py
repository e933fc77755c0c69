"""How the main job begins and ends: what a supervisor is told, and that the end comes in time whatever hangs."""

from __future__ import annotations

import logging
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from apscheduler.events import EVENT_JOB_MAX_INSTANCES

from aggregator.app import utc_now
from aggregator.entrypoints import scheduler as scheduling
from aggregator.entrypoints.scheduler import Scheduler
from aggregator.entrypoints.supervisor import Supervisor
from tests.end_to_end.conftest import Runner, get, wait_for
from tests.end_to_end.test_main_job import stop
from tests.newsroom import Clock, Newsroom, make_config


class Listener:
    """The supervisor's end: what came, datagram by datagram."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address)
        self.heard: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            self.heard.append(self._socket.recv(4096).decode())

    def has(self, word: str, *, after: int = 0) -> bool:
        return any(word in message for message in self.heard[after:])


@pytest.mark.slow  # each command is a program
def test_a_supervisor_hears_when_it_is_ready_alive_reloading_and_stopping(
    run: Runner, config: Path, tmp_path: Path, free_port: int
) -> None:
    listener = Listener(str(tmp_path / "notify"))
    process = run.start(
        "run", "--config", config, "--port", str(free_port),
        NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="2000000",
    )  # fmt: skip

    wait_for(lambda: listener.has("READY=1"))
    assert get(f"http://127.0.0.1:{free_port}/readyz")[0] == 200, "it said that it is ready"
    wait_for(lambda: listener.heard.count("WATCHDOG=1") >= 3)
    before = len(listener.heard)
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: listener.has("RELOADING=1\nMONOTONIC_USEC=", after=before))
    wait_for(lambda: listener.has("READY=1", after=before))
    assert not listener.has("STOPPING=1")
    stop(process)

    wait_for(lambda: listener.has("STOPPING=1"))
    assert listener.has("STATUS=")


def test_a_supervisor_may_have_an_abstract_address_and_may_be_gone(tmp_path: Path) -> None:
    listener = Listener(f"\0aggregator-test-{tmp_path}")

    Supervisor({"NOTIFY_SOCKET": f"@aggregator-test-{tmp_path}"}).ready()
    Supervisor({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready()
    Supervisor({}).ready()

    wait_for(lambda: listener.heard == ["READY=1"])


def test_a_watchdog_is_fed_at_half_its_time_and_only_by_the_process_that_it_watches(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    listener = Listener(address)

    watched = Supervisor({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000"})
    for each in (
        watched,
        watched,  # it was said just now
        Supervisor({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}),
        Supervisor({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "nonsense"}),
        Supervisor({"NOTIFY_SOCKET": address}),
    ):
        each.alive()
    watched.stopping()

    wait_for(lambda: "STOPPING=1" in listener.heard)
    assert listener.heard == ["WATCHDOG=1", "STOPPING=1"]


@pytest.mark.slow  # half a minute is what the program promises
def test_it_drains_within_half_a_minute_whatever_hangs_and_serves_its_readers_meanwhile(
    run: Runner, tmp_path: Path, free_port: int
) -> None:
    with silent_server() as (url, asked):
        (tmp_path / "c.yaml").write_text(
            "storage: {url: 'sqlite:///x.db'}\nfetch: {timeout: 5m, allow_private: true}\n"
            f"sources: [{{url: '{url}', name: silent}}]\n"
        )
        process = run.start("run", "--config", tmp_path / "c.yaml", "--port", str(free_port))
        address = f"http://127.0.0.1:{free_port}"
        wait_for(lambda: len(asked) == 1)

        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        wait_for(lambda: get(f"{address}/readyz")[0] == 503)
        assert get(f"{address}/healthz")[0] == 200
        assert get(f"{address}/feeds/all.atom")[0] == 200
        output, _ = process.communicate(timeout=60)

        assert time.monotonic() - began < 45  # half a minute (test_deploy.py adds it up), and what a busy machine takes
        assert process.returncode == 0, output
        assert "aggregator.cut_off" in output
        again = run.start("run", "--config", tmp_path / "c.yaml", "--port", str(free_port))
        wait_for(lambda: len(asked) == 2)  # what was cut off is done again at once
        again.kill()


def test_stopping_does_not_wait_for_itself_when_a_poll_ends_with_news(tmp_path: Path) -> None:
    """A job that wants another one to come soon needs the timers, which are being stopped."""
    room = Newsroom(make_config(f"sqlite:///{tmp_path}/a.db"), Clock(utc_now()))
    scheduler = Scheduler(room.aggregator)
    is_polling, may_end, has_ended = threading.Event(), threading.Event(), threading.Event()

    def poll() -> None:
        is_polling.set()
        may_end.wait(10)
        scheduler._soon(scheduler._issuing)
        has_ended.set()

    scheduler._polling.modify(func=scheduler._guarded(poll, "poll"))
    scheduler.start()
    assert is_polling.wait(60)
    threading.Timer(0.3, may_end.set).start()

    assert scheduler.stop(within_s=10)

    assert has_ended.is_set()
    room.close()


def test_a_poll_that_lasts_longer_than_to_the_next_look_is_nothing_to_warn_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scheduling, "POLL_TICK_S", 0.01)
    room = Newsroom(make_config(f"sqlite:///{tmp_path}/a.db"), Clock(utc_now()))
    scheduler = Scheduler(room.aggregator)
    has_passed_over, may_end = threading.Event(), threading.Event()
    scheduler._timers.add_listener(lambda _: has_passed_over.set(), EVENT_JOB_MAX_INSTANCES)

    scheduler._polling.modify(func=scheduler._guarded(lambda: bool(may_end.wait(10)), "poll"))
    scheduler.start()

    assert has_passed_over.wait(10)
    may_end.set()
    assert scheduler.stop(within_s=10)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    room.close()


def test_stopping_tells_when_something_has_not_ended_in_time(tmp_path: Path) -> None:
    room = Newsroom(make_config(f"sqlite:///{tmp_path}/a.db"), Clock(utc_now()))
    scheduler = Scheduler(room.aggregator)
    is_polling, may_end = threading.Event(), threading.Event()

    def poll() -> None:
        is_polling.set()
        may_end.wait(10)

    scheduler._polling.modify(func=scheduler._guarded(poll, "poll"))
    scheduler.start()
    assert is_polling.wait(60)

    assert not scheduler.stop(within_s=0.2)

    may_end.set()


def test_the_limit_on_open_files_is_raised_to_what_is_allowed(run: Runner, config: Path, free_port: int) -> None:
    process = run.start("run", "--config", config, "--port", str(free_port))
    wait_for(lambda: get(f"http://127.0.0.1:{free_port}/healthz")[0] == 200)

    limits = Path(f"/proc/{process.pid}/limits")
    if not limits.exists():
        pytest.skip("this system doesn't show a process's limits")
    [line] = [line for line in limits.read_text().splitlines() if line.startswith("Max open files")]
    soft, hard = line.split()[3:5]
    stop(process)

    assert int(soft) == min(int(hard), 65_536)


@contextmanager
def silent_server() -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that takes connections and says nothing."""
    asked: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            while True:
                try:
                    asked.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=run, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", asked
        for each in asked:
            each.close()
