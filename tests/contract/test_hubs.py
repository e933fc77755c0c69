"""WebSub: hubs are named in feeds and told of changes, through the store, whatever happens in the middle."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import feedparser
import pytest
import sqlalchemy as sa

from aggregator.entrypoints.web.application import create_app
from aggregator.model.issues import DeliveryStatus, Ping
from aggregator.outputs import hubs
from aggregator.outputs.hubs import ping_due
from aggregator.outputs.renewal import renew_feeds
from aggregator.outputs.static_site import publish
from aggregator.publish import told_formats
from aggregator.store import heartbeat, tables
from tests.end_to_end.conftest import wait_for
from tests.newsroom import START, Newsroom, make_config
from tests.processes import forking, renew_and_ping
from tests.receivers import Answer, HttpReceiver, Posted
from tests.unit.web.samples import TestClient

FEEDS = [{"name": "all"}, {"name": "space", "where": {"categories": ["space"]}}]
TOPICS = [f"https://news.example.org/feeds/{form.file_name('all')}" for form in told_formats()]

Opener = Callable[..., Newsroom]


@pytest.fixture
def hub() -> Iterator[HttpReceiver]:
    with HttpReceiver() as receiver:
        yield receiver


@pytest.fixture
def opening(url: str, hub: HttpReceiver) -> Iterator[Opener]:
    rooms: list[Newsroom] = []

    def opened(**sections: Any) -> Newsroom:
        rooms.append(Newsroom(make_config(url, **(usual(hub.url) | sections))))
        return rooms[-1]

    yield opened
    for room in rooms:
        room.close()


def usual(hub: str) -> dict[str, Any]:
    return {"site": {"title": "News", "url": "https://news.example.org/", "hub": hub}, "feeds": FEEDS}


def renew_and_tell(room: Newsroom) -> list[DeliveryStatus]:
    renew_feeds(room.aggregator)
    return [pinged.outcome.status for pinged in ping_due(room.aggregator)]


def pings(room: Newsroom) -> dict[str, Ping]:
    return {each.feed: each for each in room.aggregator.store.pings.all()}


def told(hub: HttpReceiver) -> list[str]:
    """Return the topics that the hub was told of."""
    for post in hub.posts:
        assert post.headers["content-type"] == "application/x-www-form-urlencoded"
        assert parse_qs(post.body.decode())["hub.mode"] == ["publish"]
    return [parse_qs(post.body.decode())["hub.url"][0] for post in hub.posts]


def settled(opening: Opener, hub: HttpReceiver, **sections: Any) -> Newsroom:
    """Return a room whose hub knows of all that was there at the start."""
    room = opening(**sections)
    renew_and_tell(room)
    hub.posts.clear()
    return room


def test_a_hub_is_told_of_every_format_of_the_feed_that_changed(opening: Opener, hub: HttpReceiver) -> None:
    room = settled(opening, hub)
    room.publish("Lunar ice found")

    assert renew_and_tell(room) == [DeliveryStatus.SENT]

    assert told(hub) == TOPICS
    assert pings(room)["all"].status is DeliveryStatus.SENT


def test_it_is_a_row_before_it_is_attempted(opening: Opener, hub: HttpReceiver) -> None:
    room = settled(opening, hub)
    room.publish("Lunar ice found")

    renew_feeds(room.aggregator)

    assert hub.posts == []
    assert pings(room)["all"].status is DeliveryStatus.WAITING
    assert pings(room)["all"].next_attempt == room.clock()


def test_nothing_is_told_while_no_feed_changes(opening: Opener, hub: HttpReceiver) -> None:
    room = settled(opening, hub)
    room.write("orbit", feed_title="Another title of a source without entries")

    assert renew_and_tell(room) == []


def test_of_several_changes_a_hub_is_told_once(opening: Opener, hub: HttpReceiver) -> None:
    room = settled(opening, hub)
    for number in range(3):
        room.publish(f"news {number}")
        renew_feeds(room.aggregator)

    assert renew_and_tell(room) == [DeliveryStatus.SENT]
    assert told(hub) == TOPICS


def test_a_change_while_the_hub_is_told_is_told_too(opening: Opener, hub: HttpReceiver) -> None:
    room = settled(opening, hub)
    room.publish("Lunar ice found")

    def answer(_: Posted) -> Answer:
        hub.answer = lambda _: Answer()
        room.publish("A rocket lands")
        renew_feeds(room.aggregator)
        return Answer()

    hub.answer = answer

    assert renew_and_tell(room) == [DeliveryStatus.SENT, DeliveryStatus.SENT]
    assert told(hub) == TOPICS * 2


def test_a_hub_that_fails_is_told_later_and_only_of_what_it_did_not_hear(opening: Opener, hub: HttpReceiver) -> None:
    room = settled(opening, hub)
    room.publish("Lunar ice found")
    hub.answer = lambda post: Answer(status=503) if b"rss" in post.body else Answer()
    assert renew_and_tell(room) == [DeliveryStatus.WAITING]
    assert "503" in (pings(room)["all"].last_error or "")
    assert renew_and_tell(room) == []

    hub.answer = lambda _: Answer()
    room.clock.advance(seconds=10)

    assert renew_and_tell(room) == [DeliveryStatus.SENT]
    assert told(hub) == [TOPICS[0], TOPICS[1], TOPICS[1], TOPICS[2]]
    assert pings(room)["all"].last_error is None


def test_a_hub_is_not_asked_before_the_time_that_it_names(opening: Opener, hub: HttpReceiver) -> None:
    room = settled(opening, hub)
    room.publish("Lunar ice found")
    hub.answer = lambda _: Answer(status=429, headers={"Retry-After": "600"})
    renew_and_tell(room)

    room.clock.advance(seconds=590)
    room.publish("A rocket lands")  # news do not make it come sooner
    assert renew_and_tell(room) == []

    hub.answer = lambda _: Answer()
    room.clock.advance(seconds=20)
    assert renew_and_tell(room) == [DeliveryStatus.SENT]


def test_what_a_hub_refuses_waits_for_the_next_change(opening: Opener, hub: HttpReceiver) -> None:
    room = settled(opening, hub)
    room.publish("Lunar ice found")
    hub.answer = lambda _: Answer(status=404)
    assert renew_and_tell(room) == [DeliveryStatus.FAILED]

    room.clock.advance(days=1)
    assert renew_and_tell(room) == []

    hub.answer = lambda _: Answer()
    room.publish("A rocket lands")
    assert renew_and_tell(room) == [DeliveryStatus.SENT]


def test_a_hub_that_never_answers_well_is_given_up_and_tried_at_the_next_change(
    opening: Opener, hub: HttpReceiver
) -> None:
    room = settled(opening, hub)
    room.publish("Lunar ice found")
    hub.answer = lambda _: Answer(status=500)
    outcomes = renew_and_tell(room)
    while outcomes[-1] is DeliveryStatus.WAITING:
        room.clock.advance(hours=15)
        outcomes += renew_and_tell(room)

    assert len(outcomes) == 8
    assert outcomes[-1] is DeliveryStatus.FAILED
    assert "given up after 8 attempts" in (pings(room)["all"].last_error or "")


def test_a_hub_in_a_private_network_is_refused_by_the_address_guard(opening: Opener, hub: HttpReceiver) -> None:
    room = opening(fetch={"allow_private": False})
    room.publish("Lunar ice found")

    assert set(renew_and_tell(room)) == {DeliveryStatus.FAILED}
    assert hub.posts == []
    assert "this machine itself" in (pings(room)["all"].last_error or "")


def test_a_private_feed_has_no_hub(opening: Opener, hub: HttpReceiver) -> None:
    room = settled(opening, hub, feeds=[{"name": "all", "token": "0123456789abcdef"}])
    room.publish("Lunar ice found")

    assert renew_and_tell(room) == []
    document = room.aggregator.feed_document("all")
    assert document.hubs == ()


def test_a_hub_that_is_not_configured_any_more_is_not_told(opening: Opener, hub: HttpReceiver) -> None:
    room = settled(opening, hub)
    room.publish("Lunar ice found")
    renew_feeds(room.aggregator)

    later = opening(site={"title": "News", "url": "https://news.example.org/"})

    assert renew_and_tell(later) == []
    assert "all" not in pings(later)


def test_several_hubs_are_told_each_for_itself(opening: Opener, hub: HttpReceiver) -> None:
    with HttpReceiver(lambda _: Answer(status=500)) as other:
        site = {"title": "News", "url": "https://news.example.org/", "hub": [hub.url, other.url]}
        room = opening(site=site)
        room.publish("Lunar ice found")

        assert sorted(renew_and_tell(room)) == ["sent", "sent", "waiting", "waiting"]


def test_feeds_and_their_headers_name_the_hub_and_themselves(opening: Opener, hub: HttpReceiver) -> None:
    room = opening()
    room.publish("Lunar ice found")
    client = TestClient(create_app(room.aggregator), base_url="http://localhost")

    for ending in ("atom", "rss"):
        for _ in range(2):  # made, then from what lies ready
            answer = client.get(f"/feeds/all.{ending}")
            feed = feedparser.parse(answer.content)
            links = {link.rel: link.href for link in feed.feed.links}
            assert (links["self"], links["hub"]) == (f"https://news.example.org/feeds/all.{ending}", hub.url)
            said = {link["rel"]: link["url"] for link in answer.links.values()}
            assert said == {"self": f"https://news.example.org/feeds/all.{ending}", "hub": hub.url}
    answer = client.get("/feeds/all.json")
    assert answer.json()["hubs"] == [{"type": "WebSub", "url": hub.url}]
    assert "link" not in client.get("/feeds/").headers


def test_a_worker_that_died_leaves_its_ping_to_the_next_within_a_minute(opening: Opener, hub: HttpReceiver) -> None:
    room = settled(opening, hub)
    room.publish("Lunar ice found")
    renew_feeds(room.aggregator)
    store = room.aggregator.store
    assert store.pings.claim(now=room.clock(), lease=hubs._LEASE, limit=5)
    assert store.pings.claim(now=room.clock(), lease=hubs._LEASE, limit=5) == []

    told = renew_and_tell(room)
    room.clock.advance(seconds=55)
    told += renew_and_tell(room)

    assert told == [DeliveryStatus.SENT]


def test_a_ping_is_its_workers_for_as_long_as_the_hub_takes(
    opening: Opener, hub: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "_BEATS", 600)
    room, other = settled(opening, hub), opening()
    other.clock.now = room.clock.now
    meanwhile: list[object] = []

    def answer(_: Posted) -> Answer:
        for each in (room, other):
            each.clock.advance(seconds=29)
        wait_for(lambda: claimed_until(room) > room.clock() + timedelta(seconds=29))
        meanwhile.extend(ping_due(other.aggregator))
        return Answer(status=202)

    hub.answer = answer
    room.publish("Lunar ice found")

    assert renew_and_tell(room) == [DeliveryStatus.SENT]
    assert meanwhile == []
    assert told(hub) == TOPICS


def claimed_until(room: Newsroom) -> datetime:
    with room.aggregator.store._read() as connection:
        until: datetime = connection.execute(sa.select(sa.func.max(tables.pings.c.claimed_until))).scalar_one()
    return until


def test_a_site_of_files_tells_the_hub_of_its_own_addresses_when_they_changed(
    opening: Opener, hub: HttpReceiver, tmp_path: Path
) -> None:
    room = opening()
    room.publish("Lunar ice found", categories=["space"])
    publish(room.aggregator, tmp_path / "out")
    list(ping_due(room.aggregator))
    files = [topic.replace("feeds/", "") for topic in TOPICS]
    assert set(told(hub)) == {*files, *(topic.replace("all.", "space.") for topic in files)}
    hub.posts.clear()

    publish(room.aggregator, tmp_path / "out")
    assert list(ping_due(room.aggregator)) == []

    room.publish("A rocket lands")
    publish(room.aggregator, tmp_path / "out")
    list(ping_due(room.aggregator))
    assert told(hub) == files
    hub.posts.clear()

    assert renew_and_tell(room)  # who serves the same feeds tells of them too
    assert set(TOPICS) <= set(told(hub))


@pytest.mark.parametrize("points", [5, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_anywhere_the_hub_is_told_in_the_end(tmp_path: Path, points: int) -> None:
    context, killed = forking(), 0
    with HttpReceiver() as hub:
        config = make_config(f"sqlite:///{tmp_path}/trial.db", **usual(hub.url))
        room = Newsroom(config)
        renew_and_tell(room)
        room.publish("Lunar ice found", categories=["space"])
        room.close()
        (tmp_path / "trial.db").rename(tmp_path / "template.db")

        def begin() -> None:
            for left in tmp_path.glob("trial.db*"):
                left.unlink()
            shutil.copy(tmp_path / "template.db", tmp_path / "trial.db")
            hub.posts.clear()

        def run(now: datetime, kill_at: int | None, counted: Any = None) -> int | None:
            process = context.Process(target=renew_and_ping, args=(config, now, kill_at, counted), daemon=True)
            process.start()
            process.join(300)
            return process.exitcode

        begin()
        counted = context.Value("q", 0)
        assert run(START, None, counted) == 0
        assert len(told(hub)) == 6
        for point in range(points):
            begin()
            killed += run(START, 1 + int(counted.value) * point // points) == -9
            renew_and_ping(config, START + timedelta(seconds=30), None)
            expected = {*TOPICS, *(topic.replace("all.", "space.") for topic in TOPICS)}
            assert set(told(hub)) == expected, point
            assert len(hub.posts) <= 8, point
    assert killed >= points * 0.9
