"""How feeds are answered: from what lies ready, those of a search, and how to subscribe."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import feedparser
import html5lib
import pytest
from lxml import etree

from aggregator.config import FeedConfig, Tokens, Web
from aggregator.entrypoints.web.fast_lane import Latest
from aggregator.errors import StoreError
from tests.unit.publish.samples import make_item
from tests.unit.web.samples import CONFIG, ListStore, client_of, make_aggregator

OWN, GENERAL = "own00-0123456789", "feeds-0123456789"


# --- the fast lane ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "br"}])
def test_what_lies_ready_is_answered_as_what_is_made(headers):
    client = client_of(make_aggregator(*(make_item(f"e{number}") for number in range(9))))

    made, ready = (client.get("/feeds/all.atom", headers=headers) for _ in range(2))
    head = client.head("/feeds/all.atom", headers=headers)

    assert ready.status_code == made.status_code == 200
    assert ready.content == made.content
    assert dict(ready.headers) == dict(made.headers) == dict(head.headers)
    assert head.content == b""


def test_a_304_from_what_lies_ready_has_the_headers_of_one_that_is_made():
    aggregator = make_aggregator(make_item())
    tag = client_of(aggregator).get("/feeds/all.atom").headers["etag"]
    client = client_of(aggregator)  # has nothing ready

    made, ready = (client.get("/feeds/all.atom", headers={"If-None-Match": tag}) for _ in range(2))

    assert (made.status_code, ready.status_code) == (304, 304)
    assert dict(ready.headers) == dict(made.headers)


def test_what_lies_ready_is_for_the_hosts_that_may_ask_for_it():
    client = client_of(make_aggregator(make_item()))
    assert client.get("/feeds/all.atom").status_code == 200

    assert client.get("/feeds/all.atom", headers={"Host": "elsewhere.example"}).status_code == 421
    assert client.get("/feeds/all.atom", headers={"Host": "localhost"}).status_code == 200
    twice = [("Host", "news.example.org"), ("Host", "elsewhere.example")]
    assert client.get("/feeds/all.atom", headers=twice).status_code == 400


def test_a_304_asks_the_store_for_the_version_and_for_nothing_else(monkeypatch: pytest.MonkeyPatch):
    aggregator = make_aggregator(make_item())
    client = client_of(aggregator)
    tag = client.get("/feeds/all.atom").headers["etag"]
    asked: list[str] = []

    class Watched(ListStore):
        def __getattribute__(self, name: str) -> object:
            asked.append(name)
            return super().__getattribute__(name)

    monkeypatch.setattr(aggregator.store, "__class__", Watched)
    monkeypatch.setattr(gzip, "compress", None)
    monkeypatch.setattr(hashlib, "sha256", None)

    assert client.get("/feeds/all.atom", headers={"If-None-Match": tag}).status_code == 304
    assert {name for name in asked if not name.startswith("_")} == {"ping", "error", "version"}
    assert aggregator.rendered == 1


def test_news_are_seen_at_once():
    aggregator = make_aggregator(make_item("old"))
    client = client_of(aggregator)
    for _ in range(2):
        client.get("/feeds/all.json")

    aggregator.store.items.append(make_item("new"))
    aggregator.store.version += 1

    assert len(client.get("/feeds/all.json").json()["items"]) == 2


def test_an_edited_configuration_is_seen_at_once():
    aggregator = make_aggregator(make_item())
    client = client_of(aggregator)
    for _ in range(2):
        client.get("/feeds/all.json")

    aggregator.config = CONFIG.model_copy(update={"feeds": (FeedConfig(name="all", title="Renamed", token=OWN),)})

    assert client.get("/feeds/all.json").status_code == 401
    assert client.get("/feeds/all.json", auth=("a", OWN)).json()["title"] == "Renamed"
    assert client.get("/feeds/all.json").status_code == 401


def test_a_lost_database_is_told_also_where_an_answer_lies_ready():
    aggregator = make_aggregator(make_item())
    client = client_of(aggregator)
    client.get("/feeds/all.atom")

    aggregator.store.error = StoreError("the database is away")

    assert client.get("/feeds/all.atom").status_code == 503


def run_apart(asking: Coroutine[Any, Any, Any]) -> Any:
    """Run it in a thread of its own: that of the tests may have a loop already, a browser's."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asking).result()


def test_requests_that_come_together_share_one_look():
    looks, go = [], threading.Event()

    def read() -> int:
        looks.append(1)
        go.wait(5)
        return len(looks)

    async def ask() -> list[int]:
        latest = Latest(read)
        first = asyncio.create_task(latest.now())
        while not looks:
            await asyncio.sleep(0.001)
        others = [asyncio.create_task(latest.now()) for _ in range(20)]  # the first look may be too old for them
        others[3].cancel()
        await asyncio.sleep(0)
        go.set()
        return [await first, *[await each for each in others if each is not others[3]]]

    assert run_apart(ask()) == [1] + [2] * 19
    assert len(looks) == 2


def test_a_look_holds_for_a_moment_and_is_then_taken_anew():
    now, looks = [0.0], []

    def read() -> int:
        looks.append(1)
        return len(looks)

    async def ask() -> list[int | None]:
        latest = Latest(read, holds_s=0.01, clock=lambda: now[0])
        seen = [latest.held(), await latest.now(), latest.held()]
        now[0] = 0.009
        seen.append(latest.held())
        now[0] = 0.01
        return [*seen, latest.held(), await latest.now()]

    assert run_apart(ask()) == [None, 1, 1, 1, None, 2]


# --- feeds of searches -----------------------------------------------------------------------------------------------


def test_a_search_is_a_feed():
    client = client_of(make_aggregator(make_item()))

    answer = client.get("/feeds/search.atom", params={"q": "  Lunar   ice ", "category": "space"})

    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.feed.title == "Space & talent: Lunar ice, Space"
    [self_link] = [link.href for link in feed.feed.links if link.rel == "self"]
    assert self_link == "https://news.example.org/feeds/search.atom?q=lunar+ice&category=space"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["etag"]


def test_it_selects_what_it_is_asked_for():
    aggregator = make_aggregator(make_item())

    client_of(aggregator).get("/feeds/search.json?q=ice&source=first&language=de-AT")

    [asked] = aggregator.store.asked
    assert (asked.search, asked.sources, asked.language) == ("ice", ("first",), "de-at")


def test_the_same_search_has_the_same_id_however_it_is_spelled():
    client = client_of(make_aggregator(make_item()))

    ids = {
        feedparser.parse(client.get(f"/feeds/search.atom?{query}").content).feed.id
        for query in ("q=lunar+ice&language=en", "language=EN&q=Lunar%20ice", "q=lunar++ice&language=en&category=")
    }
    other = feedparser.parse(client.get("/feeds/search.atom?q=ice+lunar").content).feed.id

    assert len(ids) == 1
    assert ids != {other}
    assert ids.pop().startswith("tag:news.example.org,2026:search/")


def test_a_search_is_looked_up_once_while_nothing_changes():
    aggregator = make_aggregator(make_item())
    client = client_of(aggregator)

    first, again = (client.get("/feeds/search.rss?q=ice") for _ in range(2))

    assert len(aggregator.store.asked) == 1
    assert first.content == again.content
    aggregator.store.version += 1
    client.get("/feeds/search.rss?q=ice")
    assert len(aggregator.store.asked) == 2


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "Say what to look for"),
        ("q=%20", "Say what to look for"),
        ("q=" + "a" * 201, "No more than 200 characters"),
        ("category=nothing", "No category is named"),
        ("source=nobody", "No source is named"),
        ("language=12", "is not a language"),
    ],
)
def test_what_can_not_be_looked_for_is_said(query, sentence):
    answer = client_of(make_aggregator()).get(f"/feeds/search.atom?{query}")

    assert answer.status_code == 404
    assert sentence.lower() in answer.text.lower()


def test_searches_push_no_feed_out_of_memory():
    aggregator = make_aggregator(make_item())
    client = client_of(aggregator)
    aggregator.config = aggregator.config.model_copy(update={"web": Web(searches_per_minute=1000)})
    client.get("/feeds/all.atom")

    for number in range(200):
        client.get(f"/feeds/search.atom?q={number}")
    client.get("/feeds/all.atom?fresh")

    assert aggregator.rendered == 1


# --- tokens ----------------------------------------------------------------------------------------------------------


def test_who_has_the_token_in_the_address_finds_it_in_the_links_and_nobody_else_does():
    config = CONFIG.model_copy(update={"feeds": (FeedConfig(name="all", token=OWN),)})
    client = client_of(make_aggregator(make_item(), config=config))

    by_address = client.get("/feeds/all.json", params={"token": OWN}).json()
    by_password = client.get("/feeds/all.json", auth=("reader", OWN)).text

    assert by_address["feed_url"] == f"https://news.example.org/feeds/all.json?token={OWN}"
    assert OWN not in by_password


def test_the_list_of_feeds_has_the_general_token_where_it_opens_something():
    config = CONFIG.model_copy(
        update={
            "feeds": (FeedConfig(name="all"), FeedConfig(name="inner", token=OWN)),
            "web": Web(tokens=Tokens(feeds=GENERAL)),
        }
    )
    client = client_of(make_aggregator(config=config))

    by_address = client.get("/feeds/", params={"token": GENERAL}).text
    opml = client.get("/feeds/feeds.opml", params={"token": GENERAL}).text
    by_password = client.get("/feeds/", auth=("reader", GENERAL)).text

    assert f"/feeds/all.atom?token={GENERAL}" in by_address
    assert f"/feeds/all.atom?token={GENERAL}" in opml
    assert "/feeds/inner.atom?token" not in by_address
    assert OWN not in by_address + opml + by_password
    assert GENERAL not in by_password


# --- how to subscribe ------------------------------------------------------------------------------------------------


def test_the_list_of_feeds_names_every_address_in_full():
    page = client_of(make_aggregator()).get("/feeds/")

    html5lib.HTMLParser(strict=True).parse(page.content)
    for name in ("all", "space"):
        for ending in ("atom", "rss", "json"):
            assert f'value="https://news.example.org/feeds/{name}.{ending}"' in page.text


def test_the_feeds_are_there_as_opml():
    client = client_of(make_aggregator())

    answer = client.get("/feeds/feeds.opml")

    outlines = etree.fromstring(answer.content).findall("body/outline/outline")
    assert [(each.get("type"), each.get("xmlUrl")) for each in outlines] == [
        ("rss", "https://news.example.org/feeds/all.atom"),
        ("rss", "https://news.example.org/feeds/space.atom"),
    ]
    assert answer.headers["content-type"].startswith("text/x-opml")
    assert client.get("/feeds/feeds.opml", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_private_feeds_are_not_announced_on_every_page():
    config = CONFIG.model_copy(update={"feeds": (FeedConfig(name="all"), FeedConfig(name="inner", token=OWN))})
    client = client_of(make_aggregator(config=config))

    assert "feeds/inner" not in client.get("/").text
    assert "feeds/inner" in client.get("/feeds/").text


def test_time_alone_changes_no_feed():
    aggregator = make_aggregator(make_item())
    client = client_of(aggregator)
    first = client.get("/feeds/all.rss")
    aggregator.now += timedelta(days=3)
    aggregator.store.version += 1

    assert client.get("/feeds/all.rss").content == first.content
