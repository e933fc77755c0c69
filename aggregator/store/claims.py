"""Claims: who may poll which source now, with the source's host to itself (docs/decisions/0026).

A worker that has a claim on a source has the source's host, for itself alone: nobody else gets one of that host's
sources until the last of these claims has ended. So what a worker knows of a host while it asks it holds for all.
Claims end by being used or given back, else by themselves, at the end of their lease.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from aggregator.errors import ClaimLost
from aggregator.model import Claim, HostState, SourceStatus, Worker
from aggregator.store import moves, rows
from aggregator.store.arrays import among, array
from aggregator.store.attempts import UNCLAIMED, Claimable
from aggregator.store.prepared import Prepared
from aggregator.store.tables import hosts, site, sources

# Due sources are looked through, longest waiting first, for so many times what is wanted: of some hosts all are due.
_LOOKED_THROUGH = 8

# Hosts that others lock right now are passed over so many times before they are waited for.
_PASSED_OVER = 3

_other = sources.alias("other")
_HAS_HOST = (
    sa.exists()
    .where(
        _other.c.host == hosts.c.key,
        _other.c.claim_token.is_not(None),
        _other.c.claim_token != sa.bindparam("token"),
        _other.c.claimed_until > sa.bindparam("now"),
    )
    .correlate(hosts)
)
_IS_FREE = sa.or_(sources.c.claim_token.is_(None), sources.c.claimed_until <= sa.bindparam("now"))
_LOOKED_AT = sa.bindparam("looked_through", type_=sa.Integer)
_CANDIDATES = (
    sa.select(sources.c.pk, sources.c.host, sources.c.next_check)
    .join(hosts, hosts.c.key == sources.c.host)
    .where(sources.c.is_active, _IS_FREE, ~_HAS_HOST, ~among(sources.c.host, "without"))
    .limit(_LOOKED_AT)
)
_IS_POLLED = sa.and_(sources.c.status != SourceStatus.GONE.value, moves.is_polled_itself())
_IS_REACHED = sa.or_(sources.c.next_check.is_(None), sources.c.next_check <= sa.bindparam("due_by"))
_IS_DUE = sa.and_(_IS_REACHED, _IS_POLLED)
# Two ways along the index: in one with "or", a database goes through all that is not due yet.
_NEW = _CANDIDATES.where(_IS_POLLED, sources.c.next_check.is_(None)).order_by(sources.c.pk)
_PAST = _CANDIDATES.where(_IS_POLLED, sources.c.next_check <= sa.bindparam("due_by"))
_PAST = _PAST.order_by(sources.c.next_check, sources.c.pk)
_EITHER = sa.union_all(_NEW.subquery().select(), _PAST.subquery().select()).subquery()
_DUE = sa.select(_EITHER).order_by(sa.nulls_first(_EITHER.c.next_check), _EITHER.c.pk).limit(_LOOKED_AT)
_IN_ORDER = (sa.nulls_first(sources.c.next_check), sources.c.pk)
_NAMED = _CANDIDATES.where(among(sources.c.name, "names")).order_by(*_IN_ORDER)

_LOCKED = sa.select(hosts.c.key).where(among(hosts.c.key, "keys")).order_by(hosts.c.key)
_SKIPPING, _WAITING = _LOCKED.with_for_update(skip_locked=True), _LOCKED.with_for_update()
_TAKE = sa.select(hosts.c.key, hosts.c.worker, hosts.c.not_before, hosts.c.why, hosts.c.troubles)
_FREE_HOSTS = _TAKE.where(among(hosts.c.key, "keys"), ~_HAS_HOST)
# The next worker takes its time when it was another one that asked before it.
_NOTE_WORKER = hosts.update().where(among(hosts.c.key, "keys")).values(worker=sa.bindparam("token"))

_CHOSEN = sa.select(sources).where(among(sources.c.pk, "pks"), _IS_FREE)
_CHOSEN_DUE = _CHOSEN.where(_IS_DUE).order_by(*_IN_ORDER)
_CHOSEN_NAMED = _CHOSEN.order_by(*_IN_ORDER)
_CLAIM = (
    sources.update()
    .where(among(sources.c.pk, "pks"))
    .values(claim_token=sa.bindparam("token"), claimed_until=sa.bindparam("until"))
)

# "is" instead of "=": asked which claim a source has, PostgreSQL would go through all sources that have one.
_IS_OURS = among(sources.c.seed, "seeds") & sources.c.claim_token.is_not_distinct_from(sa.bindparam("token"))
_RELEASE = sources.update().where(_IS_OURS).values(UNCLAIMED)
# Of what has ended, another worker may have the host. What is locked is being recorded just now.
_HELD_OF_OURS = sa.select(sources.c.seed, sources.c.pk).where(_IS_OURS, sources.c.claimed_until > sa.bindparam("now"))
_EXTEND = (
    sources.update()
    .where(sources.c.pk.in_(_HELD_OF_OURS.with_only_columns(sources.c.pk).with_for_update(skip_locked=True)))
    .values(claimed_until=sa.bindparam("until"))
)

_POLLED_NAMES = sa.select(sources.c.name).where(sources.c.is_active, moves.is_polled_itself()).order_by(sources.c.name)
_BRING_FORWARD = (
    sources.update()
    .where(sources.c.name == sa.bindparam("of"), sources.c.next_check > sa.bindparam("at"))
    .values(next_check=sa.bindparam("at"), next_check_reason=sa.bindparam("reason"))
)
_NOTE_REST = (
    hosts.update()
    .where(hosts.c.key == sa.bindparam("of_key"))
    .values(not_before=sa.bindparam("until"), why=sa.bindparam("reason"), troubles=sa.bindparam("times"))
)


class Claims(Claimable):
    """Who polls which source now. Made by ``Store``; raises StoreError like it."""

    _table = sources

    def take(
        self,
        *,
        now: datetime,
        lease: timedelta,
        limit: int,
        due_by: datetime | None = None,
        names: Collection[str] | None = None,
        worker: Worker | None = None,
        without: Collection[str] = (),
    ) -> list[Claim]:
        """Claim up to ``limit`` sources that are due by ``due_by`` (now), the longest waiting first, for ``lease``.

        With ``names``, those sources whether due or not, also gone ones. What others hold is passed over, with its
        host, and so are the hosts ``without``; the claims of ``worker`` are no others' (None: somebody new). No more
        hosts are taken than keep ``limit`` of its requests going, so that something is left for others. Fewer than
        ``limit`` doesn't mean that no more is due; none does.
        """
        worker = worker or Worker(token=secrets.token_hex(8))
        token, until = worker.token, now + lease
        bound: rows.Values = {"now": now, "token": token, "without": array(without)}
        if names is None:
            candidates, chosen = _DUE, _CHOSEN_DUE
            bound["due_by"] = due_by or now
        else:
            candidates, chosen = _NAMED, _CHOSEN_NAMED
            bound["names"] = array(names)
        looked_through = {"looked_through": max(limit * _LOOKED_THROUGH, len(names or ()))}
        with self._write() as connection:
            for attempt in range(_PASSED_OVER + 1):
                found = connection.execute(candidates, bound | looked_through).all()
                if not found:
                    return []
                pks = _choose([(row.pk, row.host) for row in found], limit=limit, per_host=worker.per_host)
                free = _lock_hosts(connection, set(pks.values()), bound, is_patient=attempt == _PASSED_OVER)
                still = array(pk for pk, host in pks.items() if host in free)
                taken = connection.execute(chosen, bound | {"pks": still}).mappings().all()
                if taken:
                    break
            else:
                return []
            connection.execute(_CLAIM, {"pks": array(row["pk"] for row in taken), "token": token, "until": until})
            changed = {row["host"] for row in taken if free[row["host"]].last_worker != token}
            if changed:
                connection.execute(_NOTE_WORKER, {"keys": array(sorted(changed)), "token": token})
            return [
                Claim(source=source, state=rows.to_state(row), token=token, until=until, host=free[row["host"]])
                for source, row in zip(moves.polled_sources(connection, taken), taken, strict=True)
            ]

    def polled_names(self) -> list[str]:
        """Return the names of all sources but those that are polled at another one's address."""
        with self._read() as connection:
            return list(connection.execute(_POLLED_NAMES).scalars())

    def count_due(self, now: datetime) -> int:
        """Return how many sources are due, claimed ones among them."""
        with self._read() as connection:
            return count_due(connection, now)

    def release(self, unused: Sequence[Claim]) -> None:
        """Give claims back that were not used, so that the next worker need not wait for their end."""
        with self._write() as connection:
            for token, seeds in _by_token(unused).items():
                connection.execute(_RELEASE, {"seeds": array(seeds), "token": token})

    def extend(self, held: Sequence[Claim], *, now: datetime, until: datetime) -> set[str]:
        """Let claims that have not ended last until then; return the seeds of the sources that are held."""
        seeds_held: set[str] = set()
        with self._write() as connection:
            for token, seeds in _by_token(held).items():
                bound = {"seeds": array(seeds), "token": token, "now": now}
                connection.execute(_EXTEND, bound | {"until": until})
                seeds_held.update(connection.execute(_HELD_OF_OURS, bound).scalars())
        return seeds_held

    def note_rest(self, host: HostState) -> None:
        """Write how a host is, for the workers that come after this one."""
        bound = {"of_key": host.key, "until": host.not_before, "reason": host.why, "times": host.troubles}
        with self._write() as connection:
            connection.execute(_NOTE_REST, bound)

    def postpone(self, claim: Claim, *, until: datetime, reason: str) -> None:
        """Give a claim back, and let nobody ask before ``until``. What is planned for later than that stays."""
        values: rows.Values = dict(UNCLAIMED)
        if claim.state.next_check is None or claim.state.next_check < until:
            values |= {"next_check": until, "next_check_reason": reason}
        with self._write() as connection:
            connection.execute(sources.update().where(is_held()), values | held(claim))

    def bring_forward(self, times: Mapping[str, datetime], *, reason: str) -> None:
        """Check these sources, by name, at these times, where they would be checked later."""
        if times:
            with self._write() as connection:
                connection.execute(
                    _BRING_FORWARD, [{"of": name, "at": at, "reason": reason} for name, at in times.items()]
                )


def _choose(found: Sequence[tuple[int, str]], *, limit: int, per_host: int) -> dict[int, str]:
    """Return which sources to take, and their hosts: of as few hosts as keep ``limit`` requests going."""
    due = Counter(host for _, host in found)
    chosen: dict[int, str] = {}
    taken: set[str] = set()
    going = 0
    for pk, host in found:
        if len(chosen) == limit:
            break
        if host not in taken:
            if going >= limit:
                continue
            taken.add(host)
            going += min(due[host], per_host)
        chosen[pk] = host
    return chosen


def _lock_hosts(
    connection: sa.Connection, keys: Collection[str], bound: rows.Values, *, is_patient: bool
) -> dict[str, HostState]:
    """Return those of the hosts that nobody else has, by key, locked to the end of the transaction."""
    wanted = {"keys": array(sorted(keys))}
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        locked = connection.execute(_WAITING if is_patient else _SKIPPING, wanted)
        wanted = {"keys": array(locked.scalars())}
    # asked for once more, now that the lock is held: others may have claimed between
    free = (_host_state(row) for row in connection.execute(_FREE_HOSTS, bound | wanted).mappings())
    return {host.key: host for host in free}


def _host_state(row: rows.Row) -> HostState:
    return HostState(
        key=row["key"],
        last_worker=row["worker"],
        not_before=row["not_before"],
        why=row["why"],
        troubles=row["troubles"],
    )


def _by_token(claims: Sequence[Claim]) -> dict[str, list[str]]:
    tokens: dict[str, list[str]] = {}
    for claim in claims:
        tokens.setdefault(claim.token, []).append(claim.state.seed)
    return {token: sorted(seeds) for token, seeds in tokens.items()}


def count_due(connection: sa.Connection, now: datetime) -> int:
    query = sa.select(sa.func.count()).select_from(sources).where(sources.c.is_active, _IS_DUE)
    return int(connection.execute(query, {"due_by": now}).scalar_one())


def is_held() -> sa.ColumnElement[bool]:
    """Return the condition that the claim is still held whose ``held_seed`` and ``held_token`` are bound."""
    return sa.and_(
        sources.c.seed == sa.bindparam("held_seed"),
        sources.c.is_active,
        sources.c.claim_token.is_not_distinct_from(sa.bindparam("held_token")),
    )


class Held(NamedTuple):
    """A source whose claim is held: its ``pk`` and ``activity``, and the content's version at that moment."""

    pk: int
    activity: bytes
    version: int


_HELD = sa.select(
    sources.c.pk, sources.c.activity, sa.select(site.c.content_version).scalar_subquery().label("version")
).where(is_held())
_IS_HELD, _LOCK_HELD = Prepared(_HELD), Prepared(_HELD.with_for_update(of=sources))


def held_row(connection: sa.Connection, claim: Claim, *, is_locked: bool) -> Held:
    """Return the source of a claim, locked to the end of the transaction if that is wanted. Raises ClaimLost."""
    row = (_LOCK_HELD if is_locked else _IS_HELD).ask(connection, held(claim))
    if row is None:
        raise ClaimLost(f"another worker has taken over {claim.source.name}; this result is dropped")
    return Held._make(row)


def held(claim: Claim) -> rows.Values:
    """Return what ``is_held`` is bound to."""
    return {"held_seed": claim.state.seed, "held_token": claim.token}


# --- hosts -----------------------------------------------------------------------------------------------------------

# both databases know it; SQLAlchemy would want to know which of them it is
_INSERT_HOST = sa.text("INSERT INTO hosts (key, why, troubles) VALUES (:key, '', 0) ON CONFLICT DO NOTHING")
_INSERT_HOSTS = sa.text(
    "INSERT INTO hosts (key, why, troubles) SELECT DISTINCT host, '', 0 FROM sources"
    " WHERE is_active AND host NOT IN (SELECT key FROM hosts) ON CONFLICT DO NOTHING"
)


def insert_hosts(connection: sa.Connection, keys: Collection[str]) -> None:
    """Have a row for each of these hosts. Rows stay: a source may come to have any of them again at any time."""
    if keys:
        connection.execute(_INSERT_HOST, [{"key": key} for key in sorted(keys)])


def insert_hosts_of_sources(connection: sa.Connection) -> None:
    """Have a row for each host of the configured sources; one without is never asked."""
    connection.execute(_INSERT_HOSTS)
