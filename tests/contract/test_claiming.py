"""What a worker has claimed: hosts change hands with all that was learned of them, and claims live while it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from aggregator.app import Aggregator
from aggregator.errors import StatusError, StoreError, Unreachable
from aggregator.model import Claim
from aggregator.polling import queue as claiming
from aggregator.polling.queue import Queue
from aggregator.store import heartbeat
from aggregator.store.tables import sources
from tests.end_to_end.conftest import wait_for
from tests.newsroom import Clock, Newsroom, make_config

# Three exchanges of at most five seconds.
LEASE = timedelta(seconds=15)

Opening = Callable[..., Newsroom]


@pytest.fixture
def opening(url: str) -> Iterator[Opening]:
    """Open one more program on the same database; all have the same clock."""
    clock, opened = Clock(), []

    def open_one(**hosts: int) -> Newsroom:
        configured = [
            {"url": f"https://{host}.example/{number}", "name": f"{host}-{number}"}
            for host, count in hosts.items()
            for number in range(count)
        ]
        politeness = {"connections": 1, "spacing": "1ms"}
        fetch = {"timeout": "5s", "workers": 2, "politeness": politeness}
        opened.append(Newsroom(make_config(url, sources=configured, fetch=fetch), clock))
        return opened[-1]

    yield open_one
    for room in opened:
        room.close()


def queue_of(room: Newsroom, names: list[str] | None = None) -> Queue:
    return Queue(room.aggregator, names)


def take(queue: Queue) -> Claim | None:
    """Return what may be asked now; its turn has not ended."""
    taken = queue.take()
    return None if taken is None else taken[0]


def test_a_rest_reaches_the_next_worker_and_outlasts_a_restart(opening: Opening) -> None:
    first, second = opening(one=2), opening(one=2)
    queue = queue_of(first)
    with queue.kept():
        claim = take(queue)
        assert claim is not None
        error = StatusError("come later", status=503, retry_after=timedelta(hours=1))
        first.aggregator.gate.learn(claim.host.key, error)
        queue.note_host(claim)

    assert take(queue_of(second)) is None
    states = [health.state for health in second.aggregator.store.sources()]
    assert all(state.next_check > second.clock() + timedelta(minutes=59) for state in states)
    assert {state.next_check_reason for state in states} == {"its host asked us to come later"}


def test_troubles_end_for_all_when_the_host_answers_again(opening: Opening) -> None:
    first, second = opening(one=1), opening(one=1)
    queue = queue_of(first)
    claim = take(queue)
    assert claim is not None
    gate, key = first.aggregator.gate, claim.host.key
    for _ in range(2):
        gate.learn(key, Unreachable("no"))
    queue.note_host(claim)
    assert troubles_of(second.aggregator, queue, claim) == 2

    gate.learn(key)
    queue.note_host(claim)

    assert troubles_of(second.aggregator, queue, claim) == 0


def troubles_of(aggregator: Aggregator, holder: Queue, held: Claim) -> int:
    """Return what the next worker is told; the claim is given back for that."""
    aggregator.store.claims.release([held])
    holder.done(held)
    [claim] = aggregator.store.claims.take(now=aggregator.clock(), lease=LEASE, limit=1)
    aggregator.store.claims.release([claim])
    return claim.host.troubles


def test_a_host_with_much_to_ask_keeps_nobody_elses_waiting(opening: Opening) -> None:
    room = opening(big=100, small=1)
    queue = queue_of(room)

    claims = [take(queue), take(queue)]

    assert [claim.host.key for claim in claims if claim] == ["big.example", "small.example"]
    assert not queue.is_empty()


def test_a_source_whose_host_another_worker_has_is_waited_for_when_it_was_named(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "_AGAIN_S", 0.0)
    busy, asked = opening(one=2), opening(one=2)
    held = queue_of(busy, ["one-0"])
    queue = queue_of(asked, ["one-1"])
    with held.kept():
        assert take(held)
        while_busy = take(queue), queue.is_empty()

    claims = [wait_for(lambda: take(queue))]

    assert while_busy == (None, False)
    assert [claim.source.name for claim in claims] == ["one-1"]
    assert queue.is_empty()


def test_a_source_whose_host_stays_anothers_is_not_waited_for_for_ever(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "_PATIENCE_S", 0.0)
    busy, asked = opening(one=2), opening(one=2)
    held, queue = queue_of(busy, ["one-0"]), queue_of(asked, ["one-1"])
    assert take(held)

    wait_for(lambda: take(queue) is None and queue.is_empty())


def test_claims_live_as_long_as_their_worker_does(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "_BEATS", 300)
    first, second = opening(one=2), opening(one=2)
    queue = queue_of(first)
    with queue.kept():
        assert take(queue)
        first.clock.advance(seconds=14)  # what is held now lasts for fifteen more, at the next beat
        wait_for(lambda: claimed_until(first) > first.clock() + timedelta(seconds=14))
        first.clock.advance(seconds=14)
        while_alive = take(queue_of(second))

    assert while_alive is None
    following = queue_of(second)
    wait_for(lambda: take(following))  # what was held was given back


def claimed_until(room: Newsroom) -> datetime:
    with room.aggregator.store._read() as connection:
        until: datetime = connection.execute(sa.select(sa.func.max(sources.c.claimed_until))).scalar_one()
    return until


def test_claims_that_ended_are_given_up(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "_BEATS", 300)
    first = opening(one=3)
    queue = queue_of(first, ["one-0", "one-1", "one-2"])
    assert take(queue)
    assert not queue.is_empty()
    first.clock.advance(seconds=16)  # longer than anybody was told of: it slept

    with queue.kept():
        wait_for(lambda: take(queue) is None and queue.is_empty())


def test_nothing_is_begun_that_could_outlast_what_the_database_was_told(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = {"s": 0.0}
    monkeypatch.setattr(heartbeat, "time", SimpleNamespace(monotonic=lambda: passed["s"]))
    queue = queue_of(opening(one=1, two=1, three=1))
    assert take(queue), "the claims are made now"

    passed["s"] = 9.9
    in_time = take(queue)
    passed["s"] = 10.1  # an exchange takes five seconds at most, and the lease fifteen

    assert in_time is not None
    assert take(queue) is None


def test_a_lost_database_ends_no_claim_before_its_time(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "_BEATS", 300)
    room = opening(one=1, two=1)
    queue = queue_of(room)
    tries: list[object] = []

    def lost(*args: object, **given: object) -> None:
        tries.append(args)
        raise StoreError("the database failed: gone")

    with queue.kept():
        assert take(queue)
        monkeypatch.setattr(room.aggregator.store.claims, "extend", lost)
        wait_for(lambda: len(tries) >= 3)

        assert take(queue), "there is time left"


def test_a_queue_of_nobody_is_empty_at_once(opening: Opening) -> None:
    room = opening(one=1)

    assert queue_of(room, []).is_empty()
    assert not queue_of(room, None).is_empty()
