"""Claims that last while their worker lives: short leases, extended from time to time by a thread.

A worker that was killed extends nothing, so that others have what it held within one lease.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final, Generic, TypeVar

from aggregator.errors import StoreError

Claim = TypeVar("Claim")
Key = TypeVar("Key", bound=Hashable)

# Claims are extended so often in the time of their lease.
_BEATS: Final = 5


class Heartbeat(Generic[Claim, Key]):
    """The claims of one worker. Threads may share it."""

    def __init__(
        self,
        extend: Callable[[list[Claim]], Collection[Key]],
        *,
        key_of: Callable[[Claim], Key],
        lease: timedelta,
    ) -> None:
        """``extend`` lets claims last for another ``lease`` and returns the keys of those that were not lost."""
        self._extend = extend
        self._key_of = key_of
        self._lease_s = lease.total_seconds()
        self._lock = threading.Lock()
        self._held: dict[Key, Claim] = {}
        self._lost: set[Key] = set()
        self._sure_until = time.monotonic() + self._lease_s
        self._has_held = False
        self._is_beating = False
        self._has_ended = threading.Event()
        self._heart: threading.Thread | None = None

    def hold(self, claims: Iterable[Claim]) -> None:
        """Keep claims alive, which were made just now."""
        with self._lock:
            self._held |= {self._key_of(claim): claim for claim in claims}
            self._has_held = self._has_held or bool(self._held)
            self._begin()

    def let_go(self, key: Key) -> None:
        """Keep a claim alive no longer: it was used, given back or lost."""
        with self._lock:
            self._held.pop(key, None)

    def held(self) -> list[Claim]:
        with self._lock:
            return list(self._held.values())

    def holds(self, key: Key) -> bool:
        with self._lock:
            return key in self._held

    def take_lost(self) -> set[Key]:
        """Return what was lost since the last call; it is held no more."""
        with self._lock:
            lost, self._lost = self._lost, set()
            return lost

    def sure_for_s(self) -> float:
        """Return for how long the claims are ours for certain, even if the database can't be reached from now on."""
        now = time.monotonic()
        if not self._has_held:  # whatever will be is claimed after this moment
            self._sure_until = now + self._lease_s
        return self._sure_until - now

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Extend what is held from time to time, until this ends."""
        with self._lock:
            self._is_beating = True
            self._begin()
        try:
            yield
        finally:
            self._has_ended.set()
            if self._heart is not None:
                self._heart.join()

    def _begin(self) -> None:
        """Start the thread when there is something to extend: most looks find nothing, and need none."""
        if self._is_beating and self._has_held and self._heart is None:
            self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
            self._heart.start()

    def _beat(self) -> None:
        while not self._has_ended.wait(self._lease_s / _BEATS):
            began = time.monotonic()
            held = self.held()
            if held:
                try:
                    still = self._extend(held)
                except StoreError as error:
                    import structlog

                    structlog.get_logger().warning("claims.not_extended", error=str(error))
                    continue
                self._drop({self._key_of(claim) for claim in held}.difference(still))
            self._sure_until = began + self._lease_s

    def _drop(self, lost: set[Key]) -> None:
        """Give up what ended before it was extended; what was recorded meanwhile may be among it."""
        with self._lock:
            self._lost |= lost
            for key in lost:
                self._held.pop(key, None)
