"""Durations: ``15m`` as the configuration has them, "20 minutes" as people say them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from aggregator.text.locales import ENGLISH, Locale, Plural, plural

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
# The units in words.
_IN_WORDS = {
    **dict.fromkeys(("second", "seconds", "sec"), 1),
    **dict.fromkeys(("minute", "minutes", "min"), 60),
    **dict.fromkeys(("hour", "hours", "hr"), 3_600),
    **dict.fromkeys(("day", "days"), 86_400),
    **dict.fromkeys(("w", "week", "weeks"), 604_800),
}
_EACH = {"hourly": "1h", "daily": "1d", "weekly": "7d"}
_WORDS_PATTERN = "|".join(_IN_WORDS)
_MILLISECONDS = {"ms": 0.001}

# The same rules for editors, in the JSON Schema (ECMA 262).
DURATION_PATTERN = rf"^\s*(0*[1-9][0-9]*\s*([smhd]|{_WORDS_PATTERN})|{'|'.join(_EACH)})\s*$"
SHORT_DURATION_PATTERN = rf"^\s*0*[1-9][0-9]*\s*(ms|[smhd]|{_WORDS_PATTERN})\s*$"

_NUMBER_AND_UNIT = re.compile(r"\s*([0-9]+)\s*([A-Za-z]+)\s*")
_LONGEST = timedelta(days=36_500)  # a hundred years: any moment less that is still a datetime

_UNITS = (("day", 24, 86_400), ("hour", 60, 3_600), ("minute", 60, 60))


def parse_duration(text: str) -> timedelta:
    """Read "90s", "15m", "2h", "7d", or with the unit in words: "2 hours", "daily".

    Raises ValueError, in words, for anything else, for none and for over 36500d.
    """
    text = _EACH.get(text.strip(), text)
    return _duration(text, _SECONDS | _IN_WORDS, "15m or 2h", "s, m, h or d")


def parse_short_duration(text: str) -> timedelta:
    """Read what ``parse_duration`` reads, and "500ms"."""
    return _duration(text, _SECONDS | _IN_WORDS | _MILLISECONDS, "500ms or 2s", "ms, s, m, h or d")


def _duration(text: str, units: Mapping[str, float], example: str, all_units: str) -> timedelta:
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if match is None or match[2] not in units:
        unit = f" (add a unit: {all_units})" if text.strip().isdecimal() else ""
        raise ValueError(f"expected a duration such as {example}{unit}")
    # what is longer than this many digits is too long in any unit; int() need not look at all of it
    if len(match[1].lstrip("0")) > 10:
        raise ValueError(f"expected a duration of at most {format_duration(_LONGEST)}")
    seconds = int(match[1]) * units[match[2]]
    if seconds == 0:
        raise ValueError("expected a duration of more than nothing")
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"expected a duration of at most {format_duration(_LONGEST)}")
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """Write a duration as the configuration has it, exact to the second: 90 minutes are "90m".

    Less than a second is written in milliseconds.
    """
    if timedelta() < duration < timedelta(seconds=1):
        return f"{round(duration / timedelta(milliseconds=1))}ms"
    seconds = round(duration.total_seconds())
    unit = next((unit for unit in "dhm" if seconds and seconds % _SECONDS[unit] == 0), "s")
    return f"{seconds // _SECONDS[unit]}{unit}"


# Each unit in words: a length, a time that is over, a time to come.
_LENGTHS: Final[Mapping[str, Plural]] = {
    "day": plural("%(count)s day", "%(count)s days"),
    "hour": plural("%(count)s hour", "%(count)s hours"),
    "minute": plural("%(count)s minute", "%(count)s minutes"),
    "second": plural("%(count)s second", "%(count)s seconds"),
}
_AGO: Final[Mapping[str, Plural]] = {
    "day": plural("%(count)s day ago", "%(count)s days ago"),
    "hour": plural("%(count)s hour ago", "%(count)s hours ago"),
    "minute": plural("%(count)s minute ago", "%(count)s minutes ago"),
    "second": plural("%(count)s second ago", "%(count)s seconds ago"),
}
_TO_COME: Final[Mapping[str, Plural]] = {
    "day": plural("in %(count)s day", "in %(count)s days"),
    "hour": plural("in %(count)s hour", "in %(count)s hours"),
    "minute": plural("in %(count)s minute", "in %(count)s minutes"),
    "second": plural("in %(count)s second", "in %(count)s seconds"),
}
# What stands behind "usually", of a source that publishes so often.
_EACH_TIME: Final[Mapping[str, Plural]] = {
    "day": plural("every day", "every %(count)s days"),
    "hour": plural("every hour", "every %(count)s hours"),
    "minute": plural("every minute", "every %(count)s minutes"),
    "second": plural("every second", "every %(count)s seconds"),
}


def duration_in_words(duration: timedelta, locale: Locale = ENGLISH) -> str:
    """Say a length of time, rounded, in the largest unit of which there are two, or exactly one: "90 minutes".

    26 hours are "26 hours" and 24 are "1 day"; its sign doesn't matter.
    """
    return _said(_LENGTHS, duration, locale)


def interval_in_words(duration: timedelta, locale: Locale = ENGLISH) -> str:
    """Say how often something happens, as ``duration_in_words`` counts: "every day", "every 90 minutes"."""
    return _said(_EACH_TIME, duration, locale)


def away_in_words(away: timedelta, locale: Locale = ENGLISH) -> str:
    """Say how far a moment is from now, as ``duration_in_words`` counts: "3 hours ago", "in 20 minutes"."""
    return _said(_TO_COME if away > timedelta() else _AGO, away, locale)


def _said(words: Mapping[str, Plural], duration: timedelta, locale: Locale) -> str:
    count, unit = _counted(duration)
    return locale.ngettext(*words[unit], count)


def _counted(duration: timedelta) -> tuple[int, str]:
    seconds = abs(duration.total_seconds())
    for unit, smaller, size in _UNITS:
        if seconds >= 2 * size:
            return round(seconds / size), unit
        if round(seconds / size * smaller) == smaller:
            return 1, unit
    return round(seconds), "second"


def silence_in_words(silence: timedelta, usual_gap: timedelta, locale: Locale = ENGLISH) -> str:
    """Say that a source is quiet beyond its habit."""
    return locale.gettext(
        "nothing new for %(silence)s; usually it publishes %(interval)s",
        silence=duration_in_words(silence, locale),
        interval=interval_in_words(usual_gap, locale),
    )


def response_time_in_words(duration: timedelta, locale: Locale) -> str:
    """Say how long a server took: "140 ms", "2.4 s"."""
    seconds = duration.total_seconds()
    return f"{locale.number(round(seconds * 1000))} ms" if seconds < 1 else f"{locale.number(round(seconds, 1))} s"
