"""What the page of sources shows: who needs attention first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.model import SourceHealth, SourceStatus
from aggregator.publish.parts import source_title
from aggregator.publish.text import legal, one_line, rfc3339, web_address
from aggregator.publish.times import exact, in_words, relative

_NEEDS_ATTENTION = (SourceStatus.FAILING, SourceStatus.GONE, SourceStatus.CHANGED, SourceStatus.MOVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time for people, in full, and for machines."""

    words: str
    exact: str
    machine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source in words; None is what isn't known yet."""

    name: str
    title: str
    url: str | None
    status: str
    needs_attention: bool
    moved_to: str | None
    last_success: Moment | None
    next_check: Moment | None
    next_check_reason: str
    failures: int
    last_error: str | None
    entries: int
    usual_gap: str | None


def arrange_sources(sources: Sequence[SourceHealth], *, zone: ZoneInfo, now: datetime) -> tuple[SourceRow, ...]:
    """Return the sources in words: what needs attention on top, then by title."""
    rows = [_row(health, zone=zone, now=now) for health in sources]
    return tuple(sorted(rows, key=lambda row: (_rank(SourceStatus(row.status)), row.title.casefold(), row.name)))


def _rank(status: SourceStatus) -> int:
    return _NEEDS_ATTENTION.index(status) if status in _NEEDS_ATTENTION else len(_NEEDS_ATTENTION)


def _row(health: SourceHealth, *, zone: ZoneInfo, now: datetime) -> SourceRow:
    source, state = health.source, health.state
    moved_to = web_address(state.moved_to)
    return SourceRow(
        name=source.name,
        title=source_title(health),
        url=web_address(state.site_url) or moved_to or web_address(source.url),
        status=state.status.value,
        needs_attention=state.status in _NEEDS_ATTENTION,
        moved_to=moved_to,
        last_success=_moment(state.last_success, zone=zone, now=now),
        next_check=_moment(state.next_check, zone=zone, now=now),
        next_check_reason=one_line(state.next_check_reason),
        failures=state.failures,
        last_error=legal(state.last_error) if state.last_error else None,
        entries=health.entries,
        usual_gap=in_words(state.usual_gap) if state.usual_gap else None,
    )


def _moment(when: datetime | None, *, zone: ZoneInfo, now: datetime) -> Moment | None:
    if when is None:
        return None
    return Moment(words=relative(when, now), exact=exact(when, zone), machine=rfc3339(when))
