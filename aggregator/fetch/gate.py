"""Keep the pressure on one server low: few requests at a time, some space between them, and rest when it needs it.

What shares these limits has the same key, see ``key_of``. A worker that has many sources to choose from never waits
for a busy server: ``take_ready`` hands it the first source that may be asked. Who has only one to ask uses ``enter``,
which waits::

    while taken := gate.take_ready(queue, key):
        claim, turn = taken
        pool.submit(poll, claim, turn)        # poll: ``with turn: …``, then ``gate.learn(key(claim), error)``
    gate.wait_for_change(timeout)             # nothing is ready: until a turn ends or a rest is over

Sources whose server rests for long are better given back: ``ready_in`` says how long that is, ``why_resting`` why.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from ipaddress import ip_address
from typing import Final, TypeVar
from urllib.parse import urlsplit

from aggregator.errors import FetchError, FetchTimeout, SourceError, StatusError, Throttled, Unreachable
from aggregator.http import parse_address
from aggregator.model import Per
from aggregator.text.hosts import registered_domain

T = TypeVar("T")

# A server that gave no answer so many times in a row rests; the first time so long, then twice as long each time.
TROUBLES_BEFORE_REST: Final = 2
FIRST_REST: Final = timedelta(minutes=2)
LONGEST_REST: Final = timedelta(minutes=30)
# Above this many remembered keys the quiet ones are forgotten.
MAX_REMEMBERED: Final = 4_096


def key_of(group: str | None, address: str, per: Per) -> str:
    """Return what a source shares its limits by: its group, else the host or registrable domain of ``address``."""
    if group:
        return f"group {group}"
    return _domain_of(address) if per is Per.DOMAIN else _host_of(address)


@dataclass(slots=True)
class _Host:
    """How one key is used. ``not_before`` is on the gate's clock; ``troubles`` counts in a row."""

    inside: int = 0
    not_before: float = 0.0
    troubles: int = 0
    why_resting: str = ""
    is_resting: bool = False


# The right to ask one host now; ends with the ``with`` block.
Turn = ExitStack


class HostGate:
    """At most ``connections`` turns at a time for each key, begun at least ``spacing`` apart. Thread-safe.

    This machine itself (localhost, 127.0.0.1 …) needs no politeness: all may ask it at once, unless it asks for rest.
    """

    def __init__(self, *, connections: int, spacing: timedelta, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._changed = threading.Condition()
        self.limit(connections=connections, spacing=spacing)

    def limit(self, *, connections: int, spacing: timedelta) -> None:
        """Set other limits, for the turns that begin from now on."""
        self._connections = connections
        self._spacing_s = spacing.total_seconds()

    def take_ready(self, waiting: list[T], key: Callable[[T], str]) -> tuple[T, Turn] | None:
        """Remove the first item that may be asked from ``waiting``; None when there is none."""
        busy: set[str] = set()
        with self._changed:
            for index, item in enumerate(waiting):
                name = key(item)
                if name in busy:
                    continue
                if turn := self._try_enter(name):
                    del waiting[index]
                    return item, turn
                busy.add(name)
        return None

    def enter(self, key: str, *, timeout: timedelta) -> Turn:
        """Wait for a turn. Raises FetchTimeout when none comes within ``timeout``."""
        deadline = self._clock() + timeout.total_seconds()
        with self._changed:
            while (turn := self._try_enter(key)) is None:
                left = deadline - self._clock()
                if left <= 0:
                    raise FetchTimeout(f"other requests to {key} took too long")
                rest = self._rest_s(key)
                self._changed.wait(min(left, rest) if rest > 0 else left)
            return turn

    def learn(self, key: str, error: SourceError | None = None) -> None:
        """Draw the consequences of what came of a turn.

        A Retry-After speaks for all that has this key. A server that doesn't answer in time, can't be reached or says
        "too many requests" rests for longer and longer, until it answers.
        """
        with self._changed:
            host = self._host(key)
            is_trouble = isinstance(error, FetchTimeout | Unreachable | Throttled) and not _is_this_machine(key)
            host.troubles = host.troubles + 1 if is_trouble else 0
            if isinstance(error, StatusError) and error.retry_after:
                self._hold(host, error.retry_after, "its host asked us to come later")
            elif host.troubles >= TROUBLES_BEFORE_REST:
                times = min(host.troubles - TROUBLES_BEFORE_REST, 16)
                self._hold(host, min(FIRST_REST * 2**times, LONGEST_REST), f"its host is left alone: {error}")

    def is_limited(self, key: str) -> bool:
        """Whether not all may ask this key at once: this machine may be."""
        return not _is_this_machine(key)

    def resume(self, key: str, *, rest: timedelta, why: str, troubles: int, is_used: bool) -> None:
        """Go on where another process left off. ``is_used``: it may have asked a moment ago."""
        with self._changed:
            host = self._host(key)
            host.troubles = troubles
            if rest:
                self._hold(host, rest, why)
            if is_used and not _is_this_machine(key):
                self._space(host)

    def state_of(self, key: str) -> tuple[timedelta, str, int]:
        """Return what other processes should know: how long it rests and why, beside mere spacing, and its troubles.

        The reason is "" for one that neither rests nor has given reason to.
        """
        with self._changed:
            host = self._hosts.get(key)
            if host is None:
                return timedelta(0), "", 0
            is_resting = host.is_resting and self._rest_s(key) > 0
            rest = timedelta(seconds=self._rest_s(key)) if is_resting else timedelta(0)
            return rest, host.why_resting if is_resting else "", host.troubles

    def ready_in(self, key: str) -> timedelta:
        """How long until this key may be asked again, if nobody else is asking it; zero when it may be now."""
        with self._changed:
            return timedelta(seconds=max(0.0, self._rest_s(key)))

    def why_resting(self, key: str) -> str:
        """Why nobody may ask: what the latest rest was for, in words."""
        with self._changed:
            return self._host(key).why_resting

    def wait_for_change(self, timeout: timedelta) -> None:
        """Wait until a turn ends, or until the first rest is over, or until ``timeout``."""
        with self._changed:
            now = self._clock()
            rests = [host.not_before - now for host in self._hosts.values() if host.not_before > now]
            self._changed.wait(min([timeout.total_seconds(), *rests]))

    def _try_enter(self, key: str) -> Turn | None:
        if self._rest_s(key) > 0:
            return None
        if _is_this_machine(key):
            return Turn()
        host = self._host(key)
        if host.inside >= self._connections:
            return None
        host.inside += 1
        self._space(host)
        turn = Turn()
        turn.callback(self._leave, host)
        return turn

    def _hold(self, host: _Host, wait: timedelta, why: str) -> None:
        until = self._clock() + wait.total_seconds()
        if until > host.not_before:
            host.not_before, host.why_resting, host.is_resting = until, why, True

    def _space(self, host: _Host) -> None:
        """Keep the next turn at a distance from this moment."""
        until = self._clock() + self._spacing_s
        if until > host.not_before:
            host.not_before, host.why_resting, host.is_resting = until, "others of its host come first", False

    def _leave(self, host: _Host) -> None:
        with self._changed:
            host.inside -= 1
            self._changed.notify_all()

    def _rest_s(self, key: str) -> float:
        host = self._hosts.get(key)
        return host.not_before - self._clock() if host else 0.0

    def _host(self, key: str) -> _Host:
        if len(self._hosts) >= MAX_REMEMBERED:
            now = self._clock()
            self._hosts = {key: host for key, host in self._hosts.items() if host.inside or host.not_before > now}
        return self._hosts.setdefault(key, _Host())


@lru_cache(maxsize=MAX_REMEMBERED)
def _host_of(url: str) -> str:
    with suppress(FetchError):
        return parse_address(url).host
    with suppress(ValueError):  # the server of a mailbox
        return urlsplit(url).hostname or url
    return url


@lru_cache(maxsize=MAX_REMEMBERED)
def _domain_of(url: str) -> str:
    """The part of the host that somebody registered, by the Public Suffix List; the host when there is none."""
    host = _host_of(url)
    try:
        ip_address(host)
    except ValueError:
        return registered_domain(host)
    return host


def _is_this_machine(key: str) -> bool:
    try:
        return ip_address(key).is_loopback
    except ValueError:
        return key == "localhost"
