"""Where the CPU time of a cold poll without vectors goes: by stage, and how much of it keeps others from writing.

One process does all of it.

python -m bench.stages [DIR] [--sources 200 --mean-kb 235]
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any

from aggregator import categorize, dedupe, pipeline
from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.polling import workers
from aggregator.steps import decide as deciding
from aggregator.steps import parse as parsing
from aggregator.store import Look, PollTransaction
from aggregator.store.presence import WritersTurn
from bench.programs import OursPlain
from bench.side_by_side import options, served_feeds

STAGES: tuple[tuple[object, str, str], ...] = (
    (pipeline, "fetch_source", "fetch"),
    (parsing, "read_document", "parse"),
    (parsing, "normalize_changes", "normalize"),
    (parsing, "sign", "dedupe"),
    (categorize, "categorize", "categorize"),  # loaded where it is called
    (parsing, "gists_of", "stories"),
    (deciding, "marks_of", "dedupe"),
    (dedupe, "decide", "dedupe"),
    (Look, "known", "store: read"),
    (Look, "nearby", "store: read"),
    (Look, "prepare", "store: write"),
    (PollTransaction, "write", "store: write"),
    (workers, "end_round", "stories"),
)


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(__doc__ or "", arguments)
    spent: defaultdict[str, float] = defaultdict(float)
    lock = threading.Lock()
    for owner, name, stage in STAGES:
        setattr(owner, name, _timed(getattr(owner, name), stage, spent, lock))
    turns: list[float] = []
    WritersTurn.__call__ = _timed_turn(WritersTurn.__call__, turns)  # type: ignore[method-assign]
    with served_feeds(chosen) as (_, urls), tempfile.TemporaryDirectory() as folder:
        OursPlain(Path(folder), urls)  # the model's threads are not told apart
        aggregator = Aggregator(load(Path(folder, "aggregator.yaml")))
        names = [source.name for source in aggregator.sources]
        turns.clear()
        began, began_cpu = time.perf_counter(), sum(os.times()[:4])
        new = sum(result.new for result in workers.poll_due(aggregator, names))
        wall_s, cpu_s = time.perf_counter() - began, sum(os.times()[:4]) - began_cpu
        aggregator.close()
    spent["the rest: transactions, threads"] = cpu_s - sum(spent.values())

    def show(what: str, seconds: float) -> None:
        print(f"{what:32} {seconds:6.2f} s  {seconds / cpu_s:4.0%}  {seconds / new * 1e6:5.0f} µs an entry")

    for stage, seconds in sorted(spent.items(), key=itemgetter(1), reverse=True):
        show(stage, seconds)
    show("of it while others wait to write", sum(turns))
    print(f"{'all':32} {cpu_s:6.2f} s of CPU time for {new} entries, in {wall_s:.2f} s")


def _timed(
    function: Callable[..., Any], stage: str, spent: defaultdict[str, float], lock: threading.Lock
) -> Callable[..., Any]:
    def timed(*given: Any, **named: Any) -> Any:
        began = time.thread_time()
        try:
            return function(*given, **named)
        finally:
            with lock:
                spent[stage] += time.thread_time() - began

    return timed


def _timed_turn(turn: Callable[..., Any], turns: list[float]) -> Callable[..., Any]:
    @contextmanager
    def timed(writers: WritersTurn) -> Iterator[None]:
        with turn(writers):
            began = time.thread_time()
            try:
                yield
            finally:
                turns.append(time.thread_time() - began)

    return timed


if __name__ == "__main__":
    main()
