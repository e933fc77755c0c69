"""How long a feed itself asks to be left alone: ttl, skipHours, the syndication module."""

from __future__ import annotations

import re
from datetime import timedelta

from aggregator.parse.fields import Fields, string, whole_number

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
_HEAD_CHARS = 20_000  # skipHours stands before the items in all but odd feeds


def wished_wait(channel: Fields, document: str) -> timedelta | None:
    """Return the longest of the waits that an RSS or RDF channel asks for, at most MAX_WAIT; None when it asks none.

    ``ttl`` is in minutes (RSS 2.0); updatePeriod and updateFrequency are those of the syndication module
    (https://web.resource.org/rss/1.0/modules/syndication/). skipHours names the hours of the day to stay away; the
    rest are shared out over the day: 23 hours to skip mean once a day.
    """
    waits = (_ttl(channel), _update_period(channel), _skip_hours(document))
    longest = max((wait for wait in waits if wait), default=None)
    return min(longest, MAX_WAIT) if longest else None


def _ttl(channel: Fields) -> timedelta | None:
    minutes = whole_number(channel.get("ttl"))
    return min(timedelta(minutes=min(minutes, 1_000_000)), MAX_WAIT) if minutes else None


def _update_period(channel: Fields) -> timedelta | None:
    period = _PERIODS.get((string(channel.get("sy_updateperiod")) or "").lower())
    return period / min(whole_number(channel.get("sy_updatefrequency")) or 1, 1_000_000) if period else None


def _skip_hours(document: str) -> timedelta | None:
    found = _SKIP_HOURS.search(document[:_HEAD_CHARS])
    skipped = {int(hour) % 24 for hour in _HOUR.findall(found[1])} if found else set()
    return timedelta(hours=24) / (24 - len(skipped)) if 0 < len(skipped) < 24 else None
