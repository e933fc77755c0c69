"""Sizes: read, and said in words."""

from __future__ import annotations

import pytest

from aggregator.text.sizes import parse_size, size_in_words


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


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (12, "12 bytes"),
        (1_500, "1.5 kB"),
        (9_990, "9.9 kB"),
        (34_567, "34 kB"),
        (999_999, "999 kB"),
        (15_000_000, "15 MB"),
        (2 * 10**9, "2 GB"),
    ],
)
def test_a_size_is_said_in_its_largest_unit_and_never_as_more_than_it_is(size: int, words: str) -> None:
    assert size_in_words(size) == words
