"""What the pages of sources show: who needs attention first, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.errors import ErrorKind
from aggregator.model import SourceHealth, SourceKind, SourceState, SourceStatus
from aggregator.publish.pages.advice import next_step
from aggregator.publish.pages.charts import Bars, bars
from aggregator.publish.pages.choices import color_of, monogram
from aggregator.publish.parts import source_title
from aggregator.text.durations import away_in_words, interval_in_words, response_time_in_words, silence_in_words
from aggregator.text.hidden_keys import source_address
from aggregator.text.legal import legal, web_address
from aggregator.text.locales import Locale
from aggregator.text.moments import Moment, moment
from aggregator.text.one_line import one_line
from aggregator.text.states import state_in_words
from aggregator.text.tongues import primary

_NEEDS_ATTENTION: Final = (SourceStatus.GONE, SourceStatus.MOVED, SourceStatus.CHANGED, SourceStatus.FAILING)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source in words; None is what isn't known yet.

    ``letter`` and ``color`` are its icon's. ``silence`` is how long ago its latest entry was published, ``is_silent``
    when that is beyond its habit. ``activity`` has its entries of the last days, day by day.
    """

    name: str
    title: str
    letter: str
    color: int
    url: str | None
    address: str
    kind: str
    kind_words: str
    status: str
    needs_attention: bool
    moved_to: str | None
    last_success: Moment | None
    next_check: Moment | None
    next_check_reason: str
    failures: int
    last_error: str | None
    next_step: str | None
    entries: int
    usual_gap: str | None
    silence: str | None
    silence_words: str | None
    is_silent: bool
    activity: Bars | None
    validators: str | None
    response: str | None


def arrange_sources(
    sources: Sequence[SourceHealth],
    *,
    zone: ZoneInfo,
    now: datetime | None,
    locale: Locale,
    activity: Mapping[str, Sequence[int]] | None = None,
) -> tuple[SourceRow, ...]:
    """Return the sources in words: what needs attention on top, then who is silent, then by title.

    ``activity`` has how many entries came from each source on each of the last days, oldest first. ``now`` None is for
    pages that are read later than they are made.
    """
    rows = [source_row(health, zone=zone, now=now, locale=locale, activity=activity) for health in sources]
    return tuple(
        sorted(
            rows,
            key=lambda row: (_rank(SourceStatus(row.status)), not row.is_silent, row.title.casefold(), row.name),
        )
    )


def _rank(status: SourceStatus) -> int:
    return _NEEDS_ATTENTION.index(status) if status in _NEEDS_ATTENTION else len(_NEEDS_ATTENTION)


def source_row(
    health: SourceHealth,
    *,
    zone: ZoneInfo,
    now: datetime | None,
    locale: Locale,
    activity: Mapping[str, Sequence[int]] | None = None,
) -> SourceRow:
    """Return one source in words, as ``arrange_sources`` does."""
    source, state = health.source, health.state
    moved_to = source_address(state.moved_to)
    title = source_title(health)
    silence = health.silence(now) if now else None
    status = health.status_at(now)
    counts = None if activity is None else activity.get(source.name, ())
    return SourceRow(
        name=source.name,
        title=title,
        letter=monogram(title),
        color=color_of(source.name),
        url=web_address(state.site_url) or moved_to or source_address(source.url),
        address=source_address(source.url) or "",
        kind=health.source.kind.value,
        kind_words=_kind(health, locale),
        status=status.value,
        needs_attention=status in _NEEDS_ATTENTION,
        moved_to=moved_to,
        last_success=moment(state.last_success, zone=zone, now=now, locale=locale) if state.last_success else None,
        next_check=_next_check(health, zone=zone, now=now, locale=locale),
        # it was written in English, for the operator, when it was decided
        next_check_reason=one_line(state.next_check_reason) if primary(locale.language) == "en" else "",
        failures=state.failures,
        last_error=legal(_error(state)) if state.last_error else None,
        next_step=next_step(health, zone=zone, now=now, locale=locale),
        entries=health.entries,
        usual_gap=interval_in_words(state.usual_gap, locale) if state.usual_gap else None,
        silence=away_in_words(-silence, locale) if silence is not None else None,
        silence_words=_quiet(silence, state.usual_gap, locale) if silence is not None and state.usual_gap else None,
        is_silent=status is SourceStatus.SILENT,
        activity=None if counts is None else _activity(counts, locale),
        validators=_validators(health, locale),
        response=response_time_in_words(health.response_time, locale) if health.response_time else None,
    )


def _next_check(health: SourceHealth, *, zone: ZoneInfo, now: datetime | None, locale: Locale) -> Moment | None:
    """Return when a source is asked next; a time that is over means that it waits for a worker."""
    at = health.state.next_check
    if at is None or health.merged_into is not None:
        return None
    found = moment(at, zone=zone, now=now, locale=locale)
    return replace(found, words=locale.gettext("due now")) if now is not None and at <= now else found


def _error(state: SourceState) -> str:
    """Return what is wrong. Everybody sees this page: who confirms a subscription is the operator's to say."""
    error = state.last_error or ""
    return error.rpartition(": open ")[0] if state.last_error_kind is ErrorKind.UNCONFIRMED else error


def _quiet(silence: timedelta, usual_gap: timedelta, locale: Locale) -> str:
    words = silence_in_words(silence, usual_gap, locale)
    return words[:1].upper() + words[1:]


def _kind(health: SourceHealth, locale: Locale) -> str:
    """Return what the source is read as; of one that was to be found out, what it turned out to be."""
    found = health.state.read_as if health.source.kind is SourceKind.AUTO else None
    kind = state_in_words(health.source.kind, locale)
    if not found:
        return kind
    address = source_address(health.state.found_at)
    why = f" ({health.state.read_because})" if health.state.listed and health.state.read_because else ""
    return f"{kind}: {state_in_words(found, locale)}{f', {address}' if address else ''}{why}"


def _activity(counts: Sequence[int], locale: Locale) -> Bars:
    total = sum(counts)
    return bars(
        counts,
        label=locale.ngettext(
            "%(count)s entry in %(days)s days", "%(count)s entries in %(days)s days", total, days=len(counts)
        ),
    )


def _validators(health: SourceHealth, locale: Locale) -> str | None:
    """Return what the server gives us to ask with whether anything changed; None before the first answer."""
    if health.state.last_success is None:
        return None
    given = health.state.validators
    names = [("ETag", given.etag), ("Last-Modified", given.last_modified)] if given else []
    return ", ".join(name for name, value in names if value) or locale.gettext("none: every poll takes all of it")
