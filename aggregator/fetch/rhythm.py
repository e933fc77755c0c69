"""When a source will probably publish next, from when it published: how often, at which hours, days and minutes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, islice, pairwise
from math import ceil
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
_STEP_MINUTES = STEP // timedelta(minutes=1)
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
    per_step, patience_s = rhythm.rate(now) * _STEP_S, patience.total_seconds()
    unseen = waited_s = 0.0
    steps = 0
    for pull in islice(_pulls(rhythm, now), ceil(latest / STEP)):
        expected = per_step * pull
        waited_s += (unseen + expected / 2) * _STEP_S
        unseen += expected
        steps += 1
        if waited_s >= patience_s:
            break
    return min(steps * STEP, latest)


def steady_wait(usual_gap: timedelta, *, patience: timedelta) -> timedelta:
    """The same for a source of which only the usual gap is known: as if it published evenly, at any hour."""
    return timedelta(seconds=(2 * patience.total_seconds() * usual_gap.total_seconds()) ** 0.5)


def _events(published: Iterable[datetime]) -> Iterator[datetime]:
    last = None
    for moment in sorted(published, reverse=True):
        if last is None or last - moment > STEP:
            last = moment
            yield moment


def _pulls(rhythm: Rhythm, now: datetime) -> Iterator[float]:
    """Yield how much more or less than on average is published now, and a STEP later, and so on for ever.

    In minutes rather than datetimes, as it goes through half a day for each source that is asked.
    """
    hours, days, minutes = rhythm.hours, rhythm.days, rhythm.minutes
    for at in count((now.weekday() * 24 + now.hour) * 60 + now.minute, _STEP_MINUTES):
        of_day = hours[at // 30 % _HALF_HOURS] * days[at // 1440 % _WEEKDAYS]
        yield of_day * minutes[at // _STEP_MINUTES % _STEPS_PER_HOUR]


def _places(moment: datetime) -> tuple[int, int, int]:
    """Half hour of the day, day of the week, STEP of the hour; UTC."""
    minute_of_day = moment.hour * 60 + moment.minute
    return minute_of_day // 30, moment.weekday(), moment.minute // 5


def _relative(counts: list[float], doubt: int) -> tuple[float, ...]:
    total = sum(counts)
    return tuple((len(counts) * count + doubt) / (total + doubt) for count in counts)
