from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.dedupe import decide
from aggregator.model import Entry, Known, KnownEntry
from tests.builders import NOW, make_claim, make_entry, make_known

HOUR = timedelta(hours=1)
STEP = timedelta(seconds=1)  # undated entries of one poll differ by that
URL = "https://orbit.example/fund"
LONG = "Ministers say that the new fund for small makers of tools will open early in spring"
BEFORE = make_entry("Fund to open", key="id:1", summary="Ministers say so.", url=URL, canonical_url=URL)


def stored(entry: Entry, **fields: object) -> KnownEntry:
    return make_known(entry, **{"id": entry.key, "first_seen": NOW - HOUR} | fields)


def are_new(*entries: Entry, known: tuple[KnownEntry, ...]) -> list[bool]:
    judged = decide(entries, Known(same_source=known), claim=make_claim(), now=NOW)
    return [decision.is_new for decision in judged.decisions]


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Fund opens late", "summary": "After a delay."},  # at the same time
        {"title": "Fund opens late", "published": NOW},  # with the same text
        {"summary": "Ministers now say so.", "published": NOW},  # with the same title and nearly the same text
        {"summary": "Ministers say so. The mills must wait until June.", "published": NOW},  # with more of the text
    ],
)
def test_an_article_with_another_id_is_edited_when_its_title_time_or_text_stays(changed: dict[str, object]) -> None:
    after = make_entry(**{"title": BEFORE.title, "summary": BEFORE.summary, "url": URL, "canonical_url": URL} | changed)

    assert are_new(replace(after, key="id:2"), known=(stored(BEFORE),)) == [False]


def test_a_page_of_each_day_is_another_entry() -> None:
    after = make_entry("Bridge to close", key="id:2", summary="Welders.", url=URL, canonical_url=URL, published=NOW)

    assert are_new(after, known=(stored(BEFORE),)) == [True]


def test_a_column_with_one_title_and_address_and_another_text_is_another_entry() -> None:
    after = replace(BEFORE, key="id:2", summary="All about otters in the bay", published=NOW, fingerprint="2")

    assert are_new(after, known=(stored(BEFORE),)) == [True]


def test_what_still_stands_in_the_document_under_its_id_was_not_renamed() -> None:
    after = make_entry("Fund opens", key="id:2", url=URL, canonical_url=URL)

    assert are_new(BEFORE, after, known=(stored(BEFORE),))[-1]


def test_a_link_that_several_stored_entries_have_names_none_of_them() -> None:
    other = make_entry("Other", key="id:0", url=URL, canonical_url=URL, published=NOW - 9 * HOUR)
    after = make_entry("Third", key="id:2", url=URL, canonical_url=URL, published=BEFORE.published)

    assert are_new(after, known=(stored(BEFORE), stored(other))) == [True]


def moved(entry: Entry, url: str, **changed: object) -> Entry:
    return replace(entry, key=f"url:{url}", url=url, canonical_url=url, **changed)


def test_an_article_at_another_address_with_the_same_title_time_and_text_is_the_same_entry() -> None:
    assert are_new(moved(BEFORE, "https://new.example/x"), known=(stored(BEFORE),)) == [False]


@pytest.mark.parametrize(
    "changed",
    [{"published": NOW}, {"title": "Fund to close"}, {"summary": "Road works between the mill and the old harbor."}],
)
def test_at_another_address_time_title_and_text_must_all_be_the_same(changed: dict[str, object]) -> None:
    assert are_new(moved(BEFORE, "https://new.example/x", **changed), known=(stored(BEFORE),)) == [True]


@pytest.mark.parametrize(
    ("title", "is_new"),
    [
        ("The clock of Wiltz runs again", False),
        ("The clock of Wilz runs again", False),
        ("The clock runs", False),
        ("The bridge of Wiltz opens again", True),
        ("The clock of Vianden runs again", True),
        ("The 2 clocks of Wiltz run again", True),
    ],
)
def test_a_headline_that_is_put_right_with_its_address_is_the_same_entry(title: str, is_new: bool) -> None:
    before = replace(BEFORE, title="The clok of Wiltz runs again" if "2 " not in title else "The 3 clocks of Wiltz run")
    before = replace(before, summary=LONG)

    assert are_new(moved(before, "https://orbit.example/clock", title=title), known=(stored(before),)) == [is_new]


def test_a_headline_that_is_put_right_needs_the_time_of_its_publisher_and_a_telling_text() -> None:
    before = replace(BEFORE, title="The clok of Wiltz runs again", summary=LONG)
    for changed in ({"published": NOW}, {"summary": "Ministers say so."}):
        after = moved(before, "https://orbit.example/clock", title="The clock of Wiltz runs again", **changed)

        assert are_new(after, known=(stored(before),)) == [True]


def test_each_stored_entry_is_one_entry_of_the_document() -> None:
    twins = [make_entry("Road works", key=f"url:{n}", url=f"https://r.example/{n}", canonical_url=None) for n in (1, 2)]
    after = [moved(each, f"https://r.example/{n}") for n, each in enumerate(twins, 3)]

    assert are_new(*after, known=tuple(map(stored, twins))) == [False, False]
    assert are_new(*after, known=(stored(twins[0]),)) == [False, True]


@pytest.mark.parametrize(
    ("before", "after", "is_new"),
    [
        ("https://orbit.example/a/1;token=a1", "https://orbit.example/a/1;token=b2", False),
        ("https://orbit.example/show?id=1&sid=aaa", "https://orbit.example/show?id=1&sid=bbb", False),
        ("https://orbit.example/show?id=1", "https://orbit.example/show?id=2", True),
        ("https://orbit.example/2026/11/16", "https://orbit.example/2026/11/17", True),
        ("https://orbit.example/monday", "https://orbit.example/tuesday", True),
    ],
)
def test_without_times_only_a_token_in_the_address_may_differ(before: str, after: str, is_new: bool) -> None:
    undated = replace(BEFORE, url=before, canonical_url=before, published=None)
    known = stored(undated, published=NOW - HOUR - STEP, is_dated=False)

    assert are_new(moved(undated, after), known=(known,)) == [is_new]


def test_an_undated_entry_a_few_seconds_below_the_first_of_its_poll_is_known_again_under_another_address() -> None:
    undated = replace(BEFORE, summary=LONG, published=None)
    known = replace(stored(undated, published=NOW - HOUR), is_dated=False)
    known = replace(known, published=known.first_seen - timedelta(seconds=2))

    assert are_new(moved(undated, "https://new.example/x"), known=(known,)) == [False]


def test_without_times_a_long_text_is_enough() -> None:
    undated = replace(BEFORE, summary=LONG, published=None)

    assert are_new(
        moved(undated, "https://new.example/x"), known=(stored(undated, published=NOW - HOUR - STEP, is_dated=False),)
    ) == [False]


def test_an_entry_is_known_by_its_former_key_with_the_same_title_alone() -> None:
    known = stored(replace(BEFORE, key="id:log"))
    version = replace(BEFORE, key="id:log title:1", aliases=("id:log",), canonical_url=None)
    next_version = replace(version, key="id:log title:2", title="Other", published=NOW)

    assert are_new(next_version, version, known=(known,)) == [True, False]
