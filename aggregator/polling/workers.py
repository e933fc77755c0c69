"""Many sources at once: claims from the store, threads, and no more pressure on one host than is polite."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from queue import Empty, SimpleQueue

from aggregator.app import Aggregator
from aggregator.errors import AggregatorError, ClaimLost
from aggregator.fetch import Turn
from aggregator.model import Claim, PollSummary
from aggregator.polling.memory import LARGE_BYTES, give_back_memory
from aggregator.polling.queue import Queue
from aggregator.steps.seen import Seen

# Sources without news that one transaction writes.
_BATCH = 128

# How often to look whether a host may be asked again, or a server has fallen silent, while answers are awaited.
_LOOK_AGAIN_S = 0.2

# Servers that say nothing and are waited for beside ``fetch.workers``, at most (docs/decisions/0005).
_MAX_SILENT = 400

# New articles wait so long for others who are polling, before they are judged without what those bring.
_LONGEST_WAIT = timedelta(minutes=2)


def poll_due(
    aggregator: Aggregator,
    names: Collection[str] | None = None,
    *,
    is_plain: bool = False,
    is_last: bool = False,
    stop: threading.Event | None = None,
    moves_on: Callable[[], None] = lambda: None,
) -> Iterator[PollSummary]:
    """Poll all that is due (with ``names``: those, due or not), each once, and yield results when they are stored.

    ``is_plain``: ask for all that they have, whatever was there before. ``is_last``: nothing is polled after it.
    ``stop`` ends it early: what is under way is finished, nothing more is begun; new articles wait to be judged at the
    end of the next one. ``moves_on`` is called while new articles are judged, which may take minutes.
    Raises StoreError, after what is under way has ended.
    """
    workers = aggregator.config.fetch.workers
    queue = Queue(aggregator, names, is_plain=is_plain)
    quiet: list[tuple[Claim, Seen]] = []  # what brought nothing new is gathered: one transaction writes many of them
    finished: SimpleQueue[Future[_Polled]] = SimpleQueue()
    running = 0
    with (
        aggregator.store.polling(),
        queue.kept(),
        ThreadPoolExecutor(workers + _MAX_SILENT, thread_name_prefix="poll") as pool,
    ):
        while True:
            is_stopping = stop is not None and stop.is_set()
            # whom nobody waits for is counted only when it decides
            places = workers if running < workers else workers + min(aggregator.client.count_silent(), _MAX_SILENT)
            while not is_stopping and running < places and (claim_and_turn := queue.take()):
                pool.submit(_poll_one, aggregator, queue, *claim_and_turn).add_done_callback(finished.put)
                running += 1
            if not running:
                yield from _written(aggregator, queue, quiet)
                if is_stopping or queue.is_empty():
                    break
                aggregator.gate.wait_for_change(timedelta(seconds=1))
                continue
            timeout_s = None if queue.is_empty() and not quiet else _LOOK_AGAIN_S
            done = _all_of(finished, timeout_s)
            running -= len(done)
            for claim, outcome in (future.result() for future in done):
                if isinstance(outcome, Seen):
                    quiet.append((claim, outcome))
                    continue
                queue.done(claim)
                if outcome is not None:
                    yield outcome
            if len(quiet) >= _BATCH or not done:
                yield from _written(aggregator, queue, quiet)
    if is_last:  # judging stories takes memory too
        aggregator.setup.pipeline.end_reading()
    end_round(aggregator, stop, moves_on)


def _all_of(finished: SimpleQueue[Future[_Polled]], timeout_s: float | None) -> list[Future[_Polled]]:
    """Wait for one, and return all that there are; none when there was none within the timeout."""
    done: list[Future[_Polled]] = []
    with suppress(Empty):
        done.append(finished.get(timeout=timeout_s))
        while True:
            done.append(finished.get_nowait())
    return done


def end_round(
    aggregator: Aggregator, stop: threading.Event | None = None, moves_on: Callable[[], None] = lambda: None
) -> int:
    """Judge in which stories the new articles are, until ``stop``; return how many joined one. Raises StoreError.

    Where others are polling the same database, the last one of them does it, that all of a round is judged together;
    but nothing waits for long. A bug of ours is logged, and keeps nothing from being published.
    """
    store, now = aggregator.store, aggregator.clock()
    if not store.rounds.may_group(now=now, waits_since=now - _LONGEST_WAIT):
        return 0
    from aggregator.steps.group import group_waiting  # with what judges stories

    try:
        return group_waiting(store, now, encoder=aggregator.encoder, stop=stop, moves_on=moves_on)
    except AggregatorError:
        raise
    except Exception as error:  # noqa: BLE001 - as the docstring says
        import structlog

        structlog.get_logger().error("stories.crashed", exc_info=error)
        return 0


# One source polled: what was seen where that is still to be written, else what was recorded; None for a lost claim.
_Polled = tuple[Claim, Seen | PollSummary | None]


def _poll_one(aggregator: Aggregator, queue: Queue, claim: Claim, turn: Turn) -> _Polled:
    pipeline = aggregator.setup.pipeline
    with turn:
        answer = pipeline.ask(claim)
    queue.note_host(claim)
    if isinstance(answer, Seen):
        return claim, answer
    try:
        return claim, pipeline.read(claim, answer)
    except ClaimLost as error:
        import structlog

        structlog.get_logger().warning("source.claim_lost", source=claim.source.name, error=str(error))
        return claim, None
    finally:
        if len(answer.body) > LARGE_BYTES:
            give_back_memory()


def _written(aggregator: Aggregator, queue: Queue, quiet: list[tuple[Claim, Seen]]) -> list[PollSummary]:
    """Write what was gathered of sources that brought nothing new, and gather anew."""
    if not quiet:
        return []
    results = aggregator.setup.pipeline.recorder.record_quiet(quiet)
    for claim, _ in quiet:
        queue.done(claim)
    quiet.clear()
    return results
