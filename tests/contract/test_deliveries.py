"""The ledger of deliveries: nothing lost, nothing sent twice, on every database and by several processes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from aggregator.digests import delivering
from aggregator.errors import StoreError
from aggregator.model.issues import (
    ChannelKind,
    DeliveryClaim,
    DeliveryStatus,
    Endpoint,
    Outcome,
    Stop,
    StopCause,
)
from aggregator.store import heartbeat
from aggregator.store.tables import deliveries
from tests.end_to_end.conftest import wait_for
from tests.newsroom import START, Clock, Newsroom, make_config
from tests.processes import deliver, forking
from tests.receivers import Answer, HttpReceiver, MailServer

LEASE = timedelta(minutes=15)
ALL = tuple(ChannelKind)
THREE = [{"email": ["a@example.org", "b@example.org", "c@example.org"]}]
SENT = Outcome(status=DeliveryStatus.SENT)

Opening = Callable[..., Newsroom]


@pytest.fixture
def opening(url: str) -> Iterator[Opening]:
    opened: list[Newsroom] = []

    def open_one(*, clock: Clock | None = None, email: dict[str, Any] | None = None, **digest: Any) -> Newsroom:
        sections = {"email": {"from": "News <news@example.org>", **email}} if email else {}
        room = Newsroom(make_config(url, {"every": "now", "to": THREE, **digest}, **sections), clock)
        opened.append(room)
        return room

    yield open_one
    for room in opened:
        room.close()


def issued(room: Newsroom, *titles: str) -> None:
    room.publish(*(titles or ("Lunar ice found",)))
    assert room.issues()


def claim(room: Newsroom, limit: int = 100, ids: list[int] | None = None) -> list[DeliveryClaim]:
    return room.ledger.claim(kinds=ALL, now=room.clock(), lease=LEASE, limit=limit, ids=ids)


def test_an_issue_has_a_delivery_for_each_endpoint_with_an_id_of_its_own(opening: Opening) -> None:
    room = opening(to=[*THREE, {"webhook": "https://hooks.example.org/in"}, {"chat": "json://localhost"}])
    issued(room)

    found = list(room.ledger.deliveries())

    assert [each.endpoint.kind for each in reversed(found)] == ["email", "email", "email", "webhook", "chat"]
    assert len({each.message_id for each in found}) == 5
    assert {each.status for each in found} == {DeliveryStatus.WAITING}


def test_the_same_address_twice_is_one_endpoint(opening: Opening) -> None:
    room = opening(to=[{"email": ["a@example.org", "a@EXAMPLE.org"]}, {"email": ["a@example.org"]}])
    issued(room)

    assert len(list(room.ledger.deliveries())) == 1


def test_no_address_and_no_secret_is_in_the_database(opening: Opening) -> None:
    hook = "https://hooks.example.org/token-4711"
    room = opening(to=[{"email": ["reader@example.org"]}, {"webhook": hook, "secret": "whsec_c3dvcmRmaXNo"}])
    issued(room)
    with room.aggregator.store._read() as connection:
        stored = [
            str(row) for name in ("deliveries", "issues") for row in connection.exec_driver_sql(f"SELECT * FROM {name}")
        ]

    text = "\n".join(stored)

    assert "r…r@example.org" in text
    assert not any(secret in text for secret in ("reader@", "4711", "c3dvcmRmaXNo"))


def test_a_claim_is_one_workers_until_its_end(opening: Opening) -> None:
    room, other = opening(), opening()
    issued(room)
    other.clock.now = room.clock.now

    first, second = claim(room, limit=2), claim(other)
    other.clock.advance(minutes=15)
    after = claim(other)

    assert len(first) == 2
    assert len(second) == 1
    assert len(after) == 3


def test_a_claim_that_is_given_back_is_free(opening: Opening) -> None:
    room = opening()
    issued(room)

    room.ledger.release(claim(room))

    assert len(claim(room)) == 3


def test_what_a_killed_worker_held_is_sent_by_the_next_within_a_minute(opening: Opening) -> None:
    with MailServer() as server:
        room = opening(email={"smtp": {"host": "127.0.0.1", "port": server.port}})
        issued(room)
        room.ledger.claim(kinds=ALL, now=room.clock(), lease=delivering._LEASE, limit=100)

        attempted = room.deliver()
        room.clock.advance(seconds=55)
        attempted += room.deliver()

        assert len(attempted) == 3


def test_claims_on_a_file_are_taken_back_at_once_when_nobody_else_is_at_work(tmp_path: Path) -> None:
    room = Newsroom(make_config(f"sqlite:///{tmp_path}/a.db", {"every": "now", "to": THREE}))
    issued(room)
    claim(room)

    with room.aggregator.store.delivering():
        claimed = claim(room)
    room.close()

    assert len(claimed) == 3


def test_a_delivery_is_its_workers_for_as_long_as_it_is_being_sent(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "_BEATS", 600)
    taken, goes_on = threading.Event(), threading.Event()

    def answer(_: object) -> Answer:
        taken.set()
        goes_on.wait(30)
        return Answer()

    with HttpReceiver(answer) as receiver:
        room = opening(to=[{"webhook": receiver.url}])
        issued(room)
        other = opening(clock=room.clock, to=[{"webhook": receiver.url}])
        sender = threading.Thread(target=room.deliver)
        sender.start()
        assert taken.wait(30)
        for _ in range(3):
            room.clock.advance(seconds=29)
            wait_for(lambda: claimed_until(room) > room.clock() + timedelta(seconds=29))
        meanwhile = other.deliver()
        goes_on.set()
        sender.join(300)

        assert meanwhile == []
        assert room.statuses() == [DeliveryStatus.SENT]
        assert len(receiver.posts) == 1


def claimed_until(room: Newsroom) -> datetime:
    with room.aggregator.store._read() as connection:
        until: datetime = connection.execute(sa.select(sa.func.max(deliveries.c.claimed_until))).scalar_one()
    return until


def test_a_delivery_that_was_lost_meanwhile_is_not_begun(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "_BEATS", 600)
    taken, goes_on = threading.Event(), threading.Event()

    def answer(_: object) -> str | None:
        taken.set()
        goes_on.wait(30)
        return None

    with MailServer(on_data=answer) as server:
        smtp = {"host": "127.0.0.1", "port": server.port, "connections": 1}
        room, other = opening(email={"smtp": smtp}), opening(email={"smtp": smtp})
        issued(room)
        sender = threading.Thread(target=room.deliver)
        sender.start()
        assert taken.wait(30)
        under_way = min(each.id for each in room.ledger.deliveries())
        with room.aggregator.store._write() as connection:  # as another worker does after a pause of this one
            others = deliveries.c.pk != under_way
            connection.execute(deliveries.update().where(others).values(claim_token="another"))
        for _ in range(2):  # the second beat begins when the first has ended
            room.clock.advance(seconds=1)
            wait_for(lambda: claimed_until(room) >= room.clock() + delivering._LEASE)
        goes_on.set()
        sender.join(300)
        other.clock.advance(minutes=1)

        assert len(server.mails) == 1
        assert len(other.deliver()) == 2
        assert len({mail.message_id for mail in server.mails}) == len(server.mails) == 3


def test_what_was_sent_is_sent_though_the_claim_ran_out(opening: Opening) -> None:
    room = opening(to=[{"email": ["a@example.org"]}])
    issued(room)
    [slow] = claim(room)
    room.clock.advance(minutes=20)
    [quick] = claim(room)

    room.ledger.record([(slow, SENT)], now=room.clock())
    room.ledger.record([(quick, Outcome(status=DeliveryStatus.FAILED, error="?"))], now=room.clock())

    assert room.statuses() == [DeliveryStatus.SENT]


def test_a_failure_of_a_claim_that_ran_out_is_no_news(opening: Opening) -> None:
    room = opening(to=[{"email": ["a@example.org"]}])
    issued(room)
    [slow] = claim(room)
    room.clock.advance(minutes=20)
    claim(room)

    room.ledger.record([(slow, Outcome(status=DeliveryStatus.FAILED, error="?"))], now=room.clock())

    assert room.statuses() == [DeliveryStatus.WAITING]


def test_a_part_that_was_accepted_lengthens_the_claim_unless_it_was_lost(opening: Opening) -> None:
    room = opening(to=[{"email": ["a@example.org"]}])
    issued(room)
    [held] = claim(room)
    until = START + timedelta(minutes=40)

    assert room.ledger.note_part(held, 1, until=until)
    room.clock.advance(minutes=20)
    assert claim(room) == []
    room.clock.advance(minutes=20)
    [other] = claim(room)
    assert not room.ledger.note_part(held, 2, until=until)
    assert other.delivery.parts_sent == 1


def test_when_the_store_is_lost_nothing_more_is_sent(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "_MARKING_PAUSE_S", 0.0)
    with MailServer() as server:
        room = opening(email={"smtp": {"host": "127.0.0.1", "port": server.port, "connections": 1}})
        issued(room)
        record = room.ledger.record

        def lose(*_: object, **__: object) -> None:
            raise StoreError("the database failed")

        room.ledger.record = lose  # type: ignore[method-assign]
        with pytest.raises(StoreError):
            room.deliver()
        room.ledger.record = record  # type: ignore[method-assign]
        room.clock.advance(minutes=1)
        room.deliver()

    ids = [mail.message_id for mail in server.mails]
    assert len(set(ids)) == len(ids) == 3  # what could not be marked at once was, as soon as it could be


def test_a_clock_that_jumps_while_mails_are_on_their_way_sends_none_of_them_twice(opening: Opening) -> None:
    clock, mails, claims, has_asked_again = Clock(), count(1), count(1), threading.Event()

    def jump(_: str) -> None:
        clock.advance(hours=1)
        if next(mails) == 3:  # it is on its way while its lane asks for more
            has_asked_again.wait(5)

    with MailServer(on_data=jump) as server:
        room = opening(clock=clock, email={"smtp": {"host": "127.0.0.1", "port": server.port, "connections": 2}})
        issued(room)
        ask = room.ledger.claim

        def asked(**conditions: Any) -> list[DeliveryClaim]:
            found = ask(**conditions)
            if next(claims) == 3:  # after mail and all else
                has_asked_again.set()
            return found

        room.ledger.claim = asked  # type: ignore[method-assign]
        room.deliver()
        clock.advance(minutes=1)
        room.deliver()

    assert room.statuses() == [DeliveryStatus.SENT] * 3
    assert sorted(mail.recipient for mail in server.mails) == ["a@example.org", "b@example.org", "c@example.org"]


def test_what_was_sent_while_the_store_was_lost_is_not_sent_again(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "_MARKING_PAUSE_S", 0.0)
    with MailServer(on_recipient=lambda address: "451 later" if address.startswith("b") else None) as server:
        room = opening(email={"smtp": {"host": "127.0.0.1", "port": server.port, "connections": 1}})
        issued(room)
        write = room.ledger.record

        def lose(*_: object, **__: object) -> None:
            raise StoreError("the database failed")

        room.ledger.record = lose  # type: ignore[method-assign]
        for _ in range(2):  # it is away for as long as that
            with pytest.raises(StoreError):
                room.deliver()
            room.clock.advance(minutes=5)
        [sent] = server.mails
        room.ledger.record = write  # type: ignore[method-assign]
        attempted = [each.delivery.message_id for each in room.deliver()]

    assert sent.message_id not in attempted
    assert sorted(room.statuses()) == ["sent", "sent", "waiting"]
    assert len(server.mails) == 2


def test_who_unsubscribes_gets_nothing_more_not_even_what_waits(opening: Opening) -> None:
    room = opening()
    issued(room)
    endpoint = next(each.endpoint for each in room.ledger.deliveries() if each.endpoint.label == "email b…@example.org")
    reason = "its reader has unsubscribed"

    room.ledger.stop(Stop(endpoint=endpoint, cause=StopCause.UNSUBSCRIBED, reason=reason, since=START))
    issued(room, "A rocket lands")

    assert sorted(room.statuses()) == sorted([*[DeliveryStatus.WAITING] * 4, DeliveryStatus.STOPPED])
    assert [stop.endpoint for stop in room.ledger.stops()] == [endpoint]


def test_who_comes_back_gets_the_next_issue(opening: Opening) -> None:
    room = opening(to=[{"email": ["a@example.org"]}])
    issued(room)
    [endpoint] = [each.endpoint for each in room.ledger.deliveries()]
    room.ledger.stop(Stop(endpoint=endpoint, cause=StopCause.UNSUBSCRIBED, reason="", since=START))

    assert room.ledger.resume("daily", endpoint.key)
    assert not room.ledger.resume("daily", endpoint.key)

    issued(room, "A rocket lands")
    assert room.statuses() == [DeliveryStatus.STOPPED, DeliveryStatus.WAITING]


def test_stopping_is_for_one_digest(opening: Opening) -> None:
    room = opening(to=[{"email": ["a@example.org"]}])
    key = "0" * 20
    for digest in ("daily", "weekly"):
        endpoint = Endpoint(digest=digest, kind=ChannelKind.EMAIL, key=key, label="email")
        assert room.ledger.stop(Stop(endpoint=endpoint, cause=StopCause.REFUSED, reason="", since=START))

    room.ledger.resume("daily", key)

    assert [stop.endpoint.digest for stop in room.ledger.stops()] == ["weekly"]


def test_a_server_that_wants_rest_gets_it_for_all_that_waits(opening: Opening) -> None:
    with HttpReceiver() as receiver:
        room = opening(to=[{"webhook": receiver.url}])
        issued(room)
        issued(room, "A rocket lands")
        first, _ = claim(room)
        again = START + timedelta(minutes=1)
        outcome = Outcome(status=DeliveryStatus.WAITING, error="429", next_attempt=again, rest=timedelta(minutes=10))

        room.ledger.record([(first, outcome)], now=START)

        assert {each.next_attempt for each in room.ledger.deliveries()} == {START + timedelta(minutes=10)}


def test_a_delivery_that_failed_can_be_sent_again(opening: Opening) -> None:
    refusing = ["554 not today"]
    with MailServer(on_data=lambda _: refusing[0] if refusing else None) as server:
        room = opening(to=[{"email": ["a@example.org"]}], email={"smtp": {"host": "127.0.0.1", "port": server.port}})
        issued(room)
        room.deliver()
        [failed] = room.ledger.deliveries()
        refusing.clear()

        room.ledger.retry(failed.id, now=room.clock())
        room.deliver()

        assert failed.status is DeliveryStatus.FAILED
        assert room.statuses() == [DeliveryStatus.SENT]
        assert [mail.message_id for mail in server.mails] == [failed.message_id]


def test_there_is_nothing_to_retry_that_never_was(opening: Opening) -> None:
    assert opening().ledger.retry(4711, now=START) is None


def test_an_endpoint_that_is_no_longer_configured_gets_nothing(opening: Opening, url: str) -> None:
    room = opening()
    issued(room)
    edited = Newsroom(make_config(url, {"every": "now", "to": [{"email": ["z@example.org"]}]}))

    edited.deliver()
    edited.close()

    assert room.statuses() == [DeliveryStatus.STOPPED] * 3
    assert {each.last_error for each in room.ledger.deliveries()} == {"it is not configured any more"}


def test_who_was_added_to_the_configuration_is_not_stopped_by_a_process_that_has_not_read_it_yet(
    opening: Opening, url: str
) -> None:
    with MailServer() as server:
        smtp = {"smtp": {"host": "127.0.0.1", "port": server.port}}
        behind = opening(email=smtp)
        behind.clock.advance(minutes=1)
        to = [{"email": ["a@example.org", "new@example.org"]}]
        edited = make_config(url, {"every": "now", "to": to}, email={"from": "n@example.org", **smtp})
        ahead = Newsroom(edited, behind.clock)
        issued(ahead)

        behind.deliver()
        waits = behind.statuses()
        behind.clock.advance(minutes=2)
        behind.aggregator.use(edited)
        behind.deliver()
        ahead.close()

    assert waits == [DeliveryStatus.SENT, DeliveryStatus.WAITING]
    assert behind.statuses() == [DeliveryStatus.SENT] * 2
    assert sorted(mail.recipient for mail in server.mails) == ["a@example.org", "new@example.org"]


def test_a_long_ledger_is_read_to_its_end(opening: Opening) -> None:
    many = [f"reader{number}@example.org" for number in range(1_100)]
    room = opening(to=[{"email": many}])
    issued(room)

    found = list(room.ledger.deliveries())

    assert len({each.id for each in found}) == 1_100
    assert [each.id for each in room.ledger.deliveries(limit=3)] == [each.id for each in found[:3]]
    assert room.ledger.counts() == {("daily", DeliveryStatus.WAITING): 1_100}


def test_deliveries_are_counted_by_what_became_of_them_until_they_are_forgotten(opening: Opening) -> None:
    addresses = [f"{name}@example.org" for name in "abcde"]
    room = opening(to=[{"email": addresses}])
    issued(room)
    sent, again, failed, refused, _ = claim(room)
    given_up = Outcome(status=DeliveryStatus.FAILED, error="no")
    room.ledger.record([(sent, SENT), (again, SENT), (failed, given_up)], now=START)
    endpoint = refused.delivery.endpoint
    room.ledger.stop(Stop(endpoint=endpoint, cause=StopCause.REFUSED, reason="", since=START))

    assert room.ledger.counts() == {
        ("daily", DeliveryStatus.SENT): 2,
        ("daily", DeliveryStatus.FAILED): 1,
        ("daily", DeliveryStatus.STOPPED): 1,
        ("daily", DeliveryStatus.WAITING): 1,
    }
    room.ledger.retry(again.delivery.id, now=START)
    assert room.ledger.counts()["daily", DeliveryStatus.SENT] == 1

    room.clock.advance(days=1)
    issued(room, "More news")
    room.ledger.forget(before=START + timedelta(hours=1))

    assert room.ledger.counts() == {("daily", DeliveryStatus.WAITING): 4}, "of the second issue, one is stopped"
    room.ledger.forget(before=START + timedelta(days=9))
    assert room.ledger.counts() == {}


@pytest.mark.parametrize("processes", [2, 4])
def test_several_processes_send_each_delivery_once(opening: Opening, url: str, processes: int) -> None:
    readers = [f"reader{number}@example.org" for number in range(40)]
    with MailServer() as server, HttpReceiver() as receiver:
        digest: dict[str, Any] = {
            "every": "now",
            "to": [{"email": readers}, *({"webhook": f"{receiver.url}/{number}"} for number in range(10))],
        }
        email = {"from": "News <news@example.org>", "smtp": {"host": "127.0.0.1", "port": server.port}}
        room = opening(**digest)
        for number in range(3):
            issued(room, f"News number {number}")
        context = forking()
        start = context.Barrier(processes)
        workers = [
            context.Process(target=deliver, args=(url, digest, email, start, room.clock())) for _ in range(processes)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(300)

        assert [worker.exitcode for worker in workers] == [0] * processes
        assert set(room.statuses()) == {DeliveryStatus.SENT}
        mails = [mail.message_id for mail in server.mails]
        posts = [post.headers["webhook-id"] for post in receiver.posts]
        assert (len(mails), len(set(mails))) == (120, 120)
        assert (len(posts), len(set(posts))) == (30, 30)


def test_the_time_of_an_attempt_is_in_utc(opening: Opening) -> None:
    room = opening(to=[{"email": ["a@example.org"]}])
    issued(room)

    [delivery] = room.ledger.deliveries()

    assert delivery.next_attempt == START
    assert delivery.next_attempt.tzinfo is UTC
    assert isinstance(delivery.made_at, datetime)
