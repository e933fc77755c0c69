"""People, languages, markup, waits: the small decisions of reading."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.parse.fields import whole_number
from aggregator.parse.markup import looks_like_html, without_markup
from aggregator.parse.people import people, person
from aggregator.text.languages import language_code
from tests.unit.parse.making import parsed, rss

SY = ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ada Marin", "Ada Marin"),
        ("ada@example.org (Ada Marin)", "Ada Marin"),
        ("Ada Marin <ada@example.org>", "Ada Marin"),
        ("Ada Marin (ada@example.org)", "Ada Marin"),
        ("ada@example.org Ada Marin", "Ada Marin"),
        ("raccoon (hidden)", "raccoon (hidden)"),
        ("(Ada Marin)", "Ada Marin"),
        ("ada@example.org ((Ada Marin))", "Ada Marin"),
        ("ada@example.org", None),
        (" ,\n ", None),
        ("x" * 1000, "x" * 200),
    ],
)
def test_a_name_is_told_from_an_address(written: str, name: str | None) -> None:
    assert person(written) == name


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("ada@example.org (Ada Marin), ben@example.org (Ben Quay)", ("Ada Marin", "Ben Quay")),
        ("ada@example.org (Ada Marin) ben@example.org (Ben Quay)", ("Ada Marin", "Ben Quay")),
        ("ada@example.org (Ada Marin), Ben Quay", ("Ada Marin", "Ben Quay")),
        ("Ada Marin <ada@example.org>; Ben Quay <ben@example.org>", ("Ada Marin", "Ben Quay")),
        ("Ada Marin <ada@example.org> and Ben Quay <ben@example.org>", ("Ada Marin", "Ben Quay")),
        ("Marin, Ada <ada@example.org>, Quay, Ben <ben@example.org>", ("Marin, Ada", "Quay, Ben")),
        ("Marin, Ada <ada@example.org>", ("Marin, Ada",)),
        ("ada@example.org (Marin, Ada)", ("Marin, Ada",)),
        ("ada@example.org, ben@example.org", ()),
        ("Ada Marin, Ben Quay", ("Ada Marin, Ben Quay",)),
    ],
)
def test_people_with_addresses_in_one_text_are_told_apart(written: str, names: tuple[str, ...]) -> None:
    assert people([written]) == names


def test_a_person_is_named_once() -> None:
    assert people(["Ada Marin", "ada marin", "x@example.org", "Ben Quay"]) == ("Ada Marin", "Ben Quay")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("de", "de"), ("DE_lu", "de-LU"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419"), ("en-US-x-old", "en-US"),
        ("german", None), ("", None), (None, None), ("und", None), ("x-default", None),
    ],
)  # fmt: skip
def test_language_codes_have_one_spelling(written: str | None, code: str | None) -> None:
    assert language_code(written) == code


@pytest.mark.parametrize(
    "text", ["a <b>c</b>", "a<br>b", "a<br/>b", "<img src=x>", "a &amp; b", "a &#8230; b", "&#x2014;", "x</P >"]
)
def test_markup_is_recognized(text: str) -> None:
    assert looks_like_html(text)


@pytest.mark.parametrize(
    "text", ["5 < 6 > 4", "AT&T", "Vec<T>", "the <div> tag", "a & b; c", "&unknown;", "</made-up>", "<brand>"]
)
def test_plain_text_is_recognized(text: str) -> None:
    assert not looks_like_html(text)


def test_a_short_text_loses_its_markup_once() -> None:
    assert without_markup("A <b>big</b> &amp;amp;  small") == "A big &amp; small"
    assert without_markup("Vec<T> &\n more") == "Vec<T> & more"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12", 12),
        (" 12 ", 12),
        (12, 12),
        ("1.5", None),
        ("²", None),
        (True, None),
        (-1, None),
        (10**30, None),
        ("9" * 30, None),
    ],
)
def test_only_whole_numbers_count(written: object, number: int | None) -> None:
    assert whole_number(written) == number


@pytest.mark.parametrize(
    ("head", "wait"),
    [
        ("", None),
        ("<ttl>90</ttl>", timedelta(minutes=90)),
        ("<ttl>0</ttl>", None),
        ("<ttl>often</ttl>", None),
        ("<ttl>999999999999999</ttl>", timedelta(days=7)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", timedelta(hours=1)),
        ("<sy:updatePeriod> Daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", timedelta(hours=6)),
        ("<sy:updatePeriod>yearly</sy:updatePeriod>", timedelta(days=7)),
        ("<sy:updatePeriod>now</sy:updatePeriod>", None),
        ("<ttl>5</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", timedelta(hours=1)),
    ],
)
def test_a_feed_may_ask_for_patience(head: str, wait: timedelta | None) -> None:
    assert parsed(rss("", head=head, attributes=SY)).wait == wait


@pytest.mark.parametrize(
    ("head", "hours", "days"),
    [
        ("", (), ()),
        ("<skipHours><hour> 2 </hour><hour>1</hour><hour>2</hour></skipHours>", (1, 2), ()),
        ("<skipHours><hour>24</hour><hour>23</hour></skipHours>", (0, 23), ()),
        ("<skipHours><hour>25</hour><hour>-1</hour><hour>noon</hour></skipHours>", (), ()),
        ("<skipHours></skipHours><skipDays/>", (), ()),
        ("<skipDays><day>Sunday</day><day> saturday</day><day>Holiday</day></skipDays>", (), (5, 6)),
        ("<SkipHours><Hour>3</Hour></SkipHours><skipDays><day>Monday</day></skipDays>", (3,), (0,)),
    ],
)
def test_a_feed_may_ask_to_be_left_alone(head: str, hours: tuple[int, ...], days: tuple[int, ...]) -> None:
    feed = parsed(rss("", head=head))

    assert (feed.skip_hours, feed.skip_days) == (hours, days)
