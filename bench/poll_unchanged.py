"""2,000 sources that all answer 304: our poll, database and all, against a bare `requests` thread pool of its size.

python -m bench.poll_unchanged [ROUNDS]

The ratio is that of CPU seconds, which what else a machine does changes little; time on the clock is printed beside it.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.polling.workers import poll_due
from bench.server import served

SOURCES = 2_000
WORKERS = 32


def main(rounds: int = 5) -> None:
    with served() as address, tempfile.TemporaryDirectory() as folder:
        urls = [f"{address}{number}" for number in range(SOURCES)]
        aggregator = Aggregator(load(_write_config(Path(folder), urls)))
        names = [source.name for source in aggregator.sources]
        assert sum(result.new for result in poll_due(aggregator, names)) == SOURCES
        ratios = []
        for number in range(rounds):
            with _measured() as bare:
                _ask_barely(urls)
            with _measured() as ours:
                results = list(poll_due(aggregator, names))
            assert len(results) == SOURCES
            assert not any(result.error or result.new or result.updated for result in results)
            ratios.append(ours.cpu_s / bare.cpu_s)
            print(
                f"round {number + 1}: ours {ours.cpu_s:.2f} s CPU ({ours.wall_s:.2f} s), "
                f"bare requests {bare.cpu_s:.2f} s ({bare.wall_s:.2f} s), ratio {ratios[-1]:.2f}"
            )
        aggregator.close()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{SOURCES} unchanged sources, {WORKERS} threads: {statistics.median(ratios):.2f} x bare requests (median)")
    print(f"peak memory {peak_mb:.0f} MB")


def _write_config(folder: Path, urls: list[str]) -> Path:
    sources = "".join(f"  - {{name: s{number}, url: '{url}'}}\n" for number, url in enumerate(urls))
    path = folder / "aggregator.yaml"
    path.write_text(
        "storage: {url: 'sqlite:///bench.db'}\n"
        f"fetch: {{allow_private: true, workers: {WORKERS}}}\nsources:\n{sources}"
    )
    return path


@dataclass(slots=True)
class _Cost:
    cpu_s: float = 0.0
    wall_s: float = 0.0


@contextmanager
def _measured() -> Iterator[_Cost]:
    cost, began, began_cpu = _Cost(), time.perf_counter(), time.process_time()
    yield cost
    cost.wall_s, cost.cpu_s = time.perf_counter() - began, time.process_time() - began_cpu


def _ask_barely(urls: list[str]) -> None:
    own = threading.local()

    def get(url: str) -> int:
        if not hasattr(own, "session"):
            own.session = requests.Session()
            own.session.trust_env = False
        answer: requests.Response = own.session.get(url, headers={"If-None-Match": '"v1"'}, timeout=20)
        return answer.status_code

    with ThreadPoolExecutor(WORKERS) as pool:
        assert set(pool.map(get, urls)) == {304}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
