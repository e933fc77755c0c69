from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from aggregator.errors import FetchTimeout, NotAFeed, StatusError, Throttled, Unreachable
from aggregator.fetch import HostGate, key_of
from aggregator.fetch.gate import FIRST_REST, MAX_REMEMBERED, Turn
from aggregator.model import Per, Source

A, B = "a.example", "b.example"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def gate_with(*, connections: int = 2, spacing: timedelta = timedelta(), **more) -> HostGate:
    return HostGate(connections=connections, spacing=spacing, **more)


def try_enter(gate: HostGate, name: str) -> Turn | None:
    """Take a turn for this key; None when it has to wait."""
    found = gate.take_ready([name], key=lambda item: item)
    return found[1] if found else None


def key(item: str) -> str:
    return item[0]


def asks_for_rest(wait: timedelta) -> StatusError:
    return StatusError("come later", status=503, retry_after=wait)


def test_a_host_lets_so_many_in_at_a_time(clock):
    gate = gate_with(connections=2, clock=clock)

    with try_enter(gate, A), try_enter(gate, A):
        assert try_enter(gate, A) is None
        assert try_enter(gate, B)
    assert try_enter(gate, A)


def test_turns_begin_some_space_apart(clock):
    gate = gate_with(connections=5, spacing=SECOND, clock=clock)
    with try_enter(gate, A):
        pass

    assert try_enter(gate, A) is None
    assert gate.ready_in(A) == SECOND
    clock.now += 1
    assert gate.ready_in(A) == timedelta()
    assert try_enter(gate, A)


def test_a_turn_that_ends_in_an_error_is_given_back(clock):
    gate = gate_with(connections=1, clock=clock)

    with pytest.raises(ZeroDivisionError), try_enter(gate, A):
        raise ZeroDivisionError

    assert try_enter(gate, A)


def test_a_server_that_asks_for_rest_has_it_from_all_that_share_its_key(clock):
    gate = gate_with(clock=clock)
    gate.learn(A, asks_for_rest(60 * SECOND))
    gate.learn(A, asks_for_rest(10 * SECOND))

    assert try_enter(gate, A) is None
    assert gate.ready_in(A) == 60 * SECOND
    assert try_enter(gate, B)
    clock.now += 60
    assert try_enter(gate, A)


def test_a_busy_host_holds_up_no_other(clock):
    gate = gate_with(connections=1, spacing=SECOND, clock=clock)
    waiting = ["a1", "a2", "a3", "b1", "a4"]

    taken = [gate.take_ready(waiting, key), gate.take_ready(waiting, key)]

    assert [item for item, _ in taken] == ["a1", "b1"]
    assert waiting == ["a2", "a3", "a4"]
    assert gate.take_ready(waiting, key) is None


def test_nothing_waiting_is_nothing_taken(clock):
    assert gate_with(clock=clock).take_ready([], key) is None


@pytest.mark.parametrize("here", ["localhost", "127.0.0.1", "127.8.0.1", "::1"])
def test_this_machine_needs_no_politeness(clock, here):
    gate = gate_with(connections=1, spacing=SECOND, clock=clock)

    with try_enter(gate, here), try_enter(gate, here):
        assert try_enter(gate, here)


def test_this_machine_may_ask_for_rest_all_the_same(clock):
    gate = gate_with(clock=clock)
    gate.learn("127.0.0.1", asks_for_rest(SECOND))

    assert try_enter(gate, "127.0.0.1") is None


def test_other_limits_hold_for_the_turns_that_follow(clock):
    gate = gate_with(connections=1, clock=clock)
    with try_enter(gate, A):
        gate.limit(connections=2, spacing=SECOND)
        with try_enter(gate, A):
            pass
        assert gate.ready_in(A) == SECOND


# --- rest that nobody asked for


SILENT = [FetchTimeout("too slow"), Unreachable("no connection"), Throttled("too many", status=429)]


@pytest.mark.parametrize("error", SILENT, ids=lambda error: type(error).__name__)
def test_a_server_that_gives_no_answer_twice_in_a_row_rests_longer_and_longer(clock, error):
    gate = gate_with(clock=clock)
    gate.learn(A, error)
    rests = [gate.ready_in(A)]

    for _ in range(20):
        gate.learn(A, error)
        rests.append(gate.ready_in(A))
        clock.now += gate.ready_in(A).total_seconds()

    assert rests[:7] == [timedelta(), 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 16 * MINUTE, 30 * MINUTE, 30 * MINUTE]
    assert gate.why_resting(A) == f"its host is left alone: {error}"
    assert try_enter(gate, B)


@pytest.mark.parametrize("answer", [None, NotAFeed("html"), StatusError("not there", status=404)])
def test_any_answer_ends_the_row(clock, answer):
    gate = gate_with(clock=clock)

    for error in (SILENT[0], answer, SILENT[0]):
        gate.learn(A, error)

    assert gate.ready_in(A) == timedelta()


def test_a_short_rest_does_not_end_a_longer_one(clock):
    gate = gate_with(clock=clock)
    gate.learn(A, Throttled("later", status=429, retry_after=60 * MINUTE))

    for _ in range(3):
        gate.learn(A, FetchTimeout("too slow"))

    assert gate.ready_in(A) == 60 * MINUTE
    assert gate.why_resting(A) == "its host asked us to come later"


def test_this_machine_needs_no_rest_that_it_did_not_ask_for(clock):
    gate = gate_with(clock=clock)

    for _ in range(9):
        gate.learn("127.0.0.1", FetchTimeout("too slow"))

    assert try_enter(gate, "127.0.0.1")


# --- what shares its limits


@pytest.mark.parametrize(
    ("address", "host", "domain"),
    [
        ("https://Feeds.Example.org:8443/a", "feeds.example.org", "example.org"),
        ("http://a.b.example.co.uk/", "a.b.example.co.uk", "example.co.uk"),
        ("http://someone.github.io/feed", "someone.github.io", "someone.github.io"),
        ("http://example.org./", "example.org.", "example.org"),
        ("http://localhost/", "localhost", "localhost"),
        ("http://co.uk/", "co.uk", "co.uk"),
        ("http://192.168.1.2/", "192.168.1.2", "192.168.1.2"),
        ("http://[2001:db8::1]/", "2001:db8::1", "2001:db8::1"),
        ("not an address", "not an address", "not an address"),
    ],
)
def test_limits_are_per_host_or_per_registered_domain(address, host, domain):
    source = Source(name="s", url=address)

    assert key_of(source.group, address, Per.HOST) == host
    assert key_of(source.group, address, Per.DOMAIN) == domain


def test_a_group_shares_its_limits_whatever_the_hosts():
    one, other = (Source(name=host, url=f"http://{host}/", group="press") for host in (A, B))

    assert key_of(one.group, one.url, Per.HOST) == key_of(other.group, other.url, Per.DOMAIN) == "group press"


# --- going on where another process left off


def test_a_rest_that_another_process_was_asked_for_holds_here(clock):
    gate = gate_with(clock=clock)

    gate.resume(A, rest=MINUTE, why="its host asked us to come later", troubles=0, is_used=True)

    assert try_enter(gate, A) is None
    assert gate.ready_in(A) == MINUTE
    assert gate.why_resting(A) == "its host asked us to come later"


def test_who_comes_after_another_process_waits_for_one_spacing_at_first(clock):
    gate = gate_with(spacing=SECOND, clock=clock)

    gate.resume(A, rest=timedelta(), why="", troubles=0, is_used=True)
    gate.resume(B, rest=timedelta(), why="", troubles=0, is_used=False)
    gate.resume("127.0.0.1", rest=timedelta(), why="", troubles=0, is_used=True)

    assert try_enter(gate, A) is None
    assert try_enter(gate, B)
    assert try_enter(gate, "127.0.0.1")
    clock.now += 1
    assert try_enter(gate, A)


def test_troubles_are_counted_on_where_another_process_left_off(clock):
    gate = gate_with(clock=clock)
    gate.resume(A, rest=timedelta(), why="", troubles=2, is_used=False)

    gate.learn(A, Unreachable("no"))

    assert gate.ready_in(A) == 2 * FIRST_REST


def test_others_are_told_of_rests_and_troubles_but_not_of_spacing(clock):
    gate = gate_with(spacing=SECOND, clock=clock)
    assert gate.state_of(A) == (timedelta(), "", 0)

    try_enter(gate, A)
    gate.learn(A, Unreachable("no"))
    spaced = gate.state_of(A)
    gate.learn(A, Unreachable("no"))
    resting = gate.state_of(A)
    clock.now += FIRST_REST.total_seconds()
    gate.learn(A)

    assert spaced == (timedelta(), "", 1)
    assert resting == (FIRST_REST, "its host is left alone: no", 2)
    assert gate.state_of(A) == (timedelta(), "", 0)


def test_this_machine_is_not_limited():
    gate = gate_with()

    assert gate.is_limited(A)
    assert gate.is_limited("group press")
    assert not gate.is_limited("127.0.0.1")


# --- waiting


def test_who_waits_gets_the_turn_when_it_is_free():
    gate = gate_with(connections=1)
    order = []
    turn = try_enter(gate, A)

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
    gate = gate_with(spacing=timedelta(milliseconds=30))
    started = time.monotonic()

    for _ in range(3):
        with gate.enter(A, timeout=5 * SECOND):
            pass

    assert time.monotonic() - started >= 0.06


def test_who_waits_too_long_is_told():
    gate = gate_with(connections=1)

    with try_enter(gate, A), pytest.raises(FetchTimeout, match=r"other requests to a\.example took too long"):
        gate.enter(A, timeout=timedelta(milliseconds=20))


@pytest.mark.parametrize("held", [False, True])
def test_waiting_for_a_change_ends_with_the_rest_or_the_patience(held, clock):
    gate = gate_with(clock=clock)  # by which the rest is not over before it is waited for
    started = time.monotonic()
    if held:
        gate.learn(A, asks_for_rest(timedelta(milliseconds=20)))

    gate.wait_for_change(60 * SECOND if held else timedelta(milliseconds=20))

    assert 0.015 < time.monotonic() - started < 30  # of the minute of patience


def test_waiting_for_a_change_ends_with_a_turn():
    gate = gate_with()
    turn = try_enter(gate, A)
    started = time.monotonic()

    with gate._changed:  # the turn can't end before it is waited for
        threading.Thread(target=lambda: turn.__exit__(None, None, None)).start()
        gate.wait_for_change(60 * SECOND)

    assert time.monotonic() - started < 30


def test_thirty_two_workers_never_exceed_the_limit():
    gate = gate_with(connections=2)
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
    gate = gate_with(spacing=SECOND, clock=clock)
    gate.learn("held.example", asks_for_rest(100_000 * SECOND))
    turn = try_enter(gate, "inside.example")
    for number in range(3 * MAX_REMEMBERED):
        with try_enter(gate, f"host{number}.example"):
            clock.now += 1.1

    assert len(gate._hosts) <= MAX_REMEMBERED
    assert try_enter(gate, "held.example") is None
    with turn:
        assert len(gate._hosts) > 1
