"""The process that forks readers, and what each of them does: answer questions until the other side is gone."""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import random
import signal
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import send_handle
from typing import Final, NoReturn

from aggregator.app import utc_now
from aggregator.config import Config
from aggregator.errors import AggregatorError
from aggregator.model import Claim, Fetched, PollSummary, SourceKind, Span
from aggregator.pipeline import Recorder, rules_for
from aggregator.steps.seen import Draft
from aggregator.store import Store
from aggregator.text.hosts import registered_domain

# Loaded before readers are forked, which then share them.
_NEEDED: Final = (
    "aggregator.dedupe",
    "aggregator.parse.json_reader",
    "aggregator.parse.xml_reader",
    "aggregator.steps.parse",
)
# Of these, what the sources are known to need. Of a source of which it must be found out what it is, a reader finds it
# out, and loads what that takes itself.
_NEEDED_FOR: Final[Mapping[SourceKind, tuple[str, ...]]] = {
    SourceKind.PAGE: ("aggregator.parse.pages", "aggregator.parse.redesign"),
    SourceKind.SITEMAP: ("aggregator.parse.sitemap",),
    SourceKind.WATCH: ("aggregator.parse.watch",),
}
_NEEDED_FOR_ARTICLES: Final = ("aggregator.parse.article", "trafilatura")

# How long readers may take to end, once they should; what one was writing is then undone by the database.
_GRACE_S: Final = 10.0

# What a reader says before it reads: what ends it from now on may be what it reads. None, as pickling keeps that one.
TAKEN_UP: Final = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a reader is to take to the store; ``settings`` are pickled: those of most questions are the same.

    With a ``draft`` it is finished, else the answer is read.
    """

    settings: bytes
    claim: Claim
    answer: Fetched
    draft: Draft | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of it, and how long each transaction took, in seconds."""

    done: PollSummary | Draft | AggregatorError
    measured: tuple[tuple[Span, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timed:
    spans: list[tuple[Span, float]] = field(default_factory=list)

    def note(self, span: Span, seconds: float) -> None:
        self.spans.append((span, seconds))


def settings_of(config: Config, database: str) -> bytes:
    """Return what a reader needs of a configuration."""
    return pickle.dumps((database, config.fetch, config.categories))


def serve(control: Connection, *, pipes: list[Connection], config: Config, begins: bool) -> NoReturn:
    """Be the nursery: fork a reader for each pipe, and another one for each question on ``control``.

    Unless it ``begins`` at once, the first question says no more than that there is something to read: before it
    nothing is loaded. Each of the others is the pid of a reader that ended, or None. The answer is how it ended, the
    new one's pid, and a handle of the other end of its pipe; of the first ones it is the pid alone. Ends with its
    parent.
    """
    parent, readers, code = os.getppid(), set[int](), 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # for the parent, which will tell us
            signal.signal(number, signal.SIG_IGN)
        if begins or _is_wanted(control):
            _load(config)
            with suppress(EOFError, OSError):
                _fork_readers(control, pipes, readers, parent)
        _await(readers)
        code = 0
    except BaseException:  # noqa: BLE001 - nothing of the program that was forked may run on in here
        traceback.print_exc()
    finally:
        os._exit(code)


def _is_wanted(control: Connection) -> bool:
    """Wait for something to read; False when the parent ends before there is any."""
    try:
        control.recv()
    except (EOFError, OSError):
        return False
    return True


def _fork_readers(control: Connection, pipes: list[Connection], readers: set[int], parent: int) -> NoReturn:
    """Fork the first readers, then others as they are asked for. Raises EOFError or OSError when the parent is gone."""
    for pipe in pipes:
        readers.add(pid := _fork(pipe, closing=[control, *(each for each in pipes if each is not pipe)]))
        control.send(pid)
    for pipe in pipes:
        pipe.close()
    while True:
        ended = control.recv()
        readers.discard(ended)
        control.send("" if ended is None else _buried(ended))
        ours, theirs = Pipe()
        readers.add(pid := _fork(theirs, closing=[control, ours]))
        theirs.close()
        control.send(pid)
        send_handle(control, ours.fileno(), parent)
        ours.close()


def _load(config: Config) -> None:
    names = [
        *_NEEDED,
        *chain.from_iterable(_NEEDED_FOR.get(kind, ()) for kind in {each.kind for each in config.sources}),
    ]
    if any(source.full for source in config.sources):
        names += _NEEDED_FOR_ARTICLES
    for name in names:
        importlib.import_module(name)
    rules_for(config.categories)
    registered_domain("example.org")  # reads the list of public suffixes
    gc.freeze()  # or collecting garbage would copy the memory that readers share
    # A page becomes a hundred thousand objects, none of them garbage yet; collecting often takes a sixth of its time.
    gc.set_threshold(50_000, 20, 100)


def _fork(pipe: Connection, *, closing: list[Connection]) -> int:
    pid = os.fork()
    if pid == 0:
        for each in closing:
            each.close()
        _read_answers(pipe)
    return pid


def _buried(pid: int) -> str:
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _await(readers: set[int]) -> None:
    """Wait until readers have ended, which they do when their pipes close; kill those that don't."""
    deadline = time.monotonic() + _GRACE_S
    while readers:
        readers -= {pid for pid in readers if os.waitpid(pid, os.WNOHANG)[0]}
        if readers and time.monotonic() > deadline:
            for pid in readers:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            return
        time.sleep(0.01)


def _read_answers(pipe: Connection) -> NoReturn:
    """Be a reader, until the other side is gone, which closes the pipe however it ends."""
    code = 1
    try:
        random.seed()  # or all would spread their requests alike
        with suppress(EOFError, OSError):
            _answer_questions(pipe)
        code = 0
    except BaseException:  # noqa: BLE001 - as above
        traceback.print_exc()
    finally:
        os._exit(code)


def _answer_questions(pipe: Connection) -> None:
    settings, recorder, store, timed = b"", None, None, _Timed()
    while True:
        question: Question = pipe.recv()
        pipe.send(TAKEN_UP)
        try:
            if recorder is None or question.settings != settings:
                settings = question.settings
                database, fetch, categories = pickle.loads(settings)  # noqa: S301 - our own process sent it
                store = store or Store(database, pool_size=1, meter=timed.note)
                recorder = Recorder(store, fetch, categories, clock=utc_now)
            done = _answered(recorder, question)
        except AggregatorError as error:
            pipe.send(Answer(done=error, measured=tuple(timed.spans)))
        else:
            pipe.send(Answer(done=done, measured=tuple(timed.spans)))
        timed.spans.clear()


def _answered(recorder: Recorder, question: Question) -> PollSummary | Draft:
    if question.draft is None:
        return recorder.read(question.claim, question.answer)
    return recorder.finish(question.claim, question.answer, question.draft)
