"""A day without a time: what is written is kept apart from a moment until it is known on whose clock it is meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

# The zone of what is no moment yet: midnight in it is a day. Its offset is that of UTC, so that both compare.
DAY: Final = timezone(timedelta(), "day")

# A day is kept as noon on the clock of its source: so it is the same day within eleven hours east and west of there.
_NOON: Final = 12


def is_day(moment: datetime | None) -> bool:
    """Whether this is a day without a time. A copy of DAY is as good: it may come from another process."""
    return moment is not None and moment.tzname() == DAY.tzname(None)


def settled(day: datetime, now: datetime, zone: tzinfo) -> datetime:
    """Return the moment that stands for a day: noon in the zone, but ``now`` when it is that day there, or later."""
    if (day.year, day.month, day.day) >= now.astimezone(zone).timetuple()[:3]:
        return now
    return datetime(day.year, day.month, day.day, _NOON, tzinfo=zone).astimezone(UTC)
