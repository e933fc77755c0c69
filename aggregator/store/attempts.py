"""Rows that wait for an attempt, of deliveries and of pings: which are due, and who may attempt which now."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, ClassVar, Final, NamedTuple

import sqlalchemy as sa

from aggregator.model.issues import DeliveryStatus
from aggregator.store.rows import Values
from aggregator.store.transactions import Section

UNCLAIMED: Final[Values] = {"claim_token": None, "claimed_until": None}
WAITING: Final = DeliveryStatus.WAITING.value


class Claimable(Section):
    """What is kept in a table whose rows are claimed."""

    _table: ClassVar[sa.Table]

    def take_back_claims(self) -> None:
        """End all claims: those who made them are dead."""
        is_claimed = self._table.c.claim_token.is_not(None)
        with self._read() as connection:
            are_claims = connection.execute(sa.select(self._table.c.pk).where(is_claimed).limit(1)).first() is not None
        if are_claims:
            with self._write() as connection:
                connection.execute(self._table.update().where(is_claimed).values(UNCLAIMED))


class Claimed(NamedTuple):
    """Rows that were claimed together, by their keys."""

    pks: Sequence[int]
    token: str
    until: datetime


def claim_due(
    connection: sa.Connection,
    table: sa.Table,
    *conditions: sa.ColumnElement[bool],
    now: datetime,
    lease: timedelta,
    limit: int,
    ids: Sequence[int] | None,
) -> Claimed:
    """Claim up to ``limit`` rows that are due and that no other worker has, the longest waiting first.

    With ``ids`` those alone.
    """
    is_free = table.c.claimed_until.is_(None) | (table.c.claimed_until <= now)
    query = (
        sa.select(table.c.pk)
        .where(table.c.status == WAITING, table.c.next_attempt <= now, is_free, *conditions)
        .order_by(table.c.next_attempt, table.c.pk)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if ids is not None:
        query = query.where(table.c.pk.in_(ids))
    claimed = Claimed(connection.execute(query).scalars().all(), secrets.token_hex(8), now + lease)
    if claimed.pks:
        values: Values = {"claim_token": claimed.token, "claimed_until": claimed.until}
        connection.execute(table.update().where(table.c.pk.in_(claimed.pks)).values(values))
    return claimed


def is_held(table: sa.Table, pk: int, token: str) -> sa.ColumnElement[bool]:
    """Return the condition that a row is still claimed with this token."""
    return (table.c.pk == pk) & (table.c.claim_token == token)


def extend(connection: sa.Connection, table: sa.Table, tokens: Mapping[int, str], *, until: datetime) -> set[int]:
    """Let rows that are still claimed with these tokens, by key, be so until then; return the keys of those."""
    held_keys: set[int] = set()
    for token in set(tokens.values()):
        ours = (table.c.claim_token == token) & table.c.pk.in_([pk for pk, its in tokens.items() if its == token])
        # what is locked is being recorded just now: to wait for it could be for ever, as others wait for these
        free = sa.select(table.c.pk).where(ours).with_for_update(skip_locked=True)
        connection.execute(table.update().where(table.c.pk.in_(free)).values(claimed_until=until))
        held_keys.update(connection.execute(sa.select(table.c.pk).where(ours)).scalars())
    return held_keys


def next_due(connection: sa.Connection, table: sa.Table) -> datetime | None:
    """Return when the next row is due, claimed or not."""
    due: datetime | None = connection.execute(_next_due(table)).scalar_one()
    return due


@cache
def _next_due(table: sa.Table) -> sa.Select[Any]:
    """Return the statement, built once: it is asked every few seconds."""
    return sa.select(sa.func.min(table.c.next_attempt)).where(table.c.status == WAITING)
