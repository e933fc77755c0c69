"""Of several entries that are one article, which is the original, whatever comes first?"""

from __future__ import annotations

import itertools
import random
import string
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aggregator.dedupe import decide, mark_copies, sign
from aggregator.model import Entry, Gist, Known, KnownEntry, Nearby, Origin, Source
from tests.builders import NOW, make_claim, make_entry, make_known, make_source

HOUR = timedelta(hours=1)
AGENCY = make_source("agency")
BLOG = make_source("blog")
WIRE = make_source("wire", priority=5)
LINK = "https://agency.example/news/budget"
TEXT = " ".join(f"w{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(120))


class House:
    """What is stored, as far as dedupe needs it: polls are judged and written into it."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.marks: dict[int, list[str]] = {}

    def poll(self, source: Source, *entries: Entry) -> None:
        marked = {}
        for entry, signature in zip(entries, sign(entries), strict=True):
            marked[entry.key] = mark_copies(entry, signature, Gist(), NOW)
        claim = make_claim(source, last_success=None)
        judged = decide(entries, self._known(source, entries), marked, self._nearby(), claim=claim, now=NOW)
        for decision in judged.decisions:
            for each in decision.regroups:
                row = self.rows.pop(each.id)
                row |= {"id": each.new_id, "original": each.original, "is_mention": each.is_mention}
                row["evidence"] = each.evidence
                self.rows[each.new_id] = row
                self.marks = {
                    mark: [each.new_id if i == each.id else i for i in ids] for mark, ids in self.marks.items()
                }
            assert decision.id not in self.rows
            self.rows[decision.id] = {
                "id": decision.id,
                "original": decision.original,
                "is_mention": decision.is_mention,
                "evidence": decision.evidence,
                "source": source,
                "entry": decision.entry,
                "decision": decision,
            }
            for mark in decision.marks:
                self.marks.setdefault(mark, []).append(decision.id)

    def _known(self, source: Source, entries: Iterable[Entry]) -> Known:
        links = {entry.canonical_url for entry in entries}
        found = [row for row in self.rows.values() if row["entry"].canonical_url in links]
        return Known(elsewhere=tuple(self._stored(row) for row in found if row["source"] != source))

    def _nearby(self) -> Nearby:
        near = {name: self._stored(row, markup=row["entry"].content) for name, row in self.rows.items()}
        return Nearby(by_mark={mark: tuple(reversed(ids)) for mark, ids in self.marks.items()}, entries=near)

    @staticmethod
    def _stored(row: dict[str, Any], markup: str | None = None) -> KnownEntry:
        entry, source, decision = row["entry"], row["source"], row["decision"]
        return make_known(
            entry,
            id=row["id"],
            source=source.name,
            original=row["original"],
            story=row["original"],
            markup=markup,
            published=decision.published,
            first_seen=decision.first_seen,
            listed_at=decision.listed_at,
            origin=entry.origin,
            feed_url=source.url,
            priority=source.priority,
        )

    @property
    def groups(self) -> set[frozenset[str]]:
        found: dict[str, set[str]] = {}
        for row in self.rows.values():
            found.setdefault(row["original"], set()).add(row["source"].name)
        return {frozenset(names) for names in found.values()}

    @property
    def originals(self) -> set[str]:
        return {row["source"].name for row in self.rows.values() if row["id"] == row["original"]}

    def of(self, source: Source) -> dict[str, Any]:
        return next(row for row in self.rows.values() if row["source"] == source)


def told(title: str = "Budget approved", text: str = "The real article.", **fields: Any) -> Entry:
    given = {"url": LINK, "canonical_url": LINK, "summary": text, "content": text, "key": f"{title} {text[:20]}"}
    return make_entry(title, **given | fields)


ARTICLE = told()
MENTION = told("Director arrested", "Buy my coin at once.", published=NOW - 9 * HOUR)


def in_every_order(*polls: tuple[Source, Entry]) -> list[House]:
    houses = []
    for order in itertools.permutations(polls):
        house = House()
        for source, entry in order:
            house.poll(source, entry)
        houses.append(house)
    return houses


def test_a_mention_with_another_title_and_text_is_not_the_article_whoever_is_first() -> None:
    for house in in_every_order((AGENCY, ARTICLE), (BLOG, MENTION)):
        assert house.groups == {frozenset({"agency"}), frozenset({"blog"})}


@pytest.mark.parametrize(
    "copy",
    [
        told(key="b"),  # with title and text
        told("What I read today", key="b"),  # with the text
        told(text="I like it.", key="b"),  # with the title
        told(text="", key="b", published=NOW - 9 * HOUR),  # with nothing else
    ],
)
def test_the_one_at_home_is_the_original_whoever_is_first(copy: Entry) -> None:
    for house in in_every_order((AGENCY, ARTICLE), (BLOG, copy)):
        assert house.groups == {frozenset({"agency", "blog"})}
        assert house.originals == {"agency"}


@pytest.mark.parametrize(("text", "is_mention"), [("The real article.", False), ("I like it.", True), ("", True)])
def test_what_only_points_to_the_article_is_a_mention_and_a_copy_is_none(text: str, is_mention: bool) -> None:
    for house in in_every_order((AGENCY, ARTICLE), (BLOG, told(text=text, key="b"))):
        assert (house.of(AGENCY)["is_mention"], house.of(BLOG)["is_mention"]) == (False, is_mention)


def test_who_takes_over_gets_the_id_that_was_published_and_says_why() -> None:
    house = House()
    house.poll(BLOG, told(key="b"))
    published = house.of(BLOG)["id"]

    house.poll(AGENCY, ARTICLE)

    assert house.of(AGENCY)["id"] == published == house.of(BLOG)["original"]
    assert house.of(BLOG)["evidence"] == f"same address as in agency: {LINK}; agency is at home at its link"


def test_a_copied_id_and_title_with_another_text_and_link_is_not_the_article() -> None:
    article = told(key="id:urn:uuid:6f0e4c1a")
    thief = replace(MENTION, key=article.key, title=article.title, url="https://blog.example/1", canonical_url=None)

    for house in in_every_order((AGENCY, article), (BLOG, thief)):
        assert len(house.groups) == 2


def test_who_names_its_origin_is_the_copy_whoever_is_first() -> None:
    origin = Origin(url="https://agency.example/feed", title="Agency")
    planet = told(content=TEXT, url="https://blog.example/1", canonical_url="https://blog.example/1", origin=origin)
    planet = replace(planet, published=NOW - 9 * HOUR, key="planet")

    for house in in_every_order((AGENCY, told(content=TEXT)), (BLOG, planet)):
        assert house.originals == {"agency"}
        assert house.groups == {frozenset({"agency", "blog"})}


@pytest.mark.parametrize("shown", ["Budget approved", "Budget approved - The Agency", "Budget approved | The Agency"])
def test_a_headline_that_names_its_publisher_is_the_publishers_article_whoever_is_first(shown: str) -> None:
    origin = Origin(url="https://agency.example", title="The Agency")
    search = told(shown, f"{shown} The Agency", url="https://search.example/1", key="id:1", origin=origin)
    search = replace(search, canonical_url=search.url)
    article = told("Budget approved", TEXT)
    other = told("Budget approved", "Nothing of the kind.", url="https://wire.example/1", key="id:3")
    other = replace(other, canonical_url=other.url)

    for house in in_every_order((AGENCY, article), (BLOG, search), (WIRE, other)):
        assert house.groups == {frozenset({"agency", "blog"}), frozenset({"wire"})}
        assert house.originals == {"agency", "wire"}


def test_away_from_home_the_priority_counts_then_the_time_of_publication() -> None:
    elsewhere = {"url": "https://third.example/1", "canonical_url": "https://third.example/1"}
    early, late = told(key="e", **elsewhere), told(key="l", **elsewhere)
    early = replace(early, published=NOW - 5 * HOUR)

    assert {frozenset(each.originals) for each in in_every_order((BLOG, early), (AGENCY, late))} == {
        frozenset({"blog"})
    }
    assert {frozenset(each.originals) for each in in_every_order((BLOG, early), (WIRE, late))} == {frozenset({"wire"})}


def test_the_earliest_published_of_two_with_one_text_is_the_original_whoever_is_first() -> None:
    council = told("Council decides on six items", TEXT, url="https://agency.example/c", canonical_url="c", key="c")
    copy = told("Why it matters", TEXT, url="https://blog.example/w", canonical_url="w", key="w")
    council = replace(council, published=NOW - 24 * HOUR)

    for house in in_every_order((AGENCY, council), (BLOG, copy)):
        assert house.originals == {"agency"}


def test_two_feeds_of_one_publisher_are_one_article_at_any_revision() -> None:
    front, science = make_source("front", url=AGENCY.url), make_source("science", url="https://agency.example/s.xml")

    for house in in_every_order((front, ARTICLE), (science, told("Quite other words", "Quite another text.", key="s"))):
        assert len(house.groups) == 1


@pytest.mark.parametrize(
    ("one", "two", "groups"),
    [
        ("#2025-11-16", "#2025-11-17", 2),
        ("", "#comment-7", 2),
        ("#/news/12", "#/news/13", 2),
        ("", "#xtor=RSS-1", 1),
        ("", "#:~:text=budget", 1),
        ("#a", "#a", 1),
    ],
)
def test_fragments_tell_articles_apart_unless_they_are_tracking(one: str, two: str, groups: int) -> None:
    polls = (
        (AGENCY, replace(ARTICLE, url=LINK + one)),
        (make_source("b", url=AGENCY.url), replace(MENTION, url=LINK + two)),
    )
    same = [(source, replace(entry, title="Budget")) for source, entry in polls]

    assert {len(house.groups) for house in in_every_order(*polls)} == {groups}
    assert {len(house.groups) for house in in_every_order(*same)} == {1}


def test_nothing_is_a_copy_through_a_third_whatever_the_order() -> None:
    words = [f"{chr(97 + n % 26)}{chr(97 + n // 26)}x" for n in range(300)]
    first, middle, last = (" ".join(words[at : at + 140]) for at in (0, 70, 140))
    polls = [
        (
            make_source(name),
            told(name, text, key=name, url=f"https://{name}.example/1", canonical_url=name, published=at),
        )
        for name, text, at in (("first", first, NOW - 9 * HOUR), ("middle", middle, NOW), ("last", last, NOW - HOUR))
    ]

    assert len({frozenset(house.groups) for house in in_every_order(*polls)}) == 1


def test_a_copy_of_a_mention_that_took_over_stands_alone_again() -> None:
    third = make_source("third")
    other = told("Director arrested", "Buy my coin at once.", key="t", published=NOW)

    for house in in_every_order((BLOG, MENTION), (third, other), (AGENCY, ARTICLE)):
        assert house.groups == {frozenset({"agency"}), frozenset({"blog", "third"})}
        assert house.originals == {"agency", "blog"}


@pytest.mark.parametrize("seed", range(3))
def test_of_many_that_a_text_is_a_part_of_the_first_published_is_its_original(seed: int) -> None:
    papers = [make_source(f"paper{number}") for number in range(9)]
    house = House()

    for number in random.Random(seed).sample(range(9), 9):
        tail = " ".join(f"n{number}{letter}" for letter in string.ascii_lowercase * 6)
        told_here = told(f"Part {chr(97 + number) * 4}", f"{TEXT} {tail}", url=None, canonical_url=None)
        house.poll(papers[number], replace(told_here, key=f"{number}", published=NOW - HOUR * (20 - number)))
    assert len(house.originals) == 9
    house.poll(BLOG, told("All of it", TEXT, url=None, canonical_url=None, published=NOW))

    assert frozenset({"paper0", "blog"}) in house.groups
