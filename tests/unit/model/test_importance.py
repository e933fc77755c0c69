"""What makes a story more important than another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import CategoryMatch, Mention, PublishedEntry
from aggregator.model.importance import Account, accounts_of, importance, is_at_home
from tests.builders import NOW, make_stored


def account(source: str = "orbit", **facts: Any) -> Account:
    return Account(**{"source": source, "published": NOW, "language": "en"} | facts)


def more_important(first: list[Account], second: list[Account]) -> bool:
    return importance(first, language="en") > importance(second, language="en")


def test_what_several_sources_tell_counts_more_than_a_priority() -> None:
    assert more_important([account("a"), account("b")], [account("c", priority=20)])


def test_thirteen_sources_say_no_more_than_twelve_so_that_the_priority_decides() -> None:
    twelve = [account(f"s{number}") for number in range(12)]

    assert more_important([replace(twelve[0], priority=1), *twelve[1:]], [*twelve, account("another")])


def test_sources_of_a_priority_below_zero_make_no_event() -> None:
    blogs = [account(f"blog{number}", priority=-10) for number in range(8)]

    assert more_important([account("ministry", priority=20)], blogs)


@pytest.mark.parametrize(
    "better",
    [
        {"priority": 1},
        {"is_at_home": True},
        {"strength": 1},
        {"language": "en-GB"},
        {"published": NOW},
    ],
)
def test_each_fact_decides_where_those_before_it_are_equal(better: dict[str, Any]) -> None:
    plain = account(language="de", published=NOW - timedelta(hours=1))
    # all facts that count less are against it
    order = ["priority", "is_at_home", "strength", "language", "published"]
    best = {"priority": 1, "is_at_home": True, "strength": 3, "language": "en", "published": NOW}
    [name] = better
    against = {each: best[each] for each in order[order.index(name) + 1 :]}

    assert more_important([replace(plain, **better)], [replace(plain, **against)])


@pytest.mark.parametrize("flaw", [{"is_dated": False}, {"is_fresh": False}])
def test_undated_pages_and_backlog_never_come_before_dated_news(flaw: dict[str, Any]) -> None:
    page = account(priority=100, is_at_home=True, strength=3, **flaw)

    assert more_important([account("blog", priority=-10, language=None)], [page, replace(page, source="other")])


def test_an_undated_article_does_not_make_a_dated_story_newer() -> None:
    found = importance([account(published=NOW - timedelta(days=1)), account("b", is_dated=False)], language="en")

    assert (found.can_lead, found.newest) == (True, NOW - timedelta(days=1))


def test_long_texts_have_no_advantage_beyond_three_reasons() -> None:
    assert importance([account(strength=40)], language="en").strength == 3


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://orbit.example/a", True),
        ("https://www.orbit.example/a", True),
        ("https://press.orbit.example/a", True),
        ("https://notorbit.example/a", False),
        ("https://elsewhere.example/a", False),
        (None, False),
        ("tag:orbit.example,2026:a", False),
    ],
)
def test_a_source_is_at_home_on_its_own_site_and_below_it(url: str | None, expected: bool) -> None:
    assert is_at_home(make_stored(url=url)) is expected


def test_duplicates_and_the_other_articles_of_a_story_count() -> None:
    entry = make_stored(categories=(CategoryMatch(category="space", reasons=("a", "b")),))
    other = make_stored(source="wire", priority=4)
    mention = Mention(
        id="m", source="third", source_title="Third", title="T", url=None, language="en", published=NOW, priority=7
    )
    item = PublishedEntry(id=entry.id, entry=entry, also=(other,), updated=NOW, listed_at=NOW, related=(mention,))

    found = importance(list(accounts_of(item)), language="en")

    assert (found.echo, found.priority, found.strength, found.is_at_home) == (2, 7, 2, True)


def test_what_was_there_long_before_it_was_seen_is_backlog() -> None:
    entry = make_stored(first_seen=NOW)
    item = PublishedEntry(id=entry.id, entry=entry, updated=NOW, listed_at=NOW - timedelta(days=9))

    assert not importance(list(accounts_of(item)), language="en").can_lead


def test_each_fact_is_said_in_words() -> None:
    words = importance([account("a", priority=3, strength=1), account("b")], language="en").in_words()

    assert words == (
        "dated and fresh",
        "told by at least 2 sources",
        "priority 3",
        "told by nobody on its own site",
        "its category has 1 reason",
        "in the language of the site",
    )


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=6), st.integers(-20, 20))
def test_another_source_never_makes_a_story_less_important(priorities: list[int], another: int) -> None:
    accounts = [account(f"s{number}", priority=priority) for number, priority in enumerate(priorities)]

    before = importance(accounts, language="en")
    after = importance([*accounts, account("another", priority=another)], language="en")

    assert after >= before
