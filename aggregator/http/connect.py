"""How a socket is opened and read: to a checked address, within a deadline, with a bounded head.

urllib3 and http.client bound single receives only. So the deadline sits in the socket itself: each ``recv_into``
waits no longer than what is left of the whole exchange, whoever calls it and for whatever part of the answer.
The address guard sits where the connection is made, on the address that is really used; nothing resolves twice.
"""

from __future__ import annotations

import http.client
import selectors
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from http.client import LineTooLong
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, Final, cast

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from aggregator.errors import AddressRefused
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
# Hosts whose idle connections are kept; the least recently used ones go first.
KEPT_HOSTS: Final = 64


@dataclass(slots=True, kw_only=True, eq=False)
class Exchange:
    """What the sockets must know of the request under way. ``began`` and ``deadline`` are on the monotonic clock.

    ``received`` counts bytes. ``is_reused`` tells afterwards whether the request went out on a connection that had
    served another one.
    """

    began: float
    deadline: float
    guard: Guard
    resolver: Resolver
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
class _Limits:
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

    limits: _Limits

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self.limits.left_s())
        return self.limits.count(super().recv_into(buffer, nbytes, flags))


class DeadlineTLSSocket(ssl.SSLSocket):
    """The same over TLS. The handshake, where Python counts the timeout as a whole, comes before ``limits`` are set."""

    limits: _Limits

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(self.limits.left_s())
        return self.limits.count(super().recv_into(buffer, nbytes, flags))


def tls_context() -> ssl.SSLContext:
    """Verify against the system's authorities (SSL_CERT_FILE and all) and the ones that requests brings along."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    context.sslsocket_class = DeadlineTLSSocket
    return context


class _Answer(http.client.HTTPResponse):
    """An answer, behind those that only announce it: a client reads any 1xx first (RFC 9110 §15.2), Python just 100."""

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]  # not in the type stubs
        while 100 < status < 200 and status != http.HTTPStatus.SWITCHING_PROTOCOLS:
            http.client.parse_headers(self.fp)
            version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, status, reason


class GuardedConnection(HTTPConnection):
    """Connects to a checked address and asks for the exact target of the exchange under way."""

    response_class = _Answer

    _requests_made = 0

    def _new_conn(self) -> socket.socket:
        exchange = current_exchange.get()
        endpoints = exchange.resolver.resolve(self._dns_host, self.port, deadline=exchange.deadline)
        return connect_first(permitted(self.host, endpoints, exchange.guard), exchange)

    def connect(self) -> None:
        self._requests_made = 0
        super().connect()
        self._arm(current_exchange.get())

    def putrequest(self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False) -> None:
        """Send the target as it was written: urllib3's ``url`` has its percent-encoding normalized."""
        exchange = current_exchange.get()
        exchange.is_reused = self.sock is not None and self._requests_made > 0
        if self.sock is not None:
            self._arm(exchange)
        super().putrequest(method, exchange.target, skip_host, skip_accept_encoding)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 does
        limits = self._limited.limits
        limits.head_left = MAX_HEAD_BYTES
        response = super().getresponse()
        limits.head_left = None
        self._requests_made += 1
        return response

    def _arm(self, exchange: Exchange) -> None:
        self._limited.limits = _Limits(exchange=exchange)
        self._limited.settimeout(exchange.left_s())

    @property
    def _limited(self) -> DeadlineSocket | DeadlineTLSSocket:
        """The socket, which is never one of another kind."""
        return cast("DeadlineSocket | DeadlineTLSSocket", self.sock)


class GuardedTLSConnection(GuardedConnection, HTTPSConnection):
    """The same over TLS; the certificate is checked against the host's name, not against the address."""


class GuardedPool(HTTPConnectionPool):
    ConnectionCls = GuardedConnection


class GuardedTLSPool(HTTPSConnectionPool):
    ConnectionCls = GuardedTLSConnection


class GuardedAdapter(HTTPAdapter):
    """requests' adapter over our connections. Send with ``current_exchange`` set, from any thread."""

    def __init__(self, *, kept_per_host: int) -> None:
        self._context: ssl.SSLContext | None = None
        self._making_context = threading.Lock()
        super().__init__(pool_connections=KEPT_HOSTS, pool_maxsize=kept_per_host)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:  # noqa: ANN401 - requests' signature
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": GuardedPool, "https": self._tls_pool}

    def _tls_pool(self, *given: Any, **named: Any) -> GuardedTLSPool:  # noqa: ANN401 - urllib3's signature
        """Make the pool of a host; the first one has the authorities read, which takes a moment."""
        with self._making_context:
            self._context = self._context or tls_context()
        return GuardedTLSPool(*given, ssl_context=self._context, **named)

    def connect(self, request: PreparedRequest) -> None:
        """Open a connection for a request, and close it."""
        pool = cast("GuardedPool | GuardedTLSPool", self.get_connection_with_tls_context(request, verify=True))
        connection = cast("GuardedConnection", pool._new_conn())
        try:
            connection.connect()
        finally:
            connection.close()

    def cert_verify(self, conn: object, url: str, verify: object, cert: object) -> None:
        """Leave the context alone: requests would load all authorities anew into it for each connection."""


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
