"""Days without a time."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.days import DAY, is_day, settled

ZONES = ("Europe/Luxembourg", "America/New_York", "Asia/Tokyo")
# the nights when clocks change in Luxembourg and in New York
NIGHTS = ((2026, 3, 29), (2026, 10, 25), (2026, 3, 8), (2026, 11, 1))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("date", [*NIGHTS, (2026, 2, 28), (2026, 12, 31)])
def test_a_day_stays_that_day_where_its_source_is_through_every_night(zone: str, date: tuple[int, int, int]) -> None:
    found = settled(datetime(*date, tzinfo=DAY), datetime(2027, 1, 5, tzinfo=UTC), ZoneInfo(zone))

    local = found.astimezone(ZoneInfo(zone))
    assert (local.year, local.month, local.day) == date
    assert (local.hour, found.tzinfo) == (12, UTC)


@pytest.mark.parametrize("date", NIGHTS)
@pytest.mark.parametrize("reader", ["America/Los_Angeles", "America/New_York", "Asia/Tokyo", "Australia/Sydney"])
def test_a_day_in_luxembourg_is_the_same_day_for_readers_far_away(reader: str, date: tuple[int, int, int]) -> None:
    found = settled(datetime(*date, tzinfo=DAY), datetime(2027, 1, 5, tzinfo=UTC), ZoneInfo("Europe/Luxembourg"))

    assert found.astimezone(ZoneInfo(reader)).timetuple()[:3] == date


@pytest.mark.parametrize(
    ("now", "zone"),
    [
        (datetime(2026, 11, 27, 7, 30, tzinfo=UTC), "Europe/Luxembourg"),
        (datetime(2026, 11, 26, 15, 30, tzinfo=UTC), "Asia/Tokyo"),  # it is the 27th there
        (datetime(2026, 11, 28, 4, 30, tzinfo=UTC), "America/New_York"),  # it is the 27th still
        (datetime(2026, 11, 20, 12, 0, tzinfo=UTC), "Europe/Luxembourg"),  # a day that lies ahead
    ],
)
def test_on_the_day_itself_it_is_when_it_was_first_seen(now: datetime, zone: str) -> None:
    assert settled(datetime(2026, 11, 27, tzinfo=DAY), now, ZoneInfo(zone)) == now


def test_the_day_before_is_noon_though_it_was_only_seen_now() -> None:
    now = datetime(2026, 11, 27, 7, 30, tzinfo=UTC)

    found = settled(datetime(2026, 11, 26, tzinfo=DAY), now, ZoneInfo("Europe/Luxembourg"))

    assert found == datetime(2026, 11, 26, 11, tzinfo=UTC)


@given(st.dates(min_value=datetime(1990, 1, 1).date(), max_value=datetime(2100, 1, 1).date()), st.sampled_from(ZONES))  # noqa: DTZ001
def test_no_day_lies_ahead_of_when_it_was_seen(date: object, zone: str) -> None:
    day = datetime.fromisoformat(f"{date}").replace(tzinfo=DAY)
    now = datetime(2026, 11, 27, 7, 30, tzinfo=UTC)

    assert settled(day, now, ZoneInfo(zone)) <= now


def test_a_day_is_known_again_after_it_came_from_another_process_and_compares_with_moments() -> None:
    day = datetime(2026, 11, 27, tzinfo=DAY)
    midnight = datetime(2026, 11, 27, tzinfo=UTC)

    assert is_day(pickle.loads(pickle.dumps(day)))
    assert not is_day(midnight)
    assert not is_day(None)
    assert day == midnight
    assert day < midnight + timedelta(seconds=1)
