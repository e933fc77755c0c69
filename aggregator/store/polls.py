"""One poll's transaction: what is known, then all that changes, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from aggregator.errors import ClaimLost
from aggregator.model import CategoryMatch, Claim, Decision, Entry, Known, Nearby, PollResult, Probes, SourceState
from aggregator.store import nearby, rows, signatures
from aggregator.store.schema import entries, entry_categories, forgotten, site, sources
from aggregator.store.sources import held_row

# "Which duplicates are there?" and "I add one" must not interleave between workers: deciding is done one at a time.
# SQLite's write lock does that by itself; in PostgreSQL this advisory lock does, until the end of the transaction.
_DECIDING = 0x61676772

# Bound parameters per statement: SQLite before 3.32 allows 999.
_CHUNK = 400

# What outputs show of a source's state; its times are left out, or each poll would make them new.
_SHOWN = ("status", "moved_to", "feed_title", "feed_id", "site_url")

_KNOWN_COLUMNS = (
    entries.c.id,
    sources.c.name.label("source"),
    entries.c.key,
    entries.c.original,
    entries.c.canonical_url,
    entries.c.title,
    entries.c.published,
    entries.c.updated,
    entries.c.first_seen,
    entries.c.listed_at,
    entries.c.fingerprint,
    entries.c.digest,
    sa.func.coalesce(entries.c.story, entries.c.original).label("story"),
)


class PollTransaction:
    """What a poll reads and writes. Made by ``Store.poll``, which commits it or rolls it back."""

    def __init__(self, connection: sa.Connection, claim: Claim, vocabularies: signatures.Vocabularies) -> None:
        self._connection = connection
        self._claim = claim
        self._vocabularies = vocabularies
        row = held_row(connection, claim)
        if row is None:
            raise ClaimLost(f"another worker has taken over {claim.source.name}; this result is dropped")
        self._source: rows.Row = row

    def known(self, parsed: Sequence[Entry]) -> Known:
        """Return what bears on these entries; from here to the end no other worker decides."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_DECIDING)))
        source_pk = self._source["pk"]
        keys = [entry.key for entry in parsed]
        urls = list({entry.canonical_url for entry in parsed if entry.canonical_url is not None})
        same_source = {
            row["id"]: row
            for rows_found in (
                self._select_known(entries.c.source_pk == source_pk, entries.c.key, keys),
                self._select_known(entries.c.source_pk == source_pk, entries.c.canonical_url, urls),
            )
            for row in rows_found
        }
        # an inactive source's entries count too: what was published once is not published anew by another
        elsewhere = self._select_known(entries.c.source_pk != source_pk, entries.c.canonical_url, urls)
        purged: set[str] = set()
        for chunk in _chunks(keys):
            query = sa.select(forgotten.c.key).where(forgotten.c.source_pk == source_pk, forgotten.c.key.in_(chunk))
            purged.update(self._connection.execute(query).scalars())
        return Known(
            same_source=tuple(rows.to_known_entry(row) for row in same_source.values()),
            elsewhere=tuple(rows.to_known_entry(row) for row in elsewhere),
            forgotten=frozenset(purged),
            vocabularies=self._vocabularies.current(self._connection),
        )

    def nearby(self, probes: Sequence[Probes]) -> Nearby:
        """Return the stored entries that resemble these the most."""
        return nearby.nearby(self._connection, probes)

    def _select_known(
        self, condition: sa.ColumnElement[bool], column: sa.Column[str], values: Sequence[str]
    ) -> list[rows.Row]:
        found: list[rows.Row] = []
        for chunk in _chunks(values):
            query = (
                sa.select(*_KNOWN_COLUMNS)
                .join(sources, sources.c.pk == entries.c.source_pk)
                .where(condition, column.in_(chunk))
            )
            found.extend(self._connection.execute(query).mappings())
        return found

    def write(self, result: PollResult) -> None:
        """Write all that the poll changed and end the claim."""
        self._insert([decision for decision in result.decisions if decision.is_new])
        for decision in result.decisions:
            if not decision.is_new:
                self._update(decision)
        state = rows.state_values(result.state) | {"claim_token": None, "claimed_until": None}
        self._connection.execute(sources.update().where(sources.c.pk == self._source["pk"]).values(state))
        if result.decisions or is_visible(self._claim.state, result.state):
            bump_content_version(self._connection)

    def _insert(self, decisions: Sequence[Decision]) -> None:
        """Insert oldest first, so that the order of insertion is that of publication within one poll."""
        if not decisions:
            return
        source_pk = self._source["pk"]
        ordered = list(reversed(decisions))
        ordered.sort(key=lambda decision: decision.published)
        self._connection.execute(entries.insert(), [rows.new_entry_values(each, source_pk) for each in ordered])
        self._insert_categories({each.id: each.categories for each in ordered})
        signatures.insert(self._connection, ordered)

    def _update(self, decision: Decision) -> None:
        row = entries.c.id == decision.id
        self._connection.execute(entries.update().where(row).values(rows.entry_values(decision)))
        pk = sa.select(entries.c.pk).where(row).scalar_subquery()
        self._connection.execute(entry_categories.delete().where(entry_categories.c.entry_pk == pk))
        self._insert_categories({decision.id: decision.categories})
        if decision.signature is not None:
            signatures.exchange(self._connection, decision)

    def _insert_categories(self, categories: dict[str, tuple[CategoryMatch, ...]]) -> None:
        ids = [entry_id for entry_id, matches in categories.items() if matches]
        pks: dict[str, int] = {}
        for chunk in _chunks(ids):
            query = sa.select(entries.c.id, entries.c.pk).where(entries.c.id.in_(chunk))
            pks.update((row.id, row.pk) for row in self._connection.execute(query))
        values = [
            {"entry_pk": pks[entry_id], "category": match.category, "position": position, "reasons": match.reasons}
            for entry_id in ids
            for position, match in enumerate(categories[entry_id])
        ]
        if values:
            self._connection.execute(entry_categories.insert(), values)


def write_quiet(connection: sa.Connection, results: Sequence[tuple[Claim, PollResult]]) -> None:
    """Write the states of sources that brought no entries, and end their claims; lost claims' are passed over."""
    states = [
        rows.state_values(result.state) | {"held_seed": claim.state.seed, "held_token": claim.token}
        for claim, result in results
    ]
    held = sa.and_(
        sources.c.seed == sa.bindparam("held_seed"),
        sources.c.is_active,
        sources.c.claim_token == sa.bindparam("held_token"),
    )
    ended = {"claim_token": None, "claimed_until": None}
    connection.execute(sources.update().where(held).values(ended), states)
    if any(is_visible(claim.state, result.state) for claim, result in results):
        bump_content_version(connection)


def is_visible(before: SourceState, after: SourceState) -> bool:
    """Whether outputs show the difference between two states of a source."""
    return any(getattr(before, name) != getattr(after, name) for name in _SHOWN)


def bump_content_version(connection: sa.Connection) -> None:
    connection.execute(site.update().values(content_version=site.c.content_version + 1))


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
