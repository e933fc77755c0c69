"""The lines that the main job logs of what it did: a poll, a ping, an attempt at a delivery."""

from __future__ import annotations

import structlog

from aggregator.digests.delivering import Attempted
from aggregator.model import PollSummary
from aggregator.model.issues import DeliveryStatus
from aggregator.outputs.hubs import Pinged

log = structlog.get_logger()


def log_result(result: PollSummary) -> None:
    """Log one line for a poll: INFO when it went well, WARNING when the source failed (not our fault)."""
    state = result.state
    next_check = state.next_check.isoformat() if state.next_check else None
    if result.error is not None:
        log.warning(
            "source.failed", source=result.source, error=result.error, failures=state.failures, next_check=next_check
        )
    else:
        log.info(
            "source.polled",
            source=result.source,
            new=result.new,
            changed=result.updated,
            duplicates=result.duplicates,
            next_check=next_check,
            **_found_out(result),
        )


def _found_out(result: PollSummary) -> dict[str, str | None]:
    """Return what an address of kind "auto" turned out to be, and why, for the poll that found it out."""
    if result.found_out is None:
        return {}
    state = result.state
    return {"read_as": state.read_as, "found_at": state.found_at, "why": result.found_out}


def log_ping(pinged: Pinged) -> None:
    """Log one line for an attempt at telling a hub: INFO when it has accepted, else WARNING (not our fault)."""
    ping, outcome = pinged.ping, pinged.outcome
    facts = {"hub": ping.hub, "feed": ping.feed, "attempt": ping.attempts + 1}
    if outcome.status is DeliveryStatus.SENT:
        log.info("hub.told", **facts)
    else:
        again = outcome.next_attempt.isoformat() if outcome.next_attempt else None
        log.warning("hub.failed", **facts, error=outcome.error, next_attempt=again)


def log_attempt(attempted: Attempted) -> None:
    """Log one line for an attempt at a delivery: INFO when it was taken, WARNING when not, ERROR when it is given up.

    The endpoint is named by its label, never by its address.
    """
    delivery, outcome = attempted.delivery, attempted.outcome
    facts = {
        "delivery": delivery.id,
        "digest": delivery.endpoint.digest,
        "issue": delivery.issue,
        "to": delivery.endpoint.label,
        "attempt": delivery.attempts + 1,
    }
    match outcome.status:
        case DeliveryStatus.SENT:
            log.info("delivery.sent", **facts)
        case DeliveryStatus.WAITING:
            again = outcome.next_attempt.isoformat() if outcome.next_attempt else None
            log.warning("delivery.postponed", **facts, error=outcome.error, next_attempt=again)
        case _:
            log.error(f"delivery.{outcome.status.value}", **facts, error=outcome.error)
