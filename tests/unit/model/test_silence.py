"""When a source that answers well counts as silent: beyond its own habit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model import SourceHealth, SourceState, SourceStatus
from tests.builders import NOW, make_source

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def health(silence: timedelta, gaps: Sequence[timedelta], status: SourceStatus = SourceStatus.OK) -> SourceHealth:
    """A source that published its latest entry ``silence`` ago, and before it with these gaps, the newest first."""
    times = [NOW - silence]
    for gap in gaps:
        times.append(times[-1] - gap)
    usual = sorted(gaps)[len(gaps) // 2] if gaps else None
    state = SourceState(status=status, recent=tuple(times), usual_gap=usual)
    return SourceHealth(source=make_source("wire"), state=state, entries=len(times))


WORKDAYS = [DAY, DAY, DAY, DAY, 3 * DAY] * 6
BURSTS = [HOUR, HOUR, HOUR, HOUR, 14 * DAY] * 6
OUTAGE_ONCE = [*[DAY] * 20, 60 * DAY, *[DAY] * 20]


@pytest.mark.parametrize(
    ("gaps", "silence", "is_silent"),
    [
        ([DAY] * 20, 3.9 * DAY, False),
        ([DAY] * 20, 4.1 * DAY, True),
        ([HOUR] * 20, 2.9 * DAY, False),  # a long weekend of a busy desk
        ([HOUR] * 20, 3.1 * DAY, True),
        (WORKDAYS, 4.4 * DAY, False),  # Easter
        (WORKDAYS, 5 * DAY, True),
        (BURSTS, 20 * DAY, False),
        (BURSTS, 22 * DAY, True),
        (OUTAGE_ONCE, 5 * DAY, True),
        ([90 * DAY] * 5, 200 * DAY, False),
        ([], 400 * DAY, False),  # no habit is known
    ],
)
def test_a_source_is_silent_when_it_is_quiet_beyond_its_habit(
    gaps: Sequence[timedelta], silence: timedelta, is_silent: bool
) -> None:
    expected = SourceStatus.SILENT if is_silent else SourceStatus.OK

    assert health(silence, gaps).status_at(NOW) is expected


@pytest.mark.parametrize(("watched", "is_silent"), [(3.9 * DAY, False), (4.1 * DAY, True), (None, True)])
def test_a_new_source_is_watched_for_as_long_first(watched: timedelta | None, is_silent: bool) -> None:
    old = health(400 * DAY, [DAY] * 20)
    state = replace(old.state, watched_since=NOW - watched if watched else None)

    assert (replace(old, state=state).status_at(NOW) is SourceStatus.SILENT) == is_silent


@pytest.mark.parametrize("status", [each for each in SourceStatus if each is not SourceStatus.OK])
def test_what_is_worse_than_silence_is_said_in_its_place(status: SourceStatus) -> None:
    assert health(40 * DAY, [DAY] * 9, status).status_at(NOW) is status


def test_what_is_read_at_another_time_knows_of_no_silence() -> None:
    assert health(40 * DAY, [DAY] * 9).status_at(None) is SourceStatus.OK


def test_an_entry_of_the_future_is_no_silence_that_is_negative() -> None:
    assert health(-DAY, [DAY] * 9).silence(NOW) == timedelta()
