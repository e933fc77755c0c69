"""After a poll that reached nobody: try again soon. No courtesy is owed to servers that never saw a request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from aggregator.app import Aggregator
from aggregator.model import Outage, PollSummary, is_unreached, outage_of

# Until the next try, by how many failed in a row; then the last one, or what is usual for the source if that is less.
_TRIES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30))
_REASON: Final = "no source could be reached; this machine may be offline"


def retry_soon(aggregator: Aggregator, results: Sequence[PollSummary]) -> Outage | None:
    """Bring forward the next checks when no source at all could be reached, and return that; else None."""
    if not results or not all(result.error and is_unreached(result.state) for result in results):
        return None
    outage = outage_of(aggregator.store.sources())
    if outage is None:
        return None
    tries = {
        name: state.last_checked + _TRIES[min(state.failures, len(_TRIES)) - 1]
        for name, state in outage.states.items()
        if state.last_checked is not None
    }
    aggregator.store.claims.bring_forward(tries, reason=_REASON)
    return outage_of(aggregator.store.sources())
