"""Forgetting old entries without letting them come back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from aggregator.store import rounds, search, signatures
from aggregator.store.polls import bump_content_version
from aggregator.store.tables import entries, forgotten, sources

_FEWER = (
    sources.update()
    .where(sources.c.pk == sa.bindparam("of_source"))
    .values(
        entry_count=sources.c.entry_count - sa.bindparam("fewer"),
        duplicate_count=sources.c.duplicate_count - sa.bindparam("fewer_duplicates"),
    )
)


def forget(connection: sa.Connection, *, before: datetime, limit: int) -> int:
    """Delete up to ``limit`` of the oldest entries first seen before a time and keep their keys; return how many."""
    query = (
        sa.select(entries.c.pk, entries.c.id, entries.c.source_pk, entries.c.key, entries.c.original != entries.c.id)
        .where(entries.c.first_seen < before)
        .order_by(entries.c.first_seen)
        .limit(limit)
        .with_for_update(skip_locked=True)  # several processes may do so at once
    )
    old = connection.execute(query).all()
    if old:
        connection.execute(forgotten.insert(), [{"source_pk": row.source_pk, "key": row.key} for row in old])
        signatures.forget(connection, [row.pk for row in old])
        search.forget(connection, [row.pk for row in old])
        rounds.forget_aliases(connection, [row.id for row in old])
        connection.execute(entries.delete().where(entries.c.pk.in_([row.pk for row in old])))
        _count_down(connection, [(row.source_pk, bool(row[4])) for row in old])
        search.step_back(connection)  # it locks the row that the next line locks: behind those of the sources
        bump_content_version(connection)
    return len(old)


def _count_down(connection: sa.Connection, old: Sequence[tuple[int, bool]]) -> None:
    """Count these entries out of their sources' numbers; each by its source's ``pk`` and whether it is a duplicate."""
    gone, duplicates = Counter(pk for pk, _ in old), Counter(pk for pk, is_duplicate in old if is_duplicate)
    # in one order, so that two that do this at once never wait for each other
    values = [{"of_source": pk, "fewer": gone[pk], "fewer_duplicates": duplicates[pk]} for pk in sorted(gone)]
    connection.execute(_FEWER, values)
