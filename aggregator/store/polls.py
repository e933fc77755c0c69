"""One poll's transaction: all that it changes, or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from aggregator.errors import Unstorable
from aggregator.model import Claim, Decision, PollResult, Regrouped, SourceState
from aggregator.store import activity, additions, editions, history, rows, search, signatures
from aggregator.store.additions import Additions
from aggregator.store.attempts import UNCLAIMED
from aggregator.store.claims import held, insert_hosts, is_held
from aggregator.store.columns import Text
from aggregator.store.engine import reason_of
from aggregator.store.known import Look
from aggregator.store.prepared import Prepared
from aggregator.store.tables import entries, entry_categories, issue_entries, sources, ungrouped

# "Which duplicates are there?" and "I add one" must not interleave between workers: deciding is done one at a time.
# SQLite's write lock does that by itself; in PostgreSQL this advisory lock does, until the end of the transaction.
_DECIDING = 0x61676772

# What outputs show of a source's state; its times are left out, or each poll would make them new.
_SHOWN = ("status", "moved_to", "feed_title", "feed_id", "site_url")

# Statements are built once: building one takes longer than running it.
# Both databases know this form; SQLAlchemy's own would want to know which of them it is.
_REMEMBER = sa.text(
    "INSERT INTO forgotten (source_pk, key) VALUES (:source_pk, :key) ON CONFLICT DO NOTHING"
).bindparams(sa.bindparam("key", type_=Text))
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
_END_CLAIM = Prepared(
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
_BUMP = "UPDATE site SET content_version = content_version + 1"
# What others may change meanwhile, whoever has the claim: they are written anew each time.
_TIMES = ("last_checked", "last_success", "next_check", "next_check_reason")


class PollTransaction(Look):
    """What a poll reads and writes. Made by ``Store.poll``, which commits it or rolls it back.

    From its beginning to its end no other worker decides.
    """

    def __init__(self, connection: sa.Connection, claim: Claim) -> None:
        decide_alone(connection)
        super().__init__(connection, claim, is_locked=True)

    def write(self, result: PollResult, added: Additions | None = None) -> None:
        """Write all that the poll changed and end the claim; ``added`` are its new entries, if they are prepared."""
        new = [decision for decision in result.decisions if decision.is_new]
        for decision in new:
            for regrouped in decision.regroups:
                self._regroup(regrouped, story=decision.story)
        additions.insert(self._connection, added or self.prepare(new))
        for decision in result.decisions:
            if not decision.is_new:
                self._update(decision)
        if result.remembered:
            keys = [{"source_pk": self._source.pk, "key": key} for key in result.remembered]
            self._connection.execute(_REMEMBER, keys)
        history.write(self._connection, [(self._claim, result)])
        editions.write(self._connection, [(self._claim, result)])
        counts = {
            "more_entries": len(new),
            "more_duplicates": sum(decision.original != decision.id for decision in new),
            "activity": activity.added(self._source.activity, [decision.listed_at for decision in new]),
        }
        state = rows.state_values(result.state) | UNCLAIMED | _host_values(self._connection, [result])[0]
        _END_CLAIM.execute(self._connection, [state | counts | {"of_source": self._source.pk}])
        if result.decisions or is_visible(self._claim.state, result.state):
            bump_content_version(self._connection)

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
        pk = self._connection.execute(_WHICH, {"which": decision.id}).scalar_one()
        indexed = search.read(self._connection, [pk])
        self._connection.execute(_UPDATE, rows.entry_values(decision) | {"of_id": decision.id})
        search.exchange(self._connection, indexed)
        self._connection.execute(_DELETE_CATEGORIES, {"of_entry": pk})
        if values := additions.category_values(decision, pk):
            self._connection.execute(_INSERT_CATEGORIES, values)
        if decision.gist is not None:
            signatures.exchange(self._connection, decision, pk)


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
        values = rows.state_changes(claim.state, result.state, also=_TIMES) | UNCLAIMED | held(claim) | host
        states[tuple(values)].append(values)
    for values_of_many in states.values():
        connection.execute(_END_QUIET_CLAIM, values_of_many)
    if any(is_visible(claim.state, result.state) for claim, result in results):
        bump_content_version(connection)


def _host_values(connection: sa.Connection, results: Sequence[PollResult]) -> list[dict[str, str]]:
    """Return what changes of each source's host, mostly nothing, and have rows for the new hosts."""
    insert_hosts(connection, {result.host for result in results if result.host is not None})
    return [{} if result.host is None else {"host": result.host} for result in results]


def is_visible(before: SourceState, after: SourceState) -> bool:
    """Whether outputs show the difference between two states of a source."""
    return any(getattr(before, name) != getattr(after, name) for name in _SHOWN)


def bump_content_version(connection: sa.Connection) -> None:
    connection.exec_driver_sql(_BUMP)
