"""A WebSub hub of the demo's own, on loopback: it asks back, and sends what is published with a signature."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_hex
from threading import Lock, Thread
from typing import Self
from urllib.error import URLError
from urllib.parse import parse_qsl, urlencode
from urllib.request import ProxyHandler, Request, build_opener

HOST = "127.0.0.1"
_TIMEOUT_S = 10
_MOST_BYTES = 10_000


class DemoHub:
    """Listens from construction to ``close()``; use it in a ``with``."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._subscribers: dict[str, Mapping[str, str]] = {}
        self._open = build_opener(ProxyHandler({})).open
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _MOST_BYTES))
                self.send_response(202)
                self.end_headers()
                Thread(target=outer._take, args=(dict(parse_qsl(body.decode())),), daemon=True).start()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in http.server
                """Say nothing."""

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self._server.server_port}/"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def publish(self, topic: str, body: bytes, content_type: str) -> None:
        """Send a document to all who have subscribed to its topic."""
        with self._lock:
            there = [each for each in self._subscribers.values() if each["hub.topic"] == topic]
        for each in there:
            signature = hmac.new(each.get("hub.secret", "").encode(), body, "sha256").hexdigest()
            headers = {"Content-Type": content_type, "X-Hub-Signature": f"sha256={signature}"}
            with suppress(URLError, OSError):
                self._open(Request(each["hub.callback"], body, headers), timeout=_TIMEOUT_S).close()  # noqa: S310 - on loopback

    def _take(self, asked: Mapping[str, str]) -> None:
        """Ask back whether it was meant, and note it."""
        callback, challenge = asked.get("hub.callback", ""), token_hex(8)
        if not callback.startswith(f"http://{HOST}"):
            return
        query = {each: asked.get(each, "") for each in ("hub.mode", "hub.topic", "hub.lease_seconds")}
        with suppress(URLError, OSError):
            address = f"{callback}?{urlencode(query | {'hub.challenge': challenge})}"
            with self._open(address, timeout=_TIMEOUT_S) as answer:
                is_meant = answer.read(100).decode() == challenge
            with self._lock:
                if is_meant and asked.get("hub.mode") == "subscribe":
                    self._subscribers[callback] = asked
                elif is_meant:
                    self._subscribers.pop(callback, None)
