"""Sockets that are opened to a checked address, and that read within a deadline and a bound.

urllib3 and http.client bound single receives only. So the deadline sits in the socket itself: each ``recv_into``
waits no longer than what is left of the whole exchange, whoever calls it and for whatever part of the answer.
The address guard sits where the connection is made, on the address that is really used; nothing resolves twice.
Behind a proxy that address is the proxy's: ``proxies`` says what is judged then.
"""

from __future__ import annotations

import http.client
import selectors
import socket
import ssl
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from http.client import LineTooLong
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util.ssltransport import SSLTransport

from aggregator.errors import AddressRefused
from aggregator.http.addresses import Address
from aggregator.http.guard import Guard
from aggregator.http.resolve import Endpoint, Resolver

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Status line and headers together; browsers allow 256 KiB, most servers accept no more than 16 KiB themselves.
MAX_HEAD_BYTES: Final = 64 * 1024
# How long the next address of a host waits for the one before it (RFC 8305 §5).
ATTEMPT_DELAY_S: Final = 0.25
# An exchange that has lasted so long and received less than this is silent: a server that hangs, or drips.
SILENT_AFTER_S: Final = 0.25
SILENT_BYTES_PER_S: Final = 1_000


@dataclass(slots=True, kw_only=True, eq=False)
class Exchange:
    """What the sockets must know of the request under way. ``began`` and ``deadline`` are on the monotonic clock.

    ``context`` is for TLS to a proxy. ``proxy`` is that of the address being asked; it reads the request when
    ``is_forwarded``, else it only passes bytes on. ``received`` counts bytes. ``is_reused`` tells afterwards whether
    the request went out on a connection that had served another one.
    """

    began: float
    deadline: float
    guard: Guard
    resolver: Resolver
    context: Callable[[], ssl.SSLContext]
    proxy: Address | None = None
    is_forwarded: bool = False
    target: str = field(default="/")
    is_reused: bool = False
    received: int = 0

    def is_silent(self, now: float) -> bool:
        """Whether there is next to nothing to do for it but wait."""
        took_s = now - self.began
        return took_s > SILENT_AFTER_S and self.received < SILENT_BYTES_PER_S * took_s

    def left_s(self) -> float:
        return _left_s(self.deadline)


# urllib3 makes connections deep down and in the caller's thread; this is how they learn for what.
current_exchange: ContextVar[Exchange] = ContextVar("current_exchange")


@dataclass(slots=True, kw_only=True)
class Limits:
    """A socket's share of the exchange, and how much of the head may still come (None: it is over)."""

    exchange: Exchange
    head_left: int | None = None

    def left_s(self) -> float:
        return self.exchange.left_s()

    def count(self, received: int) -> int:
        self.exchange.received += received
        if self.head_left is not None:
            self.head_left -= received
            if self.head_left < 0:
                raise LineTooLong("head")
        return received


class DeadlineSocket(socket.socket):
    """A socket that receives until its exchange's deadline."""

    limits: Limits

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self.limits.left_s())
        return self.limits.count(super().recv_into(buffer, nbytes, flags))


class DeadlineTLSSocket(ssl.SSLSocket):
    """The same over TLS. The handshake, where Python counts the timeout as a whole, comes before ``limits`` are set."""

    limits: Limits

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(self.limits.left_s())
        return self.limits.count(super().recv_into(buffer, nbytes, flags))

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        self.settimeout(self.limits.left_s())
        received = super().recv(buflen, flags)
        self.limits.count(len(received))
        return received


class NestedTLSSocket(SSLTransport):
    """The same over TLS to a proxy: what it receives comes through that, which keeps to the deadline."""

    socket: DeadlineTLSSocket

    @property
    def limits(self) -> Limits:
        return self.socket.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self.socket.limits = limits


Limited = DeadlineSocket | DeadlineTLSSocket | NestedTLSSocket


class _Context(ssl.SSLContext):
    """A context that can wrap what is wrapped already: TLS to a host, through TLS to a proxy."""

    sslsocket_class = DeadlineTLSSocket

    def wrap_socket(self, sock: socket.socket, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - ssl's signature
        if isinstance(sock, ssl.SSLSocket):
            return NestedTLSSocket(sock, self, named["server_hostname"])
        return super().wrap_socket(sock, *given, **named)


def tls_context(ca_bundle: Path | None = None, *, is_verified: bool = True) -> ssl.SSLContext:
    """Verify against the system's authorities (SSL_CERT_FILE and all) and the ones that requests brings along.

    ``ca_bundle`` has more of them, or certificates that servers should send along and don't.
    """
    context = _Context(ssl.PROTOCOL_TLS_CLIENT)
    if sys.version_info >= (3, 13):  # as ssl.create_default_context does
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    if ca_bundle is not None:
        context.load_verify_locations(ca_bundle)
    if not is_verified:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Answer(http.client.HTTPResponse):
    """An answer, behind those that only announce it: a client reads any 1xx first (RFC 9110 §15.2), Python just 100."""

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]  # not in the type stubs
        while 100 < status < 200 and status != http.HTTPStatus.SWITCHING_PROTOCOLS:
            http.client.parse_headers(self.fp)
            version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, status, reason


def permitted(host: str, endpoints: Iterable[Endpoint], guard: Guard) -> list[Endpoint]:
    """Keep the endpoints that the guard lets pass. Raises AddressRefused when it lets none."""
    verdicts = [(endpoint, guard.refusal(host, endpoint.ip)) for endpoint in endpoints]
    allowed = [endpoint for endpoint, refusal in verdicts if refusal is None]
    if not allowed:
        endpoint, reason = verdicts[0]
        whose = "" if endpoint.ip == host else f" has the address {endpoint.ip}, which"
        raise AddressRefused(f"{host}{whose} is {reason}; to allow it, list it in fetch.allow_private")
    return allowed


def connect_first(endpoints: list[Endpoint], exchange: Exchange) -> DeadlineSocket:
    """Connect to the first endpoint that answers, IPv6 and IPv4 in turn (RFC 8305).

    Each one gets ATTEMPT_DELAY_S before the next is tried beside it. Raises the last OSError when all fail,
    TimeoutError at the exchange's deadline.
    """
    waiting = deque(_in_turn(endpoints))
    trying: set[DeadlineSocket] = set()
    failure = OSError("no address to connect to")
    next_start = time.monotonic()
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or trying:
                now = time.monotonic()
                if waiting and (now >= next_start or not trying):
                    try:
                        sock = _start(waiting.popleft())
                    except OSError as error:
                        failure = error
                        continue
                    trying.add(sock)
                    selector.register(sock, selectors.EVENT_WRITE, sock)
                    next_start = now + ATTEMPT_DELAY_S
                left = exchange.left_s()
                for key, _ in selector.select(min(left, next_start - now) if waiting else left):
                    sock = cast("DeadlineSocket", key.data)
                    selector.unregister(sock)
                    trying.discard(sock)
                    number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    if not number:
                        sock.settimeout(exchange.left_s())
                        return sock
                    sock.close()
                    failure = OSError(number, "connect")
                    next_start = now
            raise failure
        finally:
            for sock in trying:
                sock.close()


def _in_turn(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Alternate between the families, starting with the one that the system prefers (RFC 8305 §4)."""
    first = [endpoint for endpoint in endpoints if endpoint.family == endpoints[0].family]
    other = [endpoint for endpoint in endpoints if endpoint.family != endpoints[0].family]
    return [endpoint for endpoint in chain.from_iterable(zip_longest(first, other)) if endpoint]


def _start(endpoint: Endpoint) -> DeadlineSocket:
    """Begin to connect, without waiting. Raises OSError for what fails at once (no route, no such family)."""
    sock = DeadlineSocket(endpoint.family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(BlockingIOError):
            sock.connect(endpoint.sockaddr)
    except OSError:
        sock.close()
        raise
    return sock


def _left_s(deadline: float) -> float:
    """The seconds until ``deadline``, on the monotonic clock. Raises TimeoutError when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the exchange took too long")
    return left
