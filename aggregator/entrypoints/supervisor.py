"""What systemd, or another supervisor that speaks sd_notify(3), is told of the main job: ready, alive, stopping."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

# Variables of sd_notify(3) and sd_watchdog_enabled(3): where to, how often to say that all is well, and who should.
_ADDRESS: Final = "NOTIFY_SOCKET"
_WATCHDOG: Final = "WATCHDOG_USEC"
_WATCHED: Final = "WATCHDOG_PID"


class Supervisor:
    """Sends datagrams to the socket in ``$NOTIFY_SOCKET``; without one, does nothing. Never raises."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get(_ADDRESS, "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        is_ours = environment.get(_WATCHED, "") in {"", str(os.getpid())}
        interval_us = environment.get(_WATCHDOG, "")
        # sd_watchdog_enabled(3): at half of the time that is allowed
        self._alive_every_s = int(interval_us) / 2e6 if interval_us.isdecimal() and is_ours else None
        self._alive_at = 0.0

    def ready(self) -> None:
        """Say that requests are answered and polls begin; also after a reload."""
        self._tell("READY=1")

    def reloading(self) -> None:
        """Say that the configuration is read anew; ``ready`` ends it."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """Say that what is under way is being ended."""
        self._tell("STOPPING=1")

    def status(self, text: str) -> None:
        """Give a line for ``systemctl status``."""
        self._tell(f"STATUS={text.splitlines()[0] if text else ''}")

    def alive(self) -> None:
        """Say that all is well, as often as the supervisor wants it said; call it more often."""
        now = time.monotonic()
        if self._alive_every_s is not None and now >= self._alive_at + self._alive_every_s:
            self._alive_at = now
            self._tell("WATCHDOG=1")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.sendto(message.encode(), self._address)
