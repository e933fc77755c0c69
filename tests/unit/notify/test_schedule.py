"""The times of a schedule, on the site's clock, over clock changes too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.notify import Schedule, beginning, schedule_of
from tests.unit.notify.samples import make_digest

ZONE = ZoneInfo("Europe/Luxembourg")
SPRING, AUTUMN = (2026, 3, 29), (2026, 10, 25)  # clocks change at 01:00 UTC


def schedule(**values: str) -> Schedule:
    return schedule_of(make_digest(**{"every": None, **values}), ZONE)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def slots(made: Schedule, begin: datetime, end: datetime) -> list[str]:
    """Return the times of a schedule that a clock in steps of five minutes comes upon, in UTC."""
    found: list[datetime] = []
    now = begin
    while now <= end:
        slot = made.latest(now, set_up_at=begin)
        if slot is not None and slot >= begin and (not found or slot > found[-1]):
            found.append(slot)
        now += timedelta(minutes=5)
    return [f"{each:%d %H:%M}" for each in found]


@pytest.mark.parametrize(
    ("every", "now", "latest"),
    [
        ("day at 07:30", utc(2026, 1, 15, 6, 30), utc(2026, 1, 15, 6, 30)),
        ("day at 07:30", utc(2026, 1, 15, 6, 29, 59), utc(2026, 1, 14, 6, 30)),
        ("day at 07:30", utc(2026, 7, 15, 5, 30), utc(2026, 7, 15, 5, 30)),
        ("week on monday at 08:00", utc(2026, 3, 1, 12), utc(2026, 2, 23, 7)),
        ("week on monday at 08:00", utc(2026, 3, 2, 7), utc(2026, 3, 2, 7)),
        ("week on sunday at 00:00", utc(2026, 3, 2, 7), utc(2026, 2, 28, 23)),
    ],
)
def test_the_last_time_is_on_the_sites_clock(every: str, now: datetime, latest: datetime) -> None:
    assert schedule(every=every).latest(now, set_up_at=now) == latest


@pytest.mark.parametrize(
    ("line", "now", "latest"),
    [
        ("30 7 * * 1-5", utc(2026, 3, 1, 12), utc(2026, 2, 27, 6, 30)),  # Sunday: Friday's
        ("*/10 * * * *", utc(2026, 3, 1, 12, 19), utc(2026, 3, 1, 12, 10)),
        ("0 0 29 2 *", utc(2027, 3, 1, 12), utc(2024, 2, 28, 23)),
    ],
)
def test_the_last_time_of_a_crontab_line(line: str, now: datetime, latest: datetime) -> None:
    assert schedule(cron=line).latest(now, set_up_at=now) == latest


def test_a_time_that_does_not_exist_in_spring_comes_once() -> None:
    made = schedule(every="day at 02:30")

    assert slots(made, utc(2026, 3, 27, 12), utc(2026, 3, 31, 12)) == ["28 01:30", "29 01:30", "30 00:30", "31 00:30"]


def test_a_time_that_is_there_twice_in_autumn_comes_once() -> None:
    made = schedule(every="day at 02:30")

    assert slots(made, utc(2026, 10, 23, 12), utc(2026, 10, 27, 12)) == ["24 00:30", "25 00:30", "26 01:30", "27 01:30"]


@pytest.mark.parametrize("line", ["0 * * * *", "*/30 * * * *"])
@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_every_so_many_minutes_goes_by_elapsed_time(line: str, day: tuple[int, int, int]) -> None:
    begin = utc(*day) - timedelta(hours=2)
    found = slots(schedule(cron=line), begin, begin + timedelta(hours=8))

    step = 60 if line.startswith("0 ") else 30
    assert len(found) == 8 * 60 // step + 1
    assert len(set(found)) == len(found)


def test_a_duration_counts_from_when_the_digest_was_set_up() -> None:
    made, begin = schedule(every="2h"), utc(2026, 3, 1, 12, 10)

    assert made.latest(begin + timedelta(hours=1, minutes=59), set_up_at=begin) is None
    assert made.latest(begin + timedelta(hours=2), set_up_at=begin) == begin + timedelta(hours=2)
    assert made.latest(begin + timedelta(hours=25), set_up_at=begin) == begin + timedelta(hours=24)
    assert made.next(begin, set_up_at=begin) == begin + timedelta(hours=2)


def test_now_has_no_times() -> None:
    made = schedule(every="now")

    assert made.is_now
    assert made.latest(utc(2026, 3, 1), set_up_at=utc(2026, 1, 1)) is None
    assert made.next(utc(2026, 3, 1), set_up_at=utc(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("values", "upcoming"),
    [
        ({"every": "day at 07:30"}, utc(2026, 3, 29, 5, 30)),
        ({"cron": "0 12 1 1 *"}, utc(2027, 1, 1, 11)),
        ({"cron": "30 2 29 3 *"}, utc(2026, 3, 29, 1, 30)),
    ],
)
def test_the_next_time_is_after_now(values: dict[str, str], upcoming: datetime) -> None:
    assert schedule(**values).next(utc(2026, 3, 28, 12), set_up_at=utc(2026, 1, 1)) == upcoming


@pytest.mark.parametrize(
    ("values", "reach"),
    [
        ({"every": "day at 07:30"}, timedelta(days=1)),
        ({"every": "week on monday at 08:00"}, timedelta(days=7)),
        ({"every": "4h"}, timedelta(hours=4)),
        ({"every": "now"}, timedelta(0)),
    ],
)
def test_a_new_digest_reaches_back_one_period(values: dict[str, str], reach: timedelta) -> None:
    now = utc(2026, 3, 4, 12)

    begun = beginning(make_digest(**values), ZONE, now)

    assert now - begun.begins_at == reach
    assert begun.last_slot is None or begun.last_slot <= now


def test_a_crontab_line_with_both_days_means_either() -> None:
    """As crontab(5) says: the first of the month, and every Monday."""
    made = schedule(cron="0 7 1 * 1")

    begin = utc(2026, 1, 28)
    found, now = [], begin
    while now < utc(2026, 2, 17) and (slot := made.next(now, set_up_at=begin)) is not None:
        found.append(f"{slot:%m-%d}")
        assert made.latest(slot, set_up_at=begin) == slot
        now = slot
    assert found == ["02-01", "02-02", "02-09", "02-16", "02-23"]
