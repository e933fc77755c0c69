"""What hubs are owed: a row for each hub and feed, there before it is attempted, moved on by every change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from aggregator.model.issues import DeliveryStatus, Outcome, Ping, PingClaim
from aggregator.store import attempts
from aggregator.store.attempts import UNCLAIMED, WAITING, Claimable
from aggregator.store.rows import Row, Values
from aggregator.store.tables import pings


class Pings(Claimable):
    """What hubs are owed. Made by ``Store``; raises StoreError like it."""

    _table = pings

    def owe(self, hubs: Sequence[str], *, base: str, feed: str, now: datetime) -> None:
        """Note that a feed has changed, for each of these hubs."""
        with self._write() as connection:
            if connection.dialect.name == "postgresql":  # two that find no row would both insert it
                connection.exec_driver_sql("LOCK TABLE pings IN SHARE ROW EXCLUSIVE MODE")
            owe(connection, hubs, base=base, feed=feed, now=now)

    def next_due(self) -> datetime | None:
        """Return when the next ping is due, claimed or not."""
        with self._read() as connection:
            return attempts.next_due(connection, pings)

    def claim(
        self, *, now: datetime, lease: timedelta, limit: int, ids: Sequence[int] | None = None
    ) -> list[PingClaim]:
        """Claim up to ``limit`` due pings (with ``ids``: of these) that no other worker has."""
        with self._write() as connection:
            claimed = attempts.claim_due(connection, pings, now=now, lease=lease, limit=limit, ids=ids)
            query = sa.select(pings).where(pings.c.pk.in_(claimed.pks)).order_by(pings.c.pk)
            found = connection.execute(query).mappings()
            return [PingClaim(ping=_to_ping(row), token=claimed.token, until=claimed.until) for row in found]

    def extend(self, claims: Sequence[PingClaim], *, until: datetime) -> set[int]:
        """Let claims last until then; return the ids of the pings that are held."""
        with self._write() as connection:
            tokens = {claim.ping.id: claim.token for claim in claims}
            return attempts.extend(connection, pings, tokens, until=until)

    def note_part(self, claim: PingClaim, parts_sent: int) -> None:
        """Note that the hub was told of so many of the feed's addresses; not when the feed has changed since."""
        with self._write() as connection:
            connection.execute(pings.update().where(_is_held(claim), _is_current(claim)).values(parts_sent=parts_sent))

    def record(self, claim: PingClaim, outcome: Outcome, *, now: datetime) -> None:
        """Write what an attempt left; nothing where another worker has the ping by now.

        A change since it was claimed is owed still, from now on.
        """
        left: Values = UNCLAIMED | {"last_error": outcome.error}
        if outcome.status is DeliveryStatus.SENT:
            left |= {"sent_at": now}
        tried: Values = {"attempts": pings.c.attempts + 1, "next_attempt": outcome.next_attempt}
        done = left | tried | {"status": outcome.status.value}
        is_postponed = outcome.status is DeliveryStatus.WAITING
        anew: Values = left | {"parts_sent": 0} | (tried if is_postponed else {"attempts": 0, "next_attempt": now})
        with self._write() as connection:
            if not connection.execute(pings.update().where(_is_held(claim), _is_current(claim)).values(done)).rowcount:
                connection.execute(pings.update().where(_is_held(claim)).values(anew))

    def release(self, claims: Sequence[PingClaim]) -> None:
        with self._write() as connection:
            for claim in claims:
                connection.execute(pings.update().where(_is_held(claim)).values(UNCLAIMED))

    def delete(self, ids: Collection[int]) -> None:
        """Forget pings that nobody is to get any more."""
        with self._write() as connection:
            connection.execute(pings.delete().where(pings.c.pk.in_(ids)))

    def retry(self, ping_id: int, *, now: datetime) -> bool:
        """Make a ping due at once, whatever became of it; return whether there is one of this id."""
        values: Values = UNCLAIMED | {"status": WAITING, "attempts": 0, "parts_sent": 0, "next_attempt": now}
        with self._write() as connection:
            return connection.execute(pings.update().where(pings.c.pk == ping_id).values(values)).rowcount > 0

    def all(self) -> list[Ping]:
        """Return all pings, in the order of feeds and hubs."""
        query = sa.select(pings).order_by(pings.c.feed, pings.c.hub, pings.c.pk)
        with self._read() as connection:
            return [_to_ping(row) for row in connection.execute(query).mappings()]


def owe(connection: sa.Connection, hubs: Sequence[str], *, base: str, feed: str, now: datetime) -> None:
    """Note that a feed has changed. What waits already waits for this change too: it is told once of both.

    In a transaction in which nobody else writes of this feed.
    """
    for hub in hubs:
        row = (pings.c.hub == hub) & (pings.c.base == base) & (pings.c.feed == feed)
        known = connection.execute(sa.select(pings.c.status).where(row).with_for_update()).scalar_one_or_none()
        if known is None:
            values: Values = {"hub": hub, "base": base, "feed": feed, "change": 1, "changed_at": now}
            values |= {"status": WAITING, "attempts": 0, "parts_sent": 0, "next_attempt": now}
            connection.execute(pings.insert().values(values))
            continue
        values = {"change": pings.c.change + 1, "changed_at": now, "parts_sent": 0}
        if known != WAITING:
            values |= {"status": WAITING, "attempts": 0, "next_attempt": now}
        connection.execute(pings.update().where(row).values(values))


def _is_held(claim: PingClaim) -> sa.ColumnElement[bool]:
    return attempts.is_held(pings, claim.ping.id, claim.token)


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
