"""When a feed itself asks to be left alone: ttl, the syndication module, skipHours and skipDays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from aggregator.parse.fields import whole_number

MAX_WAIT = timedelta(days=7)

_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_SKIP_HOURS = re.compile(r"<skipHours>(.{0,2000}?)</skipHours>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(r"<hour>\s*([0-9]{1,2})\s*</hour>", re.IGNORECASE)
_SKIP_DAYS = re.compile(r"<skipDays>(.{0,2000}?)</skipDays>", re.IGNORECASE | re.DOTALL)
_DAY = re.compile(r"<day>\s*([a-z]+day)\s*</day>", re.IGNORECASE)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HEAD_CHARS = 20_000  # they stand before the items in all but odd feeds


def wished_wait(said: Mapping[str, str]) -> timedelta | None:
    """Return the longest of the waits that an RSS or RDF channel asks for, at most MAX_WAIT; None when it asks none.

    ``ttl`` is in minutes (RSS 2.0); updatePeriod and updateFrequency are those of the syndication module
    (https://web.resource.org/rss/1.0/modules/syndication/).
    """
    waits = (_ttl(said), _update_period(said))
    longest = max((wait for wait in waits if wait), default=None)
    return min(longest, MAX_WAIT) if longest else None


def _ttl(said: Mapping[str, str]) -> timedelta | None:
    minutes = whole_number(said.get("ttl"))
    return timedelta(minutes=min(minutes, 1_000_000)) if minutes else None


def _update_period(said: Mapping[str, str]) -> timedelta | None:
    period = _PERIODS.get(said.get("period", "").lower())
    return period / min(whole_number(said.get("frequency")) or 1, 1_000_000) if period else None


def skipped_hours(document: str) -> tuple[int, ...]:
    """Return the hours of skipHours, 0 to 23, in order. RSS 0.91 called midnight 24."""
    found = _SKIP_HOURS.search(document[:_HEAD_CHARS])
    hours = (int(hour) for hour in _HOUR.findall(found[1])) if found else ()
    return tuple(sorted({hour % 24 for hour in hours if hour <= 24}))


def skipped_days(document: str) -> tuple[int, ...]:
    """Return the days of skipDays, 0 for Monday to 6, in order."""
    found = _SKIP_DAYS.search(document[:_HEAD_CHARS])
    names = (name.lower() for name in _DAY.findall(found[1])) if found else ()
    return tuple(sorted({_DAYS.index(name) for name in names if name in _DAYS}))
