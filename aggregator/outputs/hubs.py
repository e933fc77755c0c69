"""Hubs told of changed feeds: pings from the store, one attempt each, its outcome written before the next.

A ping is marked only when the hub has accepted it for all formats that hubs are told of. A crash repeats at most what
was in flight, which costs the hub a look at the feed.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from aggregator.app import Aggregator
from aggregator.config import Config
from aggregator.errors import DeliveryError
from aggregator.model.issues import DeliveryStatus, Outcome, Ping, PingClaim
from aggregator.notify.hub import after_ping_failure, tell_hub
from aggregator.publish import is_private, served_base, told_formats
from aggregator.store.heartbeat import Heartbeat

log = structlog.get_logger()

# How long a claim lasts that is not extended.
_LEASE: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinged:
    """One attempt and what it left. ``ping`` is as it was before."""

    ping: Ping
    outcome: Outcome


def ping_due(
    aggregator: Aggregator, *, ids: Sequence[int] | None = None, stop: threading.Event | None = None
) -> Iterator[Pinged]:
    """Attempt what is due (with ``ids``: of these), each once, and yield each attempt when its outcome is written.

    Several processes may do so at once. ``stop`` ends it after the attempt under way. Pings of hubs and feeds that are
    not configured any more are forgotten. Raises StoreError.
    """
    pings = aggregator.store.pings
    due = pings.next_due()
    if due is None or due > aggregator.clock():
        return
    heartbeat = Heartbeat(
        lambda held: pings.extend(held, until=aggregator.clock() + _LEASE), key_of=_key_of, lease=_LEASE
    )
    with aggregator.store.delivering(), heartbeat.beating():
        while stop is None or not stop.is_set():
            claims = pings.claim(now=aggregator.clock(), lease=_LEASE, limit=1, ids=ids)
            if not claims:
                return
            [claim] = claims
            if not is_owed(aggregator.config, claim.ping):
                pings.delete([claim.ping.id])
                continue
            heartbeat.hold(claims)
            outcome = _attempt(aggregator, claim)
            pings.record(claim, outcome, now=aggregator.clock())
            heartbeat.let_go(claim.ping.id)
            yield Pinged(ping=claim.ping, outcome=outcome)


def is_owed(config: Config, ping: Ping) -> bool:
    """Tell whether a hub and a feed are still configured, and that feed at that address, for everybody."""
    feed = next((each for each in config.feeds if each.name == ping.feed), None)
    is_public = feed is not None and not is_private(feed, config)
    return is_public and ping.hub in config.site.hub and ping.base in {served_base(config), config.site.url}


def _attempt(aggregator: Aggregator, claim: PingClaim) -> Outcome:
    ping = claim.ping
    try:
        for number, form in list(enumerate(told_formats(), start=1))[ping.parts_sent :]:
            topic = f"{ping.base}{form.file_name(ping.feed)}"
            tell_hub(aggregator.client, ping.hub, topic, now=aggregator.clock())
            aggregator.store.pings.note_part(claim, number)
    except DeliveryError as error:
        jitter = random.random()  # noqa: S311 - spreads attempts, keeps no secret
        return after_ping_failure(ping, error, now=aggregator.clock(), jitter=jitter)
    return Outcome(status=DeliveryStatus.SENT)


def _key_of(claim: PingClaim) -> int:
    return claim.ping.id
