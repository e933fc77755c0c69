"""Stories in the store: which reports wait to be judged, what is near them, and what becomes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import sqlalchemy as sa

from aggregator.model import Grouping, Report, Surroundings
from aggregator.store import rows, signatures
from aggregator.store.arrays import among, array, looked_up_among
from aggregator.store.columns import Utc
from aggregator.store.nearby import entries_having
from aggregator.store.polls import bump_content_version, decide_alone
from aggregator.store.tables import (
    entries,
    issue_entries,
    sources,
    story_aliases,
    ungrouped,
    vectors,
)
from aggregator.store.tables import signatures as stored_signatures
from aggregator.store.transactions import Section

# A mark that very many entries have says little: its newest ones are enough.
_NEWEST = 24
# So many of those with the most marks in common are looked at, for each report; with one in common it is chance.
_LOOKED_AT, _LEAST_SHARED = 24, 2
# What is read of a summary.
_LEAD_CHARS = 400
# Marks of pages that both link to are found by one.
_CHUNK = 20_000

_COLUMNS = (
    entries.c.pk,
    entries.c.id,
    sources.c.name.label("source"),
    entries.c.title,
    sa.func.substr(entries.c.summary, 1, _LEAD_CHARS).label("lead"),
    entries.c.published,
    sa.func.coalesce(entries.c.story, entries.c.original).label("story"),
    stored_signatures.c.language,
    stored_signatures.c.words,
    vectors.c.vector,
    ungrouped.c.entry_pk.label("waits"),
)


def _with_gists(joined: sa.FromClause) -> sa.FromClause:
    return (
        joined.join(sources, sources.c.pk == entries.c.source_pk)
        .join(stored_signatures, stored_signatures.c.entry_pk == entries.c.pk)
        .outerjoin(vectors, vectors.c.entry_pk == entries.c.pk)
    )


_REPORT = sa.select(*_COLUMNS).select_from(
    _with_gists(entries).outerjoin(ungrouped, ungrouped.c.entry_pk == entries.c.pk)
)
# what waits is looked up first: joined, SQLite would go through all entries
_IS_WAITING = entries.c.pk.in_(sa.select(ungrouped.c.entry_pk))
_WAITING = _REPORT.where(_IS_WAITING).order_by(entries.c.published, entries.c.id).limit(sa.bindparam("most"))
_BY_ID = _REPORT.where(among(entries.c.id, "chosen"))
_IS_ORIGINAL = entries.c.original == entries.c.id
_STORIES_OF = sa.select(sa.func.coalesce(entries.c.story, entries.c.original)).where(among(entries.c.pk, "chosen"))
# in two, each with its index
_IN_STORIES = _REPORT.where(entries.c.story.is_not(None), looked_up_among(entries.c.story, "chosen"), _IS_ORIGINAL)
_FIRST_OF_STORIES = _REPORT.where(among(entries.c.id, "chosen"), entries.c.story.is_(None), _IS_ORIGINAL)
_SENT = sa.select(issue_entries.c.entry_id).where(among(issue_entries.c.entry_id, "chosen")).distinct()

_STILL_WAITING = sa.select(sa.func.count()).select_from(ungrouped).where(among(ungrouped.c.entry_pk, "chosen"))
_TAKE = ungrouped.delete().where(among(ungrouped.c.entry_pk, "chosen"))
_JOIN = entries.update().where(entries.c.original == sa.bindparam("of_id")).values(story=sa.bindparam("into"))
_EXPLAIN = entries.update().where(entries.c.id == sa.bindparam("of_id")).values(story_evidence=sa.bindparam("because"))
_MOVE = (
    entries.update()
    .where(entries.c.story.is_not(None), entries.c.story == sa.bindparam("of_story"))
    .values(story=sa.bindparam("into"))
)
_MOVE_FIRST = (
    entries.update()
    .where(entries.c.original == sa.bindparam("of_story"), entries.c.story.is_(None))
    .values(story=sa.bindparam("into"))
)
_MOVE_ALIASES = (
    story_aliases.update().where(story_aliases.c.story == sa.bindparam("of_story")).values(story=sa.bindparam("into"))
)
_INSERT_ALIAS = story_aliases.insert()
_ALIASES = sa.select(story_aliases.c.alias, story_aliases.c.story).where(among(story_aliases.c.alias, "chosen"))
_FORGET_ALIASES = story_aliases.delete().where(among(story_aliases.c.alias, "chosen"))
_INSERT_VECTOR = vectors.insert()
_FORGET_VECTORS = vectors.delete().where(vectors.c.published < sa.bindparam("before"))
_WAITS_SINCE = sa.select(sa.func.min(entries.c.first_seen)).where(_IS_WAITING)
_IS_POLLED = (
    sa.select(sources.c.pk)
    .where(sources.c.claim_token.is_not(None), sources.c.claimed_until > sa.bindparam("now", type_=Utc))
    .limit(1)
)


class Rounds(Section):
    """What rounds of judging stories read and write. Made by ``Store``; raises StoreError like it."""

    def awaits_stories(self, *, since: datetime) -> bool:
        """Whether articles that were first seen since then wait for their story to be judged."""
        first = self._waits_since()
        return first is not None and first >= since

    def may_group(self, *, now: datetime, waits_since: datetime) -> bool:
        """Whether it is time to judge stories: something waits, and nobody is polling, or it waits for too long."""
        first = self._waits_since()
        if first is None or first <= waits_since:
            return first is not None
        with self._read() as connection:
            return connection.execute(_IS_POLLED, {"now": now}).first() is None

    def _waits_since(self) -> datetime | None:
        with self._read() as connection:
            first: datetime | None = connection.execute(_WAITS_SINCE).scalar_one()
        return first

    def waiting(self, *, limit: int) -> list[Report]:
        """Return the reports whose stories aren't judged yet, those that were published first."""
        with self._read() as connection:
            return _reports(connection, connection.execute(_WAITING, {"most": limit}))

    def report(self, entry_id: str) -> Report | None:
        """Return an entry as its story needs it; None for one that was stored before stories were."""
        with self._read() as connection:
            found = _reports(connection, connection.execute(_BY_ID, {"chosen": array([entry_id])}))
        return found[0] if found else None

    def surroundings(self, marks: Sequence[Collection[int]], links: Collection[int]) -> Surroundings:
        """Return the reports with the most marks in common with each of these, and all others of their stories.

        One of ``links`` in common is enough.
        """
        wanted = sorted(set(chain.from_iterable(marks)))
        having: dict[int, list[int]] = {}
        with self._read() as connection:
            for start in range(0, len(wanted), _CHUNK):
                having |= entries_having(connection, wanted[start : start + _CHUNK], newest=_NEWEST)
            chosen = {pk for each in marks for pk in _closest(having, each, links)}
            if not chosen:
                return Surroundings()
            stories = {"chosen": array(connection.execute(_STORIES_OF, {"chosen": array(chosen)}).scalars())}
            found = chain.from_iterable(connection.execute(each, stories) for each in (_IN_STORIES, _FIRST_OF_STORIES))
            reports = _reports(connection, found)
        ids = {each.pk: each.id for each in reports}
        by_mark = {mark: tuple(ids[pk] for pk in reversed(pks) if pk in ids) for mark, pks in having.items()}
        return Surroundings(by_mark=by_mark, reports=tuple(reports))

    def write(self, judged: Grouping) -> bool:
        """Write what a round's judgement changes; False, and nothing is written, when another worker was quicker."""
        with self._read() as connection:  # counting words takes longer than writing
            grown = signatures.growth(connection, judged.waiting)
        with self._write() as connection:
            return _write(connection, judged, grown)

    def forget_vectors(self, *, before: datetime) -> None:
        """Delete the vectors of what was published so long ago that nothing is compared with it any more."""
        with self._write() as connection:
            connection.execute(_FORGET_VECTORS, {"before": int(before.timestamp())})


def _closest(having: Mapping[int, Sequence[int]], marks: Iterable[int], links: Collection[int]) -> list[int]:
    shared: Counter[int] = Counter()
    for mark in marks:
        if mark in having:
            shared.update(dict.fromkeys(having[mark], _LEAST_SHARED if mark in links else 1))
    enough = sorted(((count, pk) for pk, count in shared.items() if count >= _LEAST_SHARED), reverse=True)
    return [pk for _, pk in enough[:_LOOKED_AT]]


def _reports(connection: sa.Connection, found: Iterable[Sequence[Any]]) -> list[Report]:
    """Return the reports of rows with ``_COLUMNS``."""
    found = list(found)
    if not found:
        return []
    sent = set(connection.execute(_SENT, {"chosen": array(id_ for _, id_, *_ in found)}).scalars())
    return [
        Report(
            pk=pk,
            id=id_,
            source=source,
            title=title,
            lead=lead,
            published=published,
            gist=rows.to_gist(language, words),
            story=story,
            is_sent=id_ in sent,
            is_waiting=waits is not None,
            vector=None if vector is None else bytes(vector),
        )
        for pk, id_, source, title, lead, published, story, language, words, vector, waits in found
    ]


def _write(connection: sa.Connection, grouping: Grouping, grown: Mapping[str, rows.Values]) -> bool:
    """Write what a round changes, unless another worker was; ``grown`` are vocabularies (``signatures.growth``)."""
    decide_alone(connection)
    chosen = {"chosen": array(grouping.waiting)}
    if connection.execute(_STILL_WAITING, chosen).scalar_one() != len(grouping.waiting):
        return False
    connection.execute(_TAKE, chosen)
    if joined := grouping.joined.items():
        connection.execute(_JOIN, [{"of_id": of_id, "into": each.story} for of_id, each in joined])
        connection.execute(_EXPLAIN, [{"of_id": of_id, "because": each.evidence} for of_id, each in joined])
    if grouping.merged:
        moved = [{"of_story": story, "into": into} for story, into in grouping.merged.items()]
        for statement in (_MOVE, _MOVE_FIRST, _MOVE_ALIASES):
            connection.execute(statement, moved)
        connection.execute(_INSERT_ALIAS, [{"alias": each["of_story"], "story": each["into"]} for each in moved])
    signatures.add_story_marks(connection, grouping.marks)
    if grouping.vectors:
        connection.execute(
            _INSERT_VECTOR,
            [
                {"entry_pk": pk, "published": int(published.timestamp()), "vector": vector}
                for pk, (published, vector) in grouping.vectors.items()
            ],
        )
    signatures.learn(connection, grown)
    if grouping.joined or grouping.merged:
        bump_content_version(connection)
    return True


def resolve(connection: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """Return which of these ids of stories were merged into which others."""
    return {row.alias: row.story for row in connection.execute(_ALIASES, {"chosen": array(ids)})}


def forget_aliases(connection: sa.Connection, ids: Collection[str]) -> None:
    """Forget the ids that stories had, of entries that are forgotten."""
    connection.execute(_FORGET_ALIASES, {"chosen": array(ids)})
