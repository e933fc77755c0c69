"""A machine's clock that is set by a day, either way: what is due is done, and nothing waits for another day."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.app import utc_now
from aggregator.entrypoints.scheduler import Scheduler, _Every
from aggregator.errors import StoreError, StoreFull
from aggregator.model import HubLink, PollSummary
from tests.newsroom import Clock, Newsroom, make_config

DAY = timedelta(days=1)


def test_what_a_clock_that_was_ahead_planned_is_due_when_it_is_right(url: str) -> None:
    room = Newsroom(make_config(url, {"name": "daily"}))
    store, now = room.aggregator.store, room.clock.now
    room.write("wire", last_checked=now, next_check=now + timedelta(hours=6))
    room.clock.advance(days=1)  # it is ahead from here …
    room.write("orbit", last_checked=room.clock.now, next_check=room.clock.now + timedelta(hours=6))
    room.publish("News", source="orbit")
    assert room.digests.make_now("daily")
    lost = store.claims.take(now=room.clock.now, lease=timedelta(minutes=5), limit=1, names=["orbit"])
    room.clock.now = now  # … to here

    corrected = store.correct_times(now)

    claims = store.claims.take(now=now, lease=timedelta(minutes=5), limit=9)
    assert [claim.source.name for claim in lost] == ["orbit"]
    assert [claim.source.name for claim in claims] == ["orbit"], "and the other is not due before its time"
    assert room.ledger.next_due() == now
    assert corrected >= 2
    assert store.correct_times(now) == 0
    room.close()


def test_a_server_that_asked_for_rest_while_the_clock_was_ahead_is_asked_again(url: str) -> None:
    room = Newsroom(make_config(url))
    store, now = room.aggregator.store, room.clock.now
    room.write("orbit", last_checked=now, next_check=now)
    [claim] = store.claims.take(now=now, lease=timedelta(minutes=5), limit=1, names=["orbit"])
    ahead = replace(claim.host, not_before=now + 3650 * DAY, why="it asked for rest", troubles=3)
    store.claims.release([claim])
    store.claims.note_rest(ahead)

    store.correct_times(now)

    [claim] = store.claims.take(now=now, lease=timedelta(minutes=5), limit=1, names=["orbit"])
    assert (claim.host.not_before, claim.host.troubles) == (None, 0)
    room.close()


def test_a_digest_that_was_made_while_the_clock_was_ahead_comes_again_at_its_next_time(url: str) -> None:
    room = Newsroom(make_config(url, {"name": "daily", "every": "day at 07:30"}))
    now = room.clock.now
    room.clock.advance(days=3650)
    room.publish("Ahead")
    room.issues()
    room.clock.now = now
    room.aggregator.store.correct_times(now)
    room.publish("After")
    room.clock.advance(days=1)

    [issue] = room.issues()

    assert [entry.title for story in issue.stories for entry in story.entries] == ["After"]
    room.close()


def test_a_lease_that_a_hub_granted_while_the_clock_was_ahead_is_asked_for_again(url: str) -> None:
    room = Newsroom(make_config(url))
    store, now = room.aggregator.store, room.clock.now
    room.write("orbit", last_checked=now, hub=HubLink(hub="https://hub.example/", topic="https://orbit.example/feed"))
    ahead = now + 3650 * DAY
    store.subscriptions.adapt(ahead)
    [asked] = store.subscriptions.take_due(ahead, lease=timedelta(minutes=1), limit=9)
    store.subscriptions.agreed(asked, until=ahead + 10 * DAY, renew_at=ahead + 9 * DAY)

    store.correct_times(now)

    assert [each.id for each in store.subscriptions.take_due(now, lease=timedelta(minutes=1), limit=9)] == [asked.id]
    assert [each.state.told_until for each in store.sources() if each.source.name == "orbit"] == [None]
    room.close()


def test_a_ping_that_was_owed_while_the_clock_was_ahead_is_sent(url: str) -> None:
    room = Newsroom(make_config(url))
    now = room.clock.now
    store = room.aggregator.store
    store.pings.owe(["https://hub.example/"], base="https://a.example/", feed="all", now=now + 3650 * DAY)

    store.correct_times(now)

    assert len(store.pings.claim(now=now, lease=timedelta(minutes=5), limit=9)) == 1
    room.close()


def test_a_clock_that_is_right_corrects_nothing(url: str) -> None:
    room = Newsroom(make_config(url, {"name": "daily"}))
    room.write("orbit", last_checked=room.clock.now, next_check=room.clock.now + timedelta(days=20))
    room.publish("News", source="wire")
    room.digests.make_now("daily")

    assert room.aggregator.store.correct_times(room.clock.now) == 0
    room.close()


def test_entries_that_came_while_the_clock_was_ahead_are_neither_lost_nor_sent_twice(url: str) -> None:
    room = Newsroom(make_config(url, {"name": "daily"}))
    now = room.clock.now
    room.publish("Before")
    room.digests.make_now("daily")
    room.clock.advance(days=1)
    room.publish("Ahead")
    room.digests.make_now("daily")
    room.clock.now = now + timedelta(minutes=5)
    room.publish("After")
    issue = room.digests.make_now("daily")

    assert issue is not None
    assert [entry.title for story in issue.stories for entry in story.entries] == ["After"]
    assert room.digests.make_now("daily") is None
    room.close()


@pytest.mark.parametrize("gap", [DAY, 60 * 365 * DAY])
def test_a_timer_that_slept_ticks_once_however_long_it_was(gap: timedelta) -> None:
    """A machine without a clock of its own begins in 1970 and is set later."""
    every, now = _Every(seconds=5), datetime(2031, 1, 1, tzinfo=UTC)

    assert every.get_next_fire_time(now - gap, now) > now
    assert every.get_next_fire_time(now, now) == now + timedelta(seconds=5)


def test_a_poll_during_which_nothing_ends_for_minutes_is_noticed(tmp_path: Path) -> None:
    room = Newsroom(make_config(f"sqlite:///{tmp_path}/a.db"), Clock(utc_now()))
    scheduler = Scheduler(room.aggregator)

    at_rest = scheduler.is_polling()
    scheduler._polled_at = time.monotonic() - 60
    under_way = scheduler.is_polling()
    scheduler._polled_at = time.monotonic() - 3600
    hanging = scheduler.is_polling()
    scheduler._poll()

    assert (at_rest, under_way, hanging) == (True, True, False)
    assert scheduler.is_polling(), "a poll that ends is a sign of life"
    room.close()


def test_judging_what_a_large_poll_brought_is_no_standstill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Newsroom(make_config(f"sqlite:///{tmp_path}/a.db"), Clock(utc_now()))
    scheduler = Scheduler(room.aggregator)
    seen: list[bool] = []

    def judging(*_: object, moves_on: Callable[[], None], **__: object) -> Iterator[PollSummary]:
        scheduler._polled_at = time.monotonic() - 3600
        seen.append(scheduler.is_polling())
        moves_on()
        seen.append(scheduler.is_polling())
        yield from ()

    monkeypatch.setattr("aggregator.entrypoints.scheduler.poll_due", judging)
    scheduler._poll()

    assert seen == [False, True]
    room.close()


def test_how_the_database_ended_a_job_is_known_until_the_job_goes_through(tmp_path: Path) -> None:
    room = Newsroom(make_config(f"sqlite:///{tmp_path}/a.db"), Clock(utc_now()))
    scheduler = Scheduler(room.aggregator)

    def fail(error: StoreError) -> None:
        raise error

    before = scheduler.failure()
    scheduler.run_now(lambda: fail(StoreError("away")), "issue")
    scheduler.run_now(lambda: fail(StoreFull("full")), "poll")
    both = scheduler.failure()
    scheduler.run_now(lambda: None, "poll")
    one = scheduler.failure()
    scheduler.run_now(lambda: None, "issue")

    assert (before, str(both), str(one), scheduler.failure()) == (None, "full", "away", None)
    room.close()


@pytest.mark.parametrize("jump_s", [-86_400, 86_400])
def test_timers_begin_anew_when_the_clock_is_set(tmp_path: Path, jump_s: int) -> None:
    room = Newsroom(make_config(f"sqlite:///{tmp_path}/a.db"), Clock(utc_now()))
    scheduler = Scheduler(room.aggregator)
    ticks = threading.Semaphore(0)
    scheduler._polling.modify(func=scheduler._guarded(lambda: ticks.release() and None, "poll"))
    scheduler.start()
    assert ticks.acquire(timeout=60)
    for job in scheduler._timers.get_jobs():  # as they are after the clock has been set back by a day
        job.modify(next_run_time=utc_now() + DAY)
    scheduler.look_at_clock()
    assert not ticks.acquire(timeout=0.3), "nothing was set yet"

    scheduler._offset_s -= jump_s
    scheduler.look_at_clock()

    assert ticks.acquire(timeout=60)
    assert scheduler.stop(within_s=10)
    assert abs(time.time() - time.monotonic() - scheduler._offset_s) < 1
    room.close()
