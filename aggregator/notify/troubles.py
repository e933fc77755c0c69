"""What the operator should know of the sources: who fails, moved, is gone, is silent, and whose page was rebuilt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from aggregator.model import SourceHealth, SourceStatus
from aggregator.model.issues import Stop, StopCause, Trouble, TroubleKind
from aggregator.text.durations import away_in_words, silence_in_words
from aggregator.text.locales import ENGLISH, Locale

# One failed request is weather, not trouble.
_FAILURES = 3

# A page that answers with something else once may be out of order; twice, it was rebuilt.
_FAILURES_OF_PAGES = 2


def troubles_of(
    sources: Sequence[SourceHealth], stops: Sequence[Stop], *, now: datetime, locale: Locale = ENGLISH
) -> tuple[Trouble, ...]:
    """Return what is wrong now: sources first, by kind and name, then the endpoints that refuse what we send."""
    found = [trouble for health in sources if (trouble := _trouble(health, now, locale)) is not None]
    order = list(TroubleKind)
    found.sort(key=lambda each: (order.index(each.kind), each.title.casefold()))
    return (*found, *(_undelivered(stop, locale) for stop in stops if stop.cause is StopCause.REFUSED))


def _trouble(health: SourceHealth, now: datetime, locale: Locale) -> Trouble | None:
    kind = _kind(health, now)
    if kind is None:
        return None
    title = health.source.title or health.state.feed_title or health.source.name
    return Trouble(
        kind=kind,
        subject=health.source.name,
        title=" ".join(title.split()) or health.source.name,
        text=_text(kind, health, now, locale),
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


def _text(kind: TroubleKind, health: SourceHealth, now: datetime, locale: Locale) -> str:
    state = health.state
    match kind:
        case TroubleKind.SILENT:
            said = silence_in_words(health.silence(now) or timedelta(), state.usual_gap or timedelta(), locale)
            step = locale.gettext("If the site has news, run: aggregator poll %(source)s", source=health.source.name)
            return f"{said}. {step}"
        case TroubleKind.MOVED:
            if health.merged_into:
                return locale.gettext("it moved for good to the address of %(source)s", source=health.merged_into)
            return locale.gettext("it moved for good to %(address)s", address=state.moved_to)
        case TroubleKind.FAILING:
            reason = state.last_error or locale.gettext("no reason known")
            failed = locale.ngettext(
                "%(count)s check failed: %(reason)s",
                "%(count)s checks in a row failed: %(reason)s",
                state.failures,
                reason=reason,
            )
            if not state.last_success:
                return failed
            worked = locale.gettext("it last worked %(when)s", when=away_in_words(state.last_success - now, locale))
            return f"{failed}; {worked}"
        case _:
            return state.last_error or locale.gettext("it is not there any more")


def _undelivered(stop: Stop, locale: Locale) -> Trouble:
    endpoint = stop.endpoint
    return Trouble(
        kind=TroubleKind.UNDELIVERED,
        subject=f"{endpoint.digest}/{endpoint.key}",
        title=locale.gettext("%(digest)s to %(reader)s", digest=endpoint.digest, reader=endpoint.label),
        text=stop.reason,
    )
