"""The editions of rankings: written with the poll that brought them, read newest first."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from aggregator.model import Claim, Edition, PollResult, Ranking
from aggregator.store.claims import held, is_held
from aggregator.store.tables import editions, sources

_MOST = 500
_JSON = TypeAdapter(Edition)
_OF_SOURCE = editions.join(sources, sources.c.pk == editions.c.source_pk)


def write(connection: sa.Connection, results: Sequence[tuple[Claim, PollResult]]) -> None:
    """Write what these polls brought, while their claims are held; those of lost claims are passed over."""
    values = [
        held(claim) | {"edition_at": edition.taken_at, "edition": zlib.compress(_JSON.dump_json(edition))}
        for claim, result in results
        if (edition := result.edition) is not None
    ]
    if values:
        connection.execute(_insert(connection.dialect.name), values)


def of_source(connection: sa.Connection, source_name: str) -> list[Edition]:
    """Return the latest editions of an active source's ranking, the last one first."""
    query = (
        sa.select(editions.c.content)
        .select_from(_OF_SOURCE)
        .where(sources.c.is_active, sources.c.name == source_name)
        .order_by(editions.c.taken_at.desc())
        .limit(_MOST)
    )
    return [_read(content) for content in connection.execute(query).scalars()]


def rankings(connection: sa.Connection) -> list[Ranking]:
    """Return the ranking of each active source that has one, by name."""
    newest = (
        sa.select(
            editions.c.source_pk,
            sa.func.max(editions.c.taken_at).label("taken_at"),
            sa.func.count().label("how_many"),
        )
        .group_by(editions.c.source_pk)
        .subquery()
    )
    query = (
        sa.select(sources.c.name, newest.c.how_many, editions.c.content)
        .select_from(_OF_SOURCE)
        .join(newest, (newest.c.source_pk == editions.c.source_pk) & (newest.c.taken_at == editions.c.taken_at))
        .where(sources.c.is_active)
        .order_by(sources.c.name)
    )
    return [
        Ranking(source=row.name, editions=row.how_many, latest=_read(row.content)) for row in connection.execute(query)
    ]


def _read(content: bytes) -> Edition:
    return _JSON.validate_json(zlib.decompress(content))


@cache
def _insert(dialect: str) -> Any:  # noqa: ANN401 - each database has a class of its own for this
    """Return the statement that writes an edition once; a claim that is lost writes none."""
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    chosen = sa.select(
        sources.c.pk,
        sa.bindparam("edition_at", type_=editions.c.taken_at.type),
        sa.bindparam("edition", type_=editions.c.content.type),
    ).where(is_held())
    return insert(editions).from_select(["source_pk", "taken_at", "content"], chosen).on_conflict_do_nothing()
