"""Many sources at once: claims from the store, threads, and no more pressure on one host than is polite."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta

from aggregator.errors import ClaimLost
from aggregator.fetch import Turn
from aggregator.model import Claim, PollSummary
from aggregator.pipeline import Aggregator, Seen

# How long a claim lasts, beside the time that its exchange may take: for waiting in the queue and for writing.
_LEASE_MARGIN = timedelta(minutes=5)

# A host that rests longer than this has its sources given back until then.
_LONG_REST = timedelta(minutes=1)

# Claims taken ahead, at most: they must not wait for longer than their lease.
_MAX_WAITING = 500

# Sources without news that one transaction writes.
_BATCH = 64

# How often to look whether a host may be asked again, or a server has fallen silent, while answers are awaited.
_LOOK_AGAIN_S = 0.2

# Servers that say nothing and are waited for beside ``fetch.workers``, at most (docs/decisions/0005).
_MAX_SILENT = 400


def poll_due(
    aggregator: Aggregator, names: Collection[str] | None = None, *, stop: threading.Event | None = None
) -> Iterator[PollSummary]:
    """Poll all that is due (with ``names``: those, due or not), each once, and yield results when they are stored.

    ``stop`` ends it early: what is under way is finished, nothing more is begun. Raises StoreError, after what is
    under way has ended.
    """
    workers = aggregator.config.fetch.workers
    queue, quiet = _Queue(aggregator, names), _Quiet(aggregator)
    running: set[Future[_Polled]] = set()
    with aggregator.store.polling(), ThreadPoolExecutor(workers + _MAX_SILENT, thread_name_prefix="poll") as pool:
        try:
            while True:
                is_stopping = stop is not None and stop.is_set()
                places = workers + min(aggregator.client.count_silent(), _MAX_SILENT)
                while not is_stopping and len(running) < places and (claim_and_turn := queue.take()):
                    running.add(pool.submit(_poll_one, aggregator, *claim_and_turn))
                if not running:
                    yield from quiet.write()
                    if is_stopping or queue.is_empty():
                        return
                    aggregator.gate.wait_for_change(timedelta(seconds=1))
                    continue
                timeout_s = None if queue.is_empty() and not quiet else _LOOK_AGAIN_S
                done, running = wait(running, timeout=timeout_s, return_when=FIRST_COMPLETED)
                for future in done:
                    yield from quiet.sift(future.result())
                if len(quiet) >= _BATCH or not done:
                    yield from quiet.write()
        finally:
            queue.give_back()


@dataclass(frozen=True, slots=True)
class _Polled:
    """One source polled: recorded already (``result`` None: its claim was lost), or quiet and still to be written."""

    claim: Claim
    quiet: Seen | None = None
    result: PollSummary | None = None


def _poll_one(aggregator: Aggregator, claim: Claim, turn: Turn) -> _Polled:
    with turn:
        answer = aggregator.ask(claim)
    if isinstance(answer, Seen):
        return _Polled(claim, quiet=answer)
    try:
        return _Polled(claim, result=aggregator.read_and_record(claim, answer))
    except ClaimLost as error:
        import structlog

        structlog.get_logger().warning("source.claim_lost", source=claim.source.name, error=str(error))
        return _Polled(claim)


class _Quiet:
    """Sources that brought nothing new, gathered so that one transaction writes many of them."""

    def __init__(self, aggregator: Aggregator) -> None:
        self._aggregator = aggregator
        self._looks: list[tuple[Claim, Seen]] = []

    def __len__(self) -> int:
        return len(self._looks)

    def sift(self, polled: _Polled) -> Iterator[PollSummary]:
        """Keep what is quiet, yield what is recorded."""
        if polled.quiet is not None:
            self._looks.append((polled.claim, polled.quiet))
        elif polled.result is not None:
            yield polled.result

    def write(self) -> Iterator[PollSummary]:
        looks, self._looks = self._looks, []
        if looks:
            yield from self._aggregator.recorder.record_quiet(looks)


class _Queue:
    """Claims that wait for a thread and for their host. Refilled from the store while there is more that is due."""

    def __init__(self, aggregator: Aggregator, names: Collection[str] | None) -> None:
        self._aggregator = aggregator
        self._due_by = aggregator.clock()
        self._names = None if names is None else list(names)
        self._waiting: list[Claim] = []
        self._is_exhausted = False

    def is_empty(self) -> bool:
        return not self._waiting and self._is_exhausted

    def take(self) -> tuple[Claim, Turn] | None:
        """Return a claim whose host may be asked now; None when there is none at the moment."""
        workers = self._aggregator.config.fetch.workers
        if len(self._waiting) < workers:
            self._refill(2 * workers)
        taken = self._take_ready()
        if taken is None and self._waiting:  # all of these hosts are busy or rest: look for others
            self._refill(2 * workers)
            taken = self._take_ready()
        if taken is None:
            self._postpone_resting()
        return taken

    def _take_ready(self) -> tuple[Claim, Turn] | None:
        return self._aggregator.gate.take_ready(self._waiting, self._aggregator.gate_key)

    def _refill(self, limit: int) -> None:
        if self._is_exhausted or len(self._waiting) >= _MAX_WAITING:
            return
        names = None
        if self._names is not None:
            names, self._names = self._names[:limit], self._names[limit:]
        claims = self._aggregator.store.claim_due_sources(
            now=self._aggregator.clock(),
            lease=2 * self._aggregator.config.fetch.timeout + _LEASE_MARGIN,
            limit=limit,
            due_by=self._due_by,
            names=names,
        )
        self._is_exhausted = len(claims) < limit if self._names is None else not self._names
        self._waiting += claims

    def _postpone_resting(self) -> None:
        """Give back the claims whose host rests for long, so that nobody waits for it."""
        gate, now = self._aggregator.gate, self._aggregator.clock()
        for claim in tuple(self._waiting):
            key = self._aggregator.gate_key(claim)
            rest = gate.ready_in(key)
            if rest > _LONG_REST:
                self._waiting.remove(claim)
                self._aggregator.store.postpone(claim, until=now + rest, reason=gate.why_resting(key))

    def give_back(self) -> None:
        if self._waiting:
            self._aggregator.store.release(self._waiting)
