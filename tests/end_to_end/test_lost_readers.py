"""Readers of ``aggregator run`` that hang or are killed: polls go on, and none is missing in the end."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from aggregator.polling.reader_start import useful_readers
from tests.end_to_end.conftest import Runner, get, wait_for
from tests.end_to_end.hostile.server import HostileServer, Line, answer
from tests.end_to_end.test_main_job import stop

FEED = (
    "<rss version='2.0'><channel><title>{0}</title><item><title>News {0}</title><guid>{0}</guid></item></channel></rss>"
)
SOURCES = ("one", "two", "three")
READING_S = 8

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(useful_readers() == 0, reason="there are no readers on one core"),
    pytest.mark.skipif(
        not Path("/proc/self/stat").exists(), reason="this system doesn't show whose child a process is"
    ),
]


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


@pytest.fixture
def config(server: HostileServer, tmp_path: Path) -> Path:
    """Three sources that have news at every poll; what is due is looked for every ten seconds."""
    listed = ""
    for name in SOURCES:
        url = server.tells(f"/{name}", has_news(name))
        listed += f"  - {{name: {name}, url: '{url}', every: 5s}}\n"
    path = tmp_path / "c.yaml"
    path.write_text(
        "storage: {url: 'sqlite:///x.db'}\n"
        f"fetch: {{allow_private: true, reading: {READING_S}s, politeness: {{connections: 8, spacing: 1ms}}}}\n"
        f"sources:\n{listed}"
    )
    return path


def has_news(name: str) -> Callable[[Line], None]:
    numbers = count()

    def script(line: Line) -> None:
        line.send(answer(200, FEED.format(f"{name} {next(numbers)}").encode()))

    return script


class Job:
    """``aggregator run`` from outside: its readers are its children, and its figures are served."""

    def __init__(self, run: Runner, config: Path, port: int) -> None:
        self.process = run.start("run", "--config", config, "--port", str(port), "--log-format", "json")
        self._address = f"http://127.0.0.1:{port}/"

    def figure(self, name: str) -> int:
        found = re.search(rf"^aggregator_{name} ([0-9.]+)$", get(f"{self._address}metrics")[1].decode(), re.MULTILINE)
        return int(float(found[1])) if found else 0

    def readers(self) -> list[int]:
        return children(self.process.pid)

    def entries(self) -> int:
        return self.figure("entries")

    def end(self) -> list[dict[str, Any]]:
        """Stop it; return its log."""
        return [json.loads(line) for line in stop(self.process).splitlines()]


def children(parent: int) -> list[int]:
    """Return the processes that a process started and that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, ppid = path.read_text().rpartition(")")[2].split()[:2]
            if int(ppid) == parent and state != "Z":
                found.append(int(path.parent.name))
    return found


def test_a_reader_that_hangs_costs_its_source_one_poll_and_is_replaced(
    run: Runner, config: Path, free_port: int
) -> None:
    job = Job(run, config, free_port)
    wait_for(lambda: job.entries() >= len(SOURCES))
    before = job.readers()

    os.kill(before[0], signal.SIGSTOP)  # the next answer that it gets it is in the middle of
    wait_for(lambda: job.figure("readers_lost_total"), timeout_s=120)
    entries = job.entries()
    wait_for(lambda: job.entries() >= entries + len(SOURCES), timeout_s=120)
    wait_for(lambda: len(job.readers()) == useful_readers())
    after = job.readers()
    log = job.end()

    assert len(before) == len(after) == useful_readers()
    assert before[0] not in after
    [lost] = [line for line in log if line["event"] == "reader.lost"]
    assert (lost["level"], lost["pid"], lost["how"]) == ("warning", before[0], "SIGKILL")
    [failed] = [line for line in log if line["event"] == "source.failed"]
    assert failed["error"] == f"reading it took longer than {READING_S} seconds; the reader process was stopped"
    at = log.index(failed)
    polled = [[line["source"] for line in part if line["event"] == "source.polled"] for part in (log[:at], log[at:])]
    others = [name for name in SOURCES if name != failed["source"]]
    assert all(polled[0].count(name) > polled[0].count(failed["source"]) for name in others), "the others went on"
    assert set(others) <= set(polled[1])


def test_readers_that_are_killed_again_and_again_are_all_there_in_the_end(
    run: Runner, config: Path, free_port: int
) -> None:
    job = Job(run, config, free_port)
    wait_for(lambda: job.entries() >= len(SOURCES))
    killed = set()
    until = time.monotonic() + 12  # so that there are polls among the kills

    while time.monotonic() < until:
        for pid in job.readers():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
        time.sleep(0.3)
    wait_for(lambda: len(set(job.readers()) - killed) == useful_readers())
    entries = job.entries()
    wait_for(lambda: job.entries() >= entries + len(SOURCES), timeout_s=120)
    figures = job.figure("readers"), job.figure("readers_lost_total")
    log = job.end()

    assert len(killed) >= 10
    assert figures == (useful_readers(), len(killed))
    assert sum(line["event"] == "reader.lost" for line in log) == len(killed)
    assert not [line for line in log if line["level"] in ("error", "critical")]
