"""What is held is kept alive by a thread, which there is only while something is or was held."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from aggregator.store import heartbeat
from aggregator.store.heartbeat import Heartbeat

LEASE = timedelta(seconds=15)


def beating_for(extend: Callable[[list[str]], set[str]]) -> Heartbeat[str, str]:
    return Heartbeat(extend, key_of=str, lease=LEASE)


def hearts() -> int:
    return sum(thread.name == "heartbeat" for thread in threading.enumerate())


def test_where_nothing_is_held_no_thread_is_started() -> None:
    heart = beating_for(set)

    with heart.beating():
        heart.hold([])

        assert hearts() == 0


def test_what_is_held_is_extended_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "_BEATS", 3_000)
    extended = threading.Event()

    def extend(held: list[str]) -> set[str]:
        extended.set()
        return set(held)

    heart = beating_for(extend)
    with heart.beating():
        heart.hold(["a"])
        assert extended.wait(10)

    assert hearts() == 0
    assert heart.held() == ["a"]


def test_a_worker_that_waited_for_longer_than_a_lease_before_it_got_anything_may_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passed = {"s": 0.0}
    began = time.monotonic()
    monkeypatch.setattr(heartbeat, "time", SimpleNamespace(monotonic=lambda: began + passed["s"]))
    heart = beating_for(set)

    with heart.beating():
        passed["s"] = 10 * LEASE.total_seconds()

        assert heart.sure_for_s() == LEASE.total_seconds()
        heart.hold(["a"])
        passed["s"] += 4.0
        assert heart.sure_for_s() == LEASE.total_seconds() - 4.0
