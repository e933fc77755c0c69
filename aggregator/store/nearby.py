"""Finding stored entries by their marks: a few statements for all entries of a poll, however many are stored."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from aggregator.model import KnownEntry, Nearby, Probes
from aggregator.store import rows
from aggregator.store.arrays import among, array
from aggregator.store.tables import entries, sources

# A mark that very many entries have says little: its newest ones are enough.
_NEWEST = 16
# How many of those with the most marks in common are looked at, for each entry.
_COPIES, _TITLED = 6, 6

_LOOK_UP = {
    "sqlite": sa.text(
        "SELECT mark, pks FROM (SELECT j.value AS mark, (SELECT group_concat(entry_pk) FROM (SELECT entry_pk FROM"
        " entry_marks WHERE mark = j.value ORDER BY entry_pk DESC LIMIT :newest)) AS pks FROM json_each(:marks) AS j)"
        " WHERE pks IS NOT NULL"
    ),
    "postgresql": sa.text(
        "SELECT p.mark, string_agg(m.entry_pk::text, ',') FROM json_array_elements_text(CAST(:marks AS json)) AS t"
        " CROSS JOIN LATERAL (SELECT t.value::bigint AS mark) AS p CROSS JOIN LATERAL (SELECT entry_pk FROM"
        " entry_marks WHERE entry_marks.mark = p.mark ORDER BY entry_pk DESC LIMIT :newest) AS m GROUP BY p.mark"
    ),
}

# What deciding needs of a stored entry.
KNOWN = sa.select(
    entries.c.pk,
    entries.c.id,
    entries.c.source_pk,
    sources.c.name.label("source"),
    entries.c.key,
    entries.c.original,
    entries.c.canonical_url,
    entries.c.url,
    entries.c.title,
    entries.c.summary,
    entries.c.published,
    entries.c.updated,
    entries.c.first_seen,
    entries.c.listed_at,
    entries.c.fingerprint,
    entries.c.digest,
    entries.c.is_dated,
    entries.c.origin,
    sources.c.url.label("feed_url"),
    sources.c.site_url,
    sources.c.priority,
    sa.func.coalesce(entries.c.story, entries.c.original).label("story"),
).join(sources, sources.c.pk == entries.c.source_pk)
_BY_PK = KNOWN.where(among(entries.c.pk, "chosen"))
_BY_ORIGINAL = KNOWN.where(among(entries.c.original, "chosen"))
_CONTENTS = sa.select(entries.c.pk, entries.c.content).where(among(entries.c.pk, "chosen"))


def nearby(connection: sa.Connection, probes: Sequence[Probes], *, originals: Collection[str] = ()) -> Nearby:
    """Return the entries with the most marks in common with each of these.

    And all duplicates of the originals of those that may be copies, and of these ``originals``.
    """
    having = entries_having(
        connection, {mark for each in probes for mark in (*each.copies, *each.titles)}, newest=_NEWEST
    )
    if not having and not originals:
        return Nearby()
    copies = {pk for each in probes for pk in _closest(having, each.copies, _COPIES)}
    titled = {pk for each in probes for pk in _closest(having, each.titles, _TITLED)}
    found = _load(connection, _BY_PK, copies | titled)
    groups = _load(connection, _BY_ORIGINAL, {found[pk].original for pk in copies if pk in found} | set(originals))
    copies |= groups.keys()
    found |= groups
    ids = {pk: record.id for pk, record in found.items()}
    contents = dict(connection.execute(_CONTENTS, {"chosen": array(copies)}).all()) if copies else {}
    texts = {pk: contents[pk] or each.summary if pk in contents else "" for pk, each in found.items()}
    return Nearby(
        by_mark={mark: tuple(ids[pk] for pk in pks if pk in ids) for mark, pks in having.items()},
        entries={each.id: replace(each, markup=texts[pk]) for pk, each in found.items()},
    )


def entries_having(connection: sa.Connection, marks: Collection[int], *, newest: int) -> dict[int, list[int]]:
    """Return the newest entries that have each of these marks, the newest first."""
    if not marks:
        return {}
    statement = _LOOK_UP[connection.dialect.name]
    found = connection.execute(statement, {"marks": json.dumps(sorted(marks)), "newest": newest}).all()
    return {mark: [int(pk) for pk in pks.split(",")] for mark, pks in found}


def _closest(having: Mapping[int, Iterable[int]], marks: Iterable[int], limit: int) -> list[int]:
    """Return the entries with the most of these marks, the newest of equals."""
    shared = Counter(pk for mark in marks if mark in having for pk in having[mark])
    if len(shared) <= limit:
        return list(shared)
    several = sorted(((count, pk) for pk, count in shared.items() if count > 1), reverse=True)[:limit]
    once = sorted((pk for pk, count in shared.items() if count == 1), reverse=True)[: limit - len(several)]
    return [pk for _, pk in several] + once


def _load(
    connection: sa.Connection, query: sa.Select[Any], values: Collection[int] | Collection[str]
) -> dict[int, KnownEntry]:
    if not values:
        return {}
    found = connection.execute(query, {"chosen": array(values)}).mappings()
    return {row["pk"]: rows.to_known_entry(row) for row in found}
