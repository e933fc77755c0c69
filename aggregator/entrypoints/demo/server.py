"""Serve the sample site on loopback, from memory, with the caching headers that a good publisher sends."""

from __future__ import annotations

import gzip
import hashlib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Self

from aggregator.entrypoints.demo.content import RANKING_PATH, render_ranking, render_site
from aggregator.entrypoints.demo.samples import sources
from aggregator.errors import UsageError

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it was answered. ``path`` has its query; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    status: int


@dataclass(frozen=True, slots=True)
class Document:
    body: bytes
    content_type: str
    modified: datetime

    @property
    def etag(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class DemoSite:
    """The sample site on ``127.0.0.1``, from construction to ``close()``; use it in a ``with``.

    ``now`` is what the dates in the documents count from, and their Last-Modified. Port 0 takes a free one; a port
    that can't be had is a UsageError. Paths start with a slash and have no query. All methods may be called while
    the site is being read.
    """

    def __init__(self, now: datetime, port: int = 0) -> None:
        self._lock = Lock()
        self._requests: list[Request] = []
        self._statuses: dict[str, Reply] = {}
        try:
            self._server = _Server((HOST, port), self)
        except (OSError, OverflowError) as error:
            raise UsageError(f"can't serve the sample site at {HOST}:{port}: {error}; choose another port") from error
        self.url = f"http://{HOST}:{self._server.server_port}/"
        modified = now.astimezone(UTC).replace(microsecond=0)
        self._documents = {
            path: Document(body, content_type, modified)
            for path, (body, content_type) in render_site(now, self.url).items()
        }
        for source in sources():
            if source.status != HTTPStatus.OK:
                headers = {"Location": self.url + source.moved_to.lstrip("/")} if source.moved_to else {}
                self.set_status(source.path, source.status, headers)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def requests(self) -> list[Request]:
        """All requests so far, in the order of their answers."""
        with self._lock:
            return list(self._requests)

    def read(self, path: str) -> bytes:
        """Return the body that is served at ``path``, or would be; KeyError when there is no such document."""
        with self._lock:
            return self._documents[path].body

    def put(self, path: str, body: bytes, content_type: str = "application/xml") -> None:
        """Create or replace a document. A replaced one is modified a second after the one before."""
        with self._lock:
            before = max(document.modified for document in self._documents.values())
            self._documents[path] = Document(body, content_type, before + timedelta(seconds=1))

    def publish_ranking(self, now: datetime) -> None:
        """Publish the second edition of the ranking that is watched."""
        self.put(RANKING_PATH, render_ranking(now, self.url, edition=2), "text/html; charset=utf-8")

    def remove(self, path: str) -> None:
        """Answer 404 from now on; KeyError when there is no such document."""
        with self._lock:
            del self._documents[path]

    def set_status(self, path: str, status: int | None, headers: Mapping[str, str] | None = None) -> None:
        """Answer every request for ``path`` with ``status`` and ``headers``; None: serve the document again."""
        with self._lock:
            if status is None:
                self._statuses.pop(path, None)
            else:
                self._statuses[path] = Reply(status, {"Content-Type": "text/plain", **(headers or {})}, b"No.\n")

    def answer(self, target: str, headers: Mapping[str, str]) -> Reply:
        """Decide on and record one GET. ``target`` is the request target; header names are in lower case."""
        path = target.partition("?")[0]
        with self._lock:
            document = self._documents.get(path)
            reply = self._statuses.get(path) or (_serve(document, headers) if document else _NOT_FOUND)
            self._requests.append(Request("GET", target, dict(headers), reply.status))
        return reply


_NOT_FOUND = Reply(404, {"Content-Type": "text/plain"}, b"There is nothing here.\n")


def _serve(document: Document, headers: Mapping[str, str]) -> Reply:
    # a strong ETag names bytes, so each coding has its own (RFC 9110 §8.8.3.3)
    coded = _accepts_gzip(headers.get("accept-encoding", "")) and not document.content_type.startswith("audio/")
    validators = {
        "ETag": f'"{document.etag}-gzip"' if coded else f'"{document.etag}"',
        "Last-Modified": format_datetime(document.modified, usegmt=True),
        "Vary": "Accept-Encoding",
    }
    if _is_current(document, headers, validators["ETag"]):
        return Reply(304, validators)
    content = {"Content-Type": document.content_type}
    if not coded:
        return Reply(200, validators | content, document.body)
    return Reply(200, validators | content | {"Content-Encoding": "gzip"}, gzip.compress(document.body, mtime=0))


def _is_current(document: Document, headers: Mapping[str, str], etag: str) -> bool:
    """If-None-Match decides alone where it is given (RFC 9110 §13.2.2)."""
    if "if-none-match" in headers:
        known = {tag.strip().removeprefix("W/") for tag in headers["if-none-match"].split(",")}
        return bool(known & {etag, "*"})
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return document.modified <= (since if since.tzinfo else since.replace(tzinfo=UTC))


def _accepts_gzip(accepted: str) -> bool:
    codings = [coding.replace(" ", "").lower() for coding in accepted.split(",")]
    return any(re.fullmatch(r"gzip(;q=(1.*|0\.0*[1-9].*))?", coding) for coding in codings)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        reply = self.server.site.answer(self.path, {name.lower(): value for name, value in self.headers.items()})
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in http.server
        """Say nothing: the terminal belongs to the program that reads this site."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], site: DemoSite) -> None:
        self.site = site
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Show bugs of this site; a reader that hangs up is none."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]
