"""What the operator should know of the sources: who fails, moved, is gone, is silent, and whose page was rebuilt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from aggregator.model import SourceHealth, SourceStatus
from aggregator.model.issues import Stop, StopCause, Trouble, TroubleKind
from aggregator.text.durations import duration_in_words, silence_in_words

# One failed request is weather, not trouble.
_FAILURES = 3

# A page that answers with something else once may be out of order; twice, it was rebuilt.
_FAILURES_OF_PAGES = 2


def troubles_of(sources: Sequence[SourceHealth], stops: Sequence[Stop], *, now: datetime) -> tuple[Trouble, ...]:
    """Return what is wrong now: sources first, by kind and name, then the endpoints that refuse what we send."""
    found = [trouble for health in sources if (trouble := _trouble(health, now)) is not None]
    order = list(TroubleKind)
    found.sort(key=lambda each: (order.index(each.kind), each.title.casefold()))
    return (*found, *(_undelivered(stop) for stop in stops if stop.cause is StopCause.REFUSED))


def _trouble(health: SourceHealth, now: datetime) -> Trouble | None:
    kind = _kind(health, now)
    if kind is None:
        return None
    title = health.source.title or health.state.feed_title or health.source.name
    return Trouble(
        kind=kind,
        subject=health.source.name,
        title=" ".join(title.split()) or health.source.name,
        text=_text(kind, health, now),
    )


def _kind(health: SourceHealth, now: datetime) -> TroubleKind | None:
    state = health.state
    match health.status_at(now):
        case SourceStatus.GONE:
            return TroubleKind.GONE
        case SourceStatus.CHANGED if state.failures == 0 or state.failures >= _FAILURES_OF_PAGES:
            return TroubleKind.CHANGED
        case SourceStatus.MOVED:
            return TroubleKind.MOVED
        case SourceStatus.FAILING if state.failures >= _FAILURES:
            return TroubleKind.FAILING
        case SourceStatus.SILENT:
            return TroubleKind.SILENT
        case _:
            return None


def _text(kind: TroubleKind, health: SourceHealth, now: datetime) -> str:
    state = health.state
    match kind:
        case TroubleKind.SILENT:
            said = silence_in_words(health.silence(now) or timedelta(), state.usual_gap or timedelta())
            return f"{said}. If the site has news, run: aggregator poll {health.source.name}"
        case TroubleKind.MOVED:
            where = f"the address of {health.merged_into}" if health.merged_into else str(state.moved_to)
            return f"it moved for good to {where}"
        case TroubleKind.FAILING:
            since = f"; it last worked {duration_in_words(now - state.last_success)} ago" if state.last_success else ""
            return f"{state.failures} checks in a row failed: {state.last_error or 'no reason known'}{since}"
        case _:
            return state.last_error or "it is not there any more"


def _undelivered(stop: Stop) -> Trouble:
    endpoint = stop.endpoint
    return Trouble(
        kind=TroubleKind.UNDELIVERED,
        subject=f"{endpoint.digest}/{endpoint.key}",
        title=f"{endpoint.digest} to {endpoint.label}",
        text=stop.reason,
    )
