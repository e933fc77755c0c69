"""Sources that moved to an address which another source has too: one of them is polled for all (docs/decisions/0004).

Nothing of this is stored. It follows from the addresses each time, so it ends by itself when the configuration changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from aggregator.model import Source
from aggregator.store import rows
from aggregator.store.tables import sources


def stand_in(moved: sa.FromClause, column: str) -> sa.ScalarSelect[str]:
    """Return ``column`` of the source that is polled in place of ``moved``; NULL when it is polled itself.

    That is the one configured with the address, else the first of those that moved there. One that has moved on from
    the address stands in for nobody, or two that point at each other would both never be polled.
    """
    other = sources.alias("other")
    lives_there = sa.and_(other.c.url == moved.c.moved_to, other.c.moved_to.is_(None))
    came_first = sa.and_(other.c.moved_to == moved.c.moved_to, other.c.pk < moved.c.pk)
    return (
        sa.select(other.c[column])
        .where(other.c.is_active, other.c.pk != moved.c.pk, lives_there | came_first)
        .order_by(sa.nulls_first(other.c.moved_to), other.c.pk)
        .limit(1)
        .correlate(moved)
        .scalar_subquery()
    )


def is_polled_itself() -> sa.ColumnElement[bool]:
    """Return the condition that no other source is polled in this one's place."""
    return sources.c.moved_to.is_(None) | stand_in(sources, "pk").is_(None)


def named(names: Sequence[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a source has one of these names, or is polled in place of one that has."""
    moved = sources.alias("moved")
    stand_ins = sa.select(stand_in(moved, "pk")).where(moved.c.is_active, moved.c.name.in_(names))
    return sources.c.name.in_(names) | sources.c.pk.in_(stand_ins)


def polled_sources(connection: sa.Connection, found: Sequence[rows.Row]) -> list[Source]:
    """Return the sources of these rows, each with the categories of those in whose place it is polled as well."""
    addresses = {row["moved_to"] or row["url"] for row in found}
    query = sa.select(sources.c.moved_to, *rows.CONFIGURED).where(
        sources.c.is_active, sources.c.moved_to.in_(addresses)
    )
    categories: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query.order_by(sources.c.pk)).mappings():
        categories[row["moved_to"]] += rows.to_source(row).categories
    return [_with(rows.to_source(row), categories.get(row["moved_to"] or row["url"], ())) for row in found]


def _with(source: Source, more: Sequence[str]) -> Source:
    """Return a source with the categories of others, each once."""
    categories = tuple(dict.fromkeys((*source.categories, *more)))
    return source if categories == source.categories else replace(source, categories=categories)
