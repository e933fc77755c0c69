"""What a reader process does: answer questions until the other side is gone.

It is a Python of its own, which loads what reading takes and no more: neither the database, nor HTTP, nor what checks a
configuration.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import signal
import traceback
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Final, NoReturn

from aggregator.errors import AggregatorError, Crashed
from aggregator.model import Claim, Fetched, Rule, SourceKind
from aggregator.polling.memory import LARGE_BYTES, give_back_memory, set_allocator
from aggregator.steps.document_reader import DocumentReader
from aggregator.steps.seen import Draft, Seen
from aggregator.text.terms import parse_term

if TYPE_CHECKING:
    from aggregator.config import Config

# Loaded before anything is known of what is to be read.
_NEEDED: Final = (
    "aggregator.dedupe",
    "aggregator.parse.json_reader",
    "aggregator.parse.xml_reader",
    "aggregator.steps.parse",
)
# Of these, what the sources are known to need. Of a source of which it must be found out what it is, a reader finds it
# out, and loads what that takes then.
_NEEDED_FOR: Final[Mapping[SourceKind, tuple[str, ...]]] = {
    SourceKind.PAGE: ("aggregator.parse.pages", "aggregator.parse.redesign"),
    SourceKind.SITEMAP: ("aggregator.parse.sitemap",),
    SourceKind.WATCH: ("aggregator.parse.watch",),
}
_NEEDED_FOR_ARTICLES: Final = ("aggregator.parse.article", "trafilatura")

# What a reader says before it reads: what ends it from now on may be what it reads. None, as pickling keeps that one.
TAKEN_UP: Final = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a reader is to read. With a ``draft`` it is finished, else the answer is read."""

    claim: Claim
    answer: Fetched
    draft: Draft | None = None


# What came of it. The answer that was read doesn't travel back: whoever asked has it.
Answer = Seen | Draft | AggregatorError


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What is to be there before the first question: modules, and rules, pickled. Other rules may come later."""

    modules: tuple[str, ...]
    rules: bytes


def rules_of(config: Config) -> bytes:
    """Return what a reader needs of a configuration."""
    return pickle.dumps(tuple(each.as_rule() for each in config.categories))


def preparation_for(config: Config) -> Preparation:
    kinds = {each.kind for each in config.sources}
    articles = _NEEDED_FOR_ARTICLES if any(source.full for source in config.sources) else ()
    modules = (*_NEEDED, *chain.from_iterable(_NEEDED_FOR.get(kind, ()) for kind in kinds), *articles)
    return Preparation(modules=modules, rules=rules_of(config))


def serve(handle: int) -> NoReturn:
    """Be a reader: prepare as the first message says, then answer questions, until the other side is gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # for the parent, which will tell us
        signal.signal(number, signal.SIG_IGN)
    set_allocator()
    code = 1
    try:
        pipe = Connection(handle)
        with suppress(EOFError, OSError):
            _load(_NEEDED)
            _answer_questions(pipe, prepared(pipe.recv()))
        code = 0
    except BaseException:  # noqa: BLE001 - it ends here, and says why
        traceback.print_exc()
    finally:
        os._exit(code)


def _load(modules: Iterable[str]) -> None:
    gc.disable()  # collecting while modules load would take a tenth of the time
    for name in modules:
        importlib.import_module(name)


def prepared(preparation: Preparation) -> DocumentReader:
    _load(preparation.modules)
    ready = _with_rules(preparation.rules)
    gc.freeze()  # what is loaded stays
    # A page becomes a hundred thousand objects, none of them garbage yet; collecting often takes a sixth of its time.
    gc.set_threshold(50_000, 20, 100)
    gc.enable()
    return ready


def _with_rules(rules: bytes) -> DocumentReader:
    written: tuple[Rule, ...] = pickle.loads(rules)  # noqa: S301 - our own process sent it
    reader = DocumentReader(written, clock=lambda: datetime.now(UTC).replace(microsecond=0))
    _ = reader.rules  # compiles them
    parse_term.cache_clear()
    return reader


def _answer_questions(pipe: Connection, reader: DocumentReader) -> NoReturn:
    while True:
        question: Question | bytes = pipe.recv()
        if isinstance(question, bytes):
            reader = _with_rules(question)
            continue
        pipe.send(TAKEN_UP)
        pipe.send(_answered(reader, question))
        if len(question.answer.body) > LARGE_BYTES:
            gc.collect()  # feedparser leaves all of its text in cycles
            give_back_memory()


def _answered(reader: DocumentReader, question: Question) -> Answer:
    try:
        if question.draft is not None:
            done: Seen | Draft = reader.finish(question.claim, question.answer, question.draft)
        else:
            done = reader.read(question.claim, question.answer)
    except AggregatorError as error:
        return error
    except Exception as error:  # noqa: BLE001 - one source's input may bring out a bug; its log is the parent's
        crashed = Crashed.by(error)
        crashed.add_note(traceback.format_exc())
        return crashed
    return replace(done, answer=None) if isinstance(done, Seen) and done.answer is question.answer else done
