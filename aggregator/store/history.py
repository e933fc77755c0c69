"""The latest polls of each source: written with what they changed, in a ring that needs no clearing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from http import HTTPStatus

import sqlalchemy as sa

from aggregator.model import Claim, Exchange, Poll, PollOutcome, PollResult
from aggregator.store.claims import held, is_held
from aggregator.store.prepared import Prepared
from aggregator.store.rows import Values
from aggregator.store.tables import polls, sources

KEPT = 50

_COLUMNS = ("at", "outcome", "status", "took_ms", "size", "new", "updated", "duplicates", "error")


def write(connection: sa.Connection, results: Sequence[tuple[Claim, PollResult]]) -> None:
    """Write what these polls came to, while their claims are held; those of lost claims are passed over."""
    values = [held(claim) | _values(result) for claim, result in results if result.state.last_checked is not None]
    if values:
        _insert(connection.dialect.name).execute(connection, values)


def latest(connection: sa.Connection, source_name: str, *, limit: int) -> list[Poll]:
    """Return the latest polls of an active source, the last one first."""
    age = (sources.c.poll_count - 1 - polls.c.slot + KEPT) % KEPT
    query = (
        sa.select(polls)
        .join(sources, sources.c.pk == polls.c.source_pk)
        .where(sources.c.is_active, sources.c.name == source_name)
        .order_by(age)
        .limit(limit)
    )
    return [
        Poll(
            at=row.at,
            outcome=PollOutcome(row.outcome),
            exchange=Exchange(
                status=row.status,
                took=None if row.took_ms is None else timedelta(milliseconds=row.took_ms),
                size=row.size,
            ),
            new=row.new,
            updated=row.updated,
            duplicates=row.duplicates,
            error=row.error,
        )
        for row in connection.execute(query)
    ]


@cache
def _insert(dialect: str) -> Prepared:
    """Return the statement that writes a poll in the place of the oldest one; a claim that is lost writes none."""
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    given = [sa.bindparam(f"poll_{name}", type_=polls.c[name].type) for name in _COLUMNS]
    chosen = sa.select(sources.c.pk, sources.c.poll_count % KEPT, *given).where(is_held())
    statement = insert(polls).from_select(["source_pk", "slot", *_COLUMNS], chosen)
    return Prepared(
        statement.on_conflict_do_update(
            index_elements=["source_pk", "slot"], set_={name: statement.excluded[name] for name in _COLUMNS}
        )
    )


def _values(result: PollResult) -> Values:
    new = [each for each in result.decisions if each.is_new]
    took = result.exchange.took
    return {
        "poll_at": result.state.last_checked,
        "poll_outcome": _outcome(result).value,
        "poll_status": result.exchange.status,
        "poll_took_ms": None if took is None else round(took / timedelta(milliseconds=1)),
        "poll_size": result.exchange.size,
        "poll_new": len(new),
        "poll_updated": len(result.decisions) - len(new),
        "poll_duplicates": sum(each.original != each.id for each in new),
        "poll_error": result.error,
    }


def _outcome(result: PollResult) -> PollOutcome:
    if result.error is not None:
        return PollOutcome.FAILED
    if result.decisions:
        return PollOutcome.NEWS
    is_304 = result.exchange.status == HTTPStatus.NOT_MODIFIED
    return PollOutcome.NOT_MODIFIED if is_304 else PollOutcome.NOTHING_NEW
