"""Many deliveries at once: claims from the ledger, attempts in threads, and every outcome written before the next.

A delivery is marked only when the other side has accepted it. A crash repeats at most what was in flight, under the
same message id.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from aggregator.app import Aggregator
from aggregator.config import Secrets
from aggregator.errors import DeliveryError, Refused, StoreError
from aggregator.model.issues import ChannelKind, Delivery, DeliveryClaim, DeliveryStatus, Issue, Outcome
from aggregator.notify import after_failure, after_success, targets_of
from aggregator.store.heartbeat import Heartbeat

if TYPE_CHECKING:
    from aggregator.notify.channels import Channels

log = structlog.get_logger()

# What the ledger's key that signs the addresses to unsubscribe is for.
UNSUBSCRIBE: Final = "unsubscribe"

# How long a claim lasts that is not extended, and how much of that must be left to begin an attempt.
_LEASE: Final = timedelta(seconds=30)
_LEFT: Final = timedelta(seconds=15)

# Webhooks and chats at the same time; mail has ``email.smtp.connections``.
_WORKERS: Final = 8

# A reader whom the server refuses without saying why is stopped when it did so for so many issues in a row.
_REFUSALS: Final = 3
_WORD: Final = "refuses the recipient"

# Claims taken at once in a lane.
_BATCH: Final = 32

# How often to try to write outcomes, and how much longer to wait each time: a database server restarts in seconds.
# What still can't be written is kept for the next run of this process.
_MARKING_TRIES: Final = 5
_MARKING_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """One attempt and what it left. ``delivery`` is as it was before."""

    delivery: Delivery
    outcome: Outcome


def deliver_due(
    aggregator: Aggregator, *, ids: Sequence[int] | None = None, stop: threading.Event | None = None
) -> Iterator[Attempted]:
    """Attempt what is due (with ``ids``: of these), each once, and yield each attempt when its outcome is written.

    Several processes may do so at once. ``stop`` ends it early: what is under way is finished, nothing more is begun.
    Raises StoreError, after what is under way has ended.
    """
    aggregator.store.ledger.record_kept(now=aggregator.clock())
    due = aggregator.store.ledger.next_due()
    if due is None or due > aggregator.clock():
        return
    with aggregator.store.delivering():
        channels = open_channels(aggregator)
        try:
            yield from _Courier(aggregator, channels, ids, stop or threading.Event()).run()
        finally:
            channels.close()


def open_channels(aggregator: Aggregator) -> Channels:
    """Return all ways out, with the configuration of now."""
    from aggregator.notify.channels import Channels

    key = aggregator.store.ledger.key_for(UNSUBSCRIBE)
    return Channels(aggregator.config, aggregator.client, key=key, clock=aggregator.clock)


@dataclass(slots=True)
class _Lane:
    """A kind of deliveries with threads of its own, so that a webhook that hangs keeps no mail waiting."""

    kinds: tuple[ChannelKind, ...]
    workers: int
    pool: ThreadPoolExecutor
    under_way: int = 0
    is_exhausted: bool = False


class _Courier:
    """One run over what is due."""

    def __init__(
        self, aggregator: Aggregator, channels: Channels, ids: Sequence[int] | None, stop: threading.Event
    ) -> None:
        self._clock = aggregator.clock
        self._ledger = aggregator.store.ledger
        setup = aggregator.setup
        self._config = config = setup.config
        self._configured_at = setup.adopted_at
        self._secrets = Secrets(config)
        self._channels = channels
        self._ids = ids
        self._stop = stop
        self._is_store_lost = threading.Event()
        self._targets = {digest.name: (digest, targets_of(digest)) for digest in config.digests}
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._unwritten: list[tuple[DeliveryClaim, Outcome, threading.Event]] = []
        self._issues: dict[int, Issue] = {}
        self._doubted: list[tuple[DeliveryClaim, Refused]] = []
        self._heartbeat = Heartbeat(self._extend, key_of=_key_of, lease=_LEASE)

    def run(self) -> Iterator[Attempted]:
        try:
            yield from self._with_lanes()
        finally:
            self._ledger.keep([(claim, outcome) for claim, outcome, _ in self._unwritten])

    def _with_lanes(self) -> Iterator[Attempted]:
        email = self._config.email
        sizes = {
            (ChannelKind.EMAIL,): email.smtp.connections if email else 1,
            (ChannelKind.WEBHOOK, ChannelKind.CHAT): _WORKERS,
        }
        with self._heartbeat.beating(), ExitStack() as stack:
            lanes = [
                _Lane(kinds, size, stack.enter_context(ThreadPoolExecutor(size, thread_name_prefix="deliver")))
                for kinds, size in sizes.items()
            ]
            yield from self._run(lanes)

    def _run(self, lanes: Sequence[_Lane]) -> Iterator[Attempted]:
        running: dict[Future[Attempted | None], _Lane] = {}
        while True:
            for lane in lanes:
                for claim in self._take(lane):
                    running[lane.pool.submit(self._attempt, claim)] = lane
                    lane.under_way += 1
            if not running:
                yield from self._settle(is_last=True)
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                running.pop(future).under_way -= 1
                attempted = future.result()
                if attempted is not None:
                    yield attempted
            yield from self._settle(is_last=False)

    def _settle(self, *, is_last: bool) -> Iterator[Attempted]:
        """Decide on readers whom the server doesn't know: it must have taken the issue for somebody else, or have none.

        A server that refuses everybody is set up wrongly, or we are; nobody is stopped for that.
        """
        with self._lock:
            doubted, self._doubted = self._doubted, []
        for claim, error in doubted:
            others, sent = self._ledger.taken(claim.delivery)
            if others and not sent:
                if not is_last:
                    with self._lock:
                        self._doubted.append((claim, error))
                    continue
                outcome = self._after_failure(claim, DeliveryError(f"{error}; it took this issue for nobody else yet"))
            else:
                outcome = self._after_failure(claim, error)
            self._record(claim, outcome)
            yield Attempted(delivery=claim.delivery, outcome=outcome)

    def _refused(self, claim: DeliveryClaim, error: Refused) -> Refused:
        """Return a refusal that may mean that the reader is gone as what it means by now."""
        if not error.may_stop:
            return error
        before = self._ledger.earlier(claim.delivery, limit=_REFUSALS - 1)
        refused = [each for each in before if each.status is DeliveryStatus.FAILED and _WORD in (each.last_error or "")]
        return Refused(str(error), stops=len(refused) == _REFUSALS - 1)

    def _take(self, lane: _Lane) -> list[DeliveryClaim]:
        """Return claims for a lane that is about to run dry."""
        if lane.is_exhausted or lane.under_way >= lane.workers or self._stop.is_set():
            return []
        # what is on its way seems to be free when the clock has jumped meanwhile
        own = [each.delivery.id for each in self._heartbeat.held()]
        claims = self._ledger.claim(
            kinds=lane.kinds, now=self._clock(), lease=_LEASE, limit=_BATCH, ids=self._ids, but=own
        )
        lane.is_exhausted = not claims
        self._heartbeat.hold(claims)
        return claims

    def _extend(self, held: list[DeliveryClaim]) -> set[int]:
        return self._ledger.extend(held, until=self._clock() + _LEASE)

    def _may_begin(self, claim: DeliveryClaim) -> bool:
        """Whether a claim is ours, and will be at the next heartbeat; and what is sent could be marked."""
        is_fresh = claim.until - self._clock() > _LEFT or self._heartbeat.sure_for_s() > _LEFT.total_seconds()
        return is_fresh and self._heartbeat.holds(claim.delivery.id) and not self._is_store_lost.is_set()

    def _attempt(self, claim: DeliveryClaim) -> Attempted | None:
        """Attempt one delivery and write what became of it; None when it was given back. Raises StoreError."""
        if not self._may_begin(claim):
            self._heartbeat.let_go(claim.delivery.id)
            return None
        if self._stop.is_set():
            self._heartbeat.let_go(claim.delivery.id)
            self._ledger.release([claim])
            return None
        try:
            outcome = self._send(claim)
        except Refused as refused:
            error = self._refused(claim, refused)
            if error.stops and claim.delivery.endpoint.kind is ChannelKind.EMAIL:
                with self._lock:
                    self._doubted.append((claim, error))
                return None
            outcome = self._after_failure(claim, error)
        except DeliveryError as failed:
            outcome = self._after_failure(claim, failed)
        except StoreError:
            self._is_store_lost.set()
            raise
        except Exception as error:
            text = self._secrets.mask(f"{type(error).__name__}: {error}")
            log.error("delivery.crashed", delivery=claim.delivery.id, exc_info=error)
            outcome = self._after_failure(claim, DeliveryError(f"this program failed on it: {text}"))
        self._record(claim, outcome)
        return Attempted(delivery=claim.delivery, outcome=outcome)

    def _send(self, claim: DeliveryClaim) -> Outcome:
        from aggregator.notify.channels import Post

        delivery = claim.delivery
        digest, targets = self._targets.get(delivery.endpoint.digest, (None, {}))
        target = targets.get(delivery.endpoint.key)
        if digest is None or target is None:
            if delivery.made_at > self._configured_at:  # by a process that has a newer configuration than this one
                raise DeliveryError("it is not in the configuration that this process works with")
            return Outcome(status=DeliveryStatus.STOPPED, error="it is not configured any more")
        post = Post(
            issue=self._issue(delivery.issue_pk),
            digest=digest,
            target=target,
            message_id=delivery.message_id,
            attempts=delivery.attempts,
            parts_sent=delivery.parts_sent,
            note_part=lambda parts: self._note_part(claim, parts),
        )
        self._channels.send(post)
        return after_success()

    def _note_part(self, claim: DeliveryClaim, parts_sent: int) -> None:
        if not self._ledger.note_part(claim, parts_sent, until=self._clock() + _LEASE):
            raise DeliveryError("another worker has taken it over")

    def _after_failure(self, claim: DeliveryClaim, error: DeliveryError) -> Outcome:
        target = self._targets.get(claim.delivery.endpoint.digest, (None, {}))[1].get(claim.delivery.endpoint.key)
        text = self._secrets.mask(str(error))
        if target is not None:  # a server's answer may repeat the reader's address
            text = Secrets(target.address, target.secret).mask(text)
        jitter = random.random()  # noqa: S311 - spreads attempts, keeps no secret
        return after_failure(claim.delivery, error, text=text, now=self._clock(), jitter=jitter)

    def _record(self, claim: DeliveryClaim, outcome: Outcome) -> None:
        """Write an outcome and return when it is on disk, together with what other threads have to write by then.

        Whoever comes first writes for all that wait: one visit to the disk serves several connections.
        """
        written = threading.Event()
        with self._lock:
            self._unwritten.append((claim, outcome, written))
        with self._writing:
            if written.is_set():
                return
            if self._is_store_lost.is_set():
                raise StoreError("the outcome of a delivery could not be written")
            with self._lock:
                batch, self._unwritten = self._unwritten, []
            try:
                self._write([(claim, outcome) for claim, outcome, _ in batch])
            except StoreError:
                self._is_store_lost.set()
                with self._lock:
                    self._unwritten += batch
                raise
            for of, _, each in batch:
                self._heartbeat.let_go(of.delivery.id)
                each.set()

    def _write(self, outcomes: Sequence[tuple[DeliveryClaim, Outcome]]) -> None:
        for number in range(_MARKING_TRIES):
            try:
                self._ledger.record(outcomes, now=self._clock())
                return
            except StoreError:
                if number + 1 == _MARKING_TRIES:
                    raise
                time.sleep(_MARKING_PAUSE_S * (number + 1))

    def _issue(self, pk: int) -> Issue:
        with self._lock:
            if pk not in self._issues:
                self._issues[pk] = self._ledger.issue(pk)
            return self._issues[pk]


def _key_of(claim: DeliveryClaim) -> int:
    return claim.delivery.id
