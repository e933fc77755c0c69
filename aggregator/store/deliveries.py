"""Deliveries in the store: who may attempt which one now, and what became of each attempt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from aggregator.model.issues import (
    ChannelKind,
    Delivery,
    DeliveryClaim,
    DeliveryStatus,
    Endpoint,
    Outcome,
    Stop,
    StopCause,
)
from aggregator.store import attempts
from aggregator.store.attempts import UNCLAIMED, WAITING
from aggregator.store.rows import Row, Values
from aggregator.store.tables import deliveries, digests, issues, stops


def claim_due(
    connection: sa.Connection,
    *,
    kinds: Collection[ChannelKind],
    now: datetime,
    lease: timedelta,
    limit: int,
    ids: Sequence[int] | None,
) -> list[DeliveryClaim]:
    """Claim up to ``limit`` deliveries that are due and that no other worker has, the longest waiting first."""
    of_kinds = deliveries.c.kind.in_([kind.value for kind in kinds])
    claimed = attempts.claim_due(connection, deliveries, of_kinds, now=now, lease=lease, limit=limit, ids=ids)
    found = connection.execute(_select().where(deliveries.c.pk.in_(claimed.pks)).order_by(deliveries.c.pk)).mappings()
    return [DeliveryClaim(delivery=_to_delivery(row), token=claimed.token, until=claimed.until) for row in found]


def release(connection: sa.Connection, claims: Sequence[DeliveryClaim]) -> None:
    """Give back claims that were not used."""
    for claim in claims:
        connection.execute(deliveries.update().where(_is_held(claim)).values(UNCLAIMED))


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


def note_part(connection: sa.Connection, claim: DeliveryClaim, parts_sent: int, *, until: datetime) -> bool:
    """Note that so many parts of a delivery were accepted, so that a later attempt goes on from there.

    The claim lasts until ``until`` now; return False when it was lost.
    """
    values: Values = {"parts_sent": parts_sent, "claimed_until": until}
    return connection.execute(deliveries.update().where(_is_held(claim)).values(values)).rowcount > 0


def record(connection: sa.Connection, outcomes: Sequence[tuple[DeliveryClaim, Outcome]], *, now: datetime) -> None:
    """Write what attempts left. That it was sent is true even when the claim ran out meanwhile; all else isn't."""
    sent = [claim.delivery.id for claim, outcome in outcomes if outcome.status is DeliveryStatus.SENT]
    if sent:
        connection.execute(_SENT, [{"sent_pk": pk, "at": now} for pk in sent])
    for claim, outcome in outcomes:
        if outcome.status is not DeliveryStatus.SENT:
            _record_failure(connection, claim, outcome, now)


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
        stop(connection, Stop(endpoint=endpoint, cause=StopCause.REFUSED, reason=outcome.error or "", since=now))


def stop(connection: sa.Connection, stopped: Stop) -> bool:
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


def resume(connection: sa.Connection, digest: str, key: str) -> bool:
    """Let issues to come go to an endpoint again; return whether it was stopped."""
    done = connection.execute(stops.delete().where(stops.c.digest == digest, stops.c.endpoint == key))
    return done.rowcount > 0


def retry(connection: sa.Connection, delivery_id: int, *, now: datetime) -> Delivery | None:
    """Make a delivery due at once, whatever became of it; None when there is none of this id."""
    found = by_id(connection, delivery_id)
    if found is None:
        return None
    values: Values = UNCLAIMED | {
        "status": WAITING,
        "attempts": 0,
        "next_attempt": now,
        "sent_at": None,
    }
    if found.status is DeliveryStatus.SENT:
        values |= {"parts_sent": 0}
    connection.execute(deliveries.update().where(deliveries.c.pk == delivery_id).values(values))
    return found


# --- reading ---------------------------------------------------------------------------------------------------------


def by_id(connection: sa.Connection, delivery_id: int) -> Delivery | None:
    row = connection.execute(_select().where(deliveries.c.pk == delivery_id)).mappings().one_or_none()
    return None if row is None else _to_delivery(row)


def newest(
    connection: sa.Connection, *, limit: int | None, before: int | None, statuses: Collection[DeliveryStatus]
) -> list[Delivery]:
    """Return deliveries, the newest first, with an id below ``before``."""
    query = _select().order_by(deliveries.c.pk.desc()).limit(limit)
    if before is not None:
        query = query.where(deliveries.c.pk < before)
    if statuses:
        query = query.where(deliveries.c.status.in_([status.value for status in statuses]))
    return [_to_delivery(row) for row in connection.execute(query).mappings()]


def of_issue(connection: sa.Connection, digest: str, number: int) -> list[Delivery]:
    query = _select().where(issues.c.digest == digest, issues.c.number == number).order_by(deliveries.c.pk)
    return [_to_delivery(row) for row in connection.execute(query).mappings()]


def taken(connection: sa.Connection, delivery: Delivery) -> tuple[int, int]:
    """Return how many others have the issue by the same kind of channel, and to how many of them it was sent."""
    others = (deliveries.c.issue_pk == delivery.issue_pk) & (deliveries.c.kind == delivery.endpoint.kind.value)
    is_sent = sa.cast(deliveries.c.status == DeliveryStatus.SENT.value, sa.Integer)
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(is_sent), 0))
    count, sent = connection.execute(query.where(others, deliveries.c.pk != delivery.id)).one()
    return count, sent


def earlier(connection: sa.Connection, delivery: Delivery, *, limit: int) -> list[Delivery]:
    """Return what went to the same endpoint before, the newest first."""
    endpoint = delivery.endpoint
    same = (deliveries.c.endpoint == endpoint.key) & (deliveries.c.digest == endpoint.digest)
    query = _select().where(same, deliveries.c.pk < delivery.id).order_by(deliveries.c.pk.desc()).limit(limit)
    return [_to_delivery(row) for row in connection.execute(query).mappings()]


# written as the index has it: with a parameter, SQLite would not know that it fits
_IS_UNSENT = deliveries.c.status != sa.literal_column("'sent'")
_COUNTS = (
    sa.select(digests.c.name, digests.c.delivery_count, deliveries.c.status, sa.func.count(deliveries.c.status))
    .select_from(digests.outerjoin(deliveries, (deliveries.c.digest == digests.c.name) & _IS_UNSENT))
    .group_by(digests.c.name, digests.c.delivery_count, deliveries.c.status)
)


def counts(connection: sa.Connection) -> dict[tuple[str, DeliveryStatus], int]:
    """Return how many deliveries there are of each digest and status; what was sent is what is left of all."""
    found: dict[tuple[str, DeliveryStatus], int] = {}
    for digest, total, status, count in connection.execute(_COUNTS):  # in one statement: all of one moment
        found.setdefault((digest, DeliveryStatus.SENT), total)
        if status is not None:
            found[digest, DeliveryStatus(status)] = count
            found[digest, DeliveryStatus.SENT] -= count
    return {of: count for of, count in found.items() if count}


def all_stops(connection: sa.Connection) -> list[Stop]:
    """Return the endpoints that get nothing more, the longest stopped first."""
    return [
        Stop(
            endpoint=Endpoint(digest=row.digest, kind=ChannelKind(row.kind), key=row.endpoint, label=row.label),
            cause=StopCause(row.cause),
            reason=row.reason,
            since=row.since,
        )
        for row in connection.execute(sa.select(stops).order_by(stops.c.since, stops.c.digest, stops.c.label))
    ]


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
