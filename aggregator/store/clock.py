"""Times that were noted while the machine's clock was ahead: what waits for them would wait until then."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from aggregator.model.issues import DeliveryStatus
from aggregator.store.tables import deliveries, digests, hosts, pings, sources, subscriptions

# Clocks of several machines differ by less, and no claim lasts as long.
_AHEAD = timedelta(hours=1)
# No server is left alone for longer (``fetch.cache.MAX_RETRY_AFTER``).
_LONGEST_REST = timedelta(days=7) + _AHEAD
# No hub is believed for longer (``web/hub_calls.py``).
_LONGEST_LEASE = timedelta(days=90) + _AHEAD


def correct(connection: sa.Connection, now: datetime) -> int:
    """Make due what was planned by a clock that was ahead of ``now``, and end its claims; return how many rows.

    The times at which entries were first seen stay: they are in ids, feeds and issues by now, and lose their meaning
    when the clock gets there.
    """
    late = now + _AHEAD
    planned = sources.update().where(sources.c.last_checked > late, sources.c.next_check.is_not(None))
    reason = "the clock was ahead when it was checked"
    waiting = pings.update().where(pings.c.status == DeliveryStatus.WAITING.value, pings.c.changed_at > late)
    watched = sources.update().where(sources.c.watched_since > late)
    leases = subscriptions.c
    changes = (
        planned.values(next_check=now, next_check_reason=reason, last_checked=now),
        watched.values(watched_since=now),
        sources.update().where(sources.c.claimed_until > late).values(claim_token=None, claimed_until=None),
        deliveries.update()
        .where(deliveries.c.status == DeliveryStatus.WAITING.value, deliveries.c.made_at > late)
        .values(next_attempt=now, made_at=now, claim_token=None, claimed_until=None),
        deliveries.update()
        .where(deliveries.c.claim_token.is_not(None), deliveries.c.claimed_until > late)
        .values(claim_token=None, claimed_until=None),
        waiting.values(next_attempt=now, changed_at=now, claim_token=None, claimed_until=None),
        pings.update().where(pings.c.claimed_until > late).values(claim_token=None, claimed_until=None),
        hosts.update().where(hosts.c.not_before > now + _LONGEST_REST).values(not_before=None, why="", troubles=0),
        sources.update().where(sources.c.told_until > now + _LONGEST_LEASE).values(told_until=None),
        subscriptions.update()
        .where(sa.or_(*(each > now + _LONGEST_LEASE for each in (leases.next_attempt, leases.lease_until))))
        .values(next_attempt=now, lease_until=None),
        # the issue of that day was made; those of the days until then come when they are due
        digests.update().where(digests.c.last_slot > late).values(last_slot=now),
    )
    return sum(connection.execute(change).rowcount for change in changes)
