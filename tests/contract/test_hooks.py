"""Webhooks and chats against real servers: what is accepted, put off, refused, and what is in the messages."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from aggregator.app import utc_now
from aggregator.model.issues import DeliveryStatus
from aggregator.notify.chat import SERVICES, Service, lines_of
from tests.conftest import ROOT
from tests.newsroom import Clock, Newsroom, make_config
from tests.receivers import Answer, HttpReceiver, Posted

SENT, WAITING, FAILED, STOPPED = (
    DeliveryStatus.SENT,
    DeliveryStatus.WAITING,
    DeliveryStatus.FAILED,
    DeliveryStatus.STOPPED,
)
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
Opening = Callable[..., Newsroom]


@pytest.fixture
def opening(tmp_path: Path) -> Iterator[Opening]:
    """A newsroom whose one issue is made and waits to be delivered to one channel."""
    opened: list[Newsroom] = []

    def open_one(channel: dict[str, Any], *titles: str, **sections: Any) -> Newsroom:
        digest = {"every": "now", "limit": 500, "title": "Space & talent", "to": [channel]}
        # the receiver of a signature checks the time
        room = Newsroom(make_config(f"sqlite:///{tmp_path}/a.db", digest, **sections), Clock(utc_now()))
        opened.append(room)
        room.publish(*(titles or ("Lunar ice found",)), categories=["space"])
        room.issues()
        return room

    yield open_one
    for room in opened:
        room.close()


def many(count: int) -> list[str]:
    return [f"Number {number}: a headline of the usual length, neither long nor short" for number in range(count)]


def error_of(room: Newsroom) -> str:
    [delivery] = room.ledger.deliveries()
    return delivery.last_error or ""


# --- webhooks --------------------------------------------------------------------------------------------------------


def test_a_webhook_is_signed_as_standard_webhooks_has_it(opening: Opening) -> None:
    with HttpReceiver() as receiver:
        room = opening({"webhook": f"{receiver.url}/in", "secret": SECRET})
        room.deliver()

    [post] = receiver.posts
    body = Webhook(SECRET).verify(post.body, post.headers)
    assert room.statuses() == [SENT]
    assert (post.path, body["type"]) == ("/in", "digest.issue")
    assert [entry["title"] for entry in body["data"]["entries"]] == ["Lunar ice found"]
    assert "." not in post.headers["webhook-id"]


def test_a_body_that_was_changed_on_the_way_is_not_ours(opening: Opening) -> None:
    with HttpReceiver() as receiver:
        opening({"webhook": receiver.url, "secret": SECRET}).deliver()

    [post] = receiver.posts
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(post.body.replace(b"ice", b"gold"), post.headers)


def test_without_a_secret_a_webhook_has_an_id_and_no_signature(opening: Opening) -> None:
    with HttpReceiver() as receiver:
        opening({"webhook": receiver.url}).deliver()

    [post] = receiver.posts
    assert post.headers["webhook-id"].startswith("msg_")
    assert "webhook-signature" not in post.headers


def test_bodies_are_below_twenty_kilobytes_and_fit_the_schema(opening: Opening) -> None:
    schema = json.loads((ROOT / "docs" / "reference" / "webhook.schema.json").read_text())
    with HttpReceiver() as receiver:
        opening({"webhook": receiver.url}, *many(150)).deliver()

    bodies = [json.loads(post.body) for post in receiver.posts]
    titles = [entry["title"] for body in bodies for entry in body["data"]["entries"]]
    for body in bodies:
        jsonschema.Draft202012Validator(schema).validate(body)
    assert max(len(post.body) for post in receiver.posts) < 20_000
    assert sorted(titles) == sorted(many(150))
    assert [body["data"]["part"] for body in bodies] == list(range(1, len(bodies) + 1))
    assert {body["data"]["parts"] for body in bodies} == {len(bodies)}
    assert len({post.headers["webhook-id"] for post in receiver.posts}) == len(bodies) > 2


def test_parts_that_were_accepted_are_not_sent_again(opening: Opening) -> None:
    broken = [True]

    def answer(post: Posted) -> Answer:
        return Answer(status=503) if broken and post.headers["webhook-id"].endswith("-2") else Answer()

    with HttpReceiver(answer) as receiver:
        room = opening({"webhook": receiver.url}, *many(150))
        room.deliver()
        before = [post.headers["webhook-id"].rpartition("-")[2] for post in receiver.posts]
        broken.clear()
        room.clock.advance(minutes=1)
        room.deliver()
        after = [post.headers["webhook-id"].rpartition("-")[2] for post in receiver.posts][len(before) :]

    assert before == ["1", "2"]
    assert after[:2] == ["2", "3"]
    assert room.statuses() == [SENT]


def test_every_attempt_has_the_same_id_and_its_own_time(opening: Opening) -> None:
    answers = [Answer(status=500), Answer()]
    with HttpReceiver(lambda _: answers.pop(0)) as receiver:
        room = opening({"webhook": receiver.url, "secret": SECRET})
        room.deliver()
        room.clock.advance(seconds=10)
        room.deliver()

    first, second = receiver.posts
    assert room.statuses() == [SENT]
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 10
    assert first.body == second.body


@pytest.mark.parametrize("status", [400, 404, 500, 502, 504])
def test_a_failure_is_tried_again(opening: Opening, status: int) -> None:
    with HttpReceiver(lambda _: Answer(status=status, body=b"no luck")) as receiver:
        room = opening({"webhook": receiver.url})
        room.deliver()

    assert room.statuses() == [WAITING]
    assert str(status) in error_of(room)
    assert "(no luck)" in error_of(room)


def test_a_redirect_is_not_followed(opening: Opening) -> None:
    def answer(post: Posted) -> Answer:
        return Answer(status=307, headers={"Location": "/elsewhere"}) if post.path == "/in" else Answer()

    with HttpReceiver(answer) as receiver:
        room = opening({"webhook": f"{receiver.url}/in"})
        room.deliver()

    assert [post.path for post in receiver.posts] == ["/in"]
    assert room.statuses() == [WAITING]
    assert "redirects" in error_of(room)


def test_410_stops_the_endpoint(opening: Opening) -> None:
    with HttpReceiver(lambda _: Answer(status=410)) as receiver:
        room = opening({"webhook": receiver.url})
        room.deliver()
        room.publish("A rocket lands")
        room.issues()
        again = room.deliver()

    assert room.statuses() == [STOPPED]
    assert again == []
    assert [stop.endpoint.label for stop in room.ledger.stops()] == ["webhook 127.0.0.1"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "10", "Connection": "close"},
        {"Content-Length": "0x2", "Connection": "close"},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "br, br, br"},
        {"Transfer-Encoding": "chunked", "Connection": "close"},
        {"Transfer-Encoding": "gzip", "Connection": "close"},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["webhook", pytest.param("slack", marks=pytest.mark.slow), "json"])
def test_what_was_accepted_is_sent_whatever_the_rest_of_the_answer_is(
    opening: Opening, kind: str, headers: dict[str, str]
) -> None:
    """To send it again, for a body that nobody needs, would show it twice."""
    with HttpReceiver(lambda _: Answer(headers=headers, body=b"ok")) as receiver:
        address = receiver.url.replace("http:", "json:") if kind == "json" else receiver.url
        channel = {"chat": address, "service": kind} if kind == "slack" else {"chat": address}
        room = opening({"webhook": address} if kind == "webhook" else channel)
        room.deliver()

    assert room.statuses() == [SENT], error_of(room)


@pytest.mark.parametrize(
    "wait", ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "1e400", "nan", "-1", "soon", "0x10", "9" * 40, ""]
)
def test_a_wait_that_is_none_changes_nothing(opening: Opening, wait: str) -> None:
    with HttpReceiver(lambda _: Answer(status=503, headers={"Retry-After": wait})) as receiver:
        room = opening({"webhook": receiver.url})
        began = room.clock()
        room.deliver()

    [delivery] = room.ledger.deliveries()
    assert "503" in error_of(room)
    assert delivery.next_attempt - began < timedelta(minutes=1)


@pytest.mark.parametrize("wait", ["600", "date"])
def test_retry_after_is_honored(opening: Opening, wait: str) -> None:
    from email.utils import format_datetime

    def answer(_: object) -> Answer:
        later = utc_now() + timedelta(seconds=601)  # from now, as the server's clock stands in its answer
        given = format_datetime(later, usegmt=True) if wait == "date" else wait
        return Answer(status=429, headers={"Retry-After": given})

    with HttpReceiver(answer) as receiver:
        room = opening({"webhook": receiver.url})
        began = room.clock()
        room.deliver()

    [delivery] = room.ledger.deliveries()
    assert timedelta(seconds=595) <= delivery.next_attempt - began <= timedelta(seconds=610)


def test_a_server_that_hangs_is_given_up_in_time(opening: Opening) -> None:
    with HttpReceiver(lambda _: Answer(delay_s=20)) as receiver:
        room = opening(
            {"webhook": receiver.url}, fetch={"allow_private": ["127.0.0.0/8"], "timeout": "1s", "workers": 4}
        )
        room.deliver()

    assert room.statuses() == [WAITING]
    assert "within 1 s" in error_of(room)


def test_an_address_in_a_private_network_is_refused_before_a_byte_is_sent(opening: Opening) -> None:
    with HttpReceiver() as receiver:
        room = opening({"webhook": receiver.url}, fetch={"allow_private": False})
        room.deliver()

    assert receiver.posts == []
    assert room.statuses() == [FAILED]
    assert "this machine itself" in error_of(room)


def test_a_webhook_that_takes_nothing_for_days_is_stopped(opening: Opening) -> None:
    with HttpReceiver(lambda _: Answer(status=500)) as receiver:
        room = opening({"webhook": receiver.url})
        began = room.clock()
        while room.statuses() == [WAITING]:
            room.deliver()
            last, room.clock.now = room.clock(), room.ledger.next_due() or room.clock()

    assert room.statuses() == [FAILED]
    assert len(receiver.posts) == 10
    assert timedelta(days=3) < last - began < timedelta(days=5)
    assert [stop.endpoint.kind for stop in room.ledger.stops()] == ["webhook"]


# --- chats -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
def test_a_chat_gets_all_stories_whole_in_messages_within_its_limits(
    opening: Opening, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.notify.chat.services._BETWEEN_S", 0)
    with HttpReceiver() as receiver:
        room = opening({"chat": f"{receiver.url}/hooks/token", "service": service}, *many(100))
        room.deliver()

    text = "\n".join(post.body.decode() for post in receiver.posts)
    assert room.statuses() == [SENT]
    assert len(receiver.posts) > 1
    assert all(len(re.findall(rf"Number {number}\\*: ", text)) == 1 for number in range(100))
    assert all(post.headers["content-type"] == "application/json" for post in receiver.posts)


def test_discord_is_asked_to_answer_when_the_message_is_there(opening: Opening) -> None:
    with HttpReceiver() as receiver:
        opening({"chat": f"{receiver.url}/api/webhooks/1/token?thread_id=7", "service": "discord"}).deliver()

    assert receiver.posts[0].path == "/api/webhooks/1/token?thread_id=7&wait=true"


def test_an_apprise_address_of_mattermost_is_understood(opening: Opening) -> None:
    with HttpReceiver() as receiver:
        room = opening({"chat": receiver.url.replace("http:", "mmost:") + "/team/token4711"})
        room.deliver()

    assert room.statuses() == [SENT]
    assert receiver.posts[0].path == "/team/hooks/token4711"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_chat_webhook_that_is_gone_is_stopped(opening: Opening, status: int) -> None:
    with HttpReceiver(lambda _: Answer(status=status)) as receiver:
        room = opening({"chat": receiver.url, "service": "slack"})
        room.deliver()

    assert room.statuses() == [STOPPED]
    assert len(room.ledger.stops()) == 1


PAGE = b"<!DOCTYPE html><html><title>Attention Required! | Cloudflare</title>"
GONE, TOKEN = b'{"message": "Unknown Webhook", "code": 10015}', b'{"message": "Invalid Webhook Token", "code": 50027}'


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (404, GONE, STOPPED),
        (401, TOKEN, STOPPED),
        (403, PAGE, WAITING),
        (403, b"error code: 1015", WAITING),
        (403, b'{"message": "internal network error", "code": 40333}', WAITING),
        (403, GONE, WAITING),
        (404, PAGE, WAITING),
        (404, b'{"message": "404: Not Found", "code": 0}', WAITING),
        (404, b"[10015]", WAITING),
        (401, b"", WAITING),
        (400, b'{"message": "Invalid Form Body", "code": 50035}', FAILED),
    ],
)
def test_only_discord_itself_ends_a_webhook_of_discord(
    opening: Opening, status: int, body: bytes, expected: DeliveryStatus
) -> None:
    with HttpReceiver(lambda _: Answer(status=status, body=body)) as receiver:
        room = opening({"chat": receiver.url, "service": "discord"})
        room.deliver()

    assert room.statuses() == [expected]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_page_of_a_proxy_in_front_ends_no_webhook(opening: Opening, service: str, status: int) -> None:
    with HttpReceiver(lambda _: Answer(status=status, body=PAGE)) as receiver:
        room = opening({"chat": receiver.url, "service": service})
        room.deliver()

    assert room.statuses() == [WAITING]
    assert str(status) in error_of(room)


@pytest.mark.parametrize(
    ("service", "status"), [(each, status) for each in SERVICES.values() for status in sorted(each.ending.statuses)]
)
def test_what_ends_a_webhook_stops_it(opening: Opening, service: Service, status: int) -> None:
    body = json.dumps({"code": min(service.ending.codes, default=0)}).encode()
    with HttpReceiver(lambda _: Answer(status=status, body=body)) as receiver:
        room = opening({"chat": receiver.url, "service": service.name.value})
        room.deliver()

    assert room.statuses() == [STOPPED]


def test_a_message_that_a_chat_does_not_take_has_failed(opening: Opening) -> None:
    with HttpReceiver(lambda _: Answer(status=400, body=b"invalid_blocks")) as receiver:
        room = opening({"chat": receiver.url, "service": "slack"})
        room.deliver()

    assert room.statuses() == [FAILED]
    assert "invalid_blocks" in error_of(room)
    assert room.ledger.stops() == []


def test_a_chat_that_wants_a_moments_patience_gets_it(opening: Opening) -> None:
    answers = [Answer(status=429, headers={"Retry-After": "0.2"}), Answer()]
    with HttpReceiver(lambda _: answers.pop(0)) as receiver:
        room = opening({"chat": receiver.url, "service": "discord"})
        room.deliver()

    assert room.statuses() == [SENT]
    assert len(receiver.posts) == 2


def test_everything_else_goes_through_apprise(opening: Opening) -> None:
    with HttpReceiver() as receiver:
        room = opening({"chat": receiver.url.replace("http:", "json:")}, *many(30))
        room.deliver()

    text = "\n".join(json.loads(post.body)["message"] for post in receiver.posts)
    assert room.statuses() == [SENT]
    assert json.loads(receiver.posts[0].body)["title"].startswith("Space & talent")
    assert all(f"Number {number}: " in text for number in range(30))


def test_what_apprise_can_not_deliver_is_tried_again_and_told_without_the_token(opening: Opening) -> None:
    with HttpReceiver(lambda _: Answer(status=500)) as receiver:
        room = opening({"chat": receiver.url.replace("http://", "json://user:swordfish4711@")})
        room.deliver()

    assert room.statuses() == [WAITING]
    assert error_of(room)
    assert "swordfish" not in error_of(room)


def test_messages_of_a_service_with_short_ones_are_split_at_entries() -> None:
    from aggregator.notify.chat.others import Counted, texts_of
    from tests.unit.notify.samples import SITE, make_issue

    lines = lines_of(make_issue(40), SITE, 40)

    _, bodies = texts_of(lines, Counted(most=600, size=len), title_most=0)

    assert max(map(len, bodies)) <= 600
    assert sum(body.count("•") for body in bodies) == 40
    assert all("https://orbit.example/" in body for body in bodies)


def test_the_environment_of_the_process_has_no_part_in_it(opening: Opening) -> None:
    """A proxy of the environment would see what is signed for another."""
    os.environ["HTTP_PROXY"] = "http://127.0.0.1:9/"
    try:
        with HttpReceiver() as receiver:
            room = opening({"webhook": receiver.url})
            room.deliver()
    finally:
        del os.environ["HTTP_PROXY"]

    assert room.statuses() == [SENT]
