"""When a digest is due, in words (``week on monday at 08:00``) or as a crontab line."""

from __future__ import annotations

import re

from aggregator.text.durations import format_duration, parse_duration

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAY_NAMES = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_CLOCK = r"([01]?[0-9]|2[0-3]):[0-5][0-9]"
_IN_WORDS = re.compile(rf"now|day at {_CLOCK}|week on ({_DAY_NAMES}) at {_CLOCK}")
# What is understood as well. Without a time it is early enough to be read with the first coffee.
_USUAL_TIME = {"day": "07:30", "week": "08:00"}
_DAILY = re.compile(rf"(?:(?:every )?day|daily)(?: at (?P<clock>{_CLOCK}|[01]?[0-9]|2[0-3]))?")
_WEEKLY = re.compile(
    rf"(?:(?:every )?week|weekly|every)?(?: ?(?:on )?(?P<day>{_DAY_NAMES}|sun|mon|tue|wed|thu|fri|sat)s?)?"
    rf"(?: at (?P<clock>{_CLOCK}|[01]?[0-9]|2[0-3]))?"
)
# The same for editors, in the JSON Schema.
EVERY_PATTERN = (
    r"^\s*([Nn]ow|([Ee]very )?[Dd]ay.*|[Dd]aily.*|([Ee]very )?[Ww]eek.*|"
    r"([Ee]very )?([Oo]n )?([Mm]on|[Tt]ue|[Ww]ed|[Tt]hu|[Ff]ri|[Ss]at|[Ss]un).*|[Hh]ourly|0*[1-9][0-9]*\s*[a-z]+)\s*$"
)
_DAY_RANGE = re.compile(r"(?P<first>\w+)(?:-(?P<last>\w+)(?:/(?P<step>[1-7]))?)?")
_WEEKDAYS_EXPECTED = "expected weekdays such as 1-5 or mon,thu in the fifth field"


def parse_every(text: str) -> str:
    """Return "now", "day at 07:30", "week on monday at 08:00" or a duration, in lower case with single spaces.

    Takes "daily", "weekly on friday at 9", "monday at 8:00" and the like for what they mean. Raises ValueError, in
    words, for anything else.
    """
    every = " ".join(text.lower().split())
    if _IN_WORDS.fullmatch(every):
        return every
    if every == "hourly":
        return "1h"
    if daily := _DAILY.fullmatch(every):
        return f"day at {_clock(daily['clock'], 'day')}"
    if every not in {"", "every"} and (weekly := _WEEKLY.fullmatch(every)):
        day = next((name for name in _DAY_NAMES.split("|") if name.startswith(weekly["day"] or "monday")), "monday")
        return f"week on {day} at {_clock(weekly['clock'], 'week')}"
    try:
        return format_duration(parse_duration(every))
    except ValueError:
        raise ValueError("expected now, day at 07:30, week on monday at 08:00 or a duration such as 2h") from None


def _clock(given: str | None, period: str) -> str:
    clock = given or _USUAL_TIME[period]
    return clock if ":" in clock else f"{int(clock):02}:00"


def parse_cron(text: str) -> str:
    """Return a crontab line with its weekdays as a list of names: "30 7 * * 1-5" → "30 7 * * mon,tue,wed,thu,fri".

    In a crontab 0 and 7 are Sunday; APScheduler counts from Monday (its issue 286) and refuses sun-thu. A list
    of names means the same to both. Raises ValueError, in words.
    """
    from apscheduler.triggers.cron import CronTrigger

    fields = text.split()
    if len(fields) != 5:
        raise ValueError("expected five fields (minute, hour, day, month, weekday) such as 30 7 * * 1-5")
    line = " ".join((*fields[:4], _weekdays(fields[4].lower())))
    try:
        CronTrigger.from_crontab(line, timezone="UTC")
    except (ValueError, OverflowError):
        raise ValueError("expected minute, hour, day, month and weekday such as 30 7 * * 1-5") from None
    return line


def _weekdays(field: str) -> str:
    if field == "*":
        return field
    days: set[int] = set()
    for part in field.split(","):
        match = _DAY_RANGE.fullmatch(f"0-6{part[1:]}" if part.startswith("*/") else part)
        if match is None:
            raise ValueError(_WEEKDAYS_EXPECTED)
        first = _weekday(match["first"])
        last = _weekday(match["last"]) if match["last"] else first
        last += 7 * (last < first)  # fri-mon
        days.update(day % 7 for day in range(first, last + 1, int(match["step"] or 1)))
    return ",".join(name for day, name in enumerate(_DAYS) if day in days)


def _weekday(text: str) -> int:
    """Return 0 for Sunday to 6 for Saturday, and 7 for a Sunday that ends a range."""
    if text in _DAYS:
        return _DAYS.index(text)
    if text in set("01234567"):
        return int(text)
    raise ValueError(_WEEKDAYS_EXPECTED)
