"""Telling a WebSub hub that a feed has changed (W3C WebSub §7, RULES E20): it asks for the feed and passes it on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from aggregator.errors import DeliveryError, Refused
from aggregator.http import HttpClient
from aggregator.model.issues import DeliveryStatus, Outcome, Ping
from aggregator.notify.posting import HttpFailure, post

_M: Final = timedelta(minutes=1)

# Waits after the first, second … failed attempt; the next change of the feed begins anew. Subscribers also poll.
PING_WAITS: Final = (timedelta(seconds=5), _M, 5 * _M, 30 * _M, 120 * _M, 360 * _M, 720 * _M)

_SPREAD: Final = 0.2
_LONGEST_REST: Final = timedelta(days=1)

# What is worth another try although the hub says that it is our fault: too slow, too often.
_PASSING: Final = frozenset({408, 425, 429})


def tell_hub(client: HttpClient, hub: str, topic: str, *, now: datetime) -> None:
    """Tell a hub that what is at ``topic`` has changed. Raises DeliveryError, Refused when it will never listen."""
    body = urlencode({"hub.mode": "publish", "hub.url": topic}).encode()
    try:
        post(client, hub, body, headers={"Content-Type": "application/x-www-form-urlencoded"}, now=now)
    except HttpFailure as error:
        if 400 <= error.status < 500 and error.status not in _PASSING:
            raise Refused(str(error), stops=False) from error
        raise


def after_ping_failure(ping: Ping, error: DeliveryError, *, now: datetime, jitter: float) -> Outcome:
    """Return what becomes of a ping; ``jitter`` from 0 to 1 spreads what failed together."""
    if isinstance(error, Refused):
        return Outcome(status=DeliveryStatus.FAILED, error=str(error))
    if ping.attempts >= len(PING_WAITS):
        return Outcome(status=DeliveryStatus.FAILED, error=f"given up after {ping.attempts + 1} attempts: {error}")
    rest = min(error.retry_after or timedelta(0), _LONGEST_REST)
    wait = max(PING_WAITS[ping.attempts] * (1 + _SPREAD * jitter), rest)
    return Outcome(status=DeliveryStatus.WAITING, error=str(error), next_attempt=now + wait)
