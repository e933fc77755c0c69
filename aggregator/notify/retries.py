"""What follows from an attempt: sent, tried again later, or given up. Touches nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from aggregator.errors import DeliveryError, Refused
from aggregator.model.issues import ChannelKind, Delivery, DeliveryStatus, Outcome

_S, _M, _H = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

# Waits after the first, second … failed attempt. Mail is tried for three days, as RFC 5321 §4.5.4.1 has it for days;
# all else as Standard Webhooks has it (RULES W5), for three days too. What is left then has failed.
WAITS: Final = {
    ChannelKind.EMAIL: (_M, 5 * _M, 15 * _M, 30 * _M, _H, 2 * _H, 4 * _H, 6 * _H, 8 * _H, 12 * _H, 12 * _H, 24 * _H),
    ChannelKind.WEBHOOK: (5 * _S, 5 * _M, 30 * _M, 2 * _H, 5 * _H, 10 * _H, 14 * _H, 20 * _H, 24 * _H),
    ChannelKind.CHAT: (5 * _S, 5 * _M, 30 * _M, 2 * _H, 5 * _H, 10 * _H, 14 * _H, 20 * _H, 24 * _H),
}

# Waits are lengthened by up to this share, so that what failed together does not come back together.
_SPREAD: Final = 0.2

# The longest that we let ourselves be put off; some servers ask for years.
_LONGEST_REST: Final = timedelta(days=2)


def after_success() -> Outcome:
    return Outcome(status=DeliveryStatus.SENT)


def after_failure(delivery: Delivery, error: DeliveryError, *, text: str, now: datetime, jitter: float) -> Outcome:
    """Return what becomes of a delivery. ``text`` is the error without secrets, ``jitter`` from 0 to 1.

    What the other side refuses for good is not tried again; a webhook that took nothing for the whole schedule is
    stopped too (RULES W5).
    """
    if isinstance(error, Refused):
        status = DeliveryStatus.STOPPED if error.stops else DeliveryStatus.FAILED
        return Outcome(status=status, error=text, stops=error.stops)
    waits = WAITS[delivery.endpoint.kind]
    rest = min(error.retry_after, _LONGEST_REST) if error.retry_after is not None else None
    if delivery.attempts >= len(waits):
        given_up = f"given up after {delivery.attempts + 1} attempts: {text}"
        is_webhook = delivery.endpoint.kind is ChannelKind.WEBHOOK
        return Outcome(status=DeliveryStatus.FAILED, error=given_up, stops=is_webhook)
    wait = max(waits[delivery.attempts] * (1 + _SPREAD * jitter), rest or timedelta(0))
    return Outcome(status=DeliveryStatus.WAITING, error=text, next_attempt=now + wait, rest=rest)
