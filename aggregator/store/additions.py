"""The rows that a poll adds: made ready before the lock, numbered and inserted under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from aggregator.model import Decision
from aggregator.store import rows, signatures
from aggregator.store.prepared import Prepared
from aggregator.store.rows import Values
from aggregator.store.tables import entries, entry_categories, ungrouped

_INSERT = Prepared(entries.insert())
_INSERT_CATEGORY = Prepared(entry_categories.insert())
_INSERT_WAITING = Prepared(ungrouped.insert())

# Numbers are given while no other worker decides: who reads on from one misses nothing that is committed later.
_LAST_PK = "SELECT coalesce(max(pk), 0) FROM entries"
_NEXT_PKS = sa.text("SELECT nextval(pg_get_serial_sequence('entries', 'pk')) FROM generate_series(1, :count)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """Rows in the form that the driver takes; ``entry_pk`` is the position of an entry among the ``entries``."""

    entries: list[Values] = field(default_factory=list)
    categories: list[Values] = field(default_factory=list)
    signatures: list[Values] = field(default_factory=list)
    marks: Sequence[tuple[int, int]] = ()
    waiting: list[Values] = field(default_factory=list)


def prepare(dialect: Dialect, decisions: Sequence[Decision], source_pk: int) -> Additions:
    """Return the rows of the new entries among these, the oldest first.

    So the order of insertion is that of publication within one poll. A copy is in the story of its original; any other
    article waits for the end of the round.
    """
    ordered = [each for each in reversed(decisions) if each.is_new]
    ordered.sort(key=lambda decision: decision.published)
    signed = [(at, each) for at, each in enumerate(ordered) if each.gist is not None]
    return Additions(
        entries=_INSERT.bound(dialect, [rows.new_entry_values(each, source_pk) for each in ordered]),
        categories=_INSERT_CATEGORY.bound(
            dialect, [values for at, each in enumerate(ordered) for values in category_values(each, at)]
        ),
        signatures=signatures.bound(dialect, signed),
        marks=sorted({(mark, at) for at, each in signed for mark in each.marks}),
        waiting=[{"entry_pk": at} for at, each in signed if each.original == each.id],
    )


def category_values(decision: Decision, pk: int) -> list[Values]:
    """Return the rows of an entry's categories."""
    return [
        {"entry_pk": pk, "category": match.category, "position": position, "reasons": match.reasons}
        for position, match in enumerate(decision.categories)
    ]


def insert(connection: sa.Connection, additions: Additions) -> None:
    """Insert the rows. No other worker may decide meanwhile."""
    if not additions.entries:
        return
    pks = _next_pks(connection, len(additions.entries))

    def numbered(values: Iterable[Values]) -> list[Values]:
        return [each | {"entry_pk": pks[each["entry_pk"]]} for each in values]

    for row, pk in zip(additions.entries, pks, strict=True):
        row["pk"] = pk
    _INSERT.run(connection, additions.entries)
    _INSERT_CATEGORY.run(connection, numbered(additions.categories))
    signatures.insert(connection, numbered(additions.signatures))
    signatures.insert_marks(connection, [(mark, pks[at]) for mark, at in additions.marks])
    _INSERT_WAITING.run(connection, numbered(additions.waiting))


def _next_pks(connection: sa.Connection, count: int) -> Sequence[int]:
    if connection.dialect.name == "sqlite":
        last = connection.exec_driver_sql(_LAST_PK).scalar_one()
        return range(last + 1, last + 1 + count)
    return connection.execute(_NEXT_PKS, {"count": count}).scalars().all()
