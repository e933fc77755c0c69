"""An article is what its own publisher says it is, whoever is polled first; on every database."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.config import Where
from aggregator.model import Fetched, Selection
from aggregator.steps.group import group_waiting
from tests.newsroom import Newsroom, make_config, titles_of

Opening = Callable[[], Newsroom]
TUESDAY = datetime(2026, 3, 3, 6, 30, tzinfo=UTC)  # 07:30 in Luxembourg
SITES = ("agency", "thief", "third")
LINK = "https://agency.example/news/budget-2027"
TITLE = "Agency budget for 2027 approved"
TEXT = (
    "The council of the agency has approved the budget for the year 2027, and with it two missions to small moons. "
    "Their builders begin in spring; the first of them leaves in nine years, says the director of the programme."
)
ID = "urn:uuid:7d1a2f0e-8f31-4a55-9d0b-0c5f5f1d2a11"


@pytest.fixture
def opening(url: str) -> Iterator[Opening]:
    opened: list[Newsroom] = []

    def open_one() -> Newsroom:
        sources = [{"url": f"https://{name}.example/feed", "name": name} for name in SITES]
        room = Newsroom(make_config(url, {"where": {}}, sources=sources, feeds=[{"name": "all", "title": "All"}]))
        opened.append(room)
        return room

    yield open_one
    for room in opened:
        room.close()


def item(title: str, link: str, text: str, more: str = "", *, at: str = "Mon, 02 Mar 2026 10:00:00 GMT") -> str:
    told = f"<title>{title}</title><link>{link}</link><description>{text}</description><pubDate>{at}</pubDate>"
    return f"<item>{told}{more}</item>"


def poll(room: Newsroom, name: str, *items: str) -> None:
    channel = f"<title>{name}</title><link>https://{name}.example/</link>{''.join(items)}"
    body = f'<rss version="2.0"><channel>{channel}</channel></rss>'
    aggregator = room.aggregator
    [claim] = aggregator.store.claims.take(now=room.clock(), lease=timedelta(minutes=5), limit=1, names=[name])
    answer = Fetched(url=claim.source.url, body=body.encode(), content_type="application/rss+xml")
    aggregator.setup.pipeline.read(claim, answer)
    room.clock.advance(minutes=1)


def guid(value: str) -> str:
    return f'<guid isPermaLink="false">{value}</guid>'


ARTICLE = item(TITLE, LINK, TEXT, guid(ID))
EARLY = "Sun, 01 Mar 2026 10:00:00 GMT"
CLAIMS = {
    "its address": item("Agency director arrested", LINK, "Buy my coin: https://thief.example/coin", at=EARLY),
    "its address and title": item(TITLE, LINK, "Buy my coin: https://thief.example/coin", at=EARLY),
    "its address, without a text": item(TITLE, LINK, "", at=EARLY),
    "its id and title": item(TITLE, "https://thief.example/1", "Buy my coin", guid(ID), at=EARLY),
    "its id, title and address": item(TITLE, LINK, "Buy my coin", guid(ID), at=EARLY),
    "its name": item(TITLE, LINK, "Buy my coin", '<source url="https://agency.example/feed">Agency</source>', at=EARLY),
}
COPIES = {
    "its text and address": item("You won't believe it", LINK, TEXT, at=EARLY),
    "its text": item("You won't believe it", "https://thief.example/2", TEXT, at="Mon, 02 Mar 2026 11:00:00 GMT"),
    "all of it": item(
        TITLE, LINK, TEXT, guid(ID) + '<source url="https://agency.example/feed">Agency</source>', at=EARLY
    ),
}


def shown_by_the_agency(room: Newsroom) -> list[tuple[str, str]]:
    published = room.aggregator.published(Where(), limit=100)
    return [(each.entry.title, each.entry.summary) for each in published if each.entry.source == "agency"]


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_never_keeps_the_article_out_of_feed_and_digest(opening: Opening, claim: str) -> None:
    room = opening()
    poll(room, "thief", CLAIMS[claim])
    room.issues(on=TUESDAY)
    poll(room, "agency", ARTICLE)

    [issue] = room.issues(on=TUESDAY + timedelta(days=1))

    assert shown_by_the_agency(room) == [(TITLE, TEXT)]
    assert [story.lead.source for story in issue.stories] == ["agency"]
    assert titles_of(issue) == [TITLE]


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_later_claim_changes_nothing_of_what_is_shown(opening: Opening, claim: str) -> None:
    room = opening()
    poll(room, "agency", ARTICLE)
    [before] = room.aggregator.published(Where(), limit=10)
    room.issues(on=TUESDAY)
    poll(room, "thief", CLAIMS[claim])

    after = [each for each in room.aggregator.published(Where(), limit=10) if each.entry.source == "agency"]

    assert [(each.id, each.entry.id, each.updated, each.listed_at) for each in after] == [
        (before.id, before.entry.id, before.updated, before.listed_at)
    ]


@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize("first", ["thief", "agency"])
def test_a_copy_is_shown_as_the_agencys_article_once(opening: Opening, copy: str, first: str) -> None:
    room = opening()
    documents = {"agency": ARTICLE, "thief": COPIES[copy]}
    for name in sorted(documents, key=lambda name: name != first):
        poll(room, name, documents[name])

    [issue] = room.issues(on=TUESDAY)

    assert len(room.aggregator.published(Where(), limit=10)) == 1
    assert shown_by_the_agency(room) == [(TITLE, TEXT)]
    assert [story.lead.source for story in issue.stories] == ["agency"]


def test_who_takes_over_is_published_under_the_id_that_was_and_is_no_news_again(opening: Opening) -> None:
    room = opening()
    poll(room, "thief", COPIES["its text and address"])
    [before] = room.aggregator.published(Where(), limit=10)
    room.issues(on=TUESDAY)
    poll(room, "agency", ARTICLE)

    [after] = room.aggregator.published(Where(), limit=10)

    assert (after.id, after.listed_at) == (before.id, before.listed_at)
    assert after.updated > before.updated
    assert [each.source for each in after.also] == ["thief"]
    assert room.issues(on=TUESDAY + timedelta(days=1)) == []


def test_duplicates_are_counted_where_they_are(opening: Opening) -> None:
    room = opening()
    poll(room, "thief", COPIES["its text and address"])
    poll(room, "agency", ARTICLE)
    poll(room, "third", item("What I read", LINK, TEXT))

    store = room.aggregator.store

    assert store.totals().duplicates == sum(1 for each in store.entries(Selection()) if each.duplicate_of) == 2
    assert {each.source for each in store.entries(Selection()) if each.duplicate_of} == {"thief", "third"}


def groups_of(room: Newsroom) -> set[frozenset[tuple[str, str, bool]]]:
    groups: dict[str, set[tuple[str, str, bool]]] = {}
    for each in room.aggregator.store.entries(Selection()):
        groups.setdefault(each.original, set()).add((each.source, each.title, each.duplicate_of is None))
    return {frozenset(members) for members in groups.values()}


@pytest.mark.parametrize("order", list(itertools.permutations(SITES)), ids="-".join)
def test_the_same_input_gives_the_same_groups_in_whatever_order_servers_answer(
    opening: Opening, order: tuple[str, ...]
) -> None:
    room = opening()
    documents = {
        "agency": [ARTICLE, item("Another matter", "https://agency.example/other", "Words of another matter.")],
        "thief": [CLAIMS["its address and title"], COPIES["its text"]],
        "third": [item("Read this", LINK, "I like it."), item("Seen elsewhere", "https://third.example/3", TEXT)],
    }

    for name in order:
        poll(room, name, *documents[name])

    assert groups_of(room) == {
        frozenset(
            {
                ("agency", TITLE, True),
                ("thief", TITLE, False),
                ("thief", "You won't believe it", False),
                ("third", "Seen elsewhere", False),
            }
        ),
        frozenset({("agency", "Another matter", True)}),
        frozenset({("third", "Read this", True)}),
    }


def test_who_takes_over_gets_the_story_that_its_own_words_belong_to(opening: Opening) -> None:
    room = opening()
    poll(
        room, "third", item("Harbor ferry stops at noon for repairs of its engine", "https://third.example/1", "Ferry.")
    )
    copy = item("Harbor ferry stops at noon for repairs of its engine today", "https://thief.example/3", TEXT)
    poll(room, "thief", copy)
    group_waiting(room.aggregator.store, room.clock())

    poll(room, "agency", ARTICLE)
    group_waiting(room.aggregator.store, room.clock())

    assert shown_by_the_agency(room) == [(TITLE, TEXT)]
    stored = {each.source: each for each in room.aggregator.store.entries(Selection())}
    assert stored["thief"].story == stored["agency"].story != stored["third"].story
