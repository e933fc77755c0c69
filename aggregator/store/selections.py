"""What an entry must meet to belong to a selection, as SQL."""

from __future__ import annotations

import sqlalchemy as sa

from aggregator.model import Selection
from aggregator.store import moves
from aggregator.store.places import Position
from aggregator.store.schema import entries, entry_categories, sources


def conditions(table: sa.FromClause, selection: Selection) -> list[sa.ColumnElement[bool]]:
    """Return what an entry must meet, its source being configured among it; all but ``search`` (see search.py)."""
    is_active = sa.select(sources.c.pk).where(sources.c.is_active)
    if selection.sources:
        is_active = is_active.where(moves.named(selection.sources))
    conditions: list[sa.ColumnElement[bool]] = [table.c.source_pk.in_(is_active)]
    if selection.categories:
        has_category = sa.select(entry_categories.c.entry_pk).where(
            entry_categories.c.entry_pk == table.c.pk, entry_categories.c.category.in_(selection.categories)
        )
        conditions.append(has_category.exists())
    if selection.since is not None:
        conditions.append(table.c.first_seen >= selection.since)
    if selection.listed_since is not None:
        conditions.append(table.c.listed_at >= selection.listed_since)
    if selection.listed_before is not None:
        conditions.append(table.c.listed_at < selection.listed_before)
    if selection.language is not None:
        language = selection.language.lower()
        conditions.append(
            sa.or_(sa.func.lower(table.c.language) == language, sa.func.lower(table.c.language).like(f"{language}-%"))
        )
    return conditions


def is_before(table: sa.FromClause, place: Position) -> sa.ColumnElement[bool]:
    """Return the condition that an entry stands behind a place in lists, which have the newest first."""
    # literals with the columns' types: a bare tuple of values would be bound without them
    position = sa.tuple_(sa.literal(place.listed_at, entries.c.listed_at.type), sa.literal(place.pk, entries.c.pk.type))
    return sa.tuple_(table.c.listed_at, table.c.pk) < position
