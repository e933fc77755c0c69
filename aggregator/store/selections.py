"""What an entry must meet to belong to a selection, as SQL."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from aggregator.model import Selection
from aggregator.store import moves
from aggregator.store.cursors import Position
from aggregator.store.tables import entries, entry_categories, sources

# Said so, and not the other way round, no database looks up all entries of each source that is configured.
_NOT_CONFIGURED = sa.select(sources.c.pk).where(~sources.c.is_active)
# Up to so many sources are gone along one by one; entries of a category are looked up one by one.
_MOST_SOURCES, _MOST_ENTRIES = 50, 5_000


def conditions(table: sa.FromClause, selection: Selection) -> list[sa.ColumnElement[bool]]:
    """Return what an entry must meet, its source being configured among it; all but ``search`` (see search.py)."""
    conditions: list[sa.ColumnElement[bool]] = [table.c.source_pk.not_in(_NOT_CONFIGURED)]
    if selection.sources:
        conditions.append(table.c.source_pk.in_(_named(selection)))
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


def counts(table: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that an entry is an article or a copy of it: one that only mentions it is no news."""
    return ~table.c.is_mention


def ways_to(
    connection: sa.Connection, selection: Selection
) -> tuple[list[sa.ColumnElement[bool]], list[sa.ColumnElement[bool]]]:
    """Return along which indexes to find entries, newest first, and what else each must meet.

    Each way has an index in the order of lists; what is found along them together is what the selection has. Planners
    guess here, and guess wrongly where two conditions go together, so it is counted.
    """
    if selection.categories:
        of_category = sa.select(entry_categories.c.entry_pk).where(
            entry_categories.c.category.in_(selection.categories)
        )
        some = of_category.limit(_MOST_ENTRIES + 1).subquery()
        if connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one() <= _MOST_ENTRIES:
            return [entries.c.pk.in_(of_category)], conditions(entries, replace(selection, categories=()))
    if selection.sources:
        pks = connection.execute(_named(selection)).scalars().all()
        rest = replace(selection, sources=())
        if len(pks) <= _MOST_SOURCES:
            return [entries.c.source_pk == pk for pk in pks], conditions(entries, rest)
        # an expression has no index: it is looked at in what that of all entries leads to
        return [(entries.c.source_pk + 0).in_(_named(selection))], conditions(entries, rest)
    if selection.language is not None:
        tags = _tags_of(connection, selection.language)
        return [entries.c.language == tag for tag in tags], conditions(entries, replace(selection, language=None))
    return [sa.true()], conditions(entries, selection)


def _named(selection: Selection) -> sa.Select[tuple[int]]:
    return sa.select(sources.c.pk).where(sources.c.is_active, moves.named(selection.sources))


# Each tag is found by a step in the index, however many entries have it.
_TAGS = sa.text(
    "WITH RECURSIVE tags (tag) AS (SELECT min(language) FROM entries UNION ALL"
    " SELECT (SELECT min(language) FROM entries WHERE language > tag) FROM tags WHERE tag IS NOT NULL)"
    " SELECT tag FROM tags WHERE tag IS NOT NULL"
)


def _tags_of(connection: sa.Connection, language: str) -> list[str]:
    """Return the tags that entries have of a language: en, en-US, EN-gb."""
    wanted = language.lower()
    tags = connection.execute(_TAGS).scalars().all()
    return [tag for tag in tags if tag.lower() == wanted or tag.lower().startswith(f"{wanted}-")]


def is_before(table: sa.FromClause, place: Position) -> sa.ColumnElement[bool]:
    """Return the condition that an entry stands behind a place in lists, which have the newest first."""
    # literals with the columns' types: a bare tuple of values would be bound without them
    position = sa.tuple_(sa.literal(place.listed_at, entries.c.listed_at.type), sa.literal(place.pk, entries.c.pk.type))
    return sa.tuple_(table.c.listed_at, table.c.pk) < position
