"""Reader processes: all of a poll that computes, on all cores. None that hangs or dies takes the others along.

Python computes in one thread at a time. So the threads of workers.py ask servers and wait, and each answer is handed to
one of a few processes (steps/document_reader.py). What is seen in it comes back, and is recorded in this process, which
alone has the database open.

They are started when there is something to read for the first time, and replaced for as long as the program runs.
"""

from __future__ import annotations

import pickle
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from multiprocessing.connection import Connection, wait
from typing import Self

from aggregator.config import Config
from aggregator.errors import AggregatorError, Crashed, ReaderLost
from aggregator.model import Claim, Fetched
from aggregator.pipeline import Reader
from aggregator.polling.memory import set_allocator
from aggregator.polling.reader_process import TAKEN_UP, Answer, Question, preparation_for, rules_of
from aggregator.polling.reader_start import Started, start_reader
from aggregator.steps.seen import Draft, Seen
from aggregator.text.durations import duration_in_words

_GRACE_S = 10  # for readers to end, once they should

# How often to look for readers that hang, or that died while nothing was to be read.
_LOOK_EVERY_S = 0.5
# A reader that has been at one document for so long may hang: until it is known, another one reads what else there is.
_LONG_S = 3.0


class ReaderPool:
    """A few reader processes, each reading one answer at a time. Threads may share it.

    A reader that is killed, or takes longer than ``fetch.reading``, costs the source that it was reading one failure,
    and is replaced; other sources don't wait for that. Without readers (``count`` 0, or none can be started) answers
    are read in this process.
    """

    def __init__(self, count: int, config: Config, *, begins: bool = False, first: Started | None = None) -> None:
        """``begins``: what comes is to be read for sure, so that readers start at once, and not when it has come.

        ``first`` is a reader that was started already, which is this pool's from now on.
        """
        self.count = count
        self.lost = 0
        self._first = first
        self._preparation = preparation_for(config)
        self._changed = threading.Condition()
        self._processes: dict[Connection, subprocess.Popen[bytes]] = {}
        self._idle: list[Connection] = []
        self._rules: dict[Connection, bytes] = {}  # what each was told last
        self._taken_at: dict[Connection, float] = {}
        self._deadlines: dict[Connection, float] = {}
        self._late: set[Connection] = set()
        self._has_begun = False
        self._has_none = False  # and none can be started
        self._starting = threading.RLock()
        self._has_ended = threading.Event()
        self._watch: threading.Thread | None = None
        set_allocator()
        if count and (begins or first is not None):
            self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Tell readers to end, and wait until they have. What comes later is read here."""
        self._has_ended.set()
        if self._watch is not None:
            self._watch.join()
        with self._starting, self._changed:
            self._has_begun = self._has_none = True
            ended = self._processes
            self._processes, self._idle = {}, []
            self._changed.notify_all()
        _end(ended)

    def configured(self, config: Config, here: Reader) -> Reader:
        """Return the readers with a configuration; ``here`` reads what there is no reader process for."""
        if not self.count:
            return here
        rules, known = rules_of(config), self._preparation.rules
        return _Configured(self, known if rules == known else rules, config.fetch.reading, here)

    @property
    def alive(self) -> int:
        """How many readers there are now; those that will be there when there is something to read count."""
        return len(self._processes) if self._has_begun else self.count

    def pids(self) -> list[int]:
        """Return the readers that there are."""
        self._begin()
        with self._changed:
            return [process.pid for process in self._processes.values()]

    def ask(self, question: Question, rules: bytes, limit: timedelta) -> Seen | Draft | None:
        """Hand a question to the next reader that is free, with the rules that it is about; None when none is left.

        A reader that had ended before it took the question up costs nothing: the next one is asked.
        Raises ReaderLost when the reader ended meanwhile or took longer than ``limit``, else what it raised.
        """
        dead_before = 0
        while (pipe := self._take(limit)) is not None:
            is_taken_up = False
            try:
                if self._rules[pipe] != rules:
                    pipe.send(rules)
                    self._rules[pipe] = rules
                pipe.send(question)
                is_taken_up = pipe.recv() is TAKEN_UP
                said = pipe.recv_bytes()
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
                self._give_back(pipe)  # it reads on while what it said is unpacked
                return _done(question, pickle.loads(said))  # noqa: S301 - our own process sent it
        return None

    # --- readers -----------------------------------------------------------------------------------------------------

    def _take(self, limit: timedelta) -> Connection | None:
        """Wait for a free reader; None when there is none left."""
        self._begin()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._idle or self._has_none)
                if not self._idle:
                    return None
                pipe = self._idle.pop(0)
                is_dead = pipe.poll(0)  # an idle reader says nothing: what can be read is its end
                if not is_dead:
                    self._taken_at[pipe] = now = time.monotonic()
                    self._deadlines[pipe] = now + limit.total_seconds()
                    return pipe
            self._replace(pipe)

    def _give_back(self, pipe: Connection) -> None:
        with self._changed:
            is_late = self._end_turn(pipe)  # it is being killed, and its answer came all the same
            if not is_late:
                self._idle.append(pipe)
                self._changed.notify()
        if is_late:
            self._replace(pipe)

    def _end_turn(self, pipe: Connection) -> bool:
        """Forget what a reader was asked; return whether it took too long. Called with the lock."""
        is_late = pipe in self._late
        self._late.discard(pipe)
        del self._deadlines[pipe], self._taken_at[pipe]
        return is_late

    def _wanted(self) -> int:
        """How many readers there should be: as many again as there are that may hang. Called with the lock."""
        long_ago = time.monotonic() - _LONG_S
        return self.count + min(self.count, sum(taken_at < long_ago for taken_at in self._taken_at.values()))

    def _bury(self, pipe: Connection) -> tuple[bool, str]:
        """Replace a reader that ended with a question; return whether it took too long, and how it ended."""
        with self._changed:
            is_late = self._end_turn(pipe)
        return is_late, self._replace(pipe)

    def _replace(self, pipe: Connection) -> str:
        """See that there are enough readers after one ended; return how it ended."""
        pipe.close()
        with self._changed:
            process = self._processes.pop(pipe, None)
            self._rules.pop(pipe, None)
        if process is None:
            return "it was told to"
        code = process.wait()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        self.lost += 1
        self._start_missing()
        _log("warning", "reader.lost", pid=process.pid, how=how, readers=len(self._processes))
        return how

    def _watch_readers(self) -> None:
        """Kill readers that take too long, replace those that died idle, end those that are not needed any more.

        Runs in a thread of its own.
        """
        while not self._has_ended.wait(_LOOK_EVERY_S):
            now = time.monotonic()
            with self._changed:
                late = [pipe for pipe, deadline in self._deadlines.items() if deadline < now and pipe not in self._late]
                self._late.update(late)
                for pipe in late:
                    with suppress(ProcessLookupError):
                        self._processes[pipe].kill()  # whoever waits for its answer notices
                # an idle reader says nothing: what can be read is the end of it
                dead = [pipe for pipe in wait(self._idle, 0) if isinstance(pipe, Connection)] if self._idle else []
                self._idle = [pipe for pipe in self._idle if pipe not in dead]
                spare = self._idle[: max(0, len(self._processes) - len(dead) - self._wanted())]
                self._idle = self._idle[len(spare) :]
                ended = {pipe: self._processes.pop(pipe) for pipe in spare}
                for pipe in spare:
                    del self._rules[pipe]
            _end(ended)
            for pipe in dead:
                self._replace(pipe)
            self._start_missing()

    def _begin(self) -> None:
        """Start the readers; does nothing the second time."""
        with self._starting:
            if self._has_begun:
                return
            self._has_begun = True
            self._start_missing()
            self._watch = threading.Thread(target=self._watch_readers, name="readers", daemon=True)
            self._watch.start()

    def _start_missing(self) -> None:
        """Start the readers that lack: the first ones, and those in the place of what was lost or may hang."""
        with self._changed:
            wanted = self._wanted()
        with self._starting:
            while len(self._processes) < wanted and not self._has_ended.is_set():
                try:
                    reader = self._started()
                except OSError as error:  # no more files can be opened: tried again soon
                    _log("warning", "reader.not_started", error=str(error))
                    break
                with self._changed:
                    self._processes[reader.pipe] = reader.process
                    self._rules[reader.pipe] = self._preparation.rules
                    self._idle.append(reader.pipe)
                    self._changed.notify_all()
            with self._changed:
                self._has_none = not self._processes
                self._changed.notify_all()

    def _started(self) -> Started:
        reader, self._first = self._first or start_reader(), None
        with suppress(OSError):  # it has ended already: whoever asks it notices
            reader.pipe.send(self._preparation)
        return reader


def _end(readers: Mapping[Connection, subprocess.Popen[bytes]]) -> None:
    """End readers, which they do when the other side of their pipe is gone."""
    for pipe in readers:
        pipe.close()
    for process in readers.values():
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _log(level: str, event: str, **facts: object) -> None:
    """Log a line, with what a poll in which all goes well need not load; where files have run out, go on without."""
    with suppress(ImportError, OSError):
        import structlog

        getattr(structlog.get_logger(), level)(event, **facts)


def _done(question: Question, answer: Answer) -> Seen | Draft:
    if isinstance(answer, Crashed):
        trace = "".join(answer.__notes__)
        _log("error", "source.crashed", source=question.claim.source.name, error=str(answer), trace=trace)
    if isinstance(answer, AggregatorError):
        raise answer
    return replace(answer, answer=question.answer) if isinstance(answer, Seen) and answer.answer is None else answer


class _Configured:
    """The readers with one configuration; what no reader is left for is read in this process."""

    def __init__(self, pool: ReaderPool, rules: bytes, limit: timedelta, here: Reader) -> None:
        self._pool = pool
        self._rules = rules
        self._limit = limit
        self._here = here

    def read(self, claim: Claim, answer: Fetched) -> Seen | Draft:
        done = self._pool.ask(Question(claim=claim, answer=answer), self._rules, self._limit)
        return self._here.read(claim, answer) if done is None else done

    def finish(self, claim: Claim, answer: Fetched, draft: Draft) -> Seen:
        done = self._pool.ask(Question(claim=claim, answer=answer, draft=draft), self._rules, self._limit)
        return self._here.finish(claim, answer, draft) if done is None or isinstance(done, Draft) else done

    def end(self) -> None:
        self._pool.end()
