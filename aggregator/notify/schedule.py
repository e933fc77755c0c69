"""When a digest is due: the times of its schedule on the site's clock, each of them once in spite of clock changes.

A schedule says times of day. On the night when clocks go forward, one that does not exist comes as long after midnight
as it says; on the night when they go back, one that comes twice counts the first time. A crontab line with ``*`` for
the hour means "every so many minutes" and goes by elapsed time, as in Vixie's cron.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aggregator.config import DigestConfig
from aggregator.model.issues import DigestState
from aggregator.notify.endpoints import targets_of
from aggregator.text.durations import parse_duration

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

_DAY = timedelta(days=1)

# How far back the last time of a crontab line is looked for: 29 February may be eight years ago.
_LOOK_BACK = (timedelta(hours=3), timedelta(days=2), timedelta(days=32), timedelta(days=367), timedelta(days=8 * 366))
_CLOCK_CHANGE = timedelta(hours=3)

# A new digest that sends at once has no period to reach back for.
_NO_PERIOD = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a digest is due. ``every`` is a duration from ``set_up_at`` on, ``cron`` a crontab line; else ``is_now``."""

    zone: ZoneInfo
    every: timedelta | None = None
    cron: str | None = None
    is_now: bool = False

    def latest(self, now: datetime, *, set_up_at: datetime) -> datetime | None:
        """Return the last time of the schedule up to ``now``; None when there was none."""
        if self.every is not None:
            count = (now - set_up_at) // self.every
            return set_up_at + count * self.every if count >= 1 else None
        if self.cron is None:
            return None
        for look_back in _LOOK_BACK:
            found = [each for each in self._times(now - look_back, now) if each <= now]
            if found:
                return max(found)
        return None

    def next(self, now: datetime, *, set_up_at: datetime) -> datetime | None:
        """Return the first time of the schedule after ``now``; None when there is none."""
        if self.every is not None:
            return set_up_at + max((now - set_up_at) // self.every + 1, 1) * self.every
        if self.cron is None:
            return None
        for look_ahead in _LOOK_BACK:
            found = [each for each in self._times(now - _CLOCK_CHANGE, now + look_ahead) if each > now]
            if found:
                return min(found)
        return None

    def period(self, now: datetime) -> timedelta:
        """Return the time between two issues, as far as the schedule tells."""
        if self.every is not None or self.cron is None:
            return self.every or _NO_PERIOD
        upcoming = self.next(now, set_up_at=now)
        after = self.next(upcoming, set_up_at=now) if upcoming else None
        return after - upcoming if upcoming and after else _DAY

    def _times(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """Yield the times of the crontab line in a span, and some around it."""
        for line in _either_day(self.cron or ""):
            yield from self._times_of(line, since, until)

    def _times_of(self, line: str, since: datetime, until: datetime) -> Iterator[datetime]:
        trigger = _trigger(line)
        is_hourly = line.split()[1].startswith("*")
        # the trigger counts on a clock that never changes; it is told the site's wall clock
        wall = _wall(since, self.zone) - _CLOCK_CHANGE
        end = _wall(until, self.zone) + _CLOCK_CHANGE
        while True:
            found = trigger.get_next_fire_time(None, wall)
            if found is None or found > end:
                return
            yield from _moments(found.replace(tzinfo=None), self.zone, is_hourly=is_hourly)
            wall = found + timedelta(seconds=1)


def schedule_of(digest: DigestConfig, zone: ZoneInfo) -> Schedule:
    """Return the schedule of a digest, whose words the configuration has checked."""
    if digest.cron is not None:
        return Schedule(zone=zone, cron=digest.cron)
    every = digest.every or "now"
    if every == "now":
        return Schedule(zone=zone, is_now=True)
    at = re.fullmatch(r"(?:day|week on (\w+)) at (\d+):(\d+)", every)
    if at is None:
        return Schedule(zone=zone, every=parse_duration(every))
    clock = time(int(at[2]), int(at[3]))
    weekday = at[1][:3] if at[1] else "*"
    return Schedule(zone=zone, cron=f"{clock.minute} {clock.hour} * * {weekday}")


def beginning(digest: DigestConfig, zone: ZoneInfo, now: datetime) -> DigestState:
    """Return how a digest begins that is set up now: it reaches back one period, and no further.

    What the archive has from before is not news. It is due at the next time of its schedule.
    """
    schedule = schedule_of(digest, zone)
    begins_at = now - schedule.period(now)
    return DigestState(
        name=digest.name,
        set_up_at=now,
        begins_at=begins_at,
        considered_until=begins_at,
        last_slot=schedule.latest(now, set_up_at=now),
        last_number=0,
        recipients=tuple(targets_of(digest)),
    )


def _either_day(line: str) -> tuple[str, ...]:
    """Return the lines whose times together are those of a line: with both days restricted either will do (crontab(5)).

    APScheduler, like the fields of a date, wants both (its issue 381).
    """
    minute, hour, day, month, weekday = line.split()
    if day.startswith("*") or weekday.startswith("*"):
        return (line,)
    return f"{minute} {hour} {day} {month} *", f"{minute} {hour} * {month} {weekday}"


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=UTC)


def _moments(wall: datetime, zone: ZoneInfo, *, is_hourly: bool) -> Iterator[datetime]:
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if not is_hourly:
        yield first
        return
    exists = first.astimezone(zone).replace(tzinfo=None) == wall
    if exists:
        yield first
        second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
        if second != first:
            yield second


@lru_cache(maxsize=64)
def _trigger(line: str) -> CronTrigger:
    from apscheduler.triggers.cron import CronTrigger

    return CronTrigger.from_crontab(line, timezone=UTC)
