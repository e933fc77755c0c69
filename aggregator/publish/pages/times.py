"""Times in words, as pages show them. In English, whatever the process's locale is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.text.legal import rfc3339

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time for people, in full, and for machines."""

    words: str
    exact: str
    machine: str


def moment(when: datetime, *, zone: ZoneInfo, now: datetime | None) -> Moment:
    """Return a time as it lies from ``now``, in full when that is None."""
    in_full = exact(when, zone)
    return Moment(words=relative(when, now) if now else in_full, exact=in_full, machine=rfc3339(when))


def day_in_words(day: date) -> str:
    """Return a heading: ``Saturday 21 November 2026``."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def exact(when: datetime, zone: ZoneInfo) -> str:
    """Return a time on the site's clock: ``21 November 2026, 14:05``."""
    local = when.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


def in_words(span: timedelta) -> str:
    """Return a length of time in its largest unit, rounded down: ``3 hours``."""
    seconds = int(abs(span).total_seconds())
    size, unit = next((each for each in _UNITS if seconds >= each[0]), _UNITS[-1])
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"


def relative(when: datetime, now: datetime) -> str:
    """Return where a time lies from ``now``: ``3 hours ago``, ``in 20 minutes``; within a minute in words."""
    away = when - now
    if abs(away) < timedelta(minutes=1):
        return "in a moment" if away > timedelta() else "just now"
    return f"in {in_words(away)}" if away > timedelta() else f"{in_words(away)} ago"
