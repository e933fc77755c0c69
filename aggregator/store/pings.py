"""What hubs are owed: a row for each hub and feed, there before it is attempted, moved on by every change."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import sqlalchemy as sa

from aggregator.model.issues import DeliveryStatus, Outcome, Ping, PingClaim
from aggregator.store.rows import Row, Values
from aggregator.store.tables import pings

_UNCLAIMED: Values = {"claim_token": None, "claimed_until": None}
_WAITING = DeliveryStatus.WAITING.value


class Pings:
    """What hubs are owed. Made by ``Store``; raises StoreError like it."""

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[sa.Connection]],
        write: Callable[[], AbstractContextManager[sa.Connection]],
    ) -> None:
        self._read = read
        self._write = write

    def owe(self, hubs: Sequence[str], *, base: str, feed: str, now: datetime) -> None:
        """Note that a feed has changed, for each of these hubs."""
        with self._write() as connection:
            if connection.dialect.name == "postgresql":  # two that find no row would both insert it
                connection.exec_driver_sql("LOCK TABLE pings IN SHARE ROW EXCLUSIVE MODE")
            owe(connection, hubs, base=base, feed=feed, now=now)

    def next_due(self) -> datetime | None:
        """Return when the next ping is due, claimed or not."""
        with self._read() as connection:
            return next_due(connection)

    def claim(
        self, *, now: datetime, lease: timedelta, limit: int, ids: Sequence[int] | None = None
    ) -> list[PingClaim]:
        """Claim up to ``limit`` due pings (with ``ids``: of these) that no other worker has."""
        with self._write() as connection:
            return claim_due(connection, now=now, lease=lease, limit=limit, ids=ids)

    def note_part(self, claim: PingClaim, parts_sent: int) -> None:
        """Note that the hub was told of so many of the feed's addresses."""
        with self._write() as connection:
            note_part(connection, claim, parts_sent)

    def record(self, claim: PingClaim, outcome: Outcome, *, now: datetime) -> None:
        """Write what an attempt left; nothing where another worker has the ping by now."""
        with self._write() as connection:
            record(connection, claim, outcome, now=now)

    def take_back_claims(self) -> None:
        """End all claims: those who made them are dead."""
        is_claimed = pings.c.claim_token.is_not(None)
        with self._read() as connection:
            are_claims = connection.execute(sa.select(pings.c.pk).where(is_claimed).limit(1)).first() is not None
        if are_claims:
            with self._write() as connection:
                connection.execute(pings.update().where(is_claimed).values(_UNCLAIMED))

    def release(self, claims: Sequence[PingClaim]) -> None:
        with self._write() as connection:
            for claim in claims:
                release(connection, claim)

    def delete(self, ids: Collection[int]) -> None:
        """Forget pings that nobody is to get any more."""
        with self._write() as connection:
            connection.execute(pings.delete().where(pings.c.pk.in_(ids)))

    def retry(self, ping_id: int, *, now: datetime) -> bool:
        """Make a ping due at once; return whether there is one of this id."""
        with self._write() as connection:
            return retry(connection, ping_id, now=now)

    def all(self) -> list[Ping]:
        with self._read() as connection:
            return every(connection)


def owe(connection: sa.Connection, hubs: Sequence[str], *, base: str, feed: str, now: datetime) -> None:
    """Note that a feed has changed. What waits already waits for this change too: it is told once of both.

    In a transaction in which nobody else writes of this feed.
    """
    for hub in hubs:
        row = (pings.c.hub == hub) & (pings.c.base == base) & (pings.c.feed == feed)
        known = connection.execute(sa.select(pings.c.status).where(row).with_for_update()).scalar_one_or_none()
        if known is None:
            values: Values = {"hub": hub, "base": base, "feed": feed, "change": 1, "changed_at": now}
            values |= {"status": _WAITING, "attempts": 0, "parts_sent": 0, "next_attempt": now}
            connection.execute(pings.insert().values(values))
            continue
        values = {"change": pings.c.change + 1, "changed_at": now, "parts_sent": 0}
        if known != _WAITING:
            values |= {"status": _WAITING, "attempts": 0, "next_attempt": now}
        connection.execute(pings.update().where(row).values(values))


def claim_due(
    connection: sa.Connection, *, now: datetime, lease: timedelta, limit: int, ids: Sequence[int] | None
) -> list[PingClaim]:
    """Claim up to ``limit`` pings that are due (with ``ids``: of these) and that no other worker has."""
    is_free = pings.c.claimed_until.is_(None) | (pings.c.claimed_until <= now)
    query = (
        sa.select(pings.c.pk)
        .where(pings.c.status == _WAITING, pings.c.next_attempt <= now, is_free)
        .order_by(pings.c.next_attempt, pings.c.pk)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if ids is not None:
        query = query.where(pings.c.pk.in_(ids))
    pks = connection.execute(query).scalars().all()
    if not pks:
        return []
    token, until = secrets.token_hex(8), now + lease
    values: Values = {"claim_token": token, "claimed_until": until}
    connection.execute(pings.update().where(pings.c.pk.in_(pks)).values(values))
    found = connection.execute(sa.select(pings).where(pings.c.pk.in_(pks)).order_by(pings.c.pk)).mappings()
    return [PingClaim(ping=_to_ping(row), token=token, until=until) for row in found]


def note_part(connection: sa.Connection, claim: PingClaim, parts_sent: int) -> None:
    """Note that the hub was told of so many of the feed's addresses; not when the feed has changed since."""
    connection.execute(pings.update().where(_is_held(claim), _is_current(claim)).values(parts_sent=parts_sent))


def record(connection: sa.Connection, claim: PingClaim, outcome: Outcome, *, now: datetime) -> None:
    """Write what an attempt left. A change since it was claimed is owed still, from now on."""
    left: Values = _UNCLAIMED | {"last_error": outcome.error}
    if outcome.status is DeliveryStatus.SENT:
        left |= {"sent_at": now}
    tried: Values = {"attempts": pings.c.attempts + 1, "next_attempt": outcome.next_attempt}
    done = left | tried | {"status": outcome.status.value}
    if connection.execute(pings.update().where(_is_held(claim), _is_current(claim)).values(done)).rowcount:
        return
    is_postponed = outcome.status is DeliveryStatus.WAITING
    anew: Values = left | {"parts_sent": 0} | (tried if is_postponed else {"attempts": 0, "next_attempt": now})
    connection.execute(pings.update().where(_is_held(claim)).values(anew))


def release(connection: sa.Connection, claim: PingClaim) -> None:
    connection.execute(pings.update().where(_is_held(claim)).values(_UNCLAIMED))


def retry(connection: sa.Connection, ping_id: int, *, now: datetime) -> bool:
    """Make a ping due at once, whatever became of it; return whether there is one of this id."""
    values: Values = _UNCLAIMED | {"status": _WAITING, "attempts": 0, "parts_sent": 0, "next_attempt": now}
    return connection.execute(pings.update().where(pings.c.pk == ping_id).values(values)).rowcount > 0


def next_due(connection: sa.Connection) -> datetime | None:
    query = sa.select(sa.func.min(pings.c.next_attempt)).where(pings.c.status == _WAITING)
    due: datetime | None = connection.execute(query).scalar_one()
    return due


def every(connection: sa.Connection) -> list[Ping]:
    """Return all pings, in the order of feeds and hubs."""
    query = sa.select(pings).order_by(pings.c.feed, pings.c.hub, pings.c.pk)
    return [_to_ping(row) for row in connection.execute(query).mappings()]


def _is_held(claim: PingClaim) -> sa.ColumnElement[bool]:
    return (pings.c.pk == claim.ping.id) & (pings.c.claim_token == claim.token)


def _is_current(claim: PingClaim) -> sa.ColumnElement[bool]:
    return pings.c.change == claim.ping.change


def _to_ping(row: Row) -> Ping:
    return Ping(
        id=row["pk"],
        hub=row["hub"],
        base=row["base"],
        feed=row["feed"],
        change=row["change"],
        status=DeliveryStatus(row["status"]),
        attempts=row["attempts"],
        parts_sent=row["parts_sent"],
        changed_at=row["changed_at"],
        next_attempt=row["next_attempt"],
        sent_at=row["sent_at"],
        last_error=row["last_error"],
    )
