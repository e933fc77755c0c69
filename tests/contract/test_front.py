"""The front page as the store hands it out: stories, each once, the newest first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model import CategoryMatch, Decision, Page, PublishedEntry, Selection, Source
from aggregator.store import Store
from tests.builders import NOW, make_decision, make_entry, make_source
from tests.contract.test_store import claim_all, poll, save

HOUR = timedelta(hours=1)
SPACE = CategoryMatch(category="space", reasons=("r",))


@pytest.fixture
def source(store: Store) -> Source:
    source = make_source("a")
    store.configure([source, make_source("b")])
    return source


def article(name: str, hours: float, *, story: str | None = None, **fields) -> Decision:
    at = NOW + timedelta(hours=hours)
    entry = make_entry(name, **fields.pop("entry", {}))
    values = {"id": name, "listed_at": at, "first_seen": at, "story": story or fields.get("original", name)}
    return make_decision(entry, **values | fields)


def ids(page: Page[PublishedEntry]) -> list[str]:
    return [each.id for each in page.items]


def test_a_story_is_shown_once_by_its_newest_article_with_the_others_beside(store: Store, source: Source) -> None:
    poll(store, source, article("one", 1), article("two", 2), article("one-more", 3, story="one"))

    page = store.front(Selection(), limit=10)

    assert ids(page) == ["one-more", "two"]
    assert [each.id for each in page.items[0].related] == ["one"]
    assert [each.listed_at for each in page.items] == [NOW + 3 * HOUR, NOW + 2 * HOUR]


def test_a_later_duplicate_of_an_article_does_not_bring_its_story_up_again(store: Store, source: Source) -> None:
    poll(store, source, article("one", 1), article("one-more", 2, story="one"), article("two", 3))
    copy = article("copy", 4, story="one", original="one")
    poll(store, make_source("b"), copy)

    page = store.front(Selection(), limit=10)

    assert ids(page) == ["two", "one-more"]


def test_an_article_stands_for_its_story_where_the_newest_does_not_meet_the_selection(
    store: Store, source: Source
) -> None:
    in_german = {"language": "de-AT"}
    poll(
        store,
        source,
        article("one", 1, categories=(SPACE,), entry=in_german),
        article("two", 2, categories=(SPACE,)),
        article("one-more", 3, story="one"),
    )

    assert ids(store.front(Selection(categories=("space",)), limit=10)) == ["two", "one"]
    assert ids(store.front(Selection(language="de"), limit=10)) == ["one"]
    assert ids(store.front(Selection(listed_before=NOW + 3 * HOUR), limit=10)) == ["two", "one"]
    assert ids(store.front(Selection(listed_since=NOW + 3 * HOUR), limit=10)) == ["one-more"]
    assert ids(store.front(Selection(sources=("b",)), limit=10)) == []


def test_a_story_of_a_source_that_is_no_longer_configured_is_shown_by_what_others_have(
    store: Store, source: Source
) -> None:
    other = make_source("b")
    poll(store, source, article("one", 1))
    poll(store, other, article("one-more", 2, story="one"))

    store.configure([source])

    assert ids(store.front(Selection(), limit=10)) == ["one"]


def test_a_story_is_led_by_the_article_at_home_then_by_one_in_the_sites_language_then_by_priority(
    store: Store, source: Source
) -> None:
    preferred = make_source("b", priority=5)
    store.configure([source, preferred])
    german, english = {"language": "de"}, {"language": "en-GB"}
    poll(store, preferred, article("german", 1, story="german", entry={"url": "https://x.example/1", **german}))
    poll(store, source, article("english", 2, story="german", entry={"url": "https://x.example/2", **english}))

    assert ids(store.front(Selection(), limit=10, language="de")) == ["german"]
    assert ids(store.front(Selection(), limit=10, language="en")) == ["english"]
    assert ids(store.front(Selection(), limit=10, language="fr")) == ["german"]
    assert ids(store.front(Selection(language="en"), limit=10, language="de")) == ["english"]

    at_home = {"url": f"{source.url}/3", "language": "lb"}
    poll(store, source, article("home", 0, story="german", entry=at_home), article("other", 1.5))
    page = store.front(Selection(), limit=10, language="de")

    assert ids(page) == ["home", "other"]
    assert [each.listed_at for each in page.items] == [NOW + 2 * HOUR, NOW + 1.5 * HOUR]


def test_pages_skip_and_double_nothing_while_stories_move_up(store: Store, source: Source) -> None:
    poll(store, source, *(article(f"s{number}", number) for number in range(250)))
    first = store.front(Selection(), limit=100)
    poll(store, source, article("s3-more", 300, story="s3"), article("new", 301))

    second = store.front(Selection(), limit=100, cursor=first.next)
    third = store.front(Selection(), limit=100, cursor=second.next)

    shown = [*ids(first), *ids(second), *ids(third)]
    assert shown == [f"s{number}" for number in reversed(range(250)) if number != 3]
    assert third.next is None


def test_a_story_with_more_articles_than_a_page_is_still_one_item(store: Store, source: Source) -> None:
    poll(store, source, article("first", 0), *(article(f"m{n}", n, story="first") for n in range(1, 400)))
    poll(store, source, article("before", -1))

    page = store.front(Selection(), limit=2)

    assert ids(page) == ["m399", "before"]
    assert page.next is None


def test_what_came_since_a_page_is_counted_up_to_a_limit(store: Store, source: Source) -> None:
    poll(store, source, article("one", 1), article("two", 2))
    page = store.front(Selection(), limit=1)
    before = store.count_newer(Selection(), page.newest)
    poll(store, source, article("one-more", 3, story="one"), article("three", 4, categories=(SPACE,)))

    assert before == 0
    assert store.count_newer(Selection(), page.newest) == 2
    assert store.count_newer(Selection(categories=("space",)), page.newest) == 1
    assert store.count_newer(Selection(), page.newest, limit=1) == 1
    assert store.count_newer(Selection(), None) == 3


def test_an_empty_page_has_no_cursors(store: Store) -> None:
    page = store.front(Selection(), limit=10)

    assert (page.items, page.next, page.newest) == ((), None, None)
    assert store.count_newer(Selection(), page.newest) == 0


def test_what_is_inserted_at_the_same_second_keeps_its_place_across_pages(store: Store) -> None:
    claim = claim_all(store, make_source("a"))["a"]
    save(store, claim, *(article(f"s{number}", 0) for number in range(5)))
    first = store.front(Selection(), limit=2)
    second = store.front(Selection(), limit=2, cursor=first.next)
    third = store.front(Selection(), limit=2, cursor=second.next)

    assert sorted([*ids(first), *ids(second), *ids(third)]) == [f"s{number}" for number in range(5)]
