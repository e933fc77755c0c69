"""A digest under another name: who leaves it has left it, and what its readers have is no news to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

import sqlalchemy as sa

from aggregator.model.issues import DeliveryStatus, DigestState
from aggregator.store.tables import deliveries, issue_entries, issues, stops

# Issues made so long before a digest begins may have entries that are new to it by their time.
_BEFORE = timedelta(days=1)


def take_over(connection: sa.Connection, new: DigestState, gone: Collection[str]) -> None:
    """Give a digest that is set up what digests have left that are gone in the same moment, and had its readers.

    Of issues that wait for a delivery it takes nothing: what is in them comes again.
    """
    for name in sorted(gone):
        shared = _recipients(connection, name) & set(new.recipients)
        if shared:
            _take_stops(connection, new, name)
        if 2 * len(shared) > len(new.recipients):
            _take_entries(connection, new, name)


def _recipients(connection: sa.Connection, name: str) -> set[str]:
    """Return who got the last issue of a digest, or had left it."""
    last = sa.select(sa.func.max(issues.c.pk)).where(issues.c.digest == name).scalar_subquery()
    got = sa.select(deliveries.c.endpoint).where(deliveries.c.issue_pk == last)
    left = sa.select(stops.c.endpoint).where(stops.c.digest == name)
    return {*connection.execute(got).scalars(), *connection.execute(left).scalars()}


def _take_stops(connection: sa.Connection, new: DigestState, name: str) -> None:
    known = sa.select(stops.c.endpoint).where(stops.c.digest == new.name)
    of_old = sa.select(sa.literal(new.name), *_others(stops)).where(
        stops.c.digest == name, stops.c.endpoint.in_(new.recipients), stops.c.endpoint.not_in(known)
    )
    connection.execute(stops.insert().from_select(["digest", *(each.name for each in _others(stops))], of_old))


def _take_entries(connection: sa.Connection, new: DigestState, name: str) -> None:
    is_waiting = sa.exists().where(
        deliveries.c.issue_pk == issues.c.pk, deliveries.c.status == DeliveryStatus.WAITING.value
    )
    recent = sa.select(issues.c.pk).where(
        issues.c.digest == name, issues.c.made_at >= new.begins_at - _BEFORE, ~is_waiting
    )
    known = sa.select(issue_entries.c.entry_id).where(issue_entries.c.digest == new.name)
    of_old = sa.select(sa.literal(new.name), *_others(issue_entries)).where(
        issue_entries.c.digest == name,
        issue_entries.c.issue_pk.in_(recent),
        issue_entries.c.entry_id.not_in(known),
    )
    names = ["digest", *(each.name for each in _others(issue_entries))]
    connection.execute(issue_entries.insert().from_select(names, of_old))


def _others(table: sa.Table) -> Sequence[sa.Column[object]]:
    return [each for each in table.c if each.name != "digest"]
