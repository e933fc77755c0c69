"""Forgetting old entries without letting them come back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from aggregator.store import search, signatures
from aggregator.store.polls import bump_content_version
from aggregator.store.schema import entries, forgotten


def forget(connection: sa.Connection, *, before: datetime, limit: int) -> int:
    """Delete up to ``limit`` of the oldest entries first seen before a time and keep their keys; return how many."""
    query = (
        sa.select(entries.c.pk, entries.c.source_pk, entries.c.key)
        .where(entries.c.first_seen < before)
        .order_by(entries.c.first_seen)
        .limit(limit)
    )
    old = connection.execute(query).all()
    if old:
        connection.execute(forgotten.insert(), [{"source_pk": row.source_pk, "key": row.key} for row in old])
        signatures.forget(connection, [row.pk for row in old])
        search.forget(connection, [row.pk for row in old])
        connection.execute(entries.delete().where(entries.c.pk.in_([row.pk for row in old])))
        search.step_back(connection)
        bump_content_version(connection)
    return len(old)
