"""Deliveries in the store: who may attempt which one now, and what became of each attempt."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import sqlalchemy as sa

from aggregator.model.issues import (
    ChannelKind,
    Delivery,
    DeliveryClaim,
    DeliveryStatus,
    Endpoint,
    Issue,
    Outcome,
    Stop,
    StopCause,
)
from aggregator.store import attempts
from aggregator.store.attempts import UNCLAIMED, WAITING, Claimable
from aggregator.store.rows import Row, Values
from aggregator.store.tables import deliveries, digests, issues, stops

_BATCH = 500

# Made once: there is one for every mail, and nothing else is written as often.
_SENT = (
    deliveries.update()
    .where(deliveries.c.pk == sa.bindparam("sent_pk"))
    .values(
        UNCLAIMED
        | {
            "status": DeliveryStatus.SENT.value,
            "attempts": deliveries.c.attempts + 1,
            "sent_at": sa.bindparam("at"),
            "next_attempt": None,
            "last_error": None,
        }
    )
)
# written as the index has it: with a parameter, SQLite would not know that it fits
_IS_UNSENT = deliveries.c.status != sa.literal_column("'sent'")
_COUNTS = (
    sa.select(digests.c.name, digests.c.delivery_count, deliveries.c.status, sa.func.count(deliveries.c.status))
    .select_from(digests.outerjoin(deliveries, (deliveries.c.digest == digests.c.name) & _IS_UNSENT))
    .group_by(digests.c.name, digests.c.delivery_count, deliveries.c.status)
)


class Deliveries(Claimable):
    """Which deliveries there are, and who gets nothing more. Raises StoreError."""

    _table = deliveries

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[sa.Connection]],
        write: Callable[[], AbstractContextManager[sa.Connection]],
    ) -> None:
        super().__init__(read, write)
        self._kept: list[tuple[DeliveryClaim, Outcome]] = []

    def next_due(self) -> datetime | None:
        """Return when the next delivery is due, claimed or not."""
        with self._read() as connection:
            return attempts.next_due(connection, deliveries)

    def claim(
        self,
        *,
        kinds: Collection[ChannelKind],
        now: datetime,
        lease: timedelta,
        limit: int,
        ids: Sequence[int] | None = None,
        but: Collection[int] = (),
    ) -> list[DeliveryClaim]:
        """Claim up to ``limit`` due deliveries that no other worker has, in their order.

        With ``ids`` those alone, and none of ``but``, which the worker has itself.
        """
        due = self.next_due()  # most of the time nothing is, and nobody need wait for a lock
        if due is None or due > now:
            return []
        wanted = [deliveries.c.kind.in_([kind.value for kind in kinds])]
        if but:
            wanted.append(deliveries.c.pk.not_in(but))
        with self._write() as connection:
            claimed = attempts.claim_due(connection, deliveries, *wanted, now=now, lease=lease, limit=limit, ids=ids)
            query = _select().where(deliveries.c.pk.in_(claimed.pks)).order_by(deliveries.c.pk)
            found = map(_to_delivery, connection.execute(query).mappings())
            return [DeliveryClaim(delivery=each, token=claimed.token, until=claimed.until) for each in found]

    def release(self, claims: Sequence[DeliveryClaim]) -> None:
        """Give back claims that were not used."""
        if claims:
            with self._write() as connection:
                for claim in claims:
                    connection.execute(deliveries.update().where(_is_held(claim)).values(UNCLAIMED))

    def extend(self, claims: Sequence[DeliveryClaim], *, until: datetime) -> set[int]:
        """Let claims last until then; return the ids of the deliveries that are held."""
        with self._write() as connection:
            tokens = {claim.delivery.id: claim.token for claim in claims}
            return attempts.extend(connection, deliveries, tokens, until=until)

    def note_part(self, claim: DeliveryClaim, parts_sent: int, *, until: datetime) -> bool:
        """Note that so many parts of a delivery were accepted, so that a later attempt goes on from there.

        The claim lasts until ``until`` now; return False when it was lost.
        """
        values: Values = {"parts_sent": parts_sent, "claimed_until": until}
        with self._write() as connection:
            return connection.execute(deliveries.update().where(_is_held(claim)).values(values)).rowcount > 0

    def record(self, outcomes: Sequence[tuple[DeliveryClaim, Outcome]], *, now: datetime) -> None:
        """Write what attempts left. That it was sent is true even when the claim ran out meanwhile; all else isn't."""
        sent = [claim.delivery.id for claim, outcome in outcomes if outcome.status is DeliveryStatus.SENT]
        with self._write() as connection:
            if sent:
                connection.execute(_SENT, [{"sent_pk": pk, "at": now} for pk in sent])
            for claim, outcome in outcomes:
                if outcome.status is not DeliveryStatus.SENT:
                    _record_failure(connection, claim, outcome, now)

    def keep(self, outcomes: Sequence[tuple[DeliveryClaim, Outcome]]) -> None:
        """Remember what was sent and could not be written, for ``record_kept``; all else is attempted again anyway."""
        self._kept += [each for each in outcomes if each[1].status is DeliveryStatus.SENT]

    def record_kept(self, *, now: datetime) -> None:
        """Write what this process has kept, before anything is sent again."""
        if self._kept:
            self.record(self._kept, now=now)
            self._kept = []

    def retry(self, delivery_id: int, *, now: datetime) -> Delivery | None:
        """Make a delivery due at once, whatever became of it; return it as it was, None when there is none."""
        with self._write() as connection:
            found = _by_id(connection, delivery_id)
            if found is None:
                return None
            values: Values = UNCLAIMED | {"status": WAITING, "attempts": 0, "next_attempt": now, "sent_at": None}
            if found.status is DeliveryStatus.SENT:
                values |= {"parts_sent": 0}
            connection.execute(deliveries.update().where(deliveries.c.pk == delivery_id).values(values))
        return found

    def delivery(self, delivery_id: int) -> Delivery | None:
        with self._read() as connection:
            return _by_id(connection, delivery_id)

    def deliveries(self, *, limit: int | None = None, statuses: Collection[DeliveryStatus] = ()) -> Iterator[Delivery]:
        """Yield deliveries, the newest first, read in batches."""
        newest, left = _select().order_by(deliveries.c.pk.desc()), limit
        if statuses:
            newest = newest.where(deliveries.c.status.in_([status.value for status in statuses]))
        query = newest
        while left is None or left > 0:
            size = _BATCH if left is None else min(left, _BATCH)
            found = self._found(query.limit(size))
            yield from found
            if len(found) < size:
                return
            query, left = newest.where(deliveries.c.pk < found[-1].id), None if left is None else left - size

    def deliveries_of(self, issue: Issue) -> list[Delivery]:
        query = _select().where(issues.c.digest == issue.digest, issues.c.number == issue.number)
        return self._found(query.order_by(deliveries.c.pk))

    def taken(self, delivery: Delivery) -> tuple[int, int]:
        """Return how many others have the issue by the same kind of channel, and to how many of them it was sent."""
        others = (deliveries.c.issue_pk == delivery.issue_pk) & (deliveries.c.kind == delivery.endpoint.kind.value)
        is_sent = sa.cast(deliveries.c.status == DeliveryStatus.SENT.value, sa.Integer)
        query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(is_sent), 0))
        with self._read() as connection:
            count, sent = connection.execute(query.where(others, deliveries.c.pk != delivery.id)).one()
        return count, sent

    def earlier(self, delivery: Delivery, *, limit: int) -> list[Delivery]:
        """Return what went to the same endpoint before, the newest first."""
        endpoint = delivery.endpoint
        same = (deliveries.c.endpoint == endpoint.key) & (deliveries.c.digest == endpoint.digest)
        query = _select().where(same, deliveries.c.pk < delivery.id).order_by(deliveries.c.pk.desc())
        return self._found(query.limit(limit))

    def counts(self) -> dict[tuple[str, DeliveryStatus], int]:
        """Return how many deliveries there are of each digest and status; what was sent is what is left of all."""
        found: dict[tuple[str, DeliveryStatus], int] = {}
        with self._read() as connection:
            for digest, total, status, count in connection.execute(_COUNTS):  # in one statement: all of one moment
                found.setdefault((digest, DeliveryStatus.SENT), total)
                if status is not None:
                    found[digest, DeliveryStatus(status)] = count
                    found[digest, DeliveryStatus.SENT] -= count
        return {of: count for of, count in found.items() if count}

    def _found(self, query: sa.Select[tuple[object, ...]]) -> list[Delivery]:
        with self._read() as connection:
            return [_to_delivery(row) for row in connection.execute(query).mappings()]

    # --- who gets nothing more ---------------------------------------------------------------------------------------

    def stop(self, stopped: Stop) -> bool:
        """Let nothing more go to an endpoint, from this moment on; return False when that was so before."""
        with self._write() as connection:
            return _stop(connection, stopped)

    def resume(self, digest: str, key: str) -> bool:
        """Let issues to come go to an endpoint again; return whether it was stopped."""
        stopped = stops.delete().where(stops.c.digest == digest, stops.c.endpoint == key)
        with self._write() as connection:
            return connection.execute(stopped).rowcount > 0

    def stops(self) -> list[Stop]:
        """Return the endpoints that get nothing more, the longest stopped first."""
        with self._read() as connection:
            found = connection.execute(sa.select(stops).order_by(stops.c.since, stops.c.digest, stops.c.label)).all()
        return [
            Stop(
                endpoint=Endpoint(digest=row.digest, kind=ChannelKind(row.kind), key=row.endpoint, label=row.label),
                cause=StopCause(row.cause),
                reason=row.reason,
                since=row.since,
            )
            for row in found
        ]


def _record_failure(connection: sa.Connection, claim: DeliveryClaim, outcome: Outcome, now: datetime) -> None:
    values: Values = UNCLAIMED | {
        "status": outcome.status.value,
        "attempts": deliveries.c.attempts + 1,
        "next_attempt": outcome.next_attempt,
        "last_error": outcome.error,
    }
    connection.execute(deliveries.update().where(_is_held(claim)).values(values))
    endpoint = claim.delivery.endpoint
    if outcome.rest is not None:
        is_sooner = deliveries.c.next_attempt < now + outcome.rest
        others = (deliveries.c.endpoint == endpoint.key) & (deliveries.c.status == WAITING) & is_sooner
        connection.execute(deliveries.update().where(others).values(next_attempt=now + outcome.rest))
    if outcome.stops:
        _stop(connection, Stop(endpoint=endpoint, cause=StopCause.REFUSED, reason=outcome.error or "", since=now))


def _stop(connection: sa.Connection, stopped: Stop) -> bool:
    """Let nothing more go to an endpoint, what waits for it among that; return False when that was so before."""
    endpoint = stopped.endpoint
    row = (stops.c.digest == endpoint.digest) & (stops.c.endpoint == endpoint.key)
    known = connection.execute(sa.select(stops.c.cause).where(row)).scalar_one_or_none()
    values: Values = {"cause": stopped.cause.value, "reason": stopped.reason, "since": stopped.since}
    if known is None:
        values |= {"digest": endpoint.digest, "endpoint": endpoint.key}
        values |= {"kind": endpoint.kind.value, "label": endpoint.label}
        connection.execute(stops.insert().values(values))
    elif known != stopped.cause.value:
        connection.execute(stops.update().where(row).values(values))
    waiting = (deliveries.c.digest == endpoint.digest) & (deliveries.c.endpoint == endpoint.key)
    waiting &= deliveries.c.status == WAITING
    values = UNCLAIMED | {"status": DeliveryStatus.STOPPED.value, "next_attempt": None, "last_error": stopped.reason}
    connection.execute(deliveries.update().where(waiting).values(values))
    return known is None


def _by_id(connection: sa.Connection, delivery_id: int) -> Delivery | None:
    row = connection.execute(_select().where(deliveries.c.pk == delivery_id)).mappings().one_or_none()
    return None if row is None else _to_delivery(row)


def _select() -> sa.Select[tuple[object, ...]]:
    return sa.select(deliveries, issues.c.number.label("issue_number")).join(
        issues, issues.c.pk == deliveries.c.issue_pk
    )


def _is_held(claim: DeliveryClaim) -> sa.ColumnElement[bool]:
    return attempts.is_held(deliveries, claim.delivery.id, claim.token)


def _to_delivery(row: Row) -> Delivery:
    return Delivery(
        id=row["pk"],
        issue_pk=row["issue_pk"],
        issue=row["issue_number"],
        endpoint=Endpoint(digest=row["digest"], kind=ChannelKind(row["kind"]), key=row["endpoint"], label=row["label"]),
        message_id=row["message_id"],
        status=DeliveryStatus(row["status"]),
        attempts=row["attempts"],
        parts_sent=row["parts_sent"],
        made_at=row["made_at"],
        next_attempt=row["next_attempt"],
        sent_at=row["sent_at"],
        last_error=row["last_error"],
    )
