"""The entries that meet a selection, those listed last first: a batch at a time, as a page takes few of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa

from aggregator.model import Selection
from aggregator.store.arrays import among, array
from aggregator.store.cursors import Listed, Position
from aggregator.store.query import Query, parse
from aggregator.store.search import index_of
from aggregator.store.selections import conditions, counts, is_before, ways_to
from aggregator.store.tables import entries

# Entries that are looked at together: so many at first, more the longer it takes.
_BATCH, _LARGEST_BATCH = 100, 5000

_LISTED = (
    entries.c.listed_at,
    entries.c.pk,
    entries.c.original,
    sa.func.coalesce(entries.c.story, entries.c.original).label("story"),
)
_OF_PKS = among(entries.c.pk, "chosen")
_OF_ARTICLES = among(entries.c.original, "chosen")
_OF_STORIES = entries.c.pk.in_(
    # in two, each with its index
    sa.select(entries.c.pk)
    .where(entries.c.story.is_not(None), among(entries.c.story, "chosen"))
    .union_all(sa.select(entries.c.pk).where(among(entries.c.original, "chosen"), entries.c.story.is_(None)))
)


def batches(connection: sa.Connection, selection: Selection, *, before: Position | None) -> Iterator[list[Listed]]:
    """Yield what meets the selection and stands behind ``before``."""
    query, size = _query(selection), _BATCH
    if query is not None and not query.wanted and not query.unwanted:
        return
    wanted = query if query is not None and query.wanted else None
    ways, rest = ways_to(connection, selection) if wanted is None else ([], [])  # once, for all batches
    while True:
        if wanted is not None:
            places = index_of(connection).find(connection, wanted, selection, before=before, limit=size)
        else:
            places = _places(connection, ways, rest, before=before, limit=size)
        yield _met(connection, selection, query, places)
        if len(places) < size:
            return
        before, size = places[-1], min(2 * size, _LARGEST_BATCH)


def _met(
    connection: sa.Connection, selection: Selection, query: Query | None, places: Sequence[Position]
) -> list[Listed]:
    if query is not None and not query.wanted:
        found = index_of(connection).meeting(connection, query, places)
        places = [place for place in places if place.pk in found]
    if not places:
        return []
    listed = _listed(connection, selection, _OF_PKS, [place.pk for place in places])
    return sorted(listed, key=lambda each: each.position, reverse=True)


def articles(connection: sa.Connection, selection: Selection, batch: Sequence[Listed]) -> list[Listed]:
    """Return these entries and all duplicates of them that meet the selection too."""
    return _with(connection, selection, batch, _OF_ARTICLES, {each.original for each in batch})


def stories(connection: sa.Connection, selection: Selection, batch: Sequence[Listed]) -> list[Listed]:
    """Return these entries and all others of their stories that meet the selection too."""
    return _with(connection, selection, batch, _OF_STORIES, {each.story for each in batch})


def _with(
    connection: sa.Connection,
    selection: Selection,
    batch: Sequence[Listed],
    belongs: sa.ColumnElement[bool],
    chosen: Collection[str],
) -> list[Listed]:
    if not chosen:
        return []
    met = {each.position for each in batch}
    others = [each for each in _listed(connection, selection, belongs, chosen) if each.position not in met]
    query = _query(selection)
    if query is not None and others:
        found = index_of(connection).meeting(connection, query, [each.position for each in others])
        others = [each for each in others if each.position.pk in found]
    return [*batch, *others]


def _query(selection: Selection) -> Query | None:
    return None if selection.search is None else parse(selection.search)


def _places(
    connection: sa.Connection,
    ways: Sequence[sa.ColumnElement[bool]],
    rest: Sequence[sa.ColumnElement[bool]],
    *,
    before: Position | None,
    limit: int,
) -> list[Position]:
    """Return the next places along these ways; what stands at them may not meet all of the selection."""
    chosen = sa.select(entries.c.listed_at, entries.c.pk).where(*rest)
    if before is not None:
        chosen = chosen.where(is_before(entries, before))
    chosen = chosen.order_by(entries.c.listed_at.desc(), entries.c.pk.desc()).limit(limit)
    found = [Position(*row) for way in ways for row in connection.execute(chosen.where(way))]
    return found if len(ways) == 1 else sorted(found, reverse=True)[:limit]


def _listed(
    connection: sa.Connection, selection: Selection, belongs: sa.ColumnElement[bool], chosen: Collection[int | str]
) -> list[Listed]:
    query = sa.select(*_LISTED).where(belongs, counts(entries), *conditions(entries, selection))
    found = connection.execute(query, {"chosen": array(chosen)})
    return [Listed(Position(row.listed_at, row.pk), row.original, row.story) for row in found]
