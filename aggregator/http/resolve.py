"""Names to addresses, within a deadline: getaddrinfo can't be interrupted, so it runs in threads of its own."""

from __future__ import annotations

import queue
import socket
import threading
import time
from typing import Final, NamedTuple

# Lookups that outlive their exchange hold a thread until the system's resolver gives up (about 30 s).
MAX_THREADS: Final = 128
IDLE_S: Final = 30.0


class Endpoint(NamedTuple):
    """One address to connect to: what getaddrinfo says of it."""

    family: int
    sockaddr: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]

    @property
    def ip(self) -> str:
        return str(self.sockaddr[0])


class _Lookup:
    """One question and its answer, which may come after nobody waits any more."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.answered = threading.Event()
        self.endpoints: list[Endpoint] = []
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self.endpoints = _getaddrinfo(self.host, self.port, 0)
        except (OSError, UnicodeError) as error:
            self.error = error
        self.answered.set()


class Resolver:
    """Looks names up in at most MAX_THREADS daemon threads, started when needed and gone when idle. Thread-safe."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[_Lookup] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0
        self._idle = 0

    def resolve(self, host: str, port: int, *, deadline: float) -> list[Endpoint]:
        """Return the addresses of ``host`` in the system's order of preference (RFC 6724).

        ``deadline`` is on the monotonic clock. Addresses written as such, in any spelling that the system knows
        (0x7f.1, 2130706433, …), need no lookup. Raises TimeoutError, socket.gaierror or UnicodeError.
        """
        try:
            return _getaddrinfo(host, port, socket.AI_NUMERICHOST)
        except socket.gaierror:
            pass
        lookup = _Lookup(host, port)
        self._waiting.put(lookup)
        self._start_thread_if_needed()
        if not lookup.answered.wait(max(0.0, deadline - time.monotonic())):
            raise TimeoutError(f"looking {host} up took too long")
        if lookup.error:
            raise lookup.error
        return lookup.endpoints

    def _start_thread_if_needed(self) -> None:
        with self._lock:
            if self._idle >= self._waiting.qsize() or self._threads >= MAX_THREADS:
                return
            self._threads += 1
        threading.Thread(target=self._work, name="resolve", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            try:
                lookup: _Lookup | None = self._waiting.get(timeout=IDLE_S)
            except queue.Empty:
                lookup = None
            with self._lock:
                self._idle -= 1
                if lookup is None and self._waiting.empty():
                    self._threads -= 1
                    return
            if lookup:
                lookup.run()


def numeric(host: str, port: int = 0) -> list[Endpoint]:
    """Return what a host is that is written as an address, in any spelling that the system knows; else nothing."""
    try:
        return _getaddrinfo(host, port, socket.AI_NUMERICHOST)
    except (socket.gaierror, UnicodeError):
        return []


def _getaddrinfo(host: str, port: int, flags: int) -> list[Endpoint]:
    found = socket.getaddrinfo(host, port, socket.AF_UNSPEC, socket.SOCK_STREAM, socket.IPPROTO_TCP, flags)
    return [Endpoint(family, sockaddr) for family, _, _, _, sockaddr in found]
