"""Keep the pressure on one server low: few connections at a time, some space between them, and rest when it asks.

A worker that has many sources to choose from never waits for a busy host: ``take_ready`` hands it the first source
whose host is free. Who has only one address to ask uses ``enter``, which waits::

    while taken := gate.take_ready(queue, lambda claim: claim.source.url):
        claim, turn = taken
        pool.submit(poll, claim, turn)        # poll: ``with turn: …``; on a 429: ``gate.hold(url, retry_after)``
    gate.wait_for_change(timeout)             # nothing is ready: until a turn ends or a host may be asked again

Sources whose host is held for longer than the claim lasts are better given back: ``ready_in`` says how long that is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from types import TracebackType
from typing import Final, Self, TypeVar

from aggregator.errors import FetchError, FetchTimeout
from aggregator.http import parse_address

T = TypeVar("T")

PER_HOST: Final = 2
SPACING: Final = timedelta(milliseconds=500)
# Above this many remembered hosts the quiet ones are forgotten.
MAX_REMEMBERED: Final = 4_096


@dataclass(slots=True)
class _Host:
    """One host's use. ``not_before`` is on the gate's clock."""

    inside: int = 0
    not_before: float = 0.0


class Turn:
    """The right to ask one host now; ends with the ``with`` block."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave = leave

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()


class HostGate:
    """At most ``per_host`` turns at a time for each host, begun at least ``spacing`` apart. Thread-safe.

    This machine itself (localhost, 127.0.0.1 …) needs no politeness and is let through at once, unless it is held.
    """

    def __init__(
        self,
        *,
        per_host: int = PER_HOST,
        spacing: timedelta = SPACING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_host = per_host
        self._spacing_s = spacing.total_seconds()
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._changed = threading.Condition()

    def try_enter(self, url: str) -> Turn | None:
        """A turn for the host of ``url``; None when it has to wait."""
        with self._changed:
            return self._try_enter(url)

    def take_ready(self, waiting: list[T], url_of: Callable[[T], str]) -> tuple[T, Turn] | None:
        """Remove the first item whose host is free from ``waiting``; None when there is none."""
        busy: set[str] = set()
        with self._changed:
            for index, item in enumerate(waiting):
                host = _host_of(url_of(item))
                if host in busy:
                    continue
                if turn := self._try_enter(url_of(item)):
                    del waiting[index]
                    return item, turn
                busy.add(host)
        return None

    def enter(self, url: str, *, timeout: timedelta) -> Turn:
        """Wait for a turn. Raises FetchTimeout when none comes within ``timeout``."""
        deadline = self._clock() + timeout.total_seconds()
        with self._changed:
            while (turn := self._try_enter(url)) is None:
                left = deadline - self._clock()
                if left <= 0:
                    raise FetchTimeout(f"other requests to {_host_of(url)} took too long")
                rest = self._rest_s(_host_of(url))
                self._changed.wait(min(left, rest) if rest > 0 else left)
            return turn

    def hold(self, url: str, wait: timedelta) -> None:
        """Let nobody ask this host for ``wait``: for a Retry-After, which speaks for all of its addresses."""
        with self._changed:
            host = self._host(_host_of(url))
            host.not_before = max(host.not_before, self._clock() + wait.total_seconds())

    def ready_in(self, url: str) -> timedelta:
        """How long until this host may be asked again, if nobody else is asking it; zero when it may be now."""
        with self._changed:
            return timedelta(seconds=max(0.0, self._rest_s(_host_of(url))))

    def wait_for_change(self, timeout: timedelta) -> None:
        """Wait until a turn ends, or until the first host that rests may be asked again, or until ``timeout``."""
        with self._changed:
            now = self._clock()
            rests = [host.not_before - now for host in self._hosts.values() if host.not_before > now]
            self._changed.wait(min([timeout.total_seconds(), *rests]))

    def _try_enter(self, url: str) -> Turn | None:
        name = _host_of(url)
        if self._rest_s(name) > 0:
            return None
        if _is_this_machine(name):
            return Turn(lambda: None)
        host = self._host(name)
        if host.inside >= self._per_host:
            return None
        host.inside += 1
        host.not_before = self._clock() + self._spacing_s
        return Turn(lambda: self._leave(host))

    def _leave(self, host: _Host) -> None:
        with self._changed:
            host.inside -= 1
            self._changed.notify_all()

    def _rest_s(self, name: str) -> float:
        host = self._hosts.get(name)
        return host.not_before - self._clock() if host else 0.0

    def _host(self, name: str) -> _Host:
        if len(self._hosts) >= MAX_REMEMBERED:
            now = self._clock()
            self._hosts = {key: host for key, host in self._hosts.items() if host.inside or host.not_before > now}
        return self._hosts.setdefault(name, _Host())


def _host_of(url: str) -> str:
    try:
        return parse_address(url).host
    except FetchError:
        return url


def _is_this_machine(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
