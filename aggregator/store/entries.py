"""Reading entries: lists for people and scripts, and what is published once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any

import sqlalchemy as sa

from aggregator.model import Article, CategoryMatch, Claim, Mention, PublishedEntry, Selection, StoredEntry
from aggregator.store import rows
from aggregator.store.arrays import among, array
from aggregator.store.cursors import Position
from aggregator.store.selections import conditions
from aggregator.store.tables import entries, entry_categories, forgotten, sources
from aggregator.store.walk import batches

_CHUNK = 400

_MENTION_COLUMNS = (
    entries.c.id,
    entries.c.original,
    sa.func.coalesce(entries.c.story, entries.c.original).label("story"),
    entries.c.title,
    entries.c.url,
    entries.c.language,
    entries.c.published,
    entries.c.is_dated,
    entries.c.origin,
)


def published_by_id(
    connection: sa.Connection, when: Mapping[str, datetime], mentions: Mapping[str, Mapping[str, Mention]] | None = None
) -> list[PublishedEntry]:
    """Return what is published under these ids, in their order, as far as its sources are configured.

    ``when`` tells of each when it counts as news; ``mentions`` are those of their stories, if they are known.
    """
    groups = _groups(connection, list(when))
    if mentions is None:
        mentions = mentions_of(connection, {group[0].story for group in groups.values()})
    return [
        _to_published(original, groups[original], listed_at, mentions)
        for original, listed_at in when.items()
        if original in groups
    ]


def published_as(connection: sa.Connection, original: str) -> PublishedEntry | None:
    """Return what is published under this id; None when nothing is."""
    query = sa.select(sa.func.min(entries.c.listed_at)).where(entries.c.original == original)
    listed_at = connection.execute(query).scalar_one()
    return next(iter(published_by_id(connection, {original: listed_at} if listed_at else {})), None)


def whole_articles(connection: sa.Connection, claim: Claim, keys: Sequence[str]) -> dict[str, Article | None]:
    """Return which of these entries of a source are known, with the text of those that are stored as a whole."""
    source = sa.select(sources.c.pk).where(sources.c.seed == claim.state.seed).scalar_subquery()
    wanted = {"keys": array(keys)}
    gone = sa.select(forgotten.c.key).where(forgotten.c.source_pk == source, among(forgotten.c.key, "keys"))
    found: dict[str, Article | None] = dict.fromkeys(connection.execute(gone, wanted).scalars())
    columns = (entries.c.key, entries.c.is_full, entries.c.title, entries.c.content)
    stored = sa.select(*columns).where(entries.c.source_pk == source, among(entries.c.key, "keys"))
    for row in connection.execute(stored, wanted):
        found[row.key] = Article(content=row.content, title=row.title) if row.is_full else None
    return found


def _groups(connection: sa.Connection, originals: Sequence[str]) -> dict[str, list[StoredEntry]]:
    """Return the duplicates of each original (itself among them), the preferred first."""
    oldest_first = (entries.c.published, entries.c.first_seen, entries.c.pk)
    groups: dict[str, list[StoredEntry]] = defaultdict(list)
    for start in range(0, len(originals), _CHUNK):
        query = _select().where(entries.c.original.in_(originals[start : start + _CHUNK]), sources.c.is_active)
        for entry in sorted(_load(connection, query.order_by(*oldest_first)), key=_preference):
            groups[entry.original].append(entry)
    return groups


def _preference(entry: StoredEntry) -> tuple[bool, int, int, bool]:
    """Return what decides which of several duplicates is shown: the least."""
    return entry.is_mention, -entry.home, -entry.priority, entry.id != entry.original


def mentions_of(connection: sa.Connection, ids: Collection[str]) -> dict[str, dict[str, Mention]]:
    """Return the articles of these stories by their original, newest first; of one alone there is none."""
    if not ids:
        return {}
    chosen = sa.and_(entries.c.story.is_not(None), among(entries.c.story, "chosen"))
    in_story = sa.select(entries.c.pk).where(chosen)
    with_more = sa.select(entries.c.story).where(chosen)
    firsts = sa.select(entries.c.pk).where(entries.c.original.in_(with_more), entries.c.story.is_(None))
    query = _mentions().where(entries.c.pk.in_(in_story.union_all(firsts)), sources.c.is_active)
    found: dict[str, dict[str, Mention]] = defaultdict(dict)
    for row in connection.execute(query, {"chosen": array(ids)}).mappings():
        found[row["story"]].setdefault(row["original"], rows.to_mention(row))
    return {
        story: dict(sorted(members.items(), key=lambda each: (each[1].published, each[0]), reverse=True))
        for story, members in found.items()
    }


def mentions_by_original(connection: sa.Connection, originals: Sequence[str]) -> dict[str, Mention]:
    """Return these articles by their ids, each by its preferred entry, as ``mentions_of`` has them."""
    found: dict[str, Mention] = {}
    for start in range(0, len(originals), _CHUNK):
        query = _mentions().where(entries.c.original.in_(originals[start : start + _CHUNK]), sources.c.is_active)
        for row in connection.execute(query).mappings():
            found.setdefault(row["original"], rows.to_mention(row))
    return found


def _mentions() -> sa.Select[Any]:
    """Return the query of mentions, of several of one article the preferred first."""
    return (
        sa.select(*_MENTION_COLUMNS, *rows.SHOWN_OF_SOURCE)
        .join(sources, sources.c.pk == entries.c.source_pk)
        .order_by(entries.c.id != entries.c.original, sources.c.priority.desc(), entries.c.first_seen, entries.c.pk)
    )


def _to_published(
    original: str,
    group: Sequence[StoredEntry],
    listed_at: datetime,
    mentions: Mapping[str, Mapping[str, Mention]],
) -> PublishedEntry:
    preferred, *also = group
    first_updated = next((entry.updated for entry in group if entry.id == original), preferred.updated)
    names = dict.fromkeys(match.category for entry in group if not entry.is_mention for match in entry.categories)
    return PublishedEntry(
        id=original,
        entry=preferred,
        also=tuple(also),
        updated=max(preferred.updated, first_updated),
        listed_at=listed_at,
        categories=tuple(names),
        related=tuple(each for of, each in mentions.get(preferred.story, {}).items() if of != original),
    )


def select(
    connection: sa.Connection, selection: Selection, *, limit: int, before: tuple[datetime, int] | None
) -> tuple[list[StoredEntry], tuple[datetime, int] | None]:
    """Return entries, duplicates among them, and where to go on (None at the end).

    The newest first seen come first; with a ``search``, those that count as news last.
    """
    if selection.search is not None:
        return _select_found(connection, selection, limit=limit, before=before)
    query = sa.select(entries.c.pk, entries.c.first_seen).where(*conditions(entries, selection))
    if before is not None:
        seen, pk = sa.literal(before[0], entries.c.first_seen.type), sa.literal(before[1], entries.c.pk.type)
        query = query.where(sa.tuple_(entries.c.first_seen, entries.c.pk) < sa.tuple_(seen, pk))
    found = connection.execute(query.order_by(entries.c.first_seen.desc(), entries.c.pk.desc()).limit(limit)).all()
    in_order = _select().where(among(entries.c.pk, "chosen"))
    in_order = in_order.order_by(entries.c.first_seen.desc(), entries.c.pk.desc())
    following = (found[-1].first_seen, found[-1].pk) if len(found) == limit else None
    return _load(connection, in_order, [row.pk for row in found]), following


def _select_found(
    connection: sa.Connection, selection: Selection, *, limit: int, before: tuple[datetime, int] | None
) -> tuple[list[StoredEntry], tuple[datetime, int] | None]:
    place = None if before is None else Position(*before)
    listed = list(islice(chain.from_iterable(batches(connection, selection, before=place)), limit))
    in_order = _select().where(among(entries.c.pk, "chosen"))
    in_order = in_order.order_by(entries.c.listed_at.desc(), entries.c.pk.desc())
    following = listed[-1].position if len(listed) == limit else None
    return _load(connection, in_order, [each.position.pk for each in listed]), following


def find(connection: sa.Connection, *, entry_id: str, url: str | None, canonical_url: str | None) -> list[StoredEntry]:
    """Return the entries that somebody may mean who gives an id or an address, oldest first.

    They are found along indexes, and by ``url`` as a source wrote it, as its canonical form may have been another when
    the entry was stored.
    """
    is_meant = [entries.c.id == entry_id]
    if canonical_url is not None:
        is_meant.append(entries.c.canonical_url == canonical_url)
    if url is not None:
        is_meant.append(entries.c.url == url)
    among_them = sa.union(*(sa.select(entries.c.pk).where(each) for each in is_meant))
    query = _select().order_by(entries.c.first_seen, entries.c.pk)
    return _load(connection, query.where(entries.c.pk.in_(among_them)))


def duplicates_of(connection: sa.Connection, original: str) -> list[StoredEntry]:
    """Return all entries of one original, itself among them, oldest first; inactive sources' too."""
    return _load(
        connection, _select().where(entries.c.original == original).order_by(entries.c.first_seen, entries.c.pk)
    )


def stories(connection: sa.Connection, ids: Sequence[str]) -> dict[str, tuple[StoredEntry, ...]]:
    """Return all entries of each of these stories, oldest first; an id that is no story's has none."""
    found: dict[str, list[StoredEntry]] = defaultdict(list)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        # in two, each with its index
        in_story = sa.select(entries.c.pk).where(entries.c.story.is_not(None), entries.c.story.in_(chunk))
        alone = sa.select(entries.c.pk).where(entries.c.original.in_(chunk), entries.c.story.is_(None))
        query = _select().where(entries.c.pk.in_(in_story.union_all(alone)))
        for entry in _load(connection, query.order_by(entries.c.first_seen, entries.c.pk)):
            found[entry.story].append(entry)
    return {story: tuple(members) for story, members in found.items()}


def _select() -> sa.Select[tuple[object, ...]]:
    return sa.select(entries, *rows.SHOWN_OF_SOURCE).join(sources, sources.c.pk == entries.c.source_pk)


def _load(
    connection: sa.Connection, query: sa.Select[tuple[object, ...]], chosen: Collection[int] | None = None
) -> list[StoredEntry]:
    """Return what a query finds; ``chosen`` are the values of its ``among``, if it has one."""
    found = connection.execute(query, {} if chosen is None else {"chosen": array(chosen)}).mappings().all()
    categories = _categories(connection, [row["pk"] for row in found])
    return [rows.to_stored_entry(row, tuple(categories[row["pk"]])) for row in found]


def _categories(connection: sa.Connection, pks: Iterable[int]) -> dict[int, list[CategoryMatch]]:
    pks = list(pks)
    matches: dict[int, list[CategoryMatch]] = defaultdict(list)
    for start in range(0, len(pks), _CHUNK):
        query = (
            sa.select(entry_categories)
            .where(entry_categories.c.entry_pk.in_(pks[start : start + _CHUNK]))
            .order_by(entry_categories.c.entry_pk, entry_categories.c.position)
        )
        for row in connection.execute(query):
            matches[row.entry_pk].append(CategoryMatch(category=row.category, reasons=tuple(row.reasons)))
    return matches
