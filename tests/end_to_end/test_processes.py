"""Answers read and recorded in processes of their own: the same comes of it, and nobody waits for the dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.config import Config, load
from aggregator.demo import DemoSite
from aggregator.errors import ClaimLost, StoreError
from aggregator.model import Claim, Fetched, Selection
from aggregator.pipeline import Aggregator
from aggregator.processes import ProcessPool
from aggregator.workers import poll_due
from tests.builders import NOW

FEED = (
    "<rss version='2.0'><channel><title>{0}</title>"
    "<item><title>News of {0}</title><guid>{0}</guid></item></channel></rss>"
)
SOURCES = [f"s{number}" for number in range(8)]


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite(now=NOW) as made:
        for name in SOURCES:
            made.put(f"/{name}", FEED.format(name).encode())
        yield made


def configured(folder: Path, site: DemoSite, database: str = "x.db", more: str = "") -> Config:
    listed = "".join(f"  - {{name: {name}, url: '{site.url}{name}'}}\n" for name in SOURCES)
    (folder / "c.yaml").write_text(
        f"storage: {{url: 'sqlite:///{database}'}}\n"
        "fetch: {allow_private: true, politeness: {connections: 8, spacing: 1ms}}\n"
        f"{more}sources:\n{listed}"
    )
    return load(folder / "c.yaml")


def pids_of(pool: ProcessPool) -> list[int]:
    return list(pool._pids.values())


def claim_one(aggregator: Aggregator, name: str) -> tuple[Claim, Fetched]:
    [claim] = aggregator.store.claim_due_sources(
        now=aggregator.clock(), lease=timedelta(minutes=1), limit=1, names=[name], worker=aggregator.worker
    )
    answer = aggregator.ask(claim)
    assert isinstance(answer, Fetched)
    return claim, answer


def test_processes_store_what_one_would_have_stored(tmp_path: Path, site: DemoSite) -> None:
    def stored(database: str, processes: int) -> list[tuple[str, str, str]]:
        config = configured(tmp_path, site, database)
        with ProcessPool(processes, config) as pool:
            aggregator = Aggregator(config, processes=pool)
            assert sum(result.new for result in poll_due(aggregator)) == len(SOURCES)
            entries = aggregator.store.entries(Selection())
            found = sorted((entry.id, entry.title, entry.original) for entry in entries)
            aggregator.close()
        return found

    assert stored("many.db", 3) == stored("one.db", 0)


def test_a_process_that_is_killed_costs_its_source_one_failure(tmp_path: Path, site: DemoSite) -> None:
    config = configured(tmp_path, site)
    with ProcessPool(1, config) as pool:
        aggregator = Aggregator(config, processes=pool)
        claim, answer = claim_one(aggregator, "s0")
        os.kill(pids_of(pool)[0], signal.SIGKILL)

        result = aggregator.read_and_record(claim, answer)

        assert result.error == "the process that read it ended: SIGKILL"
        assert result.state.failures == 1
        aggregator.close()


def test_when_no_process_is_left_answers_are_read_here(tmp_path: Path, site: DemoSite) -> None:
    config = configured(tmp_path, site)
    with ProcessPool(2, config) as pool:
        aggregator = Aggregator(config, processes=pool)
        for pid in pids_of(pool):
            os.kill(pid, signal.SIGKILL)

        results = list(poll_due(aggregator))

        assert sum(result.error is not None for result in results) == 2
        assert sum(result.new for result in results) == len(SOURCES) - 2
        aggregator.close()


def test_errors_of_the_store_come_through(tmp_path: Path, site: DemoSite) -> None:
    config = configured(tmp_path, site)
    with ProcessPool(1, config) as pool:
        aggregator = Aggregator(config, processes=pool)
        claim, answer = claim_one(aggregator, "s0")
        other, another = claim_one(aggregator, "s1")

        with pytest.raises(ClaimLost, match="another worker has taken over s0"):
            aggregator.read_and_record(replace(claim, token="stolen"), answer)
        with aggregator.store._write() as connection:
            connection.exec_driver_sql("DROP TABLE entry_categories")
            connection.exec_driver_sql("DROP TABLE entries")
        with pytest.raises(StoreError, match="no such table"):
            aggregator.read_and_record(other, another)
        aggregator.close()


def test_an_edited_configuration_counts_from_the_next_answer_on(tmp_path: Path, site: DemoSite) -> None:
    rules = "categories: [{name: news, any: [news]}]\n"
    config = configured(tmp_path, site)
    with ProcessPool(1, config) as pool:
        aggregator = Aggregator(config, processes=pool)
        aggregator.read_and_record(*claim_one(aggregator, "s0"))
        aggregator.use(configured(tmp_path, site, more=rules))

        aggregator.read_and_record(*claim_one(aggregator, "s1"))

        categories = {entry.source: len(entry.categories) for entry in aggregator.store.entries(Selection())}
        assert categories == {"s0": 0, "s1": 1}
        aggregator.close()


def test_processes_end_with_the_one_that_they_serve_however_it_ends() -> None:
    program = (
        "import time\n"
        "from aggregator.config import Config\n"
        "from aggregator.processes import ProcessPool\n"
        "pool = ProcessPool(3, Config())\n"
        "print(*pool._pids.values(), flush=True)\n"
        "time.sleep(60)\n"
    )
    served = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert served.stdout is not None
    pids = [int(pid) for pid in served.stdout.readline().split()]

    served.kill()
    served.wait()

    assert len(pids) == 3
    deadline = time.monotonic() + 10
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(is_running, pids))
    served.stdout.close()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
