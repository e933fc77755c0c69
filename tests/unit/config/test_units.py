from datetime import timedelta

import pytest

from aggregator.config.units import format_duration, parse_duration, parse_short_duration, parse_size


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
    ("text", "size"),
    [("1B", 1), ("512kB", 512_000), ("15MB", 15_000_000), ("15mib", 15 * 2**20), ("2 GB", 2 * 10**9), ("1GiB", 2**30)],
)
def test_a_size_is_decimal_or_with_an_i_binary(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("15", r"\(add a unit: kB, MB or GB\)"),
        ("many", "such as 15MB"),
        ("15m", "such as 15MB"),
        ("0MB", "more than nothing"),
        ("9" * 13 + "B", "less than"),
    ],
)
def test_what_is_no_size_is_refused_with_what_was_expected(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_size(text)
