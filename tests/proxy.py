"""A small HTTP proxy on loopback: CONNECT, and plain requests with the whole address. It knows names of its own."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlsplit

# How long a side may be silent.
WAIT_S: Final = 10


@dataclass(frozen=True)
class Asked:
    """One request to the proxy: its first line, and its headers as they came."""

    line: str
    headers: Mapping[str, str]


@dataclass
class Proxy:
    """``names`` are hosts with the ports on loopback that they are at; ``login`` is ``user:password``, if it wants one.

    ``refuses`` has the status for hosts that it does not connect to.
    """

    names: Mapping[str, int] = field(default_factory=dict)
    login: str | None = None
    refuses: Mapping[str, int] = field(default_factory=dict)
    context: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    @property
    def url_with_login(self) -> str:
        return self.url.replace("://", f"://{self.login}@")

    @property
    def lines(self) -> list[str]:
        return [each.line for each in self.asked]

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(WAIT_S)
        with contextlib.suppress(OSError), sock:
            if self.context:
                sock = self.context.wrap_socket(sock, server_side=True)
            self._open.append(sock)
            with sock:
                self._answer(sock)

    def _answer(self, sock: socket.socket) -> None:
        head, _, body = _head_of(sock)
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        self.asked.append(Asked(first, headers))
        wanted = self.login and f"Basic {b64encode(self.login.encode()).decode()}"
        if wanted and headers.get("proxy-authorization") != wanted:
            sock.sendall(_answer_of(407))
            return
        method, target, _ = first.split(" ")
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        host = parts.hostname or ""
        if host in self.refuses:
            sock.sendall(_answer_of(self.refuses[host]))
            return
        with socket.create_connection(("127.0.0.1", self.names.get(host) or parts.port or 80), timeout=WAIT_S) as far:
            self._open.append(far)
            if method == "CONNECT":
                sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                kept = [line for line in rest if not line.lower().startswith(("proxy-", "connection:"))]
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                lines = [f"{method} {path} HTTP/1.1", *kept, "Connection: close", "", ""]
                far.sendall("\r\n".join(lines).encode("latin-1") + body)
            _relay(sock, far)


def _head_of(sock: socket.socket) -> tuple[bytes, bytes, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = sock.recv(4096)
        if not piece:
            raise OSError("nothing asked")
        received += piece
    return received.partition(b"\r\n\r\n")


def _answer_of(status: int) -> bytes:
    return f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


def _relay(near: socket.socket, far: socket.socket) -> None:
    """Pass on what either side says, until one of them is done, or nobody says anything.

    All by one thread: OpenSSL's connections can't be read and written at once, and one of them breaks now and then.
    """
    others = {near: far, far: near}
    while True:
        waiting = [sock for sock in others if isinstance(sock, ssl.SSLSocket) and sock.pending()]
        ready = waiting or select.select(list(others), [], [], WAIT_S)[0]
        if not ready:
            return
        for sock in ready:
            data = sock.recv(65_536)
            if not data:
                # an orderly end, so that what was sent arrives even if something unread came in
                socket.socket.shutdown(others[sock], socket.SHUT_WR)
                return
            others[sock].sendall(data)
