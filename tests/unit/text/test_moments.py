"""Times in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.text.locales import ENGLISH
from aggregator.text.moments import day_in_words, relative, rfc3339, time_in_words, time_seen_from
from tests.unit.publish.samples import NOON


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(seconds=-59), "just now"),
        (timedelta(seconds=59), "in a moment"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=-59, seconds=-59), "1 hour ago"),
        (timedelta(hours=-1), "1 hour ago"),
        (timedelta(hours=5), "in 5 hours"),
        (timedelta(days=-2), "2 days ago"),
    ],
)
def test_a_time_is_told_from_now_in_its_largest_unit(away, words):
    assert relative(NOON + away, NOON) == words


def test_a_time_is_shown_on_the_clock_of_the_site():
    assert time_in_words(NOON, ZoneInfo("Europe/Luxembourg"), ENGLISH) == "1 March 2026, 13:00"


def test_a_day_is_a_heading():
    assert day_in_words(date(2026, 11, 21), ENGLISH) == "Saturday 21 November 2026"


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (datetime(2026, 11, 21, 13, 5, tzinfo=UTC), "14:05"),
        (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "00:30"),
        (datetime(2026, 11, 20, 13, 5, tzinfo=UTC), "20 Nov"),
        (datetime(2025, 12, 31, 13, 5, tzinfo=UTC), "31 Dec 2025"),
    ],
)
def test_a_time_seen_from_a_day_says_no_more_than_is_needed(when: datetime, words: str) -> None:
    assert time_seen_from(when, date(2026, 11, 21), ZoneInfo("Europe/Luxembourg"), ENGLISH) == words


def test_a_time_for_machines_is_in_utc_to_the_second() -> None:
    assert (
        rfc3339(datetime(2026, 3, 1, 13, 0, 0, 999_999, tzinfo=ZoneInfo("Europe/Luxembourg"))) == "2026-03-01T12:00:00Z"
    )
