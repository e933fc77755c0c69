"""Durations: read, written, and said in words."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from aggregator.text.durations import (
    duration_in_words,
    format_duration,
    parse_duration,
    parse_short_duration,
    response_time_in_words,
)
from aggregator.text.locales import ENGLISH


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("2h", 7200),
        ("7d", 604_800),
        (" 7 d ", 604_800),
        ("0015m", 900),
        ("36500d", 3.1536e9),
        ("2 hours", 7200),
        ("1 week", 604_800),
        ("10min", 600),
        ("daily", 86_400),
        ("hourly", 3600),
    ],
)
def test_a_duration_is_a_number_with_a_unit(text: str, seconds: float) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("5 bananas", "such as 15m or 2h$"),
        ("30", r"such as 15m or 2h \(add a unit: s, m, h or d\)$"),
        ("", "such as"),
        ("-5m", "such as"),
        ("1.5h", "such as"),
        ("15M", "such as"),
        ("500ms", "such as"),
        ("٣m", "such as"),
        ("0s", "more than nothing"),
        ("36501d", "at most 36500d"),
        ("9" * 5000 + "d", "at most 36500d"),
    ],
)
def test_what_is_no_duration_is_refused_with_what_was_expected(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_duration(text)


@pytest.mark.parametrize(("text", "milliseconds"), [("500ms", 500), (" 1 ms", 1), ("2s", 2_000), ("1m", 60_000)])
def test_a_short_duration_may_be_in_milliseconds(text: str, milliseconds: int) -> None:
    assert parse_short_duration(text) == timedelta(milliseconds=milliseconds)


@pytest.mark.parametrize(("text", "complaint"), [("500", r"such as 500ms or 2s \(add a unit: ms"), ("0ms", "nothing")])
def test_what_is_no_short_duration_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_short_duration(text)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(seconds=90), "90s"),
        (timedelta(minutes=90), "90m"),
        (timedelta(hours=2), "2h"),
        (timedelta(days=400), "400d"),
        (timedelta(seconds=59, milliseconds=900), "1m"),
        (timedelta(0), "0s"),
        (timedelta(milliseconds=500), "500ms"),
    ],
)
def test_a_duration_is_written_in_the_largest_unit_that_it_fills(duration: timedelta, text: str) -> None:
    assert format_duration(duration) == text


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=45), "45 seconds"),
        (timedelta(seconds=59.7), "1 minute"),
        (timedelta(seconds=90), "90 seconds"),
        (timedelta(minutes=20), "20 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(hours=23, minutes=50), "1 day"),
        (timedelta(hours=26), "26 hours"),
        (timedelta(days=-3), "3 days"),
        (timedelta(days=40), "40 days"),
    ],
)
def test_a_length_of_time_is_said_in_the_largest_unit_of_which_there_are_two_or_exactly_one(duration, words):
    assert duration_in_words(duration) == words


def test_longer_durations_never_read_shorter():
    durations = [number * timedelta(seconds=97) for number in range(5000)]
    units = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
    said = [duration_in_words(each).split() for each in durations]
    read = [int(number) * units[unit.removesuffix("s")] for number, unit in said]

    assert all(later >= earlier for earlier, later in pairwise(read))
    assert all(
        abs(each.total_seconds() - seconds) <= 0.25 * seconds for each, seconds in zip(durations, read, strict=True)
    )


@pytest.mark.parametrize(("seconds", "words"), [(0.0014, "1 ms"), (0.9, "900 ms"), (12, "12 s")])
def test_a_response_time_is_said_in_milliseconds_below_a_second(seconds: float, words: str) -> None:
    assert response_time_in_words(timedelta(seconds=seconds), ENGLISH) == words
