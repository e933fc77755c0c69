"""Where webhooks and chats may go: the address guard holds for all of them, and so does the proxy."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme
from apprise.manager_plugins import NotificationManager

from aggregator.app import utc_now
from aggregator.model.issues import DeliveryStatus
from aggregator.notify.chat.others import is_guarded
from tests.conftest import ROOT
from tests.end_to_end.hostile.server import HostileServer, answer
from tests.newsroom import Clock, Newsroom, make_config
from tests.proxy import Proxy
from tests.receivers import Answer, HttpReceiver, Posted

Opening = Callable[..., Newsroom]
SENT, WAITING, FAILED = DeliveryStatus.SENT, DeliveryStatus.WAITING, DeliveryStatus.FAILED
PUBLIC = {"allow_private": False}


@pytest.fixture
def opening(tmp_path: Path) -> Iterator[Opening]:
    """A newsroom whose one issue waits to be delivered to one channel; ``fetch`` as it is configured."""
    opened: list[Newsroom] = []

    def open_one(channel: dict[str, Any], fetch: dict[str, Any]) -> Newsroom:
        digest = {"every": "now", "limit": 500, "title": "Space & talent", "to": [channel]}
        room = Newsroom(make_config(f"sqlite:///{tmp_path}/a.db", digest, fetch=fetch), Clock(utc_now()))
        opened.append(room)
        room.publish("Lunar ice found", categories=["space"])
        room.issues()
        return room

    yield open_one
    for room in opened:
        room.close()


def error_of(room: Newsroom) -> str:
    [delivery] = room.ledger.deliveries()
    return delivery.last_error or ""


CHANNELS = {
    "webhook": lambda place: {"webhook": f"http://{place}/in"},
    "mattermost": lambda place: {"chat": f"http://{place}/hooks/token", "service": "mattermost"},
    "json": lambda place: {"chat": f"json://{place}/in"},
    "ntfy": lambda place: {"chat": f"ntfy://{place}/topic"},
    "gotify": lambda place: {"chat": f"gotify://{place}/AbCdEf123456789"},
    "matrix": lambda place: {"chat": f"matrix://{place}/AbCdEf123456789?mode=matrix"},
}


@pytest.mark.parametrize("channel", CHANNELS)
def test_nothing_goes_to_a_private_address_that_is_not_allowed(opening: Opening, channel: str) -> None:
    with HttpReceiver() as receiver:
        room = opening(CHANNELS[channel](receiver.url.removeprefix("http://")), PUBLIC)
        room.deliver()

    assert receiver.posts == []
    assert room.statuses() == [FAILED if channel in {"webhook", "mattermost"} else WAITING]
    assert "fetch.allow_private" in error_of(room)


@pytest.mark.parametrize("channel", CHANNELS)
def test_all_goes_through_the_proxy(opening: Opening, channel: str) -> None:
    with HttpReceiver() as receiver:
        port = int(receiver.url.rpartition(":")[2])
        with Proxy(names={"chat.example": port}, login="us:swordfish") as proxy:
            room = opening(CHANNELS[channel]("chat.example"), PUBLIC | {"proxy": proxy.url_with_login})
            room.deliver()

            assert room.statuses() == [SENT], error_of(room)
            assert len(receiver.posts) >= 1
            assert all(line.partition(" ")[2].startswith("http://chat.example/") for line in proxy.lines)
            assert all("proxy-authorization" not in post.headers for post in receiver.posts)


def test_a_chat_over_https_goes_through_a_tunnel(opening: Opening, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "own.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("chat.example").configure_cert(context)
    with HostileServer(context=context) as server:
        server.tells("/in", answer(200, b"ok"))
        with Proxy(names={"chat.example": server.port, "other.example": server.port}) as proxy:
            fetch = PUBLIC | {"proxy": proxy.url, "ca_bundle": str(tmp_path / "own.pem")}
            good = opening({"chat": "jsons://chat.example/in"}, fetch)
            good.deliver()

            assert good.statuses() == [SENT], error_of(good)
            assert proxy.lines == ["CONNECT chat.example:443 HTTP/1.1"]
            assert json.loads(server.requests[0].body)["title"].startswith("Space & talent")


@pytest.mark.parametrize(("name", "expected"), [("other.example", WAITING), ("other.example/in?verify=no", SENT)])
def test_a_certificate_of_another_name_is_accepted_only_where_its_address_says_so(
    opening: Opening, name: str, expected: DeliveryStatus
) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("chat.example").configure_cert(context)
    with HostileServer(context=context) as server:
        for path in ("/", "/in"):
            server.tells(path, answer(200, b"ok"))
        with Proxy(names={"other.example": server.port}) as proxy:
            room = opening({"chat": f"jsons://{name}"}, PUBLIC | {"proxy": proxy.url})
            room.deliver()

    assert room.statuses() == [expected], error_of(room)


def test_a_chat_that_redirects_leads_to_nothing_private(opening: Opening) -> None:
    def lead_inside(_: Posted) -> Answer:
        return Answer(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})

    with HttpReceiver(lead_inside) as receiver:
        port = int(receiver.url.rpartition(":")[2])
        with Proxy(names={"chat.example": port}) as proxy:
            room = opening({"chat": "json://chat.example/in?redirect=yes"}, PUBLIC | {"proxy": proxy.url})
            room.deliver()

            assert room.statuses() == [WAITING]
            assert len(proxy.asked) == 1


def test_the_environments_proxy_is_no_way_around_the_setting(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    with Proxy() as proxy, HttpReceiver() as receiver:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        room = opening({"chat": receiver.url.replace("http:", "json:")}, {"allow_private": True})
        room.deliver()

        assert room.statuses() == [SENT]
        assert proxy.asked == []


def test_a_chat_that_never_answers_takes_no_longer_than_any_other_request(opening: Opening) -> None:
    with HostileServer() as server:
        server.tells("/in", lambda line: line.drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 2_000))
        room = opening({"chat": server.url("/in").replace("http:", "json:")}, {"allow_private": True, "timeout": "1s"})
        room.deliver()

    assert room.statuses() == [WAITING]


def test_nobody_elses_requests_are_changed_by_what_is_lent(opening: Opening) -> None:
    with HttpReceiver() as receiver:
        room = opening({"chat": receiver.url.replace("http:", "json:")}, PUBLIC)
        room.deliver()

        assert receiver.posts == []
        assert requests.post(receiver.url, data=b"mine", timeout=5).status_code == 200


def test_the_services_that_speak_other_protocols_are_named_in_the_docs() -> None:
    docs = (ROOT / "docs" / "reference" / "digests.md").read_text(encoding="utf-8")
    [line] = [each for each in docs.splitlines() if each.startswith("`amqp`")]
    told = set(line.rstrip(".").replace("`", "").split(", "))

    manager = NotificationManager()
    others = {name for name in manager.schemas() if not is_guarded(manager[name])}

    assert others <= told
    assert {"mailto", "mqtt", "rsyslog", "xmpp"} <= others
