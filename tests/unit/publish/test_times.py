"""Times in words."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.publish.pages.times import day_in_words, exact, in_words, relative
from tests.unit.publish.samples import NOON


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(seconds=-59), "just now"),
        (timedelta(seconds=59), "in a moment"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=-59, seconds=-59), "59 minutes ago"),
        (timedelta(hours=-1), "1 hour ago"),
        (timedelta(hours=5), "in 5 hours"),
        (timedelta(days=-2), "2 days ago"),
    ],
)
def test_a_time_is_told_from_now_in_its_largest_unit(away, words):
    assert relative(NOON + away, NOON) == words


def test_a_length_of_time_shorter_than_a_minute_is_told_in_seconds():
    assert in_words(timedelta(seconds=1)) == "1 second"
    assert in_words(timedelta()) == "0 seconds"


def test_a_time_is_shown_on_the_clock_of_the_site():
    assert exact(NOON, ZoneInfo("Europe/Luxembourg")) == "1 March 2026, 13:00"


def test_a_day_is_a_heading():
    assert day_in_words(date(2026, 11, 21)) == "Saturday 21 November 2026"
