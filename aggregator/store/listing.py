"""Lists of what is published, newest first: each article once, or each story once; in pages that stay what they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice, takewhile
from typing import Any, NamedTuple

import sqlalchemy as sa

from aggregator.errors import UsageError
from aggregator.model import Page, PublishedEntry, Selection
from aggregator.store import entries as stored_entries
from aggregator.store.arrays import among, array
from aggregator.store.schema import entries

# Entries that are looked at together, at least.
_BATCH = 100


class Position(NamedTuple):
    """Where an entry stands in lists: when it counts as news, and after which others of that second it was stored."""

    listed_at: datetime
    pk: int


class Listed(NamedTuple):
    """An entry as far as it takes to put it in its place."""

    position: Position
    original: str
    story: str


_STORY = sa.func.coalesce(entries.c.story, entries.c.original).label("story")
_OF_ARTICLES = among(entries.c.original, "chosen")
_OF_STORIES = entries.c.pk.in_(
    # in two, each with its index
    sa.select(entries.c.pk)
    .where(entries.c.story.is_not(None), among(entries.c.story, "chosen"))
    .union_all(sa.select(entries.c.pk).where(among(entries.c.original, "chosen"), entries.c.story.is_(None)))
)


def published(
    connection: sa.Connection, selection: Selection, *, limit: int, cursor: str | None
) -> Page[PublishedEntry]:
    """Return the articles that meet a selection, duplicates together, what counts as news last first.

    Something belongs from when the first of its duplicates does, so a later duplicate doesn't bring it up again.
    """
    return _page(connection, _articles(connection, selection, before=_read(cursor)), limit)


def front(connection: sa.Connection, selection: Selection, *, limit: int, cursor: str | None) -> Page[PublishedEntry]:
    """Return the newest article of each story that has one which meets a selection, the newest first.

    A story with news moves up, and is gone from the pages that it stood on; nothing else moves.
    """
    return _page(connection, _newest_of_stories(connection, selection, before=_read(cursor)), limit)


def count_newer(connection: sa.Connection, selection: Selection, *, cursor: str | None, limit: int) -> int:
    """Return how many stories stand before a page's ``newest`` by now, counted up to ``limit``."""
    since = _read(cursor)
    found = _newest_of_stories(connection, selection, before=None)
    newer = takewhile(lambda each: since is None or each.position > since, found)
    return sum(1 for _ in islice(newer, limit))


def _page(connection: sa.Connection, found: Iterator[Listed], limit: int) -> Page[PublishedEntry]:
    listed = list(islice(found, limit + 1))
    shown = listed[:limit]
    when = {each.original: each.position.listed_at for each in shown}
    return Page(
        items=tuple(stored_entries.published_by_id(connection, when)),
        next=_written(shown[-1].position) if shown and len(listed) > limit else None,
        newest=_written(shown[0].position) if shown else None,
    )


def _articles(connection: sa.Connection, selection: Selection, *, before: Position | None) -> Iterator[Listed]:
    for batch in _batches(connection, selection, before):
        places = _places(_members(connection, selection, _OF_ARTICLES, {each.original for each in batch}))
        yield from (each for each in batch if each.position == places[each.original])


def _newest_of_stories(connection: sa.Connection, selection: Selection, *, before: Position | None) -> Iterator[Listed]:
    for batch in _batches(connection, selection, before):
        members = _members(connection, selection, _OF_STORIES, {each.story for each in batch})
        places = _places(members)
        newest: dict[str, Position] = {}
        for each in members:
            newest[each.story] = max(places[each.original], newest.get(each.story, places[each.original]))
        yield from (each for each in batch if each.position == newest[each.story])


def _places(members: Sequence[Listed]) -> dict[str, Position]:
    """Return the place of each article: that of the first of its duplicates."""
    places: dict[str, Position] = {}
    for each in members:
        places[each.original] = min(each.position, places.get(each.original, each.position))
    return places


def _batches(connection: sa.Connection, selection: Selection, before: Position | None) -> Iterator[list[Listed]]:
    """Yield the entries that meet a selection, those listed last first, more at a time the longer it takes."""
    size = _BATCH
    while True:
        batch = _walk(connection, selection, before=before, limit=size)
        if batch:
            yield batch
        if len(batch) < size:
            return
        before, size = batch[-1].position, size * 2


def _walk(connection: sa.Connection, selection: Selection, *, before: Position | None, limit: int) -> list[Listed]:
    query = _listed().where(*stored_entries.conditions(entries, selection))
    if before is not None:
        # literals with the columns' types: a bare tuple of values would be bound without them
        position = sa.tuple_(
            sa.literal(before.listed_at, entries.c.listed_at.type), sa.literal(before.pk, entries.c.pk.type)
        )
        query = query.where(sa.tuple_(entries.c.listed_at, entries.c.pk) < position)
    query = query.order_by(entries.c.listed_at.desc(), entries.c.pk.desc()).limit(limit)
    return [_to_listed(row) for row in connection.execute(query)]


def _members(
    connection: sa.Connection, selection: Selection, belongs: sa.ColumnElement[bool], chosen: Collection[str]
) -> list[Listed]:
    """Return all entries of these articles or stories that meet the selection."""
    query = _listed().where(belongs, *stored_entries.conditions(entries, selection))
    return [_to_listed(row) for row in connection.execute(query, {"chosen": array(chosen)})]


def _listed() -> sa.Select[Any]:
    return sa.select(entries.c.listed_at, entries.c.pk, entries.c.original, _STORY)


def _to_listed(row: sa.Row[Any]) -> Listed:
    return Listed(position=Position(row.listed_at, row.pk), original=row.original, story=row.story)


def _written(position: Position) -> str:
    return f"{int(position.listed_at.timestamp() * 1_000_000):x}-{position.pk:x}"


def _read(cursor: str | None) -> Position | None:
    if cursor is None:
        return None
    try:
        time, pk = (int(part, 16) for part in cursor.split("-"))
        pk.to_bytes(8, signed=True)  # what no database has in a column is no cursor of ours
        return Position(datetime.fromtimestamp(time // 1_000_000, UTC).replace(microsecond=time % 1_000_000), pk)
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"not a page of this list: {cursor[:40]!r}") from error
