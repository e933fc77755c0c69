from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from aggregator.errors import FetchTimeout
from aggregator.fetch import HostGate
from aggregator.fetch.hosts import MAX_REMEMBERED

A, A2, B = "http://a.example/1", "https://user:x@A.example:8443/2", "http://b.example/"
SECOND = timedelta(seconds=1)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def url(item: str) -> str:
    return item


def test_a_host_lets_so_many_in_at_a_time(clock):
    gate = HostGate(per_host=2, spacing=timedelta(), clock=clock)

    with gate.try_enter(A), gate.try_enter(A2):
        assert gate.try_enter(A) is None
        assert gate.try_enter(B)
    assert gate.try_enter(A)


def test_turns_begin_some_space_apart(clock):
    gate = HostGate(per_host=5, spacing=SECOND, clock=clock)
    with gate.try_enter(A):
        pass

    assert gate.try_enter(A) is None
    assert gate.ready_in(A) == SECOND
    clock.now += 1
    assert gate.ready_in(A) == timedelta()
    assert gate.try_enter(A)


def test_a_turn_that_ends_in_an_error_is_given_back(clock):
    gate = HostGate(per_host=1, spacing=timedelta(), clock=clock)

    with pytest.raises(ZeroDivisionError), gate.try_enter(A):
        raise ZeroDivisionError

    assert gate.try_enter(A)


def test_a_host_that_asks_for_rest_has_it_for_all_its_addresses(clock):
    gate = HostGate(spacing=timedelta(), clock=clock)
    gate.hold(A, 60 * SECOND)
    gate.hold(A, 10 * SECOND)

    assert gate.try_enter(A2) is None
    assert gate.ready_in(A2) == 60 * SECOND
    assert gate.try_enter(B)
    clock.now += 60
    assert gate.try_enter(A2)


def test_a_busy_host_holds_up_no_other(clock):
    gate = HostGate(per_host=1, spacing=SECOND, clock=clock)
    waiting = [A, A2, A, B, A]

    taken = [gate.take_ready(waiting, url), gate.take_ready(waiting, url)]

    assert [item for item, _ in taken] == [A, B]
    assert waiting == [A2, A, A]
    assert gate.take_ready(waiting, url) is None


def test_nothing_waiting_is_nothing_taken(clock):
    assert HostGate(clock=clock).take_ready([], url) is None


@pytest.mark.parametrize("here", ["http://localhost:8000/", "http://127.0.0.1/", "http://127.8.0.1/", "http://[::1]/"])
def test_this_machine_needs_no_politeness(clock, here):
    gate = HostGate(per_host=1, spacing=SECOND, clock=clock)

    with gate.try_enter(here), gate.try_enter(here):
        assert gate.try_enter(here)


def test_this_machine_may_ask_for_rest_all_the_same(clock):
    gate = HostGate(clock=clock)
    gate.hold("http://127.0.0.1/", SECOND)

    assert gate.try_enter("http://127.0.0.1/") is None


def test_what_is_no_address_is_a_host_of_its_own(clock):
    gate = HostGate(per_host=1, spacing=timedelta(), clock=clock)

    with gate.try_enter("not an address"):
        assert gate.try_enter("not an address") is None


def test_who_waits_gets_the_turn_when_it_is_free():
    gate = HostGate(per_host=1, spacing=timedelta())
    order = []
    turn = gate.try_enter(A)

    def other() -> None:
        with gate.enter(A, timeout=5 * SECOND):
            order.append("other")

    thread = threading.Thread(target=other)
    thread.start()
    with turn:
        time.sleep(0.02)
        order.append("first")
    thread.join()

    assert order == ["first", "other"]


def test_who_waits_for_space_gets_it():
    gate = HostGate(spacing=timedelta(milliseconds=30))
    started = time.monotonic()

    for _ in range(3):
        with gate.enter(A, timeout=5 * SECOND):
            pass

    assert time.monotonic() - started >= 0.06


def test_who_waits_too_long_is_told():
    gate = HostGate(per_host=1, spacing=timedelta())

    with gate.try_enter(A), pytest.raises(FetchTimeout, match=r"other requests to a\.example took too long"):
        gate.enter(A, timeout=timedelta(milliseconds=20))


@pytest.mark.parametrize("held", [False, True])
def test_waiting_for_a_change_ends_with_the_rest_or_the_patience(held):
    gate = HostGate(spacing=timedelta())
    if held:
        gate.hold(A, timedelta(milliseconds=20))
    started = time.monotonic()

    gate.wait_for_change(60 * SECOND if held else timedelta(milliseconds=20))

    assert 0.015 < time.monotonic() - started < 1


def test_waiting_for_a_change_ends_with_a_turn():
    gate = HostGate(spacing=timedelta())
    turn = gate.try_enter(A)
    timer = threading.Timer(0.02, lambda: turn.__exit__(None, None, None))
    timer.start()
    started = time.monotonic()

    gate.wait_for_change(60 * SECOND)

    assert time.monotonic() - started < 1


def test_thirty_two_workers_never_exceed_the_limit():
    gate = HostGate(per_host=2, spacing=timedelta())
    inside, most, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal inside, most
        for _ in range(5):
            with gate.enter(A, timeout=30 * SECOND):
                with lock:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.0005)
                with lock:
                    inside -= 1

    threads = [threading.Thread(target=work) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 2


def test_quiet_hosts_are_forgotten(clock):
    gate = HostGate(spacing=SECOND, clock=clock)
    gate.hold("http://held.example/", 100_000 * SECOND)
    turn = gate.try_enter("http://inside.example/")
    for number in range(3 * MAX_REMEMBERED):
        with gate.try_enter(f"http://host{number}.example/"):
            clock.now += 1.1

    assert len(gate._hosts) <= MAX_REMEMBERED
    assert gate.try_enter("http://held.example/") is None
    with turn:
        assert len(gate._hosts) > 1
