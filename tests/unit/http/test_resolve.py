from __future__ import annotations

import socket
import threading
import time

import pytest

from aggregator.http import resolve
from aggregator.http.resolve import Resolver

LONG_S = 30


@pytest.fixture
def lookups(monkeypatch):
    """The system's resolver, made up: "slow.example" answers when it is let, others at once."""
    let = threading.Event()

    def getaddrinfo(host, port, family, kind, protocol, flags):
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "not a number")
        if host == "slow.example":
            let.wait(LONG_S)
        if host == "no.example":
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, kind, protocol, "", ("192.0.2.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield let
    let.set()


def soon() -> float:
    return time.monotonic() + 20


def test_a_name_is_looked_up(lookups):
    (found,) = Resolver().resolve("news.example", 80, deadline=soon())

    assert (found.family, found.ip, found.sockaddr) == (socket.AF_INET, "192.0.2.1", ("192.0.2.1", 80))


def test_an_address_needs_no_thread():
    resolver = Resolver()

    assert resolver.resolve("0x7f.1", 80, deadline=soon())[0].ip == "127.0.0.1"
    assert resolver._threads == 0


def test_an_unknown_name_is_the_systems_error(lookups):
    with pytest.raises(socket.gaierror):
        Resolver().resolve("no.example", 80, deadline=soon())


def test_a_lookup_that_hangs_is_left_at_the_deadline(lookups):
    started = time.monotonic()

    with pytest.raises(TimeoutError):
        Resolver().resolve("slow.example", 80, deadline=started + 0.05)

    assert time.monotonic() - started < LONG_S


def test_a_deadline_in_the_past_does_not_wait(lookups):
    with pytest.raises(TimeoutError):
        Resolver().resolve("slow.example", 80, deadline=time.monotonic() - 1)


def test_lookups_that_hang_do_not_hold_up_others(lookups):
    resolver = Resolver()
    for _ in range(20):
        with pytest.raises(TimeoutError):
            resolver.resolve("slow.example", 80, deadline=time.monotonic() + 0.005)

    assert resolver.resolve("news.example", 80, deadline=soon())


def test_threads_are_used_again_and_bounded(lookups, monkeypatch):
    monkeypatch.setattr(resolve, "MAX_THREADS", 3)
    resolver = Resolver()
    for _ in range(10):
        with pytest.raises(TimeoutError):
            resolver.resolve("slow.example", 80, deadline=time.monotonic() + 0.005)
    assert resolver._threads == 3
    lookups.set()

    for _ in range(10):
        assert resolver.resolve("news.example", 80, deadline=soon())
    assert resolver._threads <= 3


def test_idle_threads_end(lookups, monkeypatch):
    monkeypatch.setattr(resolve, "IDLE_S", 0.02)
    resolver = Resolver()
    resolver.resolve("news.example", 80, deadline=soon())

    deadline = soon()
    while resolver._threads and time.monotonic() < deadline:
        time.sleep(0.005)

    assert resolver._threads == 0
    assert resolver.resolve("news.example", 80, deadline=soon())
