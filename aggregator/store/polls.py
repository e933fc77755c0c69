"""One poll's transaction: what is known, then all that changes, or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from aggregator.errors import ClaimLost, Unstorable
from aggregator.model import Claim, Decision, Entry, Known, Nearby, PollResult, Probes, Regrouped, SourceState
from aggregator.store import activity, editions, history, nearby, rows, search, signatures
from aggregator.store.arrays import among, array
from aggregator.store.claims import held, held_row, insert_hosts, is_held
from aggregator.store.engine import reason_of
from aggregator.store.tables import entries, entry_categories, forgotten, issue_entries, site, sources, ungrouped
from aggregator.text.ids import entry_id

# "Which duplicates are there?" and "I add one" must not interleave between workers: deciding is done one at a time.
# SQLite's write lock does that by itself; in PostgreSQL this advisory lock does, until the end of the transaction.
_DECIDING = 0x61676772

# What outputs show of a source's state; its times are left out, or each poll would make them new.
_SHOWN = ("status", "moved_to", "feed_title", "feed_id", "site_url")

# Statements are built once: building one takes longer than running it.
_KNOWN = sa.select(
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
_KNOWN_BY_KEY = _KNOWN.where(entries.c.source_pk == sa.bindparam("of_source"), among(entries.c.key, "keys"))
_KNOWN_BY_URL = _KNOWN.where(among(entries.c.canonical_url, "urls"))
# What the publisher gave another id and address: the same title at the same time; without times among the newest.
_OF_SOURCE = entries.c.source_pk == sa.bindparam("of_source")
_KNOWN_BY_TIME = _KNOWN.where(
    _OF_SOURCE,
    entries.c.published.in_(sa.bindparam("times", expanding=True)),
    among(entries.c.title, "titles"),
)
_NEWEST = (
    sa.select(entries.c.pk)
    .where(_OF_SOURCE)
    .order_by(entries.c.listed_at.desc(), entries.c.pk.desc())
    .limit(sa.bindparam("most"))
    .correlate(None)
    .scalar_subquery()
)
_KNOWN_BY_TITLE = _KNOWN.where(entries.c.pk.in_(_NEWEST), among(entries.c.title, "titles"))
# So many entries of a source, for each of the document, are where one without a time may be found.
_NEWEST_FOR_EACH, _MOST_NEWEST = 2, 200
_IDS = sa.select(entries.c.id).where(among(entries.c.id, "ids"))
_PURGED = sa.select(forgotten.c.key).where(
    forgotten.c.source_pk == sa.bindparam("of_source"), among(forgotten.c.key, "keys")
)
_REMEMBER = forgotten.insert()
_INSERT = entries.insert()
_PKS = sa.select(entries.c.id, entries.c.pk).where(among(entries.c.id, "ids"))
_INSERT_CATEGORIES = entry_categories.insert()
_DELETE_CATEGORIES = entry_categories.delete().where(entry_categories.c.entry_pk == sa.bindparam("of_entry"))
_UPDATE = entries.update().where(entries.c.id == sa.bindparam("of_id"))
_REGROUP = (
    entries.update()
    .where(entries.c.id == sa.bindparam("of_id"))
    .values(
        id=sa.bindparam("with_id"),
        original=sa.bindparam("with_original"),
        evidence=sa.bindparam("with_evidence"),
        is_mention=sa.bindparam("with_mention"),
        story=sa.bindparam("with_story"),
    )
)
_WHICH = sa.select(entries.c.pk).where(entries.c.id == sa.bindparam("which"))
_NO_LONGER_WAITS = ungrouped.delete().where(ungrouped.c.entry_pk == _WHICH.scalar_subquery())
_WAITS = ungrouped.insert().from_select(
    ["entry_pk"], _WHICH.where(entries.c.pk.not_in(sa.select(ungrouped.c.entry_pk)))
)
_MOVE_ISSUES = (
    issue_entries.update()
    .where(issue_entries.c.entry_id == sa.bindparam("of_id"))
    .values(entry_id=sa.bindparam("with_id"))
)
_COUNT_DUPLICATES = (
    sources.update()
    .where(
        sources.c.pk == sa.select(entries.c.source_pk).where(entries.c.id == sa.bindparam("of_id")).scalar_subquery()
    )
    .values(duplicate_count=sources.c.duplicate_count + sa.bindparam("more"))
)
_COUNTED = {"poll_count": sources.c.poll_count + 1}
_END_CLAIM = (
    sources.update()
    .where(sources.c.pk == sa.bindparam("of_source"))
    .values(
        _COUNTED
        | {
            "entry_count": sources.c.entry_count + sa.bindparam("more_entries"),
            "duplicate_count": sources.c.duplicate_count + sa.bindparam("more_duplicates"),
        }
    )
)
_END_QUIET_CLAIM = sources.update().where(is_held()).values(_COUNTED)
_INSERT_WAITING = ungrouped.insert()
_BUMP = site.update().values(content_version=site.c.content_version + 1)
# What others may change meanwhile, whoever has the claim: they are written anew each time.
_TIMES = ("last_checked", "last_success", "next_check", "next_check_reason")
_ENDED = {"claim_token": None, "claimed_until": None}


class PollTransaction:
    """What a poll reads and writes. Made by ``Store.poll``, which commits it or rolls it back."""

    def __init__(self, connection: sa.Connection, claim: Claim) -> None:
        self._connection = connection
        self._claim = claim
        held = held_row(connection, claim)
        if held is None:
            raise ClaimLost(f"another worker has taken over {claim.source.name}; this result is dropped")
        self._source_pk, self._activity = held
        self._originals: set[str] = set()

    def known(self, parsed: Sequence[Entry]) -> Known:
        """Return what bears on these entries; from here to the end no other worker decides."""
        decide_alone(self._connection)
        of_source = {"of_source": self._source_pk}
        keys = {**of_source, "keys": array(key for entry in parsed for key in (entry.key, *entry.aliases))}
        urls = {"urls": array({entry.canonical_url for entry in parsed if entry.canonical_url is not None})}
        found = {row["id"]: row for row in self._connection.execute(_KNOWN_BY_KEY, keys).mappings()}
        found |= {row["id"]: row for row in self._connection.execute(_KNOWN_BY_URL, urls).mappings()}
        known_keys = {row["key"] for row in found.values() if row["source_pk"] == self._source_pk}
        unknown = [entry for entry in parsed if known_keys.isdisjoint((entry.key, *entry.aliases))]
        found |= self._moved(unknown)
        ids = [entry_id(self._claim.state.seed, entry.key) for entry in unknown]
        here = [row for row in found.values() if row["source_pk"] == self._source_pk]
        # an inactive source's entries count too: what was published once is not published anew by another
        elsewhere = [row for row in found.values() if row["source_pk"] != self._source_pk]
        self._originals = {row["original"] for row in elsewhere}
        return Known(
            same_source=tuple(map(rows.to_known_entry, here)),
            elsewhere=tuple(map(rows.to_known_entry, elsewhere)),
            taken=frozenset(self._connection.execute(_IDS, {"ids": array(ids)}).scalars() if ids else ()),
            forgotten=frozenset(self._connection.execute(_PURGED, keys).scalars()),
        )

    def _moved(self, unknown: Sequence[Entry]) -> dict[str, sa.RowMapping]:
        """Return the entries of this source that have the title of one of these, and its time or none."""
        if not unknown or self._claim.state.last_success is None:
            return {}
        dated = [entry for entry in unknown if entry.published is not None]
        undated = [entry for entry in unknown if entry.published is None]
        found: list[sa.RowMapping] = []
        values: dict[str, object]
        if dated:
            times = {each.published for each in dated if each.published}
            values = {"times": sorted(times), "titles": _titles(dated), "of_source": self._source_pk}
            found += self._connection.execute(_KNOWN_BY_TIME, values).mappings()
        if undated:
            most = min(_MOST_NEWEST, _NEWEST_FOR_EACH * len(undated) + _MOST_NEWEST // 4)
            values = {"most": most, "titles": _titles(undated), "of_source": self._source_pk}
            found += self._connection.execute(_KNOWN_BY_TITLE, values).mappings()
        return {row["id"]: row for row in found}

    def nearby(self, probes: Sequence[Probes]) -> Nearby:
        """Return the stored entries that resemble these the most, and what are duplicates of one with those known."""
        return nearby.nearby(self._connection, probes, originals=self._originals)

    def write(self, result: PollResult) -> None:
        """Write all that the poll changed and end the claim."""
        new = [decision for decision in result.decisions if decision.is_new]
        for decision in new:
            for regrouped in decision.regroups:
                self._regroup(regrouped, story=decision.story)
        self._insert(new)
        for decision in result.decisions:
            if not decision.is_new:
                self._update(decision)
        self._remember(result.remembered)
        history.write(self._connection, [(self._claim, result)])
        editions.write(self._connection, [(self._claim, result)])
        counts = {
            "more_entries": len(new),
            "more_duplicates": sum(decision.original != decision.id for decision in new),
            "activity": activity.added(self._activity, [decision.listed_at for decision in new]),
        }
        state = rows.state_values(result.state) | _ENDED | _host_values(self._connection, [result])[0]
        self._connection.execute(_END_CLAIM, state | counts | {"of_source": self._source_pk})
        if result.decisions or is_visible(self._claim.state, result.state):
            bump_content_version(self._connection)

    def _remember(self, keys: Sequence[str]) -> None:
        """Note keys as those of entries that were there and are not kept."""
        if keys:
            of_source = {"of_source": self._source_pk, "keys": array(keys)}
            known = set(self._connection.execute(_PURGED, of_source).scalars())
            values = [{"source_pk": self._source_pk, "key": key} for key in keys if key not in known]
            if values:
                self._connection.execute(_REMEMBER, values)

    def _insert(self, decisions: Sequence[Decision]) -> None:
        """Insert oldest first, so that the order of insertion is that of publication within one poll."""
        if not decisions:
            return
        ordered = list(reversed(decisions))
        ordered.sort(key=lambda decision: decision.published)
        self._connection.execute(_INSERT, [rows.new_entry_values(each, self._source_pk) for each in ordered])
        pks = self._pks([each.id for each in ordered])
        self._insert_categories(ordered, pks)
        signatures.insert(self._connection, ordered, pks)
        _let_wait(self._connection, ordered, pks)

    def _regroup(self, regrouped: Regrouped, *, story: str) -> None:
        """Make a stored entry the duplicate of another, or of none. What was published under its id stays there.

        A digest had only a mention, when that was the original: the article is still news, so the mention keeps what
        says that it was in an issue. A copy is in the story of its original; what is none any more waits for its own.
        """
        is_copy = regrouped.original != regrouped.new_id
        values = {"of_id": regrouped.id, "with_id": regrouped.new_id}
        if regrouped.is_mention and regrouped.new_id != regrouped.id:
            self._connection.execute(_MOVE_ISSUES, values)
        more = is_copy - (not regrouped.was_original)
        if more:
            self._connection.execute(_COUNT_DUPLICATES, values | {"more": more})
        self._connection.execute(
            _REGROUP,
            values
            | {
                "with_original": regrouped.original,
                "with_evidence": regrouped.evidence,
                "with_mention": regrouped.is_mention,
                "with_story": story if is_copy and story != regrouped.original else None,
            },
        )
        if is_copy != (not regrouped.was_original):
            self._connection.execute(_NO_LONGER_WAITS if is_copy else _WAITS, {"which": regrouped.new_id})

    def _update(self, decision: Decision) -> None:
        pks = self._pks([decision.id])
        indexed = search.read(self._connection, pks.values())
        self._connection.execute(_UPDATE, rows.entry_values(decision) | {"of_id": decision.id})
        search.exchange(self._connection, indexed)
        self._connection.execute(_DELETE_CATEGORIES, {"of_entry": pks[decision.id]})
        self._insert_categories([decision], pks)
        if decision.gist is not None:
            signatures.exchange(self._connection, decision, pks[decision.id])

    def _insert_categories(self, decisions: Sequence[Decision], pks: Mapping[str, int]) -> None:
        values = [
            {"entry_pk": pks[each.id], "category": match.category, "position": position, "reasons": match.reasons}
            for each in decisions
            for position, match in enumerate(each.categories)
        ]
        if values:
            self._connection.execute(_INSERT_CATEGORIES, values)

    def _pks(self, ids: Sequence[str]) -> dict[str, int]:
        return {row.id: row.pk for row in self._connection.execute(_PKS, {"ids": array(ids)})}


def _titles(parsed: Sequence[Entry]) -> str:
    return array({entry.title for entry in parsed})


def _let_wait(connection: sa.Connection, decisions: Sequence[Decision], pks: Mapping[str, int]) -> None:
    """Let new articles wait for the end of the round; a copy is in the story of its original."""
    waiting = [{"entry_pk": pks[each.id]} for each in decisions if each.gist is not None and each.original == each.id]
    if waiting:
        connection.execute(_INSERT_WAITING, waiting)


@contextmanager
def refused_as_unstorable() -> Iterator[None]:
    """Make what the database refuses of a poll that source's failure: the others go on."""
    try:
        yield
    except (sa.exc.IntegrityError, sa.exc.DataError) as error:
        raise Unstorable(f"the database refuses it: {reason_of(error)}") from error


def decide_alone(connection: sa.Connection) -> None:
    """Wait until no other worker decides; none does from here to the end of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_DECIDING)))


def write_quiet(connection: sa.Connection, results: Sequence[tuple[Claim, PollResult]]) -> None:
    """Write the states of sources that brought no entries, and end their claims; lost claims' are passed over."""
    history.write(connection, results)
    editions.write(connection, results)
    moved = _host_values(connection, [result for _, result in results])
    # what has the same columns goes together: those of most have the times of this poll and nothing else
    states = defaultdict(list)
    for (claim, result), host in zip(results, moved, strict=True):
        values = _changes(claim.state, result.state) | _ENDED | held(claim) | host
        states[tuple(values)].append(values)
    for values_of_many in states.values():
        connection.execute(_END_QUIET_CLAIM, values_of_many)
    if any(is_visible(claim.state, result.state) for claim, result in results):
        bump_content_version(connection)


def _changes(before: SourceState, after: SourceState) -> rows.Values:
    """Return the columns of a state that a poll changed, and those of its times."""
    known = rows.state_values(before)
    return {name: value for name, value in rows.state_values(after).items() if name in _TIMES or value != known[name]}


def _host_values(connection: sa.Connection, results: Sequence[PollResult]) -> list[dict[str, str]]:
    """Return what changes of each source's host, mostly nothing, and have rows for the new hosts."""
    insert_hosts(connection, {result.host for result in results if result.host is not None})
    return [{} if result.host is None else {"host": result.host} for result in results]


def is_visible(before: SourceState, after: SourceState) -> bool:
    """Whether outputs show the difference between two states of a source."""
    return any(getattr(before, name) != getattr(after, name) for name in _SHOWN)


def bump_content_version(connection: sa.Connection) -> None:
    connection.execute(_BUMP)
