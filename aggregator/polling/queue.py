"""What a worker has claimed: asked for in batches, kept alive while it is worked on, given back when it is not.

Claims last for a short lease, so that those of a worker that died are soon free; a heartbeat extends them. A worker
that can't reach the database begins nothing that would outlast what it has: by then, the host may be another one's.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final

from aggregator.app import Aggregator
from aggregator.fetch import Turn, is_to_be_plain
from aggregator.model import Claim, HostState
from aggregator.store.heartbeat import Heartbeat

# A claim lasts as long as so many exchanges may, and for so long at least.
_LEASE_EXCHANGES: Final = 3
_SHORTEST_LEASE: Final = timedelta(seconds=15)

# A host that rests longer than this has its sources given back until then.
_LONG_REST = timedelta(minutes=1)

# Claims are asked for so many at a time for each thread, and taken ahead so many at most; of one host, so many times
# the requests that may be made to it at once.
_CLAIMED_AHEAD = 4
_MAX_WAITING = 500
_AHEAD = 2

# Sources that were asked for by name, whose host another worker has, are asked for again: so often, for so long.
_AGAIN_S: Final = 0.5
_PATIENCE_S: Final = 20.0

# Times in the database are whole seconds: a rest that is written must not end before it does here.
_ROUNDED = timedelta(seconds=1)


class Queue:
    """Claims that wait for a thread and for their host. Refilled from the store while there is more that is due."""

    def __init__(self, aggregator: Aggregator, names: Collection[str] | None, *, is_plain: bool = False) -> None:
        self._aggregator = aggregator
        self._due_by = aggregator.clock()
        self._names = None if names is None else list(names)
        self._is_plain = is_plain
        self._missed: list[str] = []
        self._missed_at = 0.0
        self._patient_until: float | None = None
        self._waiting: list[Claim] = []
        self._is_exhausted = self._names == []
        self._timeout = aggregator.config.fetch.timeout
        self._lease = max(_LEASE_EXCHANGES * self._timeout, _SHORTEST_LEASE)
        self._heartbeat = Heartbeat(self._extend, key_of=lambda claim: claim.state.seed, lease=self._lease)
        self._troubles: dict[str, int] = {}

    # --- what is to be asked -----------------------------------------------------------------------------------------

    def is_empty(self) -> bool:
        return not self._waiting and self._is_exhausted

    def take(self) -> tuple[Claim, Turn] | None:
        """Return a claim whose host may be asked now; None when there is none at the moment."""
        if not self._is_sure():
            return None
        self._drop_lost()
        workers = self._aggregator.config.fetch.workers
        if len(self._waiting) < workers:
            self._refill(_CLAIMED_AHEAD * workers)
        taken = self._take_ready()
        if taken is None and self._waiting:  # all of these hosts are busy or rest: look for others
            self._refill(_CLAIMED_AHEAD * workers)
            taken = self._take_ready()
        if taken is None:
            self._postpone_resting()
        return taken

    def done(self, claim: Claim) -> None:
        """Keep a claim alive no longer: its result is written, or it was lost."""
        self._heartbeat.let_go(claim.state.seed)

    def note_host(self, claim: Claim) -> None:
        """After a host was asked: write what other workers must know of it, that it rests or that it answers again."""
        key = claim.host.key
        rest, why, troubles = self._aggregator.gate.state_of(key)
        known = self._troubles.get(key, 0)
        if not (why or known) or (not rest and troubles == known):
            return
        self._troubles[key] = troubles if why else 0
        not_before = self._aggregator.clock() + rest + _ROUNDED if rest else None
        self._aggregator.store.claims.note_rest(HostState(key=key, not_before=not_before, why=why, troubles=troubles))

    def _take_ready(self) -> tuple[Claim, Turn] | None:
        return self._aggregator.gate.take_ready(self._waiting, lambda claim: claim.host.key)

    def _refill(self, limit: int) -> None:
        if self._is_exhausted or len(self._waiting) >= _MAX_WAITING:
            return
        names = self._next_names(limit)
        if names == []:
            return
        without = self._busy_hosts() if names is None else []
        claims = self._aggregator.store.claims.take(
            now=self._aggregator.clock(),
            lease=self._lease,
            limit=limit,
            due_by=self._due_by,
            names=names,
            worker=self._aggregator.setup.worker,
            without=without,
        )
        now = self._aggregator.clock()
        claims = [
            replace(claim, is_plain=True) if self._is_plain or is_to_be_plain(claim.state, now) else claim
            for claim in claims
        ]
        if names is None:
            self._is_exhausted = not claims and not without
        else:
            self._missed += set(names).difference(claim.source.name for claim in claims)
            self._is_exhausted = not self._names and not self._missed
        for claim in claims:
            self._resume(claim.host)
        self._heartbeat.hold(claims)
        self._waiting += claims

    def _busy_hosts(self) -> list[str]:
        """Return hosts of which enough waits, so that there is room for others'."""
        gate, enough = self._aggregator.gate, _AHEAD * self._aggregator.setup.worker.per_host
        waiting = Counter(claim.host.key for claim in self._waiting)
        return [host for host, count in waiting.items() if count >= enough and gate.is_limited(host)]

    def _next_names(self, limit: int) -> list[str] | None:
        """Return whom to ask for next; None for whoever is due, nobody when there is to be a pause."""
        if self._names is None:
            return None
        if not self._names and self._missed:
            now = time.monotonic()
            self._patient_until = self._patient_until or now + _PATIENCE_S
            if now > self._patient_until:
                self._missed, self._is_exhausted = [], True
                return []
            if now < self._missed_at + _AGAIN_S:
                return []
            self._missed_at = now
            self._names, self._missed = self._missed, []
        names, self._names = self._names[:limit], self._names[limit:]
        return names

    def _resume(self, host: HostState) -> None:
        """Go on with a host where the worker that had it before left off."""
        self._troubles[host.key] = host.troubles
        if host.last_worker == self._aggregator.setup.worker.token:
            return
        now = self._aggregator.clock()
        rest = host.not_before - now if host.not_before is not None and host.not_before > now else timedelta(0)
        is_used = host.last_worker is not None
        self._aggregator.gate.resume(host.key, rest=rest, why=host.why, troubles=host.troubles, is_used=is_used)

    def _postpone_resting(self) -> None:
        """Give back the claims whose host rests for long, so that nobody waits for it."""
        gate, now = self._aggregator.gate, self._aggregator.clock()
        for claim in tuple(self._waiting):
            key = claim.host.key
            rest = gate.ready_in(key)
            if rest > _LONG_REST:
                self._waiting.remove(claim)
                self._aggregator.store.claims.postpone(claim, until=now + rest, reason=gate.why_resting(key))
                self.done(claim)

    # --- what is held ------------------------------------------------------------------------------------------------

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Extend all claims from time to time; give back what is left at the end."""
        try:
            with self._heartbeat.beating():
                yield
        finally:
            left = self._heartbeat.held()
            if left:
                self._aggregator.store.claims.release(left)

    def _extend(self, held: list[Claim]) -> set[str]:
        now = self._aggregator.clock()
        return self._aggregator.store.claims.extend(held, now=now, until=now + self._lease)

    def _drop_lost(self) -> None:
        """Give up claims that ended before they were extended: their hosts may be another worker's."""
        lost = self._heartbeat.take_lost()
        if lost:
            self._waiting = [claim for claim in self._waiting if claim.state.seed not in lost]

    def _is_sure(self) -> bool:
        """Whether an exchange that begins now ends before the claims could be another worker's."""
        return self._timeout.total_seconds() < self._heartbeat.sure_for_s()
