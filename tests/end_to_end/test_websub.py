"""WebSub: a hub that verifies, renews and signs brings news at once; one that lies, repeats or floods, nothing."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.entrypoints.demo import DemoSite
from aggregator.entrypoints.web.application import create_app
from aggregator.errors import ConfigError
from aggregator.model import Selection, SourceHealth, Subscription
from aggregator.polling.hub_news import keep_subscribed, take_pushes
from aggregator.polling.workers import poll_due
from tests.builders import NOW
from tests.receivers import Answer, HttpReceiver, Posted

ITEM = "<item><guid>{0}</guid><link>https://a.example/{0}</link><title>News {0}</title></item>"


def feed(hub: str, *items: str, topic: str = "") -> bytes:
    links = f'<atom:link rel="hub" href="{hub}"/><atom:link rel="self" href="{topic}"/>'
    written = "".join(ITEM.format(each) for each in items)
    return (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>A</title>'
        f"{links}{written}</channel></rss>"
    ).encode()


class World:
    """A source on a site, its hub, and the program with its web server."""

    def __init__(self, folder: Path, site: DemoSite, hub: HttpReceiver, more: str = "") -> None:
        self.now = NOW
        self.site, self.hub = site, hub
        self.topic = f"{site.url}feed"
        site.put("/feed", feed(f"{hub.url}/hub", "one", "two", topic=self.topic))
        self.path = folder / "c.yaml"
        self.path.write_text(
            "site: {url: 'https://news.example/'}\nstorage: {url: 'sqlite:///x.db'}\n"
            f"fetch: {{allow_private: true{more}}}\nsources:\n  - {{name: a, url: '{self.topic}', kind: feed}}\n"
        )
        self.open()

    def open(self) -> None:
        """Start the program (again)."""
        self.aggregator = Aggregator(load(self.path), clock=self.clock)
        self.web = TestClient(create_app(self.aggregator), base_url="https://news.example")

    def restart(self) -> None:
        self.aggregator.close()
        self.open()

    def clock(self) -> datetime:
        return self.now

    def poll(self) -> None:
        list(poll_due(self.aggregator, names=["a"]))

    def ask(self) -> dict[str, str]:
        """Let the program ask the hub; return what it asked for, the last time."""
        keep_subscribed(self.aggregator)
        return {name: value for name, [value] in parse_qs(self.hub.posts[-1].body.decode()).items()}

    def verify(self, asked: dict[str, str], **changed: str) -> tuple[int, str]:
        """Ask back, as a hub does."""
        query = {
            "hub.mode": asked["hub.mode"],
            "hub.topic": asked["hub.topic"],
            "hub.challenge": "c0ffee",
            "hub.lease_seconds": "864000",
        }
        answer = self.web.get(urlsplit(asked["hub.callback"]).path, params=query | changed)
        return answer.status_code, answer.text

    def subscribe(self) -> dict[str, str]:
        self.poll()
        asked = self.ask()
        assert self.verify(asked) == (200, "c0ffee")
        return asked

    def push(self, asked: dict[str, str], body: bytes, signature: str | None = None, method: str = "sha256") -> int:
        digest = hmac.new(asked["hub.secret"].encode(), body, method).hexdigest()
        headers = {"X-Hub-Signature": f"{method}={digest}" if signature is None else signature}
        path = urlsplit(asked["hub.callback"]).path
        return self.web.post(path, content=body, headers=headers | {"Content-Type": "application/rss+xml"}).status_code

    def read(self) -> int:
        """Read what was pushed; return how many entries were new."""
        return sum(each.new for each in take_pushes(self.aggregator))

    @property
    def titles(self) -> set[str]:
        return {entry.title for entry in self.aggregator.store.entries(Selection())}

    @property
    def health(self) -> SourceHealth:
        [health] = self.aggregator.store.sources()
        return health

    @property
    def subscription(self) -> Subscription:
        [subscription] = self.aggregator.store.subscriptions.all()
        return subscription


@pytest.fixture
def hub() -> Iterator[HttpReceiver]:
    with HttpReceiver(lambda _: Answer(status=202)) as receiver:
        yield receiver


@pytest.fixture
def world(tmp_path: Path, hub: HttpReceiver) -> Iterator[World]:
    with DemoSite(now=NOW) as site:
        made = World(tmp_path, site, hub)
        yield made
        made.aggregator.close()


def test_a_hub_that_a_feed_names_is_asked_and_its_news_are_read_at_once(world: World) -> None:
    asked = world.subscribe()

    assert asked["hub.mode"] == "subscribe"
    assert asked["hub.topic"] == world.topic
    assert asked["hub.callback"].startswith("https://news.example/websub/")
    assert 32 <= len(asked["hub.secret"]) < 200
    requests = len(world.site.requests)
    assert world.push(asked, feed("", "three")) == 202
    assert world.read() == 1
    assert world.titles == {"News one", "News two", "News three"}
    assert len(world.site.requests) == requests
    assert world.read() == 0


def test_a_source_that_a_hub_tells_of_is_polled_seldom_and_all_the_same_with_its_own_validators(world: World) -> None:
    asked = world.subscribe()
    before = world.health.state
    world.push(asked, feed("", "three"))
    world.read()

    assert world.health.state.validators == before.validators
    assert world.health.state.next_check == before.next_check
    world.now += timedelta(hours=1)
    world.poll()
    state = world.health.state
    assert state.next_check is not None
    assert state.next_check - world.now >= timedelta(hours=12)
    assert "hub" in state.next_check_reason
    assert world.titles == {"News one", "News two", "News three"}


def test_a_push_of_a_part_takes_nothing_back_and_the_next_poll_brings_nothing_twice(world: World) -> None:
    asked = world.subscribe()
    world.push(asked, feed("", "three"))
    world.read()
    world.site.put("/feed", feed(f"{world.hub.url}/hub", "three", "one", "two", topic=world.topic))

    world.poll()

    assert world.titles == {"News one", "News two", "News three"}


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures_of_each_method_are_checked(world: World, method: str) -> None:
    asked = world.subscribe()

    assert world.push(asked, feed("", "three"), method=method) == 202
    assert world.read() == 1


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha256=" + "0" * 64, "md5=" + hashlib.md5(b"").hexdigest(), "sha256", "x" * 10_000]
)
def test_what_is_not_signed_rightly_changes_nothing_and_tells_nobody_so(world: World, signature: str) -> None:
    asked = world.subscribe()
    before = world.health

    assert world.push(asked, feed("", "evil"), signature) == 202

    assert world.read() == 0
    assert world.health == before


def test_nobody_else_is_answered(world: World) -> None:
    asked = world.subscribe()

    assert world.web.post("/websub/guessed", content=feed("", "evil")).status_code == 404
    assert world.web.get("/websub/guessed", params={"hub.challenge": "x"}).status_code == 404
    assert world.verify(asked, **{"hub.topic": "https://other.example/"})[0] == 404
    assert world.verify(asked, **{"hub.mode": "unsubscribe"})[0] == 404
    assert world.verify(asked, **{"hub.challenge": ""})[0] == 404
    assert world.web.put(urlsplit(asked["hub.callback"]).path).status_code == 405


def test_a_challenge_is_answered_as_plain_text_that_no_browser_takes_for_a_page(world: World) -> None:
    world.poll()
    asked = world.ask()
    query = {"hub.mode": "subscribe", "hub.topic": world.topic, "hub.challenge": "<script>alert(1)</script>"}

    answer = world.web.get(urlsplit(asked["hub.callback"]).path, params=query)

    assert answer.text == "<script>alert(1)</script>"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_hub_that_repeats_and_floods_is_slowed_down_and_costs_a_few_documents(world: World) -> None:
    asked = world.subscribe()

    assert [world.push(asked, feed("", "three")) for _ in range(20)] == [202] * 20
    statuses = [world.push(asked, feed("", f"more{number}")) for number in range(20)]

    assert statuses == [202] * 4 + [429] * 16
    assert world.read() == 5


def test_a_push_that_is_too_large_is_refused(tmp_path: Path, hub: HttpReceiver) -> None:
    with DemoSite(now=NOW) as site:
        world = World(tmp_path, site, hub, ", max_body: 10kB")
        asked = world.subscribe()

        assert world.push(asked, feed("", "x" * 20_000)) == 413
        assert world.read() == 0
        world.aggregator.close()


def test_a_push_that_is_no_feed_is_the_sources_failure_and_the_next_one_is_read(world: World) -> None:
    asked = world.subscribe()

    world.push(asked, b"<html><body>no feed</body></html>")
    world.read()
    assert world.health.state.failures == 1
    world.push(asked, feed("", "three"))
    assert world.read() == 1
    assert world.health.state.failures == 0


def test_leases_are_renewed_before_they_end_and_survive_a_restart(world: World) -> None:
    asked = world.subscribe()
    posts = len(world.hub.posts)
    world.restart()
    world.ask()
    assert len(world.hub.posts) == posts

    world.now += timedelta(days=9, hours=1)
    again = world.ask()

    assert len(world.hub.posts) == posts + 1
    assert again["hub.callback"] == asked["hub.callback"]
    assert again["hub.secret"] == asked["hub.secret"]
    assert world.verify(again) == (200, "c0ffee")
    assert world.health.state.told_until == world.now + timedelta(days=10)


def test_a_hub_that_asks_back_before_it_answers_is_agreed_with(world: World) -> None:
    def answer(posted: Posted) -> Answer:
        asked = {name: value for name, [value] in parse_qs(posted.body.decode()).items()}
        assert world.verify(asked) == (200, "c0ffee")
        return Answer(status=202)

    world.hub.answer = answer
    world.poll()
    world.ask()
    assert world.subscription.state == "active"
    world.now += timedelta(days=9, hours=1)
    world.ask()

    posts = len(world.hub.posts)
    world.now += timedelta(days=1)
    world.ask()
    assert len(world.hub.posts) == posts == 2


def test_a_lease_that_ended_brings_the_usual_pace_back(world: World) -> None:
    world.subscribe()
    world.now += timedelta(days=11)

    world.poll()

    assert "hub" not in world.health.state.next_check_reason


def test_a_hub_that_fails_is_asked_again_with_growing_pauses_and_polling_goes_on(world: World) -> None:
    world.hub.answer = lambda _: Answer(status=500, body=b"database down")
    world.poll()
    times = []
    for _ in range(60):
        count = len(world.hub.posts)
        keep_subscribed(world.aggregator)
        if len(world.hub.posts) > count:
            times.append(world.now)
        world.now += timedelta(minutes=5)

    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == sorted(gaps)
    assert 3 <= len(times) <= 6
    assert world.subscription.last_error == "it answered 500: database down"
    assert world.titles == {"News one", "News two"}


def test_a_hub_that_denies_is_believed(world: World) -> None:
    asked = world.subscribe()

    assert world.verify(asked, **{"hub.mode": "denied", "hub.reason": "no more"})[0] == 200

    assert world.subscription.state == "denied"
    assert world.health.state.told_until is None
    posts = len(world.hub.posts)
    keep_subscribed(world.aggregator)
    assert len(world.hub.posts) == posts


@pytest.mark.parametrize("status", [307, 308])
def test_a_hub_that_sends_us_on_is_followed(world: World, status: int) -> None:
    def answer(posted: Posted) -> Answer:
        there = {"Location": f"{world.hub.url}/new"}
        return Answer(status=202) if posted.path == "/new" else Answer(status=status, headers=there)

    world.hub.answer = answer
    world.poll()
    world.ask()

    assert [post.path for post in world.hub.posts] == ["/hub", "/new"]
    assert world.subscription.state == "asked"


def test_a_source_that_names_no_hub_any_more_is_unsubscribed(world: World) -> None:
    asked = world.subscribe()
    world.site.put("/feed", feed("", "one", "two", "four", topic=world.topic))
    world.poll()

    left = world.ask()

    assert left["hub.mode"] == "unsubscribe"
    assert world.push(asked, feed("", "late")) == 410
    assert world.verify(left) == (200, "c0ffee")
    assert world.aggregator.store.subscriptions.all() == []
    assert world.health.state.told_until is None


def test_a_source_that_is_removed_is_unsubscribed_and_what_still_comes_is_not_read(world: World) -> None:
    asked = world.subscribe()
    world.push(asked, feed("", "three"))
    world.path.write_text(world.path.read_text().partition("sources:")[0] + "sources: []\n")
    world.restart()

    assert world.ask()["hub.mode"] == "unsubscribe"
    assert world.read() == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [("site: {url: 'https://news.example/'}", "site: {url: 'http://news.example/'}"), ("true}", "true, websub: off}")],
)
def test_nobody_is_asked_to_call_where_they_could_not_or_should_not(world: World, before: str, after: str) -> None:
    world.path.write_text(world.path.read_text().replace(before, after, 1))
    world.restart()
    world.poll()

    keep_subscribed(world.aggregator)

    assert world.hub.posts == []


def test_a_hub_without_tls_is_asked_in_networks_of_the_operator_alone(world: World) -> None:
    world.poll()
    world.path.write_text(world.path.read_text().replace("allow_private: true", "allow_private: false"))
    world.restart()

    keep_subscribed(world.aggregator)

    assert world.hub.posts == []
    assert "not reached over TLS" in (world.subscription.last_error or "")


def test_a_callback_needs_no_token_of_a_private_site(world: World) -> None:
    text = world.path.read_text().replace("storage:", "web: {tokens: {pages: 0123456789abcdef0}}\nstorage:", 1)
    world.path.write_text(text)
    world.restart()

    world.subscribe()


def test_on_this_machine_alone_a_hub_of_this_machine_is_asked(world: World) -> None:
    text = world.path.read_text().replace("https://news.example/", "http://127.0.0.1:8080/")
    world.path.write_text(text)
    world.restart()
    world.poll()

    assert world.ask()["hub.callback"].startswith("http://127.0.0.1:8080/websub/")

    world.site.put("/feed", feed("https://hub.example/", "one", topic=world.topic))
    world.poll()
    posts = len(world.hub.posts)
    keep_subscribed(world.aggregator)
    assert len(world.hub.posts) == posts + 1  # it is told that its source has another one
    assert parse_qs(world.hub.posts[-1].body.decode())["hub.mode"] == ["unsubscribe"]


def test_on_this_machine_alone_hubs_elsewhere_are_passed_over_in_silence(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.path.write_text(world.path.read_text().replace("https://news.example/", "http://127.0.0.1:8080/"))
    world.site.put("/feed", feed("https://hub.example/", "one", topic=world.topic))
    world.restart()
    world.poll()
    capsys.readouterr()

    assert keep_subscribed(world.aggregator) == 0
    assert world.aggregator.store.subscriptions.all() == []
    assert "hub." not in capsys.readouterr().out


def test_a_push_survives_a_program_that_ends_before_it_is_read(world: World) -> None:
    asked = world.subscribe()
    world.push(asked, feed("", "three"))

    world.restart()

    assert world.read() == 1


def test_an_unknown_mode_is_refused_in_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("fetch: {websub: always}\n")

    with pytest.raises(ConfigError, match="expected auto or off"):
        load(tmp_path / "c.yaml")
