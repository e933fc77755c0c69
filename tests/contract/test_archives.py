"""Archives of feeds (RFC 5005 §4): who was away for long finds all of it, and what is full never changes."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
import sqlalchemy as sa

from aggregator.entrypoints.web.application import create_app
from aggregator.model import FeedFormat, FeedRenewal
from aggregator.outputs.renewal import archive_document, due_archives, renew_feeds
from aggregator.publish import FORMATS
from aggregator.store.tables import archives, entries, entry_categories
from tests.newsroom import Newsroom, make_config
from tests.unit.web.samples import TestClient

LIMIT = 20
FEEDS = [
    {"name": "all", "limit": LIMIT},
    {"name": "space", "limit": 4, "where": {"categories": ["space"]}},
    {"name": "moon", "limit": 4, "where": {"text": "moon"}},
]

Opener = Callable[..., Newsroom]


@pytest.fixture
def opening(url: str) -> Iterator[Opener]:
    rooms: list[Newsroom] = []

    def opened(**sections: Any) -> Newsroom:
        rooms.append(Newsroom(make_config(url, **({"feeds": FEEDS} | sections))))
        return rooms[-1]

    yield opened
    for room in rooms:
        room.close()


class Reader:
    """A feed reader that knows RFC 5005: it goes back through archives until one that it has read before."""

    def __init__(self, room: Newsroom, feed: str = "all", format_: str = "atom") -> None:
        self._client = TestClient(create_app(room.aggregator), base_url="http://localhost")
        self._feed, self._format = feed, format_
        self.archives: list[str] = []
        self.entries: dict[str, str] = {}
        self.seen: list[str] = []

    def poll(self) -> None:
        page = self._get(f"/feeds/{self._feed}.{self._format}")
        new, (ids, previous) = [], page
        self._take(ids)
        while previous is not None and previous not in self.archives:
            new.append(previous)
            ids, previous = self._get(urlsplit(previous).path)
            self.seen += ids
            self._take(ids)
        self.archives += reversed(new)

    def _take(self, ids: dict[str, str]) -> None:
        self.entries = ids | self.entries

    def _get(self, path: str) -> tuple[dict[str, str], str | None]:
        answer = self._client.get(path)
        assert answer.status_code == 200, path
        if self._format == "json":
            feed = answer.json()
            return {each["id"]: each["title"] for each in feed["items"]}, feed.get("next_url")
        feed = feedparser.parse(answer.content)
        links = {link.rel: link.href for link in feed.feed.links}
        return {each.id: each.title for each in feed.entries}, links.get("prev-archive")


def tag(entry_id: str) -> str:
    return f"tag:news.example.org,2026:entry/{entry_id}"


def bytes_of(room: Newsroom, number: int, feed: str = "all") -> list[bytes]:
    document = archive_document(room.aggregator, feed, number)
    return [form.write(document) for form in FORMATS.values() if form.has_archives]


@pytest.mark.parametrize("format_", ["atom", "rss", "json"])
def test_a_reader_that_was_away_for_a_month_finds_every_entry_once(opening: Opener, format_: str) -> None:
    room, dice = opening(), random.Random(5)
    reader = Reader(room, format_=format_)
    published = room.publish("the last one seen")
    renew_feeds(room.aggregator)
    reader.poll()
    for day in range(30):
        room.clock.advance(days=1)
        titles = [f"news {day}-{number}" for number in range(dice.choice([0, 1, 5, 13, 40]))]
        published += room.publish(*titles, source=dice.choice(["orbit", "wire"])) if titles else []
        if dice.random() < 0.7:
            renew_feeds(room.aggregator)
    renew_feeds(room.aggregator)

    reader.poll()

    assert len(published) > 200
    assert set(reader.entries) == set(map(tag, published))
    assert len(reader.seen) == len(set(reader.seen)), "no archive repeats another"
    before = list(reader.archives)
    reader.poll()
    assert reader.archives == before


def test_between_two_looks_nothing_is_between_the_feed_and_its_archives(opening: Opener) -> None:
    room = opening()
    published = []
    for number in range(15):
        room.clock.advance(hours=1)
        published += room.publish(f"moon {number}")
        renew_feeds(room.aggregator)
        reader = Reader(room, "moon")
        reader.poll()
        assert set(reader.entries) == set(map(tag, published)), number


def test_archives_hold_half_of_what_the_feed_does_and_are_full(opening: Opener) -> None:
    room = opening()
    for number in range(100):
        room.clock.advance(minutes=1)
        room.publish(f"news {number}")
        renew_feeds(room.aggregator)

    feeds = room.aggregator.store.feeds
    sizes = [len(feeds.archive("all", number).entries) for number in feeds.archive_numbers("all")]
    assert sizes == [LIMIT // 2] * 8
    assert [each.entry.title for each in feeds.archive("all", 1).entries] == [f"news {number}" for number in range(10)]


def test_what_is_full_never_changes_whatever_becomes_of_its_entries(opening: Opener) -> None:
    room = opening()
    ids = []
    for number in range(45):
        room.clock.advance(minutes=1)
        ids += room.publish(f"news {number}", categories=["space"] if number % 2 else [])
    renew_feeds(room.aggregator)
    first = bytes_of(room, 1)
    store = room.aggregator.store

    with store._write() as connection:  # edited, recategorized, a duplicate of another, and gone
        chosen = entries.c.id == ids[0]
        pk = connection.execute(sa.select(entries.c.pk).where(chosen)).scalar_one()
        connection.execute(entries.update().where(chosen).values(title="another", content="<p>new</p>"))
        connection.execute(entry_categories.insert().values(entry_pk=pk, category="talent", position=0, reasons=[]))
        connection.execute(entries.update().where(entries.c.id == ids[1]).values(original=ids[20]))
        connection.execute(entry_categories.delete())
        connection.execute(entries.delete().where(entries.c.id == ids[2]))
    room.publish("later news")
    renew_feeds(room.aggregator, anew=True)
    assert bytes_of(room, 1) == first

    for number in range(30):
        room.clock.advance(minutes=1)
        room.publish(f"more news {number}")
        renew_feeds(room.aggregator)
    assert store.feeds.archive_numbers("all")[-1] > 4
    assert bytes_of(room, 1) == first


def test_a_category_that_gets_another_title_leaves_archives_as_they_are(opening: Opener) -> None:
    room = opening()
    for number in range(45):
        room.clock.advance(minutes=1)
        room.publish(f"news {number}", categories=["space"])
    renew_feeds(room.aggregator)
    first = bytes_of(room, 1)
    assert b"Space" in first[0]

    renamed = opening(categories=[{"name": "space", "title": "Cosmos"}, {"name": "talent"}])

    assert bytes_of(renamed, 1) == first


def test_an_archive_tells_where_it_stands(opening: Opener) -> None:
    room = opening()
    for number in range(45):
        room.clock.advance(minutes=1)
        room.publish(f"news {number}")
    renew_feeds(room.aggregator)
    client = TestClient(create_app(room.aggregator), base_url="http://localhost")
    base = "https://news.example.org/feeds/all"

    for ending in ("atom", "rss"):
        subscription = feedparser.parse(client.get(f"/feeds/all.{ending}").content)
        last = feedparser.parse(client.get(f"/feeds/all/3.{ending}").content)
        first = feedparser.parse(client.get(f"/feeds/all/1.{ending}").content)
        assert links_of(subscription) == {"self": f"{base}.{ending}", "prev-archive": f"{base}/3.{ending}"}
        assert links_of(last) == {
            "self": f"{base}/3.{ending}",
            "current": f"{base}.{ending}",
            "prev-archive": f"{base}/2.{ending}",
            "next-archive": f"{base}/4.{ending}",
        }
        assert "prev-archive" not in links_of(first)
        assert b"<fh:archive/>" in client.get(f"/feeds/all/3.{ending}").content
        assert b"<fh:archive/>" not in client.get(f"/feeds/all.{ending}").content
    assert client.get("/feeds/all/3.json").json()["next_url"] == f"{base}/2.json"
    assert client.get("/feeds/all.json").json()["next_url"] == f"{base}/3.json"


def links_of(feed: Any) -> dict[str, str]:
    return {link.rel: link.href for link in feed.feed.links if link.rel != "alternate"}


def test_forward_all_of_it_is_there_too_and_ends_in_what_is_not_full_yet(opening: Opener) -> None:
    room = opening()
    published = [room.publish(f"news {number}")[0] for number in range(50)]
    renew_feeds(room.aggregator)
    client = TestClient(create_app(room.aggregator), base_url="http://localhost")

    found, path, documents = [], "/feeds/all/1.atom", 0
    while path:
        answer = client.get(path)
        feed = feedparser.parse(answer.content)
        found += [each.id for each in feed.entries]
        documents += 1
        links = links_of(feed)
        path = urlsplit(links.get("next-archive", "")).path
        is_full = b"<fh:archive/>" in answer.content
        assert ("immutable" in answer.headers["cache-control"]) == is_full

    assert sorted(found) == sorted(map(tag, published))
    assert documents > 2
    assert not is_full


def test_a_new_source_brings_its_past_into_archives_without_bringing_it_up(opening: Opener) -> None:
    room = opening()
    ids = [room.publish(f"news {number}")[0] for number in range(LIMIT)]
    renew_feeds(room.aggregator)

    past = room.publish(
        *(f"old {number}" for number in range(15)), source="wire", seen_at=room.clock() - timedelta(days=40)
    )
    renew_feeds(room.aggregator)

    reader = Reader(room)
    reader.poll()
    assert set(reader.entries) == set(map(tag, ids + past))


def test_what_a_rule_brings_into_a_feed_late_is_archived_once_it_was_shown(opening: Opener) -> None:
    room = opening()
    [late] = room.publish("late")
    renew_feeds(room.aggregator)
    with room.aggregator.store._write() as connection:
        pk = connection.execute(sa.select(entries.c.pk).where(entries.c.id == late)).scalar_one()
        connection.execute(entry_categories.insert().values(entry_pk=pk, category="space", position=0, reasons=[]))
    renew_feeds(room.aggregator, anew=True)

    published = [late]
    for number in range(9):
        room.clock.advance(minutes=1)
        published += room.publish(f"news {number}", categories=["space"])
        renew_feeds(room.aggregator)

    reader = Reader(room, "space")
    reader.poll()
    assert set(reader.entries) == set(map(tag, published))


def test_what_does_not_belong_any_more_before_an_archive_is_full_gets_into_none(opening: Opener) -> None:
    room = opening()
    [wrong] = room.publish("wrong", categories=["space"])
    renew_feeds(room.aggregator)
    with room.aggregator.store._write() as connection:
        connection.execute(entry_categories.delete())

    for number in range(9):
        room.clock.advance(minutes=1)
        room.publish(f"news {number}", categories=["space"])
        renew_feeds(room.aggregator)

    reader = Reader(room, "space")
    reader.poll()
    assert tag(wrong) not in reader.entries
    assert len(reader.entries) == 9


def test_a_feed_by_text_has_archives_too(opening: Opener) -> None:
    room = opening()
    published = []
    for number in range(12):
        room.clock.advance(minutes=1)
        published += room.publish(f"moon {number}")
        room.publish(f"sun {number}")
    renew_feeds(room.aggregator)

    reader = Reader(room, "moon")
    reader.poll()
    assert set(reader.entries) == set(map(tag, published))


def test_a_million_entries_that_were_there_before_are_not_archived_all(opening: Opener) -> None:
    room = opening(feeds=[{"name": "all", "limit": 10}])
    room.publish(*(f"news {number}" for number in range(1_300)))

    renew_feeds(room.aggregator)

    feeds = room.aggregator.store.feeds
    kept = sum(len(feeds.archive("all", number).entries) for number in feeds.archive_numbers("all"))
    assert 990 <= kept <= 1_000


def test_more_news_than_are_looked_at_in_one_go_all_get_into_archives(
    opening: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.outputs.renewal._MOST_ARRIVALS", 7)
    room = opening()
    renew_feeds(room.aggregator)
    published = room.publish(*(f"news {number}" for number in range(100)))

    renew_feeds(room.aggregator)

    reader = Reader(room)
    reader.poll()
    assert set(reader.entries) == set(map(tag, published))


def test_what_is_too_old_goes_as_a_whole_and_says_so(opening: Opener) -> None:
    room = opening(storage={"url": opening().aggregator.config.storage.url, "keep": "30d"})
    for number in range(45):
        room.publish(f"news {number}")
    renew_feeds(room.aggregator)
    client = TestClient(create_app(room.aggregator), base_url="http://localhost")
    assert client.get("/feeds/all/1.atom").status_code == 200
    room.clock.advance(days=31)
    last = [room.publish(f"later news {number}")[0] for number in range(40)]

    room.aggregator.forget_old()
    renew_feeds(room.aggregator)

    assert client.get("/feeds/all/1.atom").status_code == 410
    assert client.get("/feeds/all/99.atom").status_code == 404
    numbers = room.aggregator.store.feeds.archive_numbers("all")
    assert numbers[0] == 4, "no number is given twice"
    reader = Reader(room)
    with pytest.raises(AssertionError, match=f"/feeds/all/{numbers[0] - 1}.atom"):
        reader.poll()  # it has gone back as far as there is anything
    assert set(map(tag, last)) <= set(reader.entries)


def test_two_processes_that_look_at_once_write_one_archive(opening: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    room, other = opening(), opening()
    for number in range(45):
        room.publish(f"news {number}")
    store, write = room.aggregator.store.feeds, room.aggregator.store.feeds.write

    def write_late(renewal: FeedRenewal, **values: Any) -> bool:
        monkeypatch.setattr(store, "write", write)
        renew_feeds(other.aggregator)  # it has looked at the same, and is faster
        return write(renewal, **values)

    monkeypatch.setattr(store, "write", write_late)
    renew_feeds(room.aggregator)

    sizes = [len(store.archive("all", number).entries) for number in store.archive_numbers("all")]
    assert sizes == [10, 10, 10]


def test_nothing_is_looked_at_while_nothing_changes(opening: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    room = opening()
    room.publish(*(f"news {number}" for number in range(45)))
    renew_feeds(room.aggregator)
    monkeypatch.setattr(room.aggregator, "published", lambda *_, **__: pytest.fail("looked"))

    assert renew_feeds(room.aggregator) == 0


def test_an_archive_of_an_older_program_can_be_read(opening: Opener) -> None:
    """What is stored outlives the program that stored it: a field that is added to a record needs a default."""
    room = opening()
    room.publish("news")
    renew_feeds(room.aggregator)
    stored = zlib.compress(STORED.encode())
    with room.aggregator.store._write() as connection:
        values = {"feed": "all", "number": 1, "sealed_at": room.clock(), "content": stored}
        connection.execute(archives.insert().values(values))

    document = archive_document(room.aggregator, "all", 1)

    assert [each.entry.title for each in document.entries] == ["Lunar ice found"]
    assert b"<p>Ice.</p>" in FORMATS[FeedFormat.JSON].write(document)


STORED = """{"entries":[{"id":"e1","entry":{"id":"e1","source":"orbit","url":"https://orbit.example/1",
"canonical_url":null,"title":"Lunar ice found","summary":"Ice.","content":"<p>Ice.</p>","authors":["Ada"],
"published":"2026-03-01T12:00:00Z","updated":"2026-03-01T12:00:00Z","first_seen":"2026-03-01T12:00:00Z",
"language":"en","tags":["moon"],"enclosures":[{"url":"https://orbit.example/1.mp3","type":"audio/mpeg","length":5,
"title":null}],"origin":null,"categories":[],"original":"e1","evidence":null,"story":"e1","story_evidence":null,
"feed":{"id":"https://orbit.example/feed","title":"Orbit","feed_url":"https://orbit.example/feed","site_url":null,
"updated":"2026-03-01T12:00:00Z"}},"also":[],"updated":"2026-03-01T12:00:00Z","listed_at":"2026-03-01T12:00:00Z",
"categories":["space"],"related":[]}],"labels":{"space":"Space"}}"""


def test_groups_reach_up_to_the_newest_that_is_not_shown(opening: Opener) -> None:
    now = opening().clock()
    waiting = {f"e{number}": now + timedelta(hours=number) for number in range(10)}

    assert due_archives(waiting, set(waiting), size=4) == []
    assert [list(group) for group in due_archives(waiting, set(waiting) - {"e0"}, size=4)] == [["e0", "e1", "e2", "e3"]]
    assert [len(group) for group in due_archives(waiting, set(waiting) - {"e4"}, size=4)] == [4, 4]
    assert [len(group) for group in due_archives(waiting, set(), size=4)] == [4, 4, 2]
