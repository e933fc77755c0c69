"""WebSub subscriptions, one for each source that names a hub, and what hubs sent until it is read.

A row is there before a hub is asked, as it may ask back at once, and says when to ask (again).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from aggregator.model import HubLink, Push, Subscription, SubscriptionState
from aggregator.store.rows import Row, Values
from aggregator.store.tables import pushes, sources, subscriptions
from aggregator.store.transactions import Section

# Documents of one source that wait to be read; a hub that sends more is told to slow down.
MAX_WAITING = 5

_OF_SOURCE = subscriptions.c.source_pk == sources.c.pk
_IS_THIS = (subscriptions.c.hub == sources.c.hub) & (subscriptions.c.topic == sources.c.topic)

# Changes of one look, at most.
_AT_A_TIME = 100

# Statements that are asked every few seconds are built once: building one takes longer than running it.
_DUE = (
    sa.select(subscriptions.c.pk)
    .where(subscriptions.c.next_attempt <= sa.bindparam("now"))
    .order_by(subscriptions.c.next_attempt, subscriptions.c.pk)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_DUE_ALONE = _DUE.with_for_update(skip_locked=True)
_PUSHED = (
    sa.select(sources.c.name)
    .join(pushes, pushes.c.source_pk == sources.c.pk)
    .where(sources.c.is_active)
    .distinct()
    .order_by(sources.c.name)
)


@cache
def _changes(hubs: tuple[str, ...]) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return what finds sources that lack the subscription they should have, and subscriptions nobody should have."""
    wanted = sa.and_(sources.c.is_active, sources.c.hub.is_not(None))
    if hubs:
        wanted &= sa.or_(*(sources.c.hub.startswith(each, autoescape=True) for each in hubs))
    joined = sources.outerjoin(subscriptions, _OF_SOURCE)
    new = sa.select(sources.c.pk, sources.c.hub, sources.c.topic).select_from(joined)
    new = new.where(wanted, sa.or_(subscriptions.c.pk.is_(None), ~_IS_THIS)).limit(_AT_A_TIME)
    lost = sa.select(subscriptions.c.pk).join(sources, _OF_SOURCE)
    lost = lost.where(~wanted, subscriptions.c.state != SubscriptionState.LEAVING.value).limit(_AT_A_TIME)
    return new, lost


class Subscriptions(Section):
    """Made by ``Store``; raises StoreError like it."""

    def adapt(self, now: datetime, *, hubs: Sequence[str] = ()) -> int:
        """Want a subscription for each source that names a hub, none for others; return how many changed.

        ``hubs`` are beginnings of the addresses that may be asked; all may without.
        """
        new, lost = _changes(tuple(hubs))
        with self._read() as connection:
            found = connection.execute(new).all()
            gone = list(connection.scalars(lost))
        if not found and not gone:
            return 0
        with self._write() as connection:
            connection.execute(subscriptions.delete().where(subscriptions.c.source_pk.in_([row.pk for row in found])))
            for row in found:
                values: Values = {"source_pk": row.pk, "hub": row.hub, "topic": row.topic, "attempts": 0}
                values |= {"token": secrets.token_urlsafe(24), "secret": secrets.token_hex(32), "next_attempt": now}
                values |= {"state": SubscriptionState.WANTED.value}
                connection.execute(subscriptions.insert().values(values))
            leaving: Values = {"state": SubscriptionState.LEAVING.value, "attempts": 0, "next_attempt": now}
            connection.execute(subscriptions.update().where(subscriptions.c.pk.in_(gone)).values(leaving))
            told = sa.select(subscriptions.c.source_pk).where(subscriptions.c.pk.in_(gone))
            no_more = sources.c.pk.in_(told) | sources.c.pk.in_([row.pk for row in found])
            connection.execute(sources.update().where(no_more).values(told_until=None))
        return len(found) + len(gone)

    def take_due(self, now: datetime, *, lease: timedelta, limit: int) -> list[Subscription]:
        """Return those whose hub is to be asked now, each to one caller for ``lease``."""
        with self._read() as connection:
            if connection.execute(_DUE, {"now": now, "most": 1}).first() is None:
                return []
        with self._write() as connection:
            pks = list(connection.scalars(_DUE_ALONE, {"now": now, "most": limit}))
            connection.execute(
                subscriptions.update().where(subscriptions.c.pk.in_(pks)).values(next_attempt=now + lease)
            )
            query = _query().where(subscriptions.c.pk.in_(pks)).order_by(subscriptions.c.pk)
            return [_to_subscription(row) for row in connection.execute(query).mappings()]

    def asked(self, subscription: Subscription, *, again_at: datetime) -> None:
        """Note that the hub has accepted, unless it has asked back already; else it is asked again at that time."""
        is_new = subscription.state in {SubscriptionState.WANTED, SubscriptionState.DENIED}
        state = SubscriptionState.ASKED if is_new else subscription.state
        values: Values = {"state": state.value, "next_attempt": again_at, "last_error": None}
        with self._write() as connection:
            is_as_before = (subscriptions.c.pk == subscription.id) & (
                subscriptions.c.lease_until.is_not_distinct_from(subscription.lease_until)
            )
            connection.execute(subscriptions.update().where(is_as_before).values(values))

    def failed(self, subscription: Subscription, error: str, *, again_at: datetime) -> None:
        values: Values = {"attempts": subscription.attempts + 1, "next_attempt": again_at, "last_error": error}
        self._update(subscription.id, values)

    def forget(self, subscription: Subscription) -> None:
        with self._write() as connection:
            connection.execute(subscriptions.delete().where(subscriptions.c.pk == subscription.id))

    def find(self, token: str) -> Subscription | None:
        """Return the subscription whose callback ends so."""
        with self._read() as connection:
            row = connection.execute(_query().where(subscriptions.c.token == token)).mappings().first()
        return _to_subscription(row) if row else None

    def agreed(self, subscription: Subscription, *, until: datetime, renew_at: datetime) -> None:
        """Note how long the hub tells us."""
        with self._write() as connection:
            values: Values = {"state": SubscriptionState.ACTIVE.value, "lease_until": until, "next_attempt": renew_at}
            this = subscriptions.c.pk == subscription.id
            connection.execute(subscriptions.update().where(this).values(values | {"attempts": 0, "last_error": None}))
            source = sa.select(subscriptions.c.source_pk).where(this).scalar_subquery()
            connection.execute(sources.update().where(sources.c.pk == source).values(told_until=until))

    def denied(self, subscription: Subscription, reason: str, *, again_at: datetime) -> None:
        with self._write() as connection:
            values: Values = {"state": SubscriptionState.DENIED.value, "next_attempt": again_at, "last_error": reason}
            this = subscriptions.c.pk == subscription.id
            connection.execute(subscriptions.update().where(this).values(values | {"lease_until": None}))
            source = sa.select(subscriptions.c.source_pk).where(this).scalar_subquery()
            connection.execute(sources.update().where(sources.c.pk == source).values(told_until=None))

    def all(self) -> list[Subscription]:
        with self._read() as connection:
            return [_to_subscription(row) for row in connection.execute(_query().order_by(sources.c.name)).mappings()]

    def _update(self, pk: int, values: Values) -> None:
        with self._write() as connection:
            connection.execute(subscriptions.update().where(subscriptions.c.pk == pk).values(values))

    # --- pushes ------------------------------------------------------------------------------------------------------

    def receive(self, subscription: Subscription, body: bytes, content_type: str | None, *, now: datetime) -> bool:
        """Keep what a hub sent until it is read; False when too much of that source waits already.

        The same again is kept once.
        """
        digest = sha256(body).hexdigest()
        with self._write() as connection:
            source = sa.select(subscriptions.c.source_pk).where(subscriptions.c.pk == subscription.id).scalar_subquery()
            waiting = list(connection.scalars(sa.select(pushes.c.hash).where(pushes.c.source_pk == source)))
            if digest in waiting:
                return True
            if len(waiting) >= MAX_WAITING:
                return False
            values: Values = {"source_pk": source, "received": now, "topic": subscription.link.topic, "hash": digest}
            connection.execute(pushes.insert().values(values | {"content_type": content_type, "body": body}))
            return True

    def pushed_sources(self) -> list[str]:
        """Return the sources of which something waits to be read; those of others that are gone is forgotten."""
        with self._read() as connection:
            return list(connection.scalars(_PUSHED))

    def next_push(self, source: str) -> Push | None:
        query = sa.select(pushes, sources.c.name).join(sources, pushes.c.source_pk == sources.c.pk)
        query = query.where(sources.c.name == source, sources.c.is_active).order_by(pushes.c.pk).limit(1)
        with self._read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return Push(
            id=row["pk"], source=row["name"], topic=row["topic"], body=row["body"], content_type=row["content_type"]
        )

    def read(self, push: Push) -> None:
        """Forget a push that was read."""
        with self._write() as connection:
            connection.execute(pushes.delete().where(pushes.c.pk == push.id))


def _query() -> sa.Select[tuple[object, ...]]:
    return sa.select(subscriptions, sources.c.name).join(sources, _OF_SOURCE)


def _to_subscription(row: Row) -> Subscription:
    return Subscription(
        id=row["pk"],
        source=row["name"],
        link=HubLink(hub=row["hub"], topic=row["topic"]),
        token=row["token"],
        secret=row["secret"],
        state=SubscriptionState(row["state"]),
        lease_until=row["lease_until"],
        attempts=row["attempts"],
        last_error=row["last_error"],
    )
