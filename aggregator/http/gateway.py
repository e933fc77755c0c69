"""A proxy of our own on loopback, for a program that opens addresses by itself, such as a browser.

Whatever that asks for is connected to as our own requests are: to a checked address, or through the operator's proxy.
It is there while something is opened, for whoever knows its password, and passes on no more than it is told to.
"""

from __future__ import annotations

import hmac
import secrets
import selectors
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final, Self, cast
from urllib.parse import urlsplit

from aggregator.errors import BodyTooLarge, FetchError
from aggregator.http.addresses import Address, parse_address
from aggregator.http.failures import LIBRARY_ERRORS
from aggregator.http.proxies import Proxies, refuse_private
from aggregator.http.sockets import MAX_HEAD_BYTES, Exchange, Limited, connect_first, permitted
from aggregator.http.tunnel import connect_proxy, open_tunnel

_USER: Final = "aggregator"
_STEP_BYTES: Final = 65_536
_MOST_CONNECTIONS: Final = 64
_OF_THIS_HOP: Final = (b"proxy-authorization:", b"proxy-connection:", b"connection:", b"keep-alive:")


class Gateway:
    """Listens while it is used by ``with``. ``refused`` are the reasons why something was not opened."""

    def __init__(self, exchange: Callable[[], Exchange], proxies: Proxies, *, most_bytes: int) -> None:
        """``exchange`` makes what one connection is opened within; ``most_bytes`` is for all of them together."""
        self._exchange = exchange
        self._proxies = proxies
        self._left = most_bytes
        self._is_closing = threading.Event()
        self._places = threading.BoundedSemaphore(_MOST_CONNECTIONS)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_MOST_CONNECTIONS)
        self._open = set[socket.socket]()
        self.user, self.password = _USER, secrets.token_urlsafe(24)
        self._authorization = b"Basic " + b64encode(f"{self.user}:{self.password}".encode())
        self.refused: list[FetchError] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, name="gateway", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in tuple(self._open):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while not self._is_closing.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._places.acquire(blocking=False):
                near.close()
                continue
            threading.Thread(target=self._pass_on, args=(near,), name="gateway", daemon=True).start()

    def _pass_on(self, near: socket.socket) -> None:
        self._open.add(near)
        try:
            with near:
                near.settimeout(10)
                self._answer(near)
        except (FetchError, *LIBRARY_ERRORS):
            return
        finally:
            self._open.discard(near)
            self._places.release()

    def _answer(self, near: socket.socket) -> None:
        head, rest = _head_of(near)
        line, *fields = head.split(b"\r\n")
        method, target, _ = (*line.split(b" "), b"", b"")[:3]
        given = next(
            (each.partition(b":")[2].strip() for each in fields if each.lower().startswith(_OF_THIS_HOP[0])), b""
        )
        if not hmac.compare_digest(given, self._authorization):
            near.sendall(b'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n')
            return
        try:
            address = _address(method, target)
            far, proxy = self._connected(address, is_tunnel=method == b"CONNECT")
        except FetchError as error:
            self.refused.append(error)
            near.sendall(b"HTTP/1.1 403 Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        except LIBRARY_ERRORS:
            near.sendall(b"HTTP/1.1 502 Not reached\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        self._open.add(far)
        try:
            with far:
                if method == b"CONNECT":
                    near.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                else:
                    kept = [each for each in fields if not each.lower().startswith(_OF_THIS_HOP)]
                    if proxy is not None and proxy.authorization:
                        kept.append(f"Proxy-Authorization: {proxy.authorization}".encode())
                    target = (address.target if proxy is None else address.url).encode()
                    lines = [b" ".join((method, target, b"HTTP/1.1")), *kept, b"Connection: close"]
                    far.sendall(b"\r\n".join([*lines, b"", b""]))
                far.sendall(rest)
                self._pump(near, far)
        finally:
            self._open.discard(far)

    def _connected(self, address: Address, *, is_tunnel: bool) -> tuple[socket.socket, Address | None]:
        """Return a connection to an address, and the operator's proxy when it is that which reads the request.

        Proxies make tunnels to the ports of https, and mostly to no others.
        """
        exchange = self._exchange()
        proxy = self._proxies.of(address)
        if proxy is None:
            endpoints = exchange.resolver.resolve(address.host, address.port, deadline=exchange.deadline)
            return connect_first(permitted(address.host, endpoints, exchange.guard), exchange), None
        refuse_private(address.host, exchange.guard)
        sock = connect_proxy(proxy, exchange)
        if not is_tunnel:
            return sock, proxy
        open_tunnel(cast("Limited", sock), address.host, address.port, proxy)
        return sock, None

    def _pump(self, near: socket.socket, far: socket.socket) -> None:
        """Pass bytes on in both directions, until one side ends or there were too many."""
        ends = time.monotonic() + self._exchange().left_s()
        with selectors.DefaultSelector() as selector:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            while not self._is_closing.is_set() and time.monotonic() < ends:
                for key, _ in selector.select(timeout=1):
                    source, other = cast("socket.socket", key.fileobj), cast("socket.socket", key.data)
                    for piece in _ready(source):
                        if not piece:
                            return
                        self._left -= len(piece)
                        if self._left < 0:
                            self.refused.append(BodyTooLarge("the page loads more than it may (fetch.max_body)"))
                            return
                        other.sendall(piece)


def _ready(source: socket.socket) -> Iterator[bytes]:
    """Yield what has come in, nothing at the end; TLS to a proxy may hold more than the system tells of."""
    yield source.recv(_STEP_BYTES)
    while isinstance(source, ssl.SSLSocket) and source.pending():
        yield source.recv(_STEP_BYTES)


def _head_of(near: socket.socket) -> tuple[bytes, bytes]:
    """Read the head of a request; return it, and what came behind it."""
    read = bytearray()
    while b"\r\n\r\n" not in read:
        piece = near.recv(4096)
        if not piece or len(read) > MAX_HEAD_BYTES:
            raise OSError("no request")
        read += piece
    head, _, rest = bytes(read).partition(b"\r\n\r\n")
    return head, rest


def _address(method: bytes, target: bytes) -> Address:
    """Return what is asked for. Raises FetchError for what is no address of the web."""
    text = target.decode("ascii", "replace")
    if method == b"CONNECT":
        place = urlsplit(f"//{text}")
        try:
            port = place.port or 443
        except ValueError as error:
            raise FetchError("no port") from error
        scheme = "http" if port == 80 else "https"
        return parse_address(f"{scheme}://{place.netloc}/")
    return parse_address(text)
