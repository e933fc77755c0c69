"""A server on loopback that answers exactly what it is told, byte by byte if need be, and remembers who asked what."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title></channel></rss>'


@dataclass(frozen=True)
class Request:
    """One request as it came in. ``target`` is the second word of the request line, untouched."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    connection: int = 0

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def names(self) -> list[str]:
        return [key.lower() for key, _ in self.headers]


@dataclass
class Line:
    """The connection that a script answers on."""

    sock: socket.socket
    closing: threading.Event
    is_kept: bool = False

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, data: bytes, *, every_s: float = 0.05) -> None:
        """Send byte by byte, with pauses, for as long as somebody listens."""
        for byte in data:
            if self.closing.wait(every_s):
                return
            self.send(bytes([byte]))

    def hang(self) -> None:
        """Say nothing until the test is over (or ten seconds have passed)."""
        self.closing.wait(10)

    def reset(self) -> None:
        """Slam the connection shut (RST)."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        os.close(self.sock.detach())


Script = bytes | Callable[[Line], None]


def answer(status: int = 200, body: bytes = FEED, *headers: str, length: bool = True) -> bytes:
    """A well-formed answer."""
    lines = [f"HTTP/1.1 {status} Whatever", *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def kept(data: bytes) -> Script:
    """The same answer, with the connection left open for the next request."""

    def script(line: Line) -> None:
        line.is_kept = True
        line.send(data)

    return script


def redirect(location: str, status: int = 301) -> bytes:
    return answer(status, b"", f"Location: {location}")


@dataclass
class HostileServer:
    """Listens on ``host``; ``tells`` what to answer to a path, in turn, the last one for ever."""

    host: str = "127.0.0.1"
    context: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._scripts: dict[str, list[Script]] = {}
        self._open: list[socket.socket] = []
        self._under_way = 0
        self._closing = threading.Event()
        self._lock = threading.Lock()
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._listener = socket.create_server((self.host, 0), family=family, backlog=256)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> HostileServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def url(self, path: str = "/feed", *, host: str | None = None, userinfo: str = "") -> str:
        scheme = "https" if self.context else "http"
        name = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{scheme}://{userinfo}{name}:{self.port}{path}"

    def tells(self, path: str, *scripts: Script) -> str:
        """Answer this path with these scripts, one per request; return its address."""
        self._scripts[path] = list(scripts)
        return self.url(path)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        sock.settimeout(10)
        with contextlib.suppress(OSError), sock:
            if self.context:
                sock = self.context.wrap_socket(sock, server_side=True)
            elif sock.recv(1, socket.MSG_PEEK) == b"\x16":
                # a TLS client at the wrong door; web servers answer like this
                sock.sendall(answer(400, b"this is http"))
                return
            self._open.append(sock)
            with sock, sock.makefile("rb") as reader:
                while (request := self._read(reader, number)) is not None:
                    line = Line(sock, self._closing)
                    with self._counting():
                        script = self._script(request)
                        if callable(script):
                            script(line)
                        else:
                            line.send(script)
                    if not line.is_kept:
                        # an orderly end, so that what was sent arrives even if something unread came in
                        sock.shutdown(socket.SHUT_WR)
                        return

    @contextlib.contextmanager
    def _counting(self) -> Iterator[None]:
        with self._lock:
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    def _script(self, request: Request) -> Script:
        with self._lock:
            self.requests.append(request)
            scripts = self._scripts.get(request.target.partition("?")[0]) or [answer(404, b"nothing here")]
            return scripts.pop(0) if len(scripts) > 1 else scripts[0]

    @staticmethod
    def _read(reader: object, number: int) -> Request | None:
        lines = []
        while (line := reader.readline()) not in {b"\r\n", b""}:  # type: ignore[attr-defined]
            lines.append(line.decode("latin-1").rstrip("\r\n"))
        if not lines:
            return None
        method, target, _ = lines[0].split(" ")
        headers = tuple((key, value.strip(" ")) for key, _, value in (line.partition(":") for line in lines[1:]))
        length = next((int(value) for key, value in headers if key.lower() == "content-length"), 0)
        body = reader.read(length)  # type: ignore[attr-defined]
        return Request(method, target, headers, body, number)
