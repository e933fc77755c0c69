"""Sources in the store: what is configured, who may poll which one now, and how each is."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from aggregator.model import Claim, Source, SourceHealth, SourceState, SourceStatus, Totals
from aggregator.store import moves, rows
from aggregator.store.activity import per_day
from aggregator.store.schema import sources

# Due at once, and why.
_EDITED = {"next_check": None, "next_check_reason": "its configuration was changed"}


def sync(connection: sa.Connection, configured: Sequence[Source]) -> bool:
    """Make the stored sources those configured; return whether anything changed.

    What is no longer configured stays, inactive. A new address (or one that is back after it was removed) is due at
    once and starts without the old validators; one that a source was known to have moved to is no new address.
    """
    stored = connection.execute(sa.select(sources).order_by(sources.c.pk)).mappings().all()
    matched, added = _match(stored, configured)
    changed = [row for row in stored if _differs(row, matched.get(row["pk"]))]
    if changed:  # names are unique among active sources: give all of them up before any is taken
        pks = [row["pk"] for row in changed]
        connection.execute(sources.update().where(sources.c.pk.in_(pks)).values(is_active=False))
    for row in changed:
        still = matched.get(row["pk"])
        if still is not None:
            values = rows.source_values(still) | {"is_active": True}
            if row["is_active"] and row["moved_to"] == still.url:
                values |= {"moved_to": None, "found_at": None}
                values |= {"status": SourceStatus.OK.value} if row["status"] == SourceStatus.MOVED else {}
            elif row["url"] != still.url or not row["is_active"]:
                values |= _fresh_start()
            before = rows.to_source(row)
            if _reading(before) != _reading(still):
                # what was filtered out may be wanted now: look at the whole document again
                values |= {"validators_url": None, "etag": None, "last_modified": None}
                values |= {"body_hash": None, "entry_hashes": b""}
                values |= _EDITED
            if _layout(before) != _layout(still):
                values |= _unread()
            if row["status"] == SourceStatus.GONE:
                values |= {"status": SourceStatus.NEW.value, "failures": 0} | _EDITED
            connection.execute(sources.update().where(sources.c.pk == row["pk"]).values(values))
    seeds = {row["seed"] for row in stored}
    for source in added:
        seed = _unused_seed(source.url, seeds)
        seeds.add(seed)
        new = SourceState(seed=seed, next_check_reason="it was never checked")
        values = rows.source_values(source) | rows.state_values(new) | {"seed": seed, "is_active": True}
        connection.execute(sources.insert().values(values))
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


def _reading(source: Source) -> tuple[object, ...]:
    """Return what decides which of a document's entries are taken."""
    return (source.keep, source.drop, source.links, *_layout(source))


def _layout(source: Source) -> tuple[object, ...]:
    """Return what decides how a document is read: what was learned of it does not hold when this is another."""
    return source.kind, source.page, source.select


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
    } | _unread()


def _unused_seed(url: str, taken: set[str]) -> str:
    seed, number = url, 1
    while seed in taken:
        number += 1
        seed = f"{url}#{number}"
    return seed


def claim_due(
    connection: sa.Connection,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    due_by: datetime | None,
    names: Sequence[str] | None,
) -> list[Claim]:
    """Claim up to ``limit`` sources that are due by ``due_by`` (now), the longest waiting first, for ``lease``.

    With ``names``, those sources whether due or not, also gone ones. What another worker holds is passed over: locked
    rows by SKIP LOCKED (PostgreSQL), claimed ones by their lease.
    """
    is_free = sources.c.claimed_until.is_(None) | (sources.c.claimed_until <= now)
    is_wanted = _is_due(due_by or now) if names is None else sources.c.name.in_(names)
    query = sa.select(sources).where(sources.c.is_active, is_free, is_wanted)
    query = query.order_by(sa.nulls_first(sources.c.next_check), sources.c.pk).limit(limit)
    found = connection.execute(query.with_for_update(skip_locked=True)).mappings().all()
    if not found:
        return []
    token, until = secrets.token_hex(8), now + lease
    pks = [row["pk"] for row in found]
    connection.execute(sources.update().where(sources.c.pk.in_(pks)).values(claim_token=token, claimed_until=until))
    return [
        Claim(source=source, state=rows.to_state(row), token=token, until=until)
        for source, row in zip(moves.polled_sources(connection, found), found, strict=True)
    ]


def _is_due(by: datetime) -> sa.ColumnElement[bool]:
    is_reached = sources.c.next_check.is_(None) | (sources.c.next_check <= by)
    return sa.and_(is_reached, sources.c.status != SourceStatus.GONE.value, moves.is_polled_itself())


def count_due(connection: sa.Connection, now: datetime) -> int:
    query = sa.select(sa.func.count()).select_from(sources).where(sources.c.is_active, _is_due(now))
    return int(connection.execute(query).scalar_one())


def release(connection: sa.Connection, claims: Sequence[Claim]) -> None:
    """Give claims back unused, so that the next worker need not wait for their end."""
    for claim in claims:
        connection.execute(sources.update().where(is_held()).values(claim_token=None, claimed_until=None), held(claim))


def postpone(connection: sa.Connection, claim: Claim, *, until: datetime, reason: str) -> None:
    """Give a claim back and let nobody ask before a time. What is planned for later than that stays."""
    values: rows.Values = {"claim_token": None, "claimed_until": None}
    if claim.state.next_check is None or claim.state.next_check < until:
        values |= {"next_check": until, "next_check_reason": reason}
    connection.execute(sources.update().where(is_held()), values | held(claim))


def are_claims(connection: sa.Connection) -> bool:
    return (
        connection.execute(sa.select(sources.c.pk).where(sources.c.claim_token.is_not(None)).limit(1)).first()
        is not None
    )


def take_back_claims(connection: sa.Connection) -> None:
    """End all claims."""
    connection.execute(
        sources.update().where(sources.c.claim_token.is_not(None)).values(claim_token=None, claimed_until=None)
    )


def is_held() -> sa.ColumnElement[bool]:
    """Return the condition that the claim is still held whose ``held_seed`` and ``held_token`` are bound."""
    return sa.and_(
        sources.c.seed == sa.bindparam("held_seed"),
        sources.c.is_active,
        sources.c.claim_token == sa.bindparam("held_token"),
    )


_HELD = sa.select(sources.c.pk, sources.c.activity).where(is_held()).with_for_update()


def held_row(connection: sa.Connection, claim: Claim) -> tuple[int, bytes] | None:
    """Return ``pk`` and ``activity`` of the source, locked to the end of the transaction; None for a lost claim."""
    row = connection.execute(_HELD, held(claim)).one_or_none()
    return None if row is None else (row.pk, row.activity)


def held(claim: Claim) -> rows.Values:
    """Return what ``is_held`` is bound to."""
    return {"held_seed": claim.state.seed, "held_token": claim.token}


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
        state = replace(state, failures=0, last_error=None)
    return SourceHealth(source=source, state=state, entries=row["entry_count"], merged_into=merged_into)
