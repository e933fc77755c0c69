"""Days and times in words, on the site's clock or as they lie from now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aggregator.text.durations import away_in_words
from aggregator.text.locales import ENGLISH, Locale
from aggregator.text.tongues import primary

# For the operator, who reads English; pages and messages have them from Unicode's collection.
# CLDR has had a comma behind the weekday in some years, and none in others.
_OWN_FORMS: Final = {("en", "full"): "EEEE d MMMM y"}
_FIRST: Final = re.compile(r"\b1 ")

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time for people, in full, and for machines."""

    words: str
    exact: str
    machine: str


def moment(when: datetime, *, zone: ZoneInfo, now: datetime | None, locale: Locale) -> Moment:
    """Return a time as it lies from ``now``, in full when that is None."""
    in_full = time_in_words(when, zone, locale)
    return Moment(words=relative(when, now, locale) if now else in_full, exact=in_full, machine=rfc3339(when))


def day_in_words(day: date, locale: Locale) -> str:
    """Return a heading: ``Saturday 21 November 2026``, ``Samedi 21 novembre 2026``."""
    words = _date(day, "full", locale)
    return words[:1].upper() + words[1:]


def time_in_words(when: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Return a time on the site's clock, in full: ``21 November 2026, 14:05``."""
    return locale.gettext("%(date)s, %(time)s", date=date_in_words(when, zone, locale), time=clock_time(when, zone))


def time_seen_from(when: datetime, day: date, zone: ZoneInfo, locale: Locale) -> str:
    """Return a time as short as it is clear on a day: ``14:05``, ``21 Nov``, ``21 Nov 2025``."""
    local = when.astimezone(zone)
    if local.date() == day:
        return clock_time(when, zone)
    return _date(local.date(), "MMMd" if local.year == day.year else "yMMMd", locale)


def date_in_words(when: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """Return the day of a time on a clock: ``21 November 2026``."""
    return _date(when.astimezone(zone).date(), "long", locale)


def clock_time(when: datetime, zone: ZoneInfo) -> str:
    """Return a time of day as English, French and German write it: ``14:05``."""
    return f"{when.astimezone(zone):%H:%M}"


def relative(when: datetime, now: datetime, locale: Locale = ENGLISH) -> str:
    """Return where a time lies from ``now``: ``3 hours ago``, ``in 20 minutes``; within a minute in words."""
    away = when - now
    if abs(away) < timedelta(minutes=1):
        return locale.gettext("in a moment") if away > timedelta() else locale.gettext("just now")
    return away_in_words(away, locale)


def _date(day: date, form: str, locale: Locale) -> str:
    """Write a day in one of CLDR's lengths, or with its fields ("MMMd"); French has an ordinal for the first."""
    from babel.dates import format_date, format_skeleton

    if form in {"full", "long"}:
        words = format_date(day, _OWN_FORMS.get((locale.language, form), form), locale=locale.cldr)
    else:
        words = format_skeleton(form, datetime(day.year, day.month, day.day, tzinfo=UTC), locale=locale.cldr)
    return _FIRST.sub("1er ", words) if day.day == 1 and primary(locale.language) == "fr" else words


def rfc3339(when: datetime) -> str:
    """Return a time as Atom, JSON Feed and scripts want it, in UTC, to the second: ``2026-03-01T12:00:00Z``."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
