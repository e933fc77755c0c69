"""Sources in the store: what is configured, and how each is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import sqlalchemy as sa

from aggregator.model import Affects, Source, SourceHealth, SourceState, SourceStatus, Totals, affected
from aggregator.store import moves, rows
from aggregator.store.activity import per_day
from aggregator.store.arrays import among, array
from aggregator.store.claims import insert_hosts_of_sources
from aggregator.store.tables import sources

# Due at once, and why.
_EDITED = {"next_check": None, "next_check_reason": "its configuration was changed"}

_GIVE_UP_NAMES = sources.update().where(among(sources.c.pk, "pks")).values(is_active=False)
_ADDRESS = sa.func.coalesce(sources.c.moved_to, sources.c.found_at, sources.c.url).label("address")
_HOSTS = sa.select(sources.c.pk, sources.c.politeness_group, _ADDRESS, sources.c.host).where(sources.c.is_active)
_SET_HOST = sources.update().where(sources.c.pk == sa.bindparam("of_pk")).values(host=sa.bindparam("key"))


def alone(connection: sa.Connection) -> None:
    """Let nobody else change sources to the end of the transaction, or claim any. Comes before all other locks.

    Two processes that start at once would both insert what is new, and what many rows are locked for in another order
    would end in a deadlock.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE sources IN EXCLUSIVE MODE")


def sync_hosts(connection: sa.Connection, host_of: Callable[[str | None, str], str]) -> None:
    """Give active sources their hosts; ``host_of`` says by what a group and an address are limited."""
    hosts = ((row, host_of(row.politeness_group, row.address)) for row in connection.execute(_HOSTS))
    changed = [{"of_pk": row.pk, "key": host} for row, host in hosts if row.host != host]
    if changed:
        connection.execute(_SET_HOST, changed)
    insert_hosts_of_sources(connection)


def names(connection: sa.Connection) -> dict[str, str]:
    """Return the names of active sources by address, and by the address that one has moved to."""
    active = sa.select(sources.c.name, sources.c.url, sources.c.moved_to).where(sources.c.is_active)
    found = list(connection.execute(active))
    moved = {row.moved_to: row.name for row in found if row.moved_to}
    return moved | {row.url: row.name for row in found}


def sync(connection: sa.Connection, configured: Sequence[Source]) -> bool:
    """Make the stored sources those configured; return whether anything changed.

    What is no longer configured stays, inactive. A new address (or one that is back after it was removed) is due at
    once and starts without the old validators; one that a source was known to have moved to is no new address.
    """
    stored = connection.execute(sa.select(sources).order_by(sources.c.pk)).mappings().all()
    matched, added = _match(stored, configured)
    changed = [row for row in stored if _differs(row, matched.get(row["pk"]))]
    if changed:  # names are unique among active sources: give all of them up before any is taken
        connection.execute(_GIVE_UP_NAMES, {"pks": array(row["pk"] for row in changed)})
    for row in changed:
        still = matched.get(row["pk"])
        if still is not None:
            values = rows.source_values(still) | {"is_active": True}
            if row["is_active"] and row["moved_to"] == still.url:
                values |= {"moved_to": None, "found_at": None}
                values |= {"status": SourceStatus.OK.value} if row["status"] == SourceStatus.MOVED else {}
            elif row["url"] != still.url or not row["is_active"]:
                values |= _fresh_start()
            edits = affected(rows.to_source(row), still)
            if Affects.ENTRIES in edits:
                # what was filtered out may be wanted now: look at the whole document again
                values |= {"validators_url": None, "etag": None, "last_modified": None}
                values |= {"body_hash": None, "entry_hashes": b""}
                values |= _EDITED
            if Affects.LAYOUT in edits:
                values |= _unread()
            if row["status"] == SourceStatus.GONE:
                values |= {"status": SourceStatus.NEW.value, "failures": 0} | _EDITED
            connection.execute(sources.update().where(sources.c.pk == row["pk"]).values(values))
    seeds = {row["seed"] for row in stored}
    new = []
    for source in added:
        seed = _unused_seed(source.url, seeds)
        seeds.add(seed)
        state = SourceState(seed=seed, next_check_reason="it was never checked")
        new.append(rows.source_values(source) | rows.state_values(state) | {"seed": seed, "is_active": True})
    if new:
        connection.execute(sources.insert(), new)
    return bool(changed or added)


def _match(stored: Sequence[rows.Row], configured: Sequence[Source]) -> tuple[dict[int, Source], list[Source]]:
    """Return what the stored sources are called now, by their ``pk``, and what was not there before.

    A source is the same when its address is, else when it is where permanent redirects led the stored one, else when
    its name is. So two that swap their names stay what they are, and a move may be written into the configuration.
    """
    active = [row for row in stored if row["is_active"]]
    every = [*active, *(row for row in stored if not row["is_active"])]
    matched: dict[int, Source] = {}
    left = list(configured)
    for column, key, candidates in (
        ("url", "url", active),
        ("moved_to", "url", active),
        ("url", "url", every),
        ("name", "name", every),
    ):
        # reversed: of several, the first has it
        known = {row[column]: row["pk"] for row in reversed(candidates) if row["pk"] not in matched}
        found = {pk: source for source in left if (pk := known.get(getattr(source, key))) is not None}
        matched |= found
        taken = {source.name for source in found.values()}
        left = [source for source in left if source.name not in taken]
    return matched, left


def _differs(row: rows.Row, source: Source | None) -> bool:
    if source is None:
        return bool(row["is_active"])
    return not row["is_active"] or rows.to_source(row) != source


def _unread() -> rows.Values:
    """Return what is forgotten when a document is to be read in another way."""
    return {"read_as": None, "found_at": None, "listed": None, "watched": b""}


def _fresh_start() -> rows.Values:
    """Return what is forgotten when the address changes: all that belonged to the old one. Health begins anew."""
    return {
        "status": SourceStatus.NEW.value,
        "moved_to": None,
        "validators_url": None,
        "etag": None,
        "last_modified": None,
        "body_hash": None,
        "entry_hashes": b"",
        "next_check": None,
        "next_check_reason": "it was never checked at this address",
        "failures": 0,
        "last_error": None,
        "last_error_kind": None,
        "last_error_status": None,
    } | _unread()


def _unused_seed(url: str, taken: set[str]) -> str:
    seed, number = url, 1
    while seed in taken:
        number += 1
        seed = f"{url}#{number}"
    return seed


def all_health(connection: sa.Connection) -> tuple[SourceHealth, ...]:
    """Return the configured sources with their state and number of entries, in the order of their names."""
    merged_into = moves.stand_in(sources, "name").label("merged_into")
    query = sa.select(sources, merged_into).where(sources.c.is_active).order_by(sources.c.name)
    return tuple(map(_health, connection.execute(query).mappings()))


def activity(connection: sa.Connection, *, today: date) -> dict[str, tuple[int, ...]]:
    """Return how many entries each configured source had on each of the latest days, the oldest first."""
    query = sa.select(sources.c.name, sources.c.activity).where(sources.c.is_active)
    return {row.name: per_day(row.activity, today=today) for row in connection.execute(query)}


def totals(connection: sa.Connection) -> Totals:
    counts = (sa.func.coalesce(sa.func.sum(each), 0) for each in (sources.c.entry_count, sources.c.duplicate_count))
    entries, duplicates = connection.execute(sa.select(*counts)).one()
    return Totals(entries=entries, duplicates=duplicates)


def _health(row: rows.Row) -> SourceHealth:
    source, state, merged_into = rows.to_source(row), rows.to_state(row), row["merged_into"]
    if merged_into is not None and state.status is not SourceStatus.GONE:
        reason = f"it moved to the address of {merged_into} and is polled there"
        state = replace(state, status=SourceStatus.MOVED, next_check=None, next_check_reason=reason)
        state = replace(state, failures=0, last_error=None, last_error_kind=None, last_error_status=None)
    return SourceHealth(source=source, state=state, entries=row["entry_count"], merged_into=merged_into)
