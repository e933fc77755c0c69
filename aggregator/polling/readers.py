"""Reader processes: all of a poll that computes, on all cores. None that hangs or dies takes the others along.

Python computes in one thread at a time. So the threads of workers.py ask servers and wait, and each answer is handed to
one of a few processes, which takes it from its bytes to the store (``pipeline.Recorder``); only a summary comes back.

A nursery forks them: a process that is forked first and stays single-threaded and without a database, since a process
with threads must not be forked. It forks replacements for as long as the program runs.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.reduction import recv_handle
from typing import Self

from aggregator.config import Config
from aggregator.errors import AggregatorError, ReaderLost
from aggregator.model import Claim, Fetched, Meter, PollSummary, unmeasured
from aggregator.pipeline import Reader
from aggregator.polling.memory import give_back_large_blocks
from aggregator.polling.nursery import TAKEN_UP, Answer, Question, serve, settings_of
from aggregator.steps.seen import Draft
from aggregator.text.durations import duration_in_words

MAX_READERS = 4  # one writes to the database at a time: more would wait for that

# How often to look for readers that hang, or that died while nothing was to be read.
_LOOK_EVERY_S = 0.5


def useful_readers() -> int:
    """Return how many reader processes make a poll quicker: one a core; none where there is one core only."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 0 if cores < 2 else min(cores, MAX_READERS)


class ReaderPool:
    """A few reader processes, each reading one answer at a time. Threads may share it; make it before there are any.

    A reader that is killed, or takes longer than ``fetch.reading``, costs the source that it was reading one failure,
    and is replaced. Without readers (``count`` 0, or the nursery is gone too) answers are read in this process.
    """

    def __init__(self, count: int, config: Config, *, begins: bool = False, meter: Meter = unmeasured) -> None:
        """``begins``: what comes is to be read for sure, so that readers are forked at once, and not when it has come.

        ``meter`` is told how long the transactions of the readers take.
        """
        self.count = count
        self.lost = 0
        self._meter = meter
        self.database = config.storage.url
        self._changed = threading.Condition()
        self._pids: dict[Connection, int] = {}
        self._idle: list[Connection] = []
        self._deadlines: dict[Connection, float] = {}
        self._late: set[Connection] = set()
        self._first: list[Connection] = []
        self._have_begun = False
        self._nursery: Connection | None = None
        self._nursery_pid = 0
        self._asking = threading.Lock()
        self._has_ended = threading.Event()
        self._watch: threading.Thread | None = None
        give_back_large_blocks()
        if count:
            self._fork_nursery(config, begins=begins)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Tell readers to end, and wait until what they are writing is written. What comes later is read here."""
        self._has_ended.set()
        if self._watch is not None:
            self._watch.join()
        with self._asking, self._changed:
            for pipe in (*self._first, *self._pids):
                pipe.close()
            self._first, self._idle = [], []
            self._pids.clear()
            if self._nursery is not None:
                self._nursery.close()
            nursery, self._nursery, self._nursery_pid = self._nursery_pid, None, 0
            self._changed.notify_all()
        if nursery:
            os.waitpid(nursery, 0)

    def configured(self, config: Config, here: Reader) -> Reader:
        """Return the readers with a configuration; the database stays what it was first.

        ``here`` reads what there is no reader process for.
        """
        return _Configured(self, config, here) if self.count else here

    @property
    def alive(self) -> int:
        """How many readers there are now; those that the nursery is still forking count."""
        return len(self._pids) or len(self._first)

    def pids(self) -> list[int]:
        """Return the readers that there are."""
        self._receive_first()
        with self._changed:
            return list(self._pids.values())

    def ask(self, question: Question, limit: timedelta) -> PollSummary | Draft | None:
        """Hand a question to the next reader that is free; None when there is none left.

        A reader that had ended before it took the question up costs nothing: the next one is asked.
        Raises ReaderLost when the reader ended meanwhile or took longer than ``limit``, else what it raised.
        """
        dead_before = 0
        while (pipe := self._take(limit)) is not None:
            is_taken_up = False
            try:
                pipe.send(question)
                is_taken_up = pipe.recv() is TAKEN_UP
                answer: Answer = pipe.recv()
            except (EOFError, OSError) as error:
                is_late, how = self._bury(pipe)
                if is_late:
                    limit_in_words = duration_in_words(limit)
                    raise ReaderLost(
                        f"reading it took longer than {limit_in_words}; the reader process was stopped"
                    ) from error
                if is_taken_up or dead_before >= self.count:
                    hint = ", possibly out of memory" if how == "SIGKILL" else ""
                    raise ReaderLost(f"the reader process was ended while reading it ({how}){hint}") from error
                dead_before += 1
            else:
                self._give_back(pipe)
                return self._done(answer)
        return None

    def _done(self, answer: Answer) -> PollSummary | Draft:
        for span, seconds in answer.measured:
            self._meter(span, seconds)
        if isinstance(answer.done, AggregatorError):
            raise answer.done
        return answer.done

    # --- readers -----------------------------------------------------------------------------------------------------

    def _take(self, limit: timedelta) -> Connection | None:
        """Wait for a free reader; None when there is none left."""
        self._receive_first()
        self._begin_watch()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._idle or not (self._pids or self._nursery))
                if not self._idle:
                    return None
                pipe = self._idle.pop(0)
                is_dead = pipe.poll(0)  # an idle reader says nothing: what can be read is its end
                if not is_dead:
                    self._deadlines[pipe] = time.monotonic() + limit.total_seconds()
                    return pipe
            self._replace(pipe)

    def _give_back(self, pipe: Connection) -> None:
        with self._changed:
            del self._deadlines[pipe]
            is_late = pipe in self._late  # it is being killed, and its answer came all the same
            self._late.discard(pipe)
            if not is_late:
                self._idle.append(pipe)
                self._changed.notify()
        if is_late:
            self._replace(pipe)

    def _bury(self, pipe: Connection) -> tuple[bool, str]:
        """Replace a reader that ended with a question; return whether it took too long, and how it ended."""
        with self._changed:
            self._deadlines.pop(pipe, None)
            is_late = pipe in self._late
            self._late.discard(pipe)
        return is_late, self._replace(pipe)

    def _replace(self, pipe: Connection) -> str:
        """Put another reader in the place of one that ended; return how it ended."""
        pipe.close()
        pid = self._pids[pipe]
        self.lost += 1
        how = self._ask_for_reader(in_place_of=pipe)
        _log("warning", "reader.lost", pid=pid, how=how, readers=len(self._pids))
        return how

    def _watch_readers(self) -> None:
        """Kill readers that take too long, and replace those that died idle. Runs in a thread of its own."""
        while not self._has_ended.wait(_LOOK_EVERY_S):
            now = time.monotonic()
            with self._changed:
                late = [pipe for pipe, deadline in self._deadlines.items() if deadline < now and pipe not in self._late]
                self._late.update(late)
                for pipe in late:
                    with suppress(ProcessLookupError):
                        os.kill(self._pids[pipe], signal.SIGKILL)  # whoever waits for its answer notices
                # an idle reader says nothing: what can be read is the end of it
                dead = [pipe for pipe in wait(self._idle, 0) if isinstance(pipe, Connection)] if self._idle else []
                self._idle = [pipe for pipe in self._idle if pipe not in dead]
            for pipe in dead:
                self._replace(pipe)
            if self._is_one_missing():
                self._ask_for_reader(in_place_of=None)

    def _is_one_missing(self) -> bool:
        """Whether a reader was lost and could not be replaced then."""
        with self._asking:
            return self._nursery is not None and not self._first and len(self._pids) < self.count

    def _begin_watch(self) -> None:
        with self._changed:
            if self._watch is None:
                self._watch = threading.Thread(target=self._watch_readers, name="readers", daemon=True)
                self._watch.start()

    # --- nursery -----------------------------------------------------------------------------------------------------

    def _fork_nursery(self, config: Config, *, begins: bool) -> None:
        """Fork the nursery, which loads what readers need, and forks them, when there is something to read."""
        sys.stdout.flush()  # or what is in its buffer would be written once by each of them
        sys.stderr.flush()
        control, theirs = Pipe()
        pairs = [Pipe() for _ in range(self.count)]
        pid = os.fork()
        if pid == 0:
            control.close()
            for ours, _ in pairs:
                ours.close()
            serve(theirs, pipes=[pipe for _, pipe in pairs], config=config, begins=begins)
        for pipe in (theirs, *(pipe for _, pipe in pairs)):
            pipe.close()
        self._nursery, self._nursery_pid = control, pid
        self._first, self._have_begun = [ours for ours, _ in pairs], begins

    def _receive_first(self) -> None:
        """Wait for the first readers."""
        if not self._first:
            return
        with self._asking:
            first, self._first = self._first, []
            if self._nursery is not None:
                with suppress(EOFError, OSError):
                    if not self._have_begun:
                        self._nursery.send(None)  # there is something to read
                    for pipe in first:
                        self._add(self._nursery.recv(), pipe)

    def _ask_for_reader(self, in_place_of: Connection | None) -> str:
        """Have a dead reader buried, if any, and another one forked; return how the dead one ended."""
        with self._asking:
            how = "the process that forks readers is gone"
            with self._changed:
                ended = self._pids.pop(in_place_of) if in_place_of is not None else None
            if self._nursery is not None:
                try:
                    self._nursery.send(ended)
                    how = self._nursery.recv()
                    pid = self._nursery.recv()
                    self._add(pid, Connection(recv_handle(self._nursery)))
                except (EOFError, BrokenPipeError, ConnectionError):
                    self._nursery.close()
                    self._nursery = None
                    _log("error", "readers.cannot_be_replaced", hint="restart the program")
                except (OSError, RuntimeError) as error:  # no more files can be opened: tried again soon
                    _log("warning", "reader.not_replaced", error=str(error))
            with self._changed:
                self._changed.notify_all()
            return how

    def _add(self, pid: int, pipe: Connection) -> None:
        with self._changed:
            self._pids[pipe] = pid
            self._idle.append(pipe)
            self._changed.notify_all()


def _log(level: str, event: str, **facts: object) -> None:
    """Log a line, with what a poll in which all goes well need not load; where files have run out, go on without."""
    with suppress(ImportError, OSError):
        import structlog

        getattr(structlog.get_logger(), level)(event, **facts)


class _Configured:
    """The readers with one configuration; what no reader is left for is read in this process."""

    def __init__(self, pool: ReaderPool, config: Config, here: Reader) -> None:
        self._pool = pool
        self._here = here
        self._limit = config.fetch.reading
        self._settings = settings_of(config, pool.database)

    def read(self, claim: Claim, answer: Fetched) -> PollSummary | Draft:
        done = self._pool.ask(Question(settings=self._settings, claim=claim, answer=answer), self._limit)
        return self._here.read(claim, answer) if done is None else done

    def end(self) -> None:
        self._pool.end()

    def finish(self, claim: Claim, answer: Fetched, draft: Draft) -> PollSummary:
        question = Question(settings=self._settings, claim=claim, answer=answer, draft=draft)
        done = self._pool.ask(question, self._limit)
        return self._here.finish(claim, answer, draft) if done is None or isinstance(done, Draft) else done
