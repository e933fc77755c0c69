"""Answers read in reader processes: the same comes of it, and nobody waits for one that hangs or has died."""

from __future__ import annotations

import errno
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Timer

import pytest

from aggregator.app import Aggregator
from aggregator.config import Config, load
from aggregator.entrypoints.demo import DemoSite
from aggregator.errors import ClaimLost, StoreError
from aggregator.model import Claim, Fetched, Selection
from aggregator.polling.reader_process import preparation_for
from aggregator.polling.reader_start import start_reader
from aggregator.polling.readers import ReaderPool
from aggregator.polling.workers import poll_due
from aggregator.steps.document_reader import DocumentReader
from aggregator.steps.seen import Draft, Seen
from tests.builders import NOW
from tests.conftest import ROOT
from tests.end_to_end.conftest import wait_for

FEED = (
    "<rss version='2.0'><channel><title>{0}</title>"
    "<item><title>News of {0}</title><guid>{0}</guid></item></channel></rss>"
)
SOURCES = [f"s{number}" for number in range(8)]

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="this system doesn't show what a process has open"
)


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite(now=NOW) as made:
        for name in SOURCES:
            made.put(f"/{name}", FEED.format(name).encode())
        yield made


def configured(folder: Path, site: DemoSite, database: str = "x.db", more: str = "", reading: str = "60s") -> Config:
    listed = "".join(f"  - {{name: {name}, url: '{site.url}{name}'}}\n" for name in SOURCES)
    (folder / "c.yaml").write_text(
        f"storage: {{url: 'sqlite:///{database}'}}\n"
        f"fetch: {{allow_private: true, reading: {reading}, politeness: {{connections: 8, spacing: 1ms}}}}\n"
        f"{more}sources:\n{listed}"
    )
    return load(folder / "c.yaml")


def pids_of(pool: ReaderPool) -> list[int]:
    return pool.pids()


def claim_one(aggregator: Aggregator, name: str) -> tuple[Claim, Fetched]:
    [claim] = aggregator.store.claims.take(
        now=aggregator.clock(), lease=timedelta(minutes=1), limit=1, names=[name], worker=aggregator.setup.worker
    )
    answer = aggregator.setup.pipeline.ask(claim)
    assert isinstance(answer, Fetched)
    return claim, answer


def test_processes_store_what_one_would_have_stored(tmp_path: Path, site: DemoSite) -> None:
    def stored(database: str, processes: int) -> list[tuple[str, str, str]]:
        config = configured(tmp_path, site, database)
        with ReaderPool(processes, config) as pool:
            aggregator = Aggregator(config, readers=pool.configured)
            assert sum(result.new for result in poll_due(aggregator)) == len(SOURCES)
            entries = aggregator.store.entries(Selection())
            found = sorted((entry.id, entry.title, entry.original) for entry in entries)
            aggregator.close()
        return found

    assert stored("many.db", 3) == stored("one.db", 0)


def test_readers_that_are_sure_to_be_needed_start_before_anything_is_asked(tmp_path: Path, site: DemoSite) -> None:
    config = configured(tmp_path, site)
    with ReaderPool(2, config, begins=True) as pool:
        started = sorted(process.pid for process in pool._processes.values())
        assert len(started) == 2

        aggregator = Aggregator(config, readers=pool.configured)
        new = sum(result.new for result in poll_due(aggregator))

        assert new == len(SOURCES)
        assert sorted(pool.pids()) == started
        assert pool.lost == 0
        aggregator.close()


@needs_proc
def test_a_reader_that_was_started_before_all_else_is_the_first_of_the_pool(tmp_path: Path, site: DemoSite) -> None:
    first = start_reader()
    config = configured(tmp_path, site, more="categories: [{name: news, any: [news]}]\n")
    with ReaderPool(1, config, first=first) as pool:
        aggregator = Aggregator(config, readers=pool.configured)

        assert pool.pids() == [first.process.pid]
        assert aggregator.setup.pipeline.read(*claim_one(aggregator, "s0")).new == 1
        assert [entry.categories for entry in aggregator.store.entries(Selection())] != [()]
        aggregator.close()

    assert first.process.returncode == 0


@needs_proc
def test_a_poll_that_can_not_begin_leaves_no_reader_behind(tmp_path: Path) -> None:
    (tmp_path / "aggregator.yaml").write_text("sources: {}\nsourcse: []\n")
    program = [sys.executable, "-m", "aggregator.entrypoints.main", "poll", "--all"]

    done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "did you mean 'sources'" in done.stderr
    assert "Traceback" not in done.stderr
    folders = Path("/proc").glob("[0-9]*/cwd")
    assert not [each for each in folders if os.path.realpath(each) == str(tmp_path)]


@needs_proc
def test_the_last_poll_ends_readers_and_what_comes_after_it_is_read_here(tmp_path: Path, site: DemoSite) -> None:
    config = configured(tmp_path, site)
    with ReaderPool(2, config) as pool:
        aggregator = Aggregator(config, readers=pool.configured)
        pipeline = aggregator.setup.pipeline
        list(poll_due(aggregator, ["s0"]))
        before = pool.pids()

        list(poll_due(aggregator, ["s1"], is_last=True))

        assert len(before) == 2
        assert pool.alive == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in before)
        assert pipeline.read(*claim_one(aggregator, "s2")).new == 1
        assert pool.lost == 0
        aggregator.close()


class Crowd(DocumentReader):
    """Reads when an answer of each source is in hand; without it when it has waited for long enough."""

    def __init__(self, here: DocumentReader) -> None:
        self.barrier = Barrier(len(SOURCES))
        self._here = here

    def read(self, claim: Claim, answer: Fetched) -> Seen | Draft:
        with suppress(BrokenBarrierError):
            self.barrier.wait(0.2)
        return self._here.read(claim, answer)


def test_answers_wait_to_be_read_until_those_before_are_recorded(tmp_path: Path, site: DemoSite) -> None:
    crowds: list[Crowd] = []

    def crowded(_: Config, here: DocumentReader) -> Crowd:
        crowds.append(Crowd(here))
        return crowds[0]

    aggregator = Aggregator(configured(tmp_path, site), readers=crowded)

    assert sum(result.new for result in poll_due(aggregator)) == len(SOURCES)

    assert crowds[0].barrier.broken
    aggregator.close()


@needs_proc
def test_a_reader_that_is_killed_costs_its_source_one_failure_and_is_replaced(tmp_path: Path, site: DemoSite) -> None:
    config = configured(tmp_path, site)
    with ReaderPool(1, config) as pool:
        aggregator = Aggregator(config, readers=pool.configured)
        pipeline = aggregator.setup.pipeline
        items = "".join(f"<item><title>News {n}</title><guid>{n}</guid></item>" for n in range(15_000))
        site.put("/s0", f"<rss version='2.0'><channel><title>Long</title>{items}</channel></rss>".encode())
        claim, answer = claim_one(aggregator, "s0")
        [pid] = pool.pids()
        before = cpu_s(pid)

        def kill() -> None:
            wait_for(lambda: pool._deadlines and cpu_s(pid) > before + 0.3)  # in the middle of it
            os.kill(pid, signal.SIGKILL)

        with ThreadPoolExecutor(1) as killer:
            killed = killer.submit(kill)
            result = pipeline.read(claim, answer)
            killed.result()

        assert result.error == "the reader process was ended while reading it (SIGKILL), possibly out of memory"
        assert result.state.failures == 1
        assert pool.lost == 1
        assert pid not in pool.pids()
        assert len(pool.pids()) == 1
        assert pipeline.read(*claim_one(aggregator, "s1")).new == 1
        aggregator.close()


def test_a_reader_that_hangs_is_stopped_and_the_others_go_on(tmp_path: Path, site: DemoSite) -> None:
    config = configured(tmp_path, site)
    with ReaderPool(2, config) as pool:
        aggregator = Aggregator(config, readers=pool.configured)
        [hanging, *_] = pool.pids()
        os.kill(hanging, signal.SIGSTOP)

        def let_time_pass() -> None:  # for the one that hangs, whatever the others take on a busy machine
            [pipe] = [pipe for pipe, process in pool._processes.items() if process.pid == hanging]
            wait_for(lambda: pipe in pool._deadlines)
            pool._deadlines[pipe] = time.monotonic()

        with ThreadPoolExecutor(1) as passing:
            passed = passing.submit(let_time_pass)
            results = list(poll_due(aggregator))
            passed.result()

        assert [result.error for result in results if result.error] == [
            "reading it took longer than 1 minute; the reader process was stopped"
        ]
        assert sum(result.new for result in results) == len(SOURCES) - 1
        assert len(pool.pids()) == 2
        aggregator.close()


def test_an_answer_larger_than_a_pipe_does_not_hang_with_its_reader(tmp_path: Path, site: DemoSite) -> None:
    site.put("/s0", FEED.format("x" * 2_000_000).encode())
    config = configured(tmp_path, site, reading="1s")
    with ReaderPool(1, config) as pool:
        aggregator = Aggregator(config, readers=pool.configured)
        os.kill(pool.pids()[0], signal.SIGSTOP)

        result = aggregator.setup.pipeline.read(*claim_one(aggregator, "s0"))

        assert "took longer than 1 second" in (result.error or "")
        aggregator.close()


def test_readers_that_die_idle_are_replaced_and_cost_nothing(tmp_path: Path, site: DemoSite) -> None:
    config = configured(tmp_path, site)
    with ReaderPool(2, config) as pool:
        aggregator = Aggregator(config, readers=pool.configured)
        before = set(pool.pids())
        for pid in before:
            os.kill(pid, signal.SIGKILL)

        results = list(poll_due(aggregator))

        assert [result.error for result in results if result.error] == []
        wait_for(lambda: len(pool.pids()) == 2 and before.isdisjoint(pool.pids()))
        assert pool.lost == 2
        aggregator.close()


def test_a_reader_that_is_dying_when_it_is_asked_costs_nothing(tmp_path: Path, site: DemoSite) -> None:
    config = configured(tmp_path, site)
    with ReaderPool(1, config) as pool:
        aggregator = Aggregator(config, readers=pool.configured)
        [pid] = pool.pids()
        os.kill(pid, signal.SIGSTOP)  # it takes nothing up, and its pipe is still open
        Timer(0.2, os.kill, (pid, signal.SIGKILL)).start()

        assert aggregator.setup.pipeline.read(*claim_one(aggregator, "s1")).new == 1
        assert pool.lost == 1
        aggregator.close()


def test_where_no_reader_can_be_started_answers_are_read_here(
    tmp_path: Path, site: DemoSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configured(tmp_path, site)
    with ReaderPool(2, config) as pool:
        aggregator = Aggregator(config, readers=pool.configured)
        monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))

        results = list(poll_due(aggregator))

        assert sum(result.new for result in results) == len(SOURCES)
        assert pool.pids() == []
        aggregator.close()


def test_a_bug_that_a_document_brings_out_is_recorded_on_its_source(
    tmp_path: Path, site: DemoSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configured(tmp_path, site)
    with ReaderPool(1, config) as pool:
        aggregator = Aggregator(config, readers=pool.configured)
        claim, answer = claim_one(aggregator, "s0")

        result = aggregator.setup.pipeline.read(claim, replace(answer, content_type=1))  # type: ignore[arg-type]

        assert (result.error or "").startswith("this program failed on it: ")
        assert pool.lost == 0
        aggregator.close()


def test_where_no_file_can_be_opened_to_read_an_answer_its_source_says_so(
    tmp_path: Path, site: DemoSite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none_left(*_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    aggregator = Aggregator(configured(tmp_path, site))
    monkeypatch.setattr(aggregator.setup.reader, "read", none_left)

    result = aggregator.setup.pipeline.read(*claim_one(aggregator, "s0"))

    assert result.error == (
        "this machine has too many files open to read it; raise its limit (ulimit -n) or lower fetch.workers"
    )
    assert "Traceback" not in capsys.readouterr().out
    aggregator.close()


def test_a_reader_loads_nothing_that_reading_does_not_take() -> None:
    ready = preparation_for(load(ROOT / "config" / "aggregator.yaml"))
    program = (
        "import pickle, sys; from aggregator.polling.reader_process import prepared; "
        "prepared(pickle.load(sys.stdin.buffer)); print(*sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], input=pickle.dumps(ready), capture_output=True, check=True)

    loaded = set(done.stdout.decode().split())
    assert "aggregator.steps.parse" in loaded
    assert not loaded & {"sqlalchemy", "pydantic", "requests", "ssl", "email", "yaml", "typer", "babel", "numpy"}


def test_a_reload_while_sources_are_polled_loses_no_answer(tmp_path: Path, site: DemoSite) -> None:
    config = configured(tmp_path, site)
    with ReaderPool(2, config) as pool:
        aggregator = Aggregator(config, readers=pool.configured)

        results = []
        for result in poll_due(aggregator):
            results.append(result)
            aggregator.use(config)

        assert sum(result.new for result in results) == len(SOURCES)
        aggregator.close()


def test_a_reload_that_fails_in_the_middle_changes_nothing(
    tmp_path: Path, site: DemoSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    aggregator = Aggregator(configured(tmp_path, site))
    before = aggregator.setup
    edited = configured(
        tmp_path, site, more="digests: [{name: daily, every: day at 07:30, to: [{webhook: 'https://x.example/'}]}]\n"
    )

    def lost(*_: object) -> bool:
        raise StoreError("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr("aggregator.store.issues.are_synced", lost)
        with pytest.raises(StoreError):
            aggregator.use(edited.model_copy(update={"sources": edited.sources[:1]}))

    assert aggregator.setup is before
    assert len(aggregator.store.sources()) == len(SOURCES)
    aggregator.close()


def test_errors_of_the_store_come_through(tmp_path: Path, site: DemoSite) -> None:
    config = configured(tmp_path, site)
    with ReaderPool(1, config) as pool:
        aggregator = Aggregator(config, readers=pool.configured)
        claim, answer = claim_one(aggregator, "s0")
        other, another = claim_one(aggregator, "s1")

        with pytest.raises(ClaimLost, match="another worker has taken over s0"):
            aggregator.setup.pipeline.read(replace(claim, token="stolen"), answer)
        with aggregator.store._write() as connection:
            connection.exec_driver_sql("DROP TABLE entry_categories")
            connection.exec_driver_sql("DROP TABLE entries")
        with pytest.raises(StoreError, match="no such table"):
            aggregator.setup.pipeline.read(other, another)
        aggregator.close()


def test_an_edited_configuration_counts_from_the_next_answer_on(tmp_path: Path, site: DemoSite) -> None:
    rules = "categories: [{name: news, any: [news]}]\n"
    config = configured(tmp_path, site)
    with ReaderPool(1, config) as pool:
        aggregator = Aggregator(config, readers=pool.configured)
        aggregator.setup.pipeline.read(*claim_one(aggregator, "s0"))
        aggregator.use(configured(tmp_path, site, more=rules))

        aggregator.setup.pipeline.read(*claim_one(aggregator, "s1"))

        categories = {entry.source: len(entry.categories) for entry in aggregator.store.entries(Selection())}
        assert categories == {"s0": 0, "s1": 1}
        aggregator.close()


def test_processes_end_with_the_one_that_they_serve_however_it_ends() -> None:
    program = (
        "import time\n"
        "from aggregator.config import Config\n"
        "from aggregator.polling.readers import ReaderPool\n"
        "pool = ReaderPool(3, Config())\n"
        "print(*pool.pids(), flush=True)\n"
        "time.sleep(60)\n"
    )
    served = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert served.stdout is not None
    pids = [int(pid) for pid in served.stdout.readline().split()]

    served.kill()
    served.wait()

    assert len(pids) == 3
    wait_for(lambda: not any(map(is_running, pids)))
    served.stdout.close()


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process; 0 for one that has just been started."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
