"""A day in the life of 500 sources: 48 polls of each, two in a hundred with a new entry each time. CPU seconds a day.

python -m bench.day [DIR] [--sources 500] [--polls 48] [--only newsboat]

Every program polls as a timer would start it. Ours polls as a main job too, whose clock goes on by half an hour from
poll to poll; its memory is shown as it goes on. The first poll is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.polling.workers import poll_due
from bench.feeds import default_folder
from bench.measure import Cost, memory_kb
from bench.programs import Libraries, Ours, OursPlain, OursRunning, OursUsual, Pieces, Program
from bench.side_by_side import Options, programs, served_feeds

_BETWEEN = timedelta(minutes=30)
_ONE_IN = 50


class MainJob(Ours):
    """Ours as a program that runs all day."""

    name = "… as a main job"
    has_all = False

    def __init__(self, folder: Path, urls: Sequence[str]) -> None:
        super().__init__(folder, urls)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.day", "--job", self._config],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def poll(self) -> Cost:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("poll\n")
        self._process.stdin.flush()
        return Cost(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=default_folder(), metavar="DIR", help="feeds, as files")
    parser.add_argument("--sources", type=int, default=500)
    parser.add_argument("--polls", type=int, default=48)
    parser.add_argument("--only", nargs="+", default=(), metavar="PROGRAM", help="ours and these: newsboat, reader …")
    parser.add_argument("--job", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.job:
        _run_job(chosen.job)
        return
    feeds_of = Options(folder=chosen.folder, rounds=1, sources=chosen.sources, mean_kb=None)
    with served_feeds(feeds_of) as (feeds, urls), _running(urls, chosen.only) as running:
        firsts = [program.poll() for program in running]
        stored = [program.count_entries() for program in running]
        costs: list[list[Cost]] = [[] for _ in running]
        new = 0
        for number in range(chosen.polls):
            new += feeds.publish(number + 1, one_in=_ONE_IN)
            for program, spent in zip(running, costs, strict=True):
                spent.append(program.poll())
        print(f"{chosen.polls} polls of {len(urls)} sources, {new} new entries; CPU seconds of all processes")
        for program, first, before, spent in zip(running, firsts, stored, costs, strict=True):
            found = program.count_entries() - before
            cpu_s, wall_s = sum(each.cpu_s for each in spent), sum(each.wall_s for each in spent)
            assert not isinstance(program, Ours) or found == new, f"{program.name}: {found} new entries, not {new}"
            quarters = [max(each.peak_mb for each in part) for part in _quarters(spent)]
            print(
                f"{program.name:24} {cpu_s:7.1f} s CPU, {wall_s:7.1f} s wall, first poll {first.cpu_s:6.1f} s CPU,"
                f" {found} new, MB in each quarter of the day: {', '.join(f'{each:.0f}' for each in quarters)}"
            )


@contextmanager
def _running(urls: Sequence[str], only: Sequence[str]) -> Iterator[list[Program]]:
    kinds = [
        each
        for each in programs(only)
        if not issubclass(each, OursRunning | OursPlain | OursUsual | Libraries | Pieces)
    ]
    with tempfile.TemporaryDirectory() as folder:
        made: list[Program] = []
        for number, kind in enumerate((*kinds, MainJob)):
            own = Path(folder, str(number))
            own.mkdir()
            made.append(kind(own, urls))
        try:
            yield made
        finally:
            for program in made:
                if isinstance(program, MainJob):
                    program.close()


def _quarters(spent: Sequence[Cost]) -> Iterator[Sequence[Cost]]:
    size = max(1, -(-len(spent) // 4))
    return (spent[start : start + size] for start in range(0, len(spent), size))


def _run_job(path: Path) -> None:
    """Poll all sources at each line of the input, half an hour after the last; print what it cost, as JSON."""
    now = [datetime.now(UTC).replace(microsecond=0)]
    config = load(path)
    aggregator = Aggregator(config, clock=lambda: now[0])  # without reader processes, whose clocks are the machine's
    names = [source.name for source in aggregator.sources]
    for _ in sys.stdin:
        began, cpu_s = time.perf_counter(), time.process_time()
        count = sum(1 for _ in poll_due(aggregator, names))
        spent_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - began
        assert count == len(names), f"{count} sources were polled"
        cost = Cost(wall_s=wall_s, cpu_s=spent_s, peak_mb=memory_kb(os.getpid()) / 1024)
        print(json.dumps(asdict(cost)), flush=True)
        now[0] += _BETWEEN
    aggregator.close()


if __name__ == "__main__":
    main()
