"""Ports for servers of tests that are told where to listen."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserved_port() -> Iterator[int]:
    """Yield a port of loopback on which nobody listens, and which the system gives nobody else meanwhile.

    A socket that is bound and does not listen refuses connections, and leaves room for one that listens (SO_REUSEADDR).
    """
    with socket.socket() as reserving:
        reserving.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserving.bind(("127.0.0.1", 0))
        yield int(reserving.getsockname()[1])
