"""The shortest way from a request for a feed to its answer, while nothing has changed: no routing, threads, rendering.

Most requests for feeds are polls to which the answer is 304. They cost bytes that lie ready, and the content version,
which requests that come together, or within a hundredth of a second, share one look at.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.types import Scope, Send

from aggregator.config import Config
from aggregator.entrypoints.web.responses import Rendered, accepts_gzip, headers_of, is_current

# Where a handler leaves what the next request for the same address may be answered with.
READY: Final = "aggregator.ready"

# Addresses whose answers lie ready; beyond that it begins anew. There are three for each configured feed.
_MOST: Final = 512

# Names by which a site is asked; beyond that they are judged anew.
_MOST_HOSTS: Final = 16

# For so long a content version is taken for that of now: a crowd of readers costs a hundred looks a second at most.
HOLDS_S: Final = 0.01

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """What is at an address as long as configuration and content version are these."""

    config: Config
    version: int
    rendered: Rendered
    cache_control: str
    links: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """Headers that all answers have. A 304 has fewer: what a client keeps has the others (RFC 9110 §15.4.5)."""

    to_200: dict[str, str]
    to_304: dict[str, str]


class _Prepared:
    """An answer with its headers as bytes, compressed or not, and the hosts that may be asked for it."""

    def __init__(self, ready: Ready, added: Added) -> None:
        self.ready = ready
        self.hosts: set[bytes] = set()
        self.plain = self._variant(added, is_gzipped=False)
        self.gzipped = self._variant(added, is_gzipped=True) if ready.rendered.gzipped is not None else None

    def _variant(self, added: Added, *, is_gzipped: bool) -> tuple[RawHeaders, RawHeaders, bytes]:
        """Return the headers of a 304, those of a 200, and the body."""
        ready, rendered = self.ready, self.ready.rendered
        shared = headers_of(rendered, is_gzipped=is_gzipped, cache_control=ready.cache_control, links=ready.links)
        body = (rendered.gzipped if is_gzipped else rendered.body) or b""
        whole = {"Content-Type": rendered.media_type, "Content-Length": str(len(body))}
        if is_gzipped:
            whole["Content-Encoding"] = "gzip"
        return _raw(shared | added.to_304), _raw(shared | whole | added.to_200), body


class FastLane:
    """Answers that lie ready. For one event loop."""

    def __init__(self, version: Callable[[], int]) -> None:
        self._version = Latest(version, holds_s=HOLDS_S)
        self._known: dict[str, _Prepared] = {}

    def keep(self, scope: Scope, ready: Ready, added: Added) -> None:
        """Have an answer ready for requests like this one, which may have it."""
        path, host = scope["path"], _host_of(scope)
        known = self._known.get(path)
        if known is None or known.ready != ready:
            if len(self._known) >= _MOST and path not in self._known:
                self._known.clear()
            known = self._known[path] = _Prepared(ready, added)
        if len(known.hosts) < _MOST_HOSTS:
            known.hosts.add(host)

    async def answer(self, scope: Scope, config: Config, send: Send) -> int | None:
        """Answer a request and return the status; None when there is nothing ready for it, or it isn't current.

        Raises StoreError when the content version can't be read.
        """
        found = self._known.get(scope["path"])
        if found is None or scope["query_string"] or scope["method"] not in {"GET", "HEAD"}:
            return None
        host, tags, since, encoding = b"", [], None, ""
        for name, value in scope["headers"]:
            match name:
                case b"host":
                    host = host + b"," + value if host else value
                case b"if-none-match":
                    tags.append(value.decode("latin-1"))
                case b"if-modified-since":
                    since = value.decode("latin-1")
                case b"accept-encoding":
                    encoding = f"{encoding},{value.decode('latin-1')}"
        if host not in found.hosts or found.ready.config is not config:
            return None
        version = self._version.held()
        if version is None:
            version = await self._version.now()
        if found.ready.version != version:
            return None
        variant = found.gzipped if found.gzipped and accepts_gzip(encoding) else found.plain
        headers_304, headers_200, body = variant
        is_304 = is_current(found.ready.rendered, tags, since)
        status, headers = (304, headers_304) if is_304 else (200, headers_200)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if is_304 or scope["method"] == "HEAD" else body})
        return status


def _host_of(scope: Scope) -> bytes:
    return b",".join(value for name, value in scope["headers"] if name == b"host")


class Latest:
    """A value that is read in a thread, once for all who ask before the reading has begun, and holds for a while."""

    def __init__(
        self, read: Callable[[], int], *, holds_s: float = 0.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read, self._holds_s, self._clock = read, holds_s, clock
        self._value, self._until = 0, -math.inf
        self._next: asyncio.Future[int] | None = None
        self._reading: asyncio.Task[None] | None = None

    def held(self) -> int | None:
        """Return the value while it holds, None when it must be read."""
        return self._value if self._clock() < self._until else None

    async def now(self) -> int:
        """Return the value as it is now or later; raises what reading raises."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
            if self._reading is None:
                self._reading = asyncio.create_task(self._run())
        return await asyncio.shield(self._next)

    async def _run(self) -> None:
        try:
            while self._next is not None:
                asked, self._next = self._next, None
                try:
                    value = await run_in_threadpool(self._read)
                except Exception as error:  # noqa: BLE001 - it is raised where it was asked for
                    asked.set_exception(error)
                else:
                    self._value, self._until = value, self._clock() + self._holds_s
                    asked.set_result(value)
        finally:
            self._reading = None


def _raw(headers: dict[str, str]) -> RawHeaders:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
