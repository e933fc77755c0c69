"""Days and times in words, on the site's clock or as they lie from now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.text.durations import duration_in_words

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time for people, in full, and for machines."""

    words: str
    exact: str
    machine: str


def moment(when: datetime, *, zone: ZoneInfo, now: datetime | None) -> Moment:
    """Return a time as it lies from ``now``, in full when that is None."""
    in_full = time_in_words(when, zone)
    return Moment(words=relative(when, now) if now else in_full, exact=in_full, machine=rfc3339(when))


def day_in_words(day: date) -> str:
    """Return a heading: ``Saturday 21 November 2026``."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def time_in_words(when: datetime, zone: ZoneInfo) -> str:
    """Return a time on the site's clock, in full: ``21 November 2026, 14:05``."""
    local = when.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


def time_seen_from(when: datetime, day: date, zone: ZoneInfo) -> str:
    """Return a time as short as it is clear on a day: ``14:05``, ``21 Nov``, ``21 Nov 2025``."""
    local = when.astimezone(zone)
    if local.date() == day:
        return f"{local:%H:%M}"
    year = "" if local.year == day.year else f" {local.year}"
    return f"{local.day} {_MONTHS[local.month - 1][:3]}{year}"


def date_in_words(when: datetime, zone: ZoneInfo) -> str:
    """Return the day of a time on a clock: ``21 November 2026``."""
    local = when.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def relative(when: datetime, now: datetime) -> str:
    """Return where a time lies from ``now``: ``3 hours ago``, ``in 20 minutes``; within a minute in words."""
    away = when - now
    if abs(away) < timedelta(minutes=1):
        return "in a moment" if away > timedelta() else "just now"
    return f"in {duration_in_words(away)}" if away > timedelta() else f"{duration_in_words(away)} ago"


def rfc3339(when: datetime) -> str:
    """Return a time as Atom, JSON Feed and scripts want it, in UTC, to the second: ``2026-03-01T12:00:00Z``."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
