"""Copies and stories as the store finds and keeps them."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa

from aggregator.dedupe import decide, sign
from aggregator.model import Claim, Entry, Grouping, Known, Nearby, PollResult, Selection, Source, StoredEntry
from aggregator.steps.decide import marks_of
from aggregator.steps.group import group_waiting
from aggregator.steps.near import stories_near
from aggregator.steps.seen import Seen
from aggregator.store import Store
from aggregator.store.engine import create_engine
from aggregator.store.tables import entry_marks, signatures, story_aliases, ungrouped, vocabularies
from aggregator.stories.gist import gists_of
from aggregator.text.marks import WORD, expired_marks
from tests.builders import NOW, make_entry, make_source
from tests.quality.polls import poll_all, poll_once

LEASE = timedelta(minutes=5)
DAY = timedelta(days=1)
TEXT = " ".join(f"w{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(90))
FIRE = "Lorry fire shuts harbour tunnel in Bergen"
FIRE_TOO = "Harbour tunnel of Bergen shut after fire in lorry"


def poll(store: Store, source: Source, *entries: Entry, at=NOW) -> list[StoredEntry]:
    """Judge and write entries as a round of this source alone does it; return them as they are stored."""
    polled = poll_once(store, source.name, entries, now=at)
    group_waiting(store, at)
    return [found for each in polled for found in store.find_entries(entry_id=each.id, url=each.id, canonical_url=None)]


def report(title: str, source: str = "a", **fields) -> Entry:
    url = f"https://{source}.example/{title.replace(' ', '-').lower()}"
    return make_entry(title, **{"key": f"url:{url}", "url": url, "canonical_url": url, "language": "en"} | fields)


@pytest.fixture
def sources(store: Store) -> dict[str, Source]:
    named = {name: make_source(name) for name in "abc"}
    store.configure(list(named.values()))
    return named


def count(url: str, table: sa.Table) -> int:
    engine = create_engine(url, pool_size=1)
    try:
        with engine.begin() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    finally:
        engine.dispose()


def test_a_copy_under_another_address_and_headline_is_published_once(store: Store, sources: dict[str, Source]) -> None:
    [original] = poll(store, sources["a"], report("Ice on the Moon", content=f"<p>{TEXT}</p>"))

    [copy] = poll(store, sources["b"], report("A copy", "b", content=f"<div>{TEXT.upper()}</div>"), at=NOW + DAY)

    assert copy.original == original.id
    [published] = store.published(Selection(), limit=10).items
    assert published.id == original.id
    assert [also.source for also in published.also] == ["b"]
    assert "90 words in a row" in published.also[0].evidence


def test_the_preferred_source_is_shown_when_its_copy_comes_later(store: Store, sources: dict[str, Source]) -> None:
    store.configure([sources["a"], make_source("b", priority=5)])
    [original] = poll(store, sources["a"], report("Ice on the Moon", content=f"<p>{TEXT}</p>"))

    poll(store, sources["b"], report("A better page", "b", content=f"<p>{TEXT}</p>"))

    [published] = store.published(Selection(), limit=10).items
    assert (published.id, published.entry.source) == (original.id, "b")


def test_a_copy_that_comes_after_the_window_is_an_article_of_its_own(store: Store, sources: dict[str, Source]) -> None:
    poll(store, sources["a"], report("Ice on the Moon", content=f"<p>{TEXT}</p>"))

    [late] = poll(store, sources["b"], report("A copy", "b", content=f"<p>{TEXT}</p>"), at=NOW + 70 * DAY)

    assert late.original == late.id


def test_a_story_has_the_entries_of_several_sources_and_their_duplicates(
    store: Store, sources: dict[str, Source]
) -> None:
    [first] = poll(store, sources["a"], report(FIRE, content=f"<p>{TEXT}</p>"))
    [second] = poll(store, sources["b"], report(FIRE_TOO, "b"))
    [copy] = poll(store, sources["c"], report("A copy", "c", content=f"<p>{TEXT}</p>"))
    [other] = poll(store, sources["c"], report("Budget of the county is late", "c"))

    stories = store.stories([first.id, other.id, "nothing"])

    assert {story: [each.id for each in members] for story, members in stories.items()} == {
        first.id: [first.id, second.id, copy.id],
        other.id: [other.id],
    }
    assert {each.story for each in stories[first.id]} == {first.id}
    assert stories[first.id][1].story_evidence.startswith(f"like a “{FIRE}”")


def test_what_is_published_names_the_other_articles_of_its_story(store: Store, sources: dict[str, Source]) -> None:
    poll(store, sources["a"], report(FIRE))
    poll(store, sources["b"], report(FIRE_TOO, "b"), report("Budget of the county is late", "b"))

    published = {item.entry.title: item for item in store.published(Selection(), limit=10).items}

    assert [(each.source, each.title) for each in published[FIRE].related] == [("b", FIRE_TOO)]
    assert [(each.source, each.title) for each in published[FIRE_TOO].related] == [("a", FIRE)]
    assert published["Budget of the county is late"].related == ()


def test_what_is_forgotten_takes_its_signature_and_marks_along_and_its_story_goes_on(
    store: Store, sources: dict[str, Source], url: str
) -> None:
    [first] = poll(store, sources["a"], report(FIRE, content=f"<p>{TEXT}</p>"))
    poll(store, sources["b"], report(FIRE_TOO, "b"), at=NOW + DAY)
    marks = count(url, entry_marks)

    assert store.forget(before=NOW + DAY / 2) == 1

    assert count(url, signatures) == 1
    assert 0 < count(url, entry_marks) < marks
    [third] = poll(store, sources["c"], report(f"{FIRE_TOO} again", "c"), at=NOW + DAY)
    assert third.story == first.id
    assert [each.source for each in store.stories([first.id])[first.id]] == ["b", "c"]


def test_marks_that_nobody_looks_for_any_more_are_deleted(store: Store, sources: dict[str, Source], url: str) -> None:
    poll(store, sources["a"], report(FIRE, content=f"<p>{TEXT}</p>"))
    before = count(url, entry_marks)

    store.forget_marks(expired_marks(NOW))
    kept = count(url, entry_marks)
    store.forget_marks(expired_marks(NOW + 100 * DAY))

    assert kept == before > 0
    assert count(url, entry_marks) == 0
    assert count(url, signatures) == 1


def test_an_edited_text_is_found_by_its_new_words(store: Store, sources: dict[str, Source]) -> None:
    entry = report("Ice on the Moon", content="<p>More follows.</p>")
    [original] = poll(store, sources["a"], entry)
    poll(store, sources["a"], report("Ice on the Moon", content=f"<p>{TEXT}</p>"), at=NOW + timedelta(hours=1))

    [copy] = poll(store, sources["b"], report("A copy", "b", content=f"<p>{TEXT}</p>"), at=NOW + DAY)

    assert copy.original == original.id


def test_a_result_that_is_dropped_leaves_nothing_to_recognize(
    store: Store, sources: dict[str, Source], url: str
) -> None:
    entries = [report(FIRE, content=f"<p>{TEXT}</p>")]
    [claim] = store.claims.take(now=NOW, lease=LEASE, limit=1, names=["a"])

    with pytest.raises(ZeroDivisionError):
        _write_and_fail(store, claim, entries)

    assert [count(url, table) for table in (signatures, entry_marks, vocabularies, ungrouped)] == [0] * 4


def _write_and_fail(store: Store, claim: Claim, entries: list[Entry]) -> None:
    with store.poll(claim) as transaction:
        seen = Seen(entries=tuple(entries), signatures=sign(entries), gists=gists_of(entries))
        marked = marks_of(seen, transaction.known(entries), now=NOW)
        decisions = decide(entries, Known(), marked, Nearby(), claim=claim, now=NOW).decisions
        transaction.write(PollResult(source="a", state=claim.state, decisions=decisions))
        raise ZeroDivisionError


def test_the_store_learns_how_common_words_are_in_each_language(store: Store, sources: dict[str, Source]) -> None:
    headlines = [report(f"Harbour report number {number}") for number in range(60)]
    berichte = [report(f"Hafenbericht Nummer {number}", language="de") for number in range(60)]

    poll(store, sources["a"], *headlines, *berichte)

    learned = store.vocabularies()
    assert learned["en"].entries == learned["de"].entries == 60
    assert learned["en"].counts["harbour"] == 60
    assert "harbour" not in learned["de"].counts


def test_entries_from_before_the_signatures_are_found_by_their_address_and_are_their_own_story(
    store: Store, sources: dict[str, Source], url: str
) -> None:
    entry = report(FIRE)
    [old] = poll(store, sources["a"], entry)
    engine = create_engine(url, pool_size=1)
    with engine.begin() as connection:
        connection.execute(signatures.delete())
    engine.dispose()

    [copy] = poll(store, sources["b"], report(FIRE, "b", canonical_url=entry.canonical_url))
    [other] = poll(store, sources["c"], report(FIRE_TOO, "c"))

    assert copy.original == old.id
    assert other.id != old.id
    assert store.stories([old.id])[old.id][0].id == old.id


def test_a_page_that_both_link_to_is_found_across_polls_and_languages(store: Store) -> None:
    page = '<p><a href="https://agency.example/news/kalliope" rel="noopener noreferrer">more</a></p>'
    store.configure([make_source("a"), make_source("b")])
    english = make_entry("Kalliope probe wakes from its sleep", language="en", content=page)
    german = make_entry("Raumsonde Kalliope meldet sich", language="de", content=page)

    [first] = poll(store, make_source("a"), english)
    [second] = poll(store, make_source("b"), german)

    assert second.story == first.id
    assert "a page that both link to" in (second.story_evidence or "")


class Counting:
    """An encoder that finds the same meaning in all, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self.texts += texts
        return [[0.6, 0.8]] * len(texts)


def test_what_several_sources_say_word_for_word_is_read_once_for_its_meaning(store: Store) -> None:
    said = ["Lorry fire shuts harbour tunnel in Bergen", "Lorry fire closes the harbour tunnel of Bergen"]
    encoder = Counting()

    found = poll_all(
        store,
        {name: [report(said[number % 2], name)] for number, name in enumerate("abcd")},
        now=NOW,
        encoder=encoder,
    )

    assert len({each.story for each in found.values()}) == 1
    assert sorted(encoder.texts) == sorted(said)


class Ending(Counting):
    """The program is told to end while the first texts are being read."""

    def __init__(self) -> None:
        super().__init__()
        self.stop = threading.Event()

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self.stop.set()
        return super().embed(texts)


def test_a_program_that_ends_does_not_wait_for_what_texts_mean_and_the_next_round_judges_them(store: Store) -> None:
    names = [f"s{number}" for number in range(40)]
    store.configure([make_source(name) for name in names])
    for number, name in enumerate(names):
        poll_once(store, name, [report(f"Lorry fire shuts harbour tunnel in Bergen {number}", name)], now=NOW)
    ending, counting = Ending(), Counting()
    read: list[int] = []

    assert group_waiting(store, NOW, encoder=ending, stop=ending.stop) == 0
    assert len(ending.texts) < len(names) == len(store.rounds.waiting(limit=99))

    assert group_waiting(store, NOW, encoder=counting, moves_on=lambda: read.append(len(counting.texts))) == 39
    assert len(counting.texts) == len(names)
    assert read == [0, 32], "whoever watches is told now and then"
    assert len({each.story for each in store.entries(Selection())}) == 1


TITLES = [
    "Lorry fire shuts harbour tunnel in Bergen",
    "Harbour tunnel of Bergen shut after fire in lorry",
    "Bergen: burning lorry closes the harbour tunnel for weeks",
    "Nordlake Robotics raises 40 million for warehouse arms",
    "Warehouse arms: Nordlake Robotics gets 40 million",
    "Comet Marsh-Okada is brightest on Friday night",
    "How to see comet Marsh-Okada on Friday",
    "Budget of the county is late again",
]


@pytest.mark.parametrize("seed", range(5))
def test_a_round_gives_the_same_stories_whichever_server_answers_first(store: Store, seed: int) -> None:
    reports = [
        (f"s{number}", report(title, f"s{number}", published=NOW - timedelta(minutes=number)))
        for number, title in enumerate(TITLES)
    ]
    store.configure([make_source(name) for name, _ in reports])
    random.Random(seed).shuffle(reports)

    for name, entry in reports:
        poll_once(store, name, [entry], now=NOW)
    group_waiting(store, NOW)

    stories = {TITLES.index(each.title): each for each in store.entries(Selection())}
    first = {number: stories[number].id for number in stories}
    assert [stories[number].story for number in range(8)] == [first[number] for number in (2, 2, 2, 4, 4, 6, 6, 7)]


COPIED = "The mayor of Bergen opened the new harbour ferry and thanked all who had worked on it for so many years. " * 4


@pytest.mark.parametrize("seed", range(5))
def test_entries_without_dates_have_the_same_stories_and_originals_whichever_server_answers_first(
    store: Store, seed: int
) -> None:
    reports = [
        (f"s{number}", report(title, f"s{number}", published=None, summary="")) for number, title in enumerate(TITLES)
    ]
    reports += [
        (
            f"c{number}",
            report(
                "Ferry opened", f"c{number}", published=None, content=f"<p>{COPIED}</p>", url=None, canonical_url=None
            ),
        )
        for number in range(3)
    ]
    store.configure([make_source(name) for name, _ in reports])
    random.Random(seed).shuffle(reports)

    for seconds, (name, entry) in enumerate(reports):
        poll_once(store, name, [entry], now=NOW + timedelta(seconds=seconds))
    group_waiting(store, NOW + timedelta(seconds=len(reports)))

    stored = list(store.entries(Selection()))
    stories: dict[str, set[int]] = {}
    for each in stored:
        if each.title in TITLES:
            stories.setdefault(each.story, set()).add(TITLES.index(each.title))
    assert sorted(map(sorted, stories.values())) == [[0, 1, 2], [3, 4], [5, 6], [7]]
    assert [each.source for each in stored if each.title == "Ferry opened" and not each.duplicate_of] == ["c0"]


def test_what_new_sources_bring_along_is_grouped_with_what_others_published_in_the_same_days(
    store: Store, sources: dict[str, Source], url: str
) -> None:
    old = {"published": NOW - 40 * DAY}
    brought = {"a": report(FIRE, **old), "b": report(FIRE_TOO, "b", published=NOW - 41 * DAY)}

    for name, entry in brought.items():
        poll_once(store, name, [entry], now=NOW)
    group_waiting(store, NOW)

    assert len({each.story for each in store.entries(Selection())}) == 1
    assert _story_marks(url) == 0


def test_what_a_new_source_brings_along_is_not_judged_where_no_other_source_published_in_those_days(
    store: Store, sources: dict[str, Source], url: str
) -> None:
    old, young = (
        [report(title, published=NOW - days * DAY) for title in (f"{FIRE} {days}", f"{FIRE}, early {days}")]
        for days in (40, 1)
    )
    poll_once(store, "a", [*old, *young], now=NOW)
    poll_once(store, "b", [report(FIRE_TOO, "b", published=NOW - 50 * DAY)], now=NOW)

    group_waiting(store, NOW)

    assert store.rounds.waiting(limit=9) == []
    stories = {each.title: each.story for each in store.entries(Selection())}
    assert len({stories[each.title] for each in young}) == 1
    assert len({stories[each.title] for each in old}) == 2


def _story_marks(url: str) -> int:
    engine = create_engine(url, pool_size=1)
    with engine.begin() as connection:
        marks = connection.execute(sa.select(entry_marks.c.mark)).scalars().all()
    engine.dispose()
    return sum(WORD.has(mark) for mark in marks)


def test_two_stories_become_one_when_a_report_shows_it_and_the_other_id_still_leads_there(
    store: Store, sources: dict[str, Source], url: str
) -> None:
    one = "Kalliope probe: landing on Venus near Maat Mons"
    two = "Kalliope lander: first pictures of Venus plain sent to Darmstadt"
    both = "Kalliope probe: landing on Venus near Maat Mons, first pictures of Venus plain sent to Darmstadt by lander"
    [first] = poll(store, sources["a"], report(one, published=NOW - 2 * DAY / 24))
    [second] = poll(store, sources["b"], report(two, "b", published=NOW - DAY / 24))
    assert first.story != second.story

    poll(store, sources["c"], report(both, "c"))

    stories = store.stories([first.id, second.id])
    assert {each.source for each in stories[first.id]} == {"a", "b", "c"}
    assert stories[second.id] == stories[first.id]
    assert count(url, story_aliases) == 1


def test_a_round_that_another_worker_has_judged_is_not_judged_twice(store: Store, sources: dict[str, Source]) -> None:
    poll_once(store, "a", [report(FIRE)], now=NOW)
    waiting = store.rounds.waiting(limit=9)
    group_waiting(store, NOW)

    assert not store.rounds.write(Grouping(waiting=tuple(each.pk for each in waiting)))


def test_articles_wait_while_others_are_polling_but_not_for_long(store: Store, sources: dict[str, Source]) -> None:
    poll_once(store, "a", [report(FIRE)], now=NOW)
    store.claims.take(now=NOW, lease=LEASE, limit=1, names=["b"])

    assert not store.rounds.may_group(now=NOW, waits_since=NOW - timedelta(minutes=2))
    assert store.rounds.may_group(now=NOW, waits_since=NOW)
    assert store.rounds.may_group(now=NOW + 2 * LEASE, waits_since=NOW - timedelta(minutes=2))


def test_an_article_that_waits_once_more_is_judged_again(store: Store, sources: dict[str, Source], url: str) -> None:
    [first] = poll(store, sources["a"], report(FIRE))
    marks = count(url, entry_marks)
    engine = create_engine(url, pool_size=1)
    with engine.begin() as connection:
        connection.execute(ungrouped.insert().from_select(["entry_pk"], sa.select(signatures.c.entry_pk)))
    engine.dispose()

    group_waiting(store, NOW)

    assert store.rounds.waiting(limit=9) == []
    assert count(url, entry_marks) == marks
    assert [each.id for each in store.stories([first.id])[first.id]] == [first.id]


def test_what_the_nearest_of_another_story_lacks_is_said_in_words(store: Store, sources: dict[str, Source]) -> None:
    poll(store, sources["a"], report("Glacier shrinks in Norway", published=NOW))
    [other] = poll(store, sources["b"], report("Glacier shrinks in Iceland", "b", published=NOW))
    [far] = poll(store, sources["c"], report("Budget of the county is late", "c", published=NOW))

    looked_at, [line] = stories_near(store, other)

    assert looked_at == 1
    assert "from a “Glacier shrinks in Norway”" in line
    assert "which is not enough: the places differ" in line
    assert stories_near(store, far) == (0, [])


@pytest.mark.parametrize("rounds", [1, 2])
def test_reports_of_one_event_find_each_other_in_one_round_as_in_two_whatever_else_each_says(
    store: Store, sources: dict[str, Source], rounds: int
) -> None:
    title = "comet grazes lighthouse, ferryman and orchard"
    seen = " ".join(f"quay{letter}nor haul{letter}ven" for letter in "bcdfghklmnp")
    heard = " ".join(f"mast{letter}lin reef{letter}dor" for letter in "bcdfghklmnp")

    poll_once(store, "a", [report(title, "a", summary=seen)], now=NOW)
    if rounds == 2:
        group_waiting(store, NOW)
    poll_once(store, "b", [report(f"watch: {title}", "b", summary=heard)], now=NOW)
    group_waiting(store, NOW)

    assert len({entry.story for entry in store.entries(Selection())}) == 1
