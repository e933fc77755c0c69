"""Processes that read answers and record them: all of a poll that computes, on the cores that there are.

Python computes in one thread at a time. So the threads of workers.py ask servers and wait, and what came is handed to
one of a few processes, which takes it from its bytes to the store by itself (``recording.Recorder``); only a summary
comes back. They are forked before anything else is begun: a process with threads or an open database must not be.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import random
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from typing import NoReturn, Self

from aggregator.config import Config
from aggregator.errors import AggregatorError, SourceError
from aggregator.model import Claim, Fetched, Meter, PollSummary, Span, unmeasured
from aggregator.pipeline import utc_now
from aggregator.recording import Recorder, rules_for
from aggregator.store import Store

MAX_PROCESSES = 4  # one writes to the database at a time: more would wait for that


def useful_processes() -> int:
    """Return how many processes make a poll quicker: one a core; none where there is one core only."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 0 if cores < 2 else min(cores, MAX_PROCESSES)


class ProcessPool:
    """A few processes, each reading one answer at a time. Threads may share it; make it before there are any.

    A process that is killed, for its memory say, costs the source that it was reading one failure. When none is left,
    answers are read where they are asked for.
    """

    def __init__(self, count: int, config: Config, *, meter: Meter = unmeasured) -> None:
        """``meter`` is told how long the transactions of the processes take."""
        self._meter = meter
        self._database = config.storage.url
        self.use(config)
        self._pids: dict[Connection, int] = {}
        self._idle: queue.SimpleQueue[Connection | None] = queue.SimpleQueue()
        self._losing = threading.Lock()
        if count:
            rules_for(config.categories)
        gc.freeze()  # or looking for garbage would copy the memory that they share
        sys.stdout.flush()  # or what is in its buffer would be written once by each of them
        sys.stderr.flush()
        for _ in range(count):
            ours, theirs = Pipe()
            pid = os.fork()
            if pid == 0:
                _serve(theirs, inherited=[ours, *self._pids])
            theirs.close()
            self._pids[ours] = pid
            self._idle.put(ours)
        if not count:
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Tell them to end, and wait until what they are writing is written."""
        for pipe in self._pids:
            pipe.close()
        for pid in self._pids.values():
            os.waitpid(pid, 0)

    def use(self, config: Config) -> None:
        """Work with this configuration from the next answer on; the database stays what it was first."""
        self._settings = pickle.dumps((self._database, config.fetch, config.categories))

    def read_and_record(self, claim: Claim, answer: Fetched) -> PollSummary | None:
        """Parse ─► … ─► store, in the next process that is free; None when none is left.

        Raises SourceError when the process ended meanwhile, else what ``Recorder.read_and_record`` does.
        """
        pipe = self._idle.get()
        if pipe is None:
            self._idle.put(None)
            return None
        try:
            pipe.send((self._settings, claim, answer))
            done: PollSummary | AggregatorError
            done, measured = pipe.recv()
        except (EOFError, OSError) as error:
            raise SourceError(f"the process that read it ended: {self._lost(pipe)}") from error
        self._idle.put(pipe)
        for span, seconds in measured:
            self._meter(span, seconds)
        if isinstance(done, AggregatorError):
            raise done
        return done

    def _lost(self, pipe: Connection) -> str:
        """Take leave of a process that ended; return how it did."""
        with self._losing:
            code = os.waitstatus_to_exitcode(os.waitpid(self._pids.pop(pipe), 0)[1])
            pipe.close()
            if not self._pids:
                self._idle.put(None)
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _serve(pipe: Connection, *, inherited: Sequence[Connection]) -> NoReturn:
    """Read answers until the other side is gone, which closes the pipe however it ends."""
    code = 1
    try:
        for each in inherited:  # or they would stay open when the process that we serve is killed
            each.close()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # for the one that we serve, which will tell us
            signal.signal(number, signal.SIG_IGN)
        random.seed()  # or all would spread their requests alike
        with suppress(EOFError, OSError):
            _answer(pipe)
        code = 0
    except BaseException:  # noqa: BLE001 - nothing of the program that was forked may run on in here
        traceback.print_exc()
    finally:
        os._exit(code)


def _answer(pipe: Connection) -> None:
    """Answer with what came of it, and how long each transaction took."""
    settings, recorder = b"", None
    measured: list[tuple[Span, float]] = []
    done: PollSummary | AggregatorError
    while True:
        current, claim, answer = pipe.recv()
        try:
            if recorder is None or current != settings:
                settings, recorder = current, _recorder(current, recorder, measured)
            done = recorder.read_and_record(claim, answer)
        except AggregatorError as error:
            done = error
        pipe.send((done, measured))
        measured.clear()


def _recorder(settings: bytes, before: Recorder | None, measured: list[tuple[Span, float]]) -> Recorder:
    database, fetch, categories = pickle.loads(settings)  # noqa: S301 - our own process sent it
    if before is not None:
        return Recorder(before.store, fetch, categories, clock=utc_now)

    def note(span: Span, seconds: float) -> None:
        measured.append((span, seconds))

    return Recorder(Store(database, pool_size=1, meter=note), fetch, categories, clock=utc_now)
