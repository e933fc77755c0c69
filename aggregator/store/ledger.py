"""The ledger as the rest of the program sees it: issues, deliveries, and who gets nothing more; written durably."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta

import sqlalchemy as sa

from aggregator.model.issues import (
    ChannelKind,
    Delivery,
    DeliveryClaim,
    DeliveryStatus,
    DigestState,
    Issue,
    Outcome,
    Stop,
)
from aggregator.store import attempts, deliveries, issues, tables
from aggregator.store.attempts import Claimable
from aggregator.store.issues import IssueTransaction

_BATCH = 500


class Ledger(Claimable):
    """What was, and is to be, sent to whom. Made by ``Store``; raises StoreError like it."""

    _table = tables.deliveries

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[sa.Connection]],
        write: Callable[[], AbstractContextManager[sa.Connection]],
    ) -> None:
        super().__init__(read, write)
        self._kept: list[tuple[DeliveryClaim, Outcome]] = []

    # --- issues ------------------------------------------------------------------------------------------------------

    def digests(self) -> dict[str, DigestState]:
        """Return the configured digests by name."""
        with self._read() as connection:
            return issues.states(connection)

    @contextmanager
    def making(self, digest: str) -> Iterator[IssueTransaction]:
        """Read, decide, write an issue: one transaction, rolled back by any exception; one at a time of a digest."""
        with self._write() as connection:
            yield IssueTransaction(connection, digest)

    def issue(self, pk: int) -> Issue:
        with self._read() as connection:
            return issues.by_pk(connection, pk)

    def find_issue(self, digest: str, number: int | None = None) -> Issue | None:
        """Return an issue of a digest by its number, the latest without one."""
        with self._read() as connection:
            return issues.by_number(connection, digest, number)

    def latest_issues(self, digest: str, *, limit: int) -> list[Issue]:
        """Return the latest issues of a digest, the newest first."""
        with self._read() as connection:
            return issues.latest(connection, digest, limit)

    def issues_with(self, original: str) -> list[tuple[str, int, datetime]]:
        """Return which issues have an entry or a duplicate of it: digest, number, when it was made."""
        with self._read() as connection:
            return issues.having(connection, original)

    def forget(self, *, before: datetime) -> None:
        """Purge issues made before a time, with their deliveries, in small transactions."""
        while True:
            with self._write() as connection:
                if issues.forget(connection, before=before) == 0:
                    return

    def key_for(self, purpose: str) -> bytes:
        """Return this database's own key for a purpose."""
        with self._read() as connection:
            known = issues.known_key(connection, purpose)
        if known is not None:
            return known
        with self._write() as connection:
            return issues.key_for(connection, purpose)

    # --- deliveries --------------------------------------------------------------------------------------------------

    def next_due(self) -> datetime | None:
        """Return when the next delivery is due, claimed or not."""
        with self._read() as connection:
            return attempts.next_due(connection, tables.deliveries)

    def claim(
        self,
        *,
        kinds: Collection[ChannelKind],
        now: datetime,
        lease: timedelta,
        limit: int,
        ids: Sequence[int] | None = None,
    ) -> list[DeliveryClaim]:
        """Claim up to ``limit`` due deliveries (with ``ids``: of these) that no other worker has."""
        due = self.next_due()  # most of the time nothing is, and nobody need wait for a lock
        if due is None or due > now:
            return []
        with self._write() as connection:
            return deliveries.claim_due(connection, kinds=kinds, now=now, lease=lease, limit=limit, ids=ids)

    def release(self, claims: Sequence[DeliveryClaim]) -> None:
        if claims:
            with self._write() as connection:
                deliveries.release(connection, claims)

    def extend(self, claims: Sequence[DeliveryClaim], *, until: datetime) -> set[int]:
        """Let claims last until then; return the ids of the deliveries that are held."""
        with self._write() as connection:
            tokens = {claim.delivery.id: claim.token for claim in claims}
            return attempts.extend(connection, tables.deliveries, tokens, until=until)

    def note_part(self, claim: DeliveryClaim, parts_sent: int, *, until: datetime) -> bool:
        """Note that so many parts were accepted, and hold the claim until ``until``; False when it was lost."""
        with self._write() as connection:
            return deliveries.note_part(connection, claim, parts_sent, until=until)

    def record(self, outcomes: Sequence[tuple[DeliveryClaim, Outcome]], *, now: datetime) -> None:
        """Write what attempts left; nothing where another worker has the delivery by now, unless it was sent."""
        with self._write() as connection:
            deliveries.record(connection, outcomes, now=now)

    def keep(self, outcomes: Sequence[tuple[DeliveryClaim, Outcome]]) -> None:
        """Remember what was sent and could not be written, for ``record_kept``; all else is attempted again anyway."""
        self._kept += [each for each in outcomes if each[1].status is DeliveryStatus.SENT]

    def record_kept(self, *, now: datetime) -> None:
        """Write what this process has kept, before anything is sent again."""
        if self._kept:
            self.record(self._kept, now=now)
            self._kept = []

    def retry(self, delivery_id: int, *, now: datetime) -> Delivery | None:
        """Make a delivery due at once; return it as it was, None when there is none of this id."""
        with self._write() as connection:
            return deliveries.retry(connection, delivery_id, now=now)

    def delivery(self, delivery_id: int) -> Delivery | None:
        with self._read() as connection:
            return deliveries.by_id(connection, delivery_id)

    def deliveries(self, *, limit: int | None = None, statuses: Collection[DeliveryStatus] = ()) -> Iterator[Delivery]:
        """Yield deliveries, the newest first, read in batches."""
        before, left = None, limit
        while left is None or left > 0:
            size = _BATCH if left is None else min(left, _BATCH)
            with self._read() as connection:
                found = deliveries.newest(connection, limit=size, before=before, statuses=statuses)
            yield from found
            if len(found) < size:
                return
            before, left = found[-1].id, None if left is None else left - size

    def deliveries_of(self, issue: Issue) -> list[Delivery]:
        with self._read() as connection:
            return deliveries.of_issue(connection, issue.digest, issue.number)

    def taken(self, delivery: Delivery) -> tuple[int, int]:
        """Return how many others have the issue by the same kind of channel, and to how many of them it was sent."""
        with self._read() as connection:
            return deliveries.taken(connection, delivery)

    def earlier(self, delivery: Delivery, *, limit: int) -> list[Delivery]:
        """Return what went to the same endpoint before, the newest first."""
        with self._read() as connection:
            return deliveries.earlier(connection, delivery, limit=limit)

    def counts(self) -> dict[tuple[str, DeliveryStatus], int]:
        """Return how many deliveries there are of each digest and status."""
        with self._read() as connection:
            return deliveries.counts(connection)

    # --- who gets nothing more ---------------------------------------------------------------------------------------

    def stop(self, stop: Stop) -> bool:
        """Let nothing more go to an endpoint, from this moment on; return False when that was so before."""
        with self._write() as connection:
            return deliveries.stop(connection, stop)

    def resume(self, digest: str, key: str) -> bool:
        """Let issues to come go to an endpoint again; return whether it was stopped."""
        with self._write() as connection:
            return deliveries.resume(connection, digest, key)

    def stops(self) -> list[Stop]:
        with self._read() as connection:
            return deliveries.all_stops(connection)
