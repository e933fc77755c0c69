"""When a source will probably publish next, from when it published: how often, at which hours, days and minutes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

# What the last so many publications say counts; older habits don't.
REMEMBERED: Final = 30
# With fewer there is no rhythm to see.
ENOUGH: Final = 3
# Publications within one step are one event: what comes together is found together.
STEP: Final = timedelta(minutes=5)

# In a time as long as its silence a source is expected to publish this often at most: more would have been seen.
_SILENT_GAPS = 3
# How many imaginary, evenly spread publications are mixed in, so that few real ones don't look like a habit.
_DOUBT_HOURS, _DOUBT_DAYS, _DOUBT_MINUTES = 6, 6, 3
_STEP_S = STEP.total_seconds()
_HALF_HOURS, _WEEKDAYS, _STEPS_PER_HOUR = 48, 7, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How a source publishes. ``usual_gap`` is the median time between two publications.

    ``hours`` (by the half hour of a UTC day), ``days`` (of the week) and ``minutes`` (by STEP within the hour) say how
    much more or less than on average is published then; 1 is the average.
    """

    usual_gap: timedelta
    oldest: datetime
    newest: datetime
    count: int
    hours: tuple[float, ...]
    days: tuple[float, ...]
    minutes: tuple[float, ...]

    def rate(self, now: datetime) -> float:
        """Publications a second to expect, on average. A silence that is long for this source lowers it for good."""
        average = self.count / max(now - self.oldest, timedelta(hours=1)).total_seconds()
        return min(average, _SILENT_GAPS / max(now - self.newest, STEP).total_seconds())

    def pull(self, moment: datetime) -> float:
        """How much more or less than on average is published at ``moment``."""
        half_hour, day, minute = _places(moment)
        return self.hours[half_hour] * self.days[day] * self.minutes[minute]


def rhythm_of(published: Sequence[datetime], now: datetime) -> Rhythm | None:
    """Find the rhythm in publication times, newest first; None while there is too little to go by.

    Times after ``now`` are ignored. Days without a time (midnight UTC, mostly) say nothing of the hour.
    """
    events = list(_events(moment for moment in published if moment <= now))[:REMEMBERED]
    if len(events) < ENOUGH:
        return None
    gaps_s = [(later - earlier).total_seconds() for later, earlier in pairwise(events)]
    timed = [event for event in events if (event.hour, event.minute, event.second) != (0, 0, 0)]
    if 2 * len(timed) < len(events):
        timed = []
    hours, days, minutes = [0.0] * _HALF_HOURS, [0.0] * _WEEKDAYS, [0.0] * _STEPS_PER_HOUR
    for event in events:
        days[_places(event)[1]] += 1
    for event in timed:
        half_hour, _, minute = _places(event)
        minutes[minute] += 1
        # half of it where it was, the rest beside: nobody keeps to the half hour
        hours[half_hour] += 0.5
        hours[half_hour - 1] += 0.25
        hours[(half_hour + 1) % _HALF_HOURS] += 0.25
    return Rhythm(
        usual_gap=timedelta(seconds=median(gaps_s)),
        oldest=events[-1],
        newest=events[0],
        count=len(events),
        hours=_relative(hours, _DOUBT_HOURS),
        days=_relative(days, _DOUBT_DAYS),
        minutes=_relative(minutes, _DOUBT_MINUTES),
    )


def waiting_too_long_at(rhythm: Rhythm, now: datetime, *, patience: timedelta, latest: timedelta) -> timedelta:
    """How long from ``now`` until the entries expected since then have waited ``patience``, all their waits added up.

    At most ``latest``. Frequent sources are so asked more often, but less than in proportion: twice as many requests
    go to one that publishes four times as much, which makes the sum of all delays smallest.
    """
    per_step = rhythm.rate(now) * _STEP_S
    unseen = waited_s = 0.0
    elapsed = timedelta()
    while elapsed < latest:
        expected = per_step * rhythm.pull(now + elapsed)
        waited_s += (unseen + expected / 2) * _STEP_S
        unseen += expected
        elapsed += STEP
        if waited_s >= patience.total_seconds():
            break
    return min(elapsed, latest)


def steady_wait(usual_gap: timedelta, *, patience: timedelta) -> timedelta:
    """The same for a source of which only the usual gap is known: as if it published evenly, at any hour."""
    return timedelta(seconds=(2 * patience.total_seconds() * usual_gap.total_seconds()) ** 0.5)


def _events(published: Iterable[datetime]) -> Iterator[datetime]:
    last = None
    for moment in sorted(published, reverse=True):
        if last is None or last - moment > STEP:
            last = moment
            yield moment


def _places(moment: datetime) -> tuple[int, int, int]:
    """Half hour of the day, day of the week, STEP of the hour; UTC."""
    minute_of_day = moment.hour * 60 + moment.minute
    return minute_of_day // 30, moment.weekday(), moment.minute // 5


def _relative(counts: list[float], doubt: int) -> tuple[float, ...]:
    total = sum(counts)
    return tuple((len(counts) * count + doubt) / (total + doubt) for count in counts)
