"""One source on one screen. Read this first.

    ask ─► complete ─► parse ─► decide ─► write

``Pipeline.ask`` asks a source's server, ``Pipeline.read`` takes its answer to the store. What waits, for the network
(ask, complete) or the database (decide, write: ``Recorder``), happens in a worker's thread; what computes (parse:
``Reader``) in a reader process.
A verb that takes more than a call is a file in ``steps/``. A step knows stages (fetch, parse, normalize, categorize,
dedupe, …), and a stage knows only records. ``polling/`` polls all sources that are due; ``app.py`` puts it together.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from aggregator.config import FetchSettings
from aggregator.errors import AggregatorError, Crashed, ReaderLost, SourceError
from aggregator.fetch import HostGate, fetch_source
from aggregator.http import HttpClient
from aggregator.model import Claim, Fetched, Meter, NotModified, PollSummary, Span, unmeasured
from aggregator.sources.credentials import Credentials
from aggregator.steps.complete import Completion, needs_more, with_stored
from aggregator.steps.decide import decide, decide_quiet, summarize
from aggregator.steps.seen import Draft, Seen, hash_of
from aggregator.store import Store

# What reads, judges and logs is loaded where that is done: a poll that brings nothing new needs none of it.

T = TypeVar("T")

_NO_FILES = "this machine has too many files open to read it; raise its limit (ulimit -n) or lower fetch.workers"

# Answers read, being read or recorded at a time: what is read waits to be recorded, and takes several times its bytes.
_MOST_IN_HAND = 6


class Reader(Protocol):
    """Where answers are read: in this process (steps/document_reader.py), or in others (polling/readers.py)."""

    def read(self, claim: Claim, answer: Fetched) -> Seen | Draft:
        """Return what an answer says; with `full` a draft, whose articles are to be fetched first."""

    def finish(self, claim: Claim, answer: Fetched, draft: Draft) -> Seen:
        """Return what a draft says that has its articles."""

    def end(self) -> None:
        """Give back what reading takes; it is possible still."""


class Pipeline:
    """The way of one source. Threads may share it."""

    def __init__(
        self,
        reader: Reader,
        recorder: Recorder,
        *,
        client: HttpClient,
        articles: HttpClient,
        gate: HostGate,
        credentials: Credentials,
        meter: Meter = unmeasured,
    ) -> None:
        """``articles`` is the client for pages of articles; ``recorder`` writes what needs no reading."""
        self.recorder = recorder
        self._reader = reader
        self._client = client
        self._articles = articles
        self._gate = gate
        self._credentials = credentials
        self._meter = meter
        self._in_hand = threading.Semaphore(_MOST_IN_HAND)

    def close(self) -> None:
        self._client.close()
        self._articles.close()

    def end_reading(self) -> None:
        """Give back the memory that reading takes, as nothing more is to be read soon."""
        self._reader.end()

    def ask(self, claim: Claim) -> Fetched | Seen:
        """Ask one claimed source. Return its answer, or what was seen at once: an error, or nothing new."""
        began = time.perf_counter()
        try:
            answer = fetch_source(self._client, claim, secrets=self._credentials.of(claim.source))
        except SourceError as error:
            self._gate.learn(claim.host.key, error)
            return Seen(error=error)
        except Exception as error:  # noqa: BLE001 - one source's input may bring out a bug; the others go on
            return Seen(error=_crashed(claim, error))
        finally:
            self._meter(Span.FETCH, time.perf_counter() - began)
        self._gate.learn(claim.host.key)
        if isinstance(answer, NotModified):
            return Seen(answer=answer)
        body_hash = hash_of(answer)
        return Seen(answer=answer, body_hash=body_hash) if body_hash == claim.state.body_hash else answer

    def read(self, claim: Claim, answer: Fetched) -> PollSummary:
        """complete ─► parse ─► decide ─► write. Raises StoreError, ClaimLost; what else went wrong is the source's."""
        completion = self._completion(claim)
        completed = _guarded(claim, answer, partial(self._completed, completion, claim, answer))
        if isinstance(completed, Seen):
            return self.recorder.record(claim, completed)
        answer = completed
        began = time.perf_counter()
        try:
            with self._in_hand:
                done = _guarded(claim, answer, partial(self._reader.read, claim, answer))
                if isinstance(done, Seen):
                    return self.recorder.record(claim, done)
            draft = _guarded(claim, answer, partial(self._with_articles, completion, claim, done))
            with self._in_hand:
                if isinstance(draft, Draft):
                    draft = _guarded(claim, answer, partial(self._reader.finish, claim, answer, draft))
                return self.recorder.record(claim, draft)
        finally:
            self._meter(Span.RECORD, time.perf_counter() - began)

    def _with_articles(self, completion: Completion, claim: Claim, draft: Draft) -> Draft:
        """Return a draft with `full` articles of its new entries: those that are stored, and else fetched."""
        return completion.fetch_articles(self.recorder.with_stored(claim, draft))

    def _completed(self, completion: Completion, claim: Claim, answer: Fetched) -> Fetched:
        if answer.is_pushed or not needs_more(claim):
            return answer
        try:
            return completion.complete(answer)
        except Exception as error:
            if _no_files_are_left(error):
                raise
            _crashed(claim, error)  # what the source itself said is read yet
            return answer

    def _completion(self, claim: Claim) -> Completion:
        return Completion(
            claim,
            client=self._client,
            articles=self._articles,
            gate=self._gate,
            per=self.recorder.settings.politeness.per,
            secrets=self._credentials.of(claim.source),
        )


class Recorder:
    """decide ─► write. Threads may share it."""

    def __init__(self, store: Store, settings: FetchSettings, *, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self._store = store
        self._clock = clock
        # one source at a time: what one decides from doesn't change meanwhile, but for other processes
        self._recording = threading.Lock()

    def with_stored(self, claim: Claim, draft: Draft) -> Draft:
        """Return a draft with the articles that are stored, and which to fetch. Raises StoreError."""
        return with_stored(
            draft, self._store.whole_articles(claim, [each.key for each in draft.entries]), self._clock()
        )

    def record(self, claim: Claim, seen: Seen) -> PollSummary:
        """decide ─► write. Raises StoreError, ClaimLost.

        One worker writes at a time. So all is decided and made ready before it is this one's turn, and decided again
        if what it follows from has changed by then.
        """
        if not seen.entries and not seen.remembered:
            return self.record_quiet([(claim, seen)])[0]

        def written() -> PollSummary:
            decided_from = partial(decide, claim=claim, seen=seen, settings=self.settings, now=self._clock())
            with self._store.look(claim) as look:
                decided = decided_from(look)
                added = look.prepare(decided.result.decisions)
            with self._store.poll(claim) as poll:
                if look.is_older_than(poll) and (again := decided_from(poll, before=decided)) is not decided:
                    decided, added = again, poll.prepare(again.result.decisions)
                poll.write(decided.result, added)
            return summarize(decided.result)

        with self._recording:
            done = _guarded(claim, seen.answer, written)
        return self.record_quiet([(claim, done)])[0] if isinstance(done, Seen) else done

    def record_quiet(self, looks: Sequence[tuple[Claim, Seen]]) -> list[PollSummary]:
        """Write what became of sources that brought no entries, all in one transaction. Raises StoreError.

        A result whose claim was lost meanwhile is not written; nothing of worth is lost with it.
        """
        now = self._clock()
        results = [decide_quiet(claim, seen, settings=self.settings, now=now) for claim, seen in looks]
        self._store.write_quiet([(claim, result) for (claim, _), result in zip(looks, results, strict=True)])
        return [summarize(result) for result in results]


def _guarded(claim: Claim, answer: Fetched | NotModified | None, step: Callable[[], T]) -> T | Seen:
    """Return what a step returns, or the error that it ended with, a bug of ours too. Raises StoreError."""
    try:
        return step()
    except SourceError as error:
        return Seen(answer=answer, error=error)
    except AggregatorError:
        raise
    except Exception as error:  # noqa: BLE001 - one source's input may bring out a bug; the others go on
        if _no_files_are_left(error):  # a reader could not be started, or a module not loaded
            return Seen(answer=answer, error=ReaderLost(_NO_FILES))
        return Seen(answer=answer, error=_crashed(claim, error))


def _no_files_are_left(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}


def _crashed(claim: Claim, error: Exception) -> SourceError:
    """Log a bug of ours whole, and return what is recorded of it on the source."""
    import structlog

    structlog.get_logger().error("source.crashed", source=claim.source.name, exc_info=error)
    return Crashed.by(error)
