"""Answers over HTTP: validators, 304, gzip (RFC 9110 §8.8, §12.5.3, §13), and a small memory of what was rendered."""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response

# Below this, the headers of gzip eat what it saves.
_GZIP_FROM_BYTES = 500

_ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A body as it goes out, once as it is and once compressed (None: not worth it), each with its strong ETag."""

    body: bytes
    media_type: str
    etag: str
    last_modified: datetime
    gzipped: bytes | None
    gzipped_etag: str


def render(body: bytes, media_type: str, *, last_modified: datetime) -> Rendered:
    """Return a body with all that answering needs. The same body gives the same bytes, compressed ones too."""
    digest = hashlib.sha256(body).hexdigest()
    gzipped = gzip.compress(body, compresslevel=6, mtime=0) if len(body) >= _GZIP_FROM_BYTES else None
    return Rendered(
        body=body,
        media_type=media_type,
        etag=f'"{digest}"',
        last_modified=last_modified.astimezone(UTC).replace(microsecond=0),
        gzipped=gzipped,
        gzipped_etag=f'"{digest}-gzip"',
    )


class Outputs:
    """What was last rendered for each address, for up to ``size`` addresses. Threads may share it.

    The time of last modification is when the bytes at an address were first seen to differ. The newest entry's time
    would not do: one that is published late doesn't move it, and who asks with If-Modified-Since would miss it.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[object, Rendered]] = OrderedDict()

    def get(
        self, address: str, stamp: object, make: Callable[[], bytes], *, media_type: str, now: datetime
    ) -> Rendered:
        """Return what is at an address; ``make`` is called unless it was made under an equal ``stamp`` before.

        Two threads may make the same thing at once; that costs time and changes nothing. Raises what ``make`` does.
        """
        with self._lock:
            before, known = self._known.get(address, (None, None))
            if known is not None and before == stamp:
                self._known.move_to_end(address)
                return known
        rendered = _rendered_after(known, make(), media_type, now)
        with self._lock:
            self._known[address] = (stamp, rendered)
            self._known.move_to_end(address)
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return rendered


def _rendered_after(known: Rendered | None, body: bytes, media_type: str, now: datetime) -> Rendered:
    if known is None:
        return render(body, media_type, last_modified=now)
    if known.body == body and known.media_type == media_type:
        return known
    # HTTP dates count seconds: two versions within one would look the same to If-Modified-Since
    return render(body, media_type, last_modified=max(now, known.last_modified + timedelta(seconds=1)))


def answer(request: Request, rendered: Rendered, *, cache_control: str, status: int = 200, links: str = "") -> Response:
    """Return the answer to a GET or HEAD: 304 when the client has it already, compressed when the client likes.

    ``links`` is what a Link header says (RFC 8288), "" for none.
    """
    is_gzipped = rendered.gzipped is not None and accepts_gzip(request.headers.get("accept-encoding", ""))
    headers = headers_of(rendered, is_gzipped=is_gzipped, cache_control=cache_control, links=links)
    since = request.headers.get("if-modified-since")
    if status == 200 and is_current(rendered, request.headers.getlist("if-none-match"), since):
        return Response(status_code=304, headers=headers)
    if is_gzipped:
        headers["Content-Encoding"] = "gzip"
    body = rendered.gzipped if is_gzipped else rendered.body
    return Response(body, status_code=status, headers=headers, media_type=rendered.media_type)


def headers_of(rendered: Rendered, *, is_gzipped: bool, cache_control: str, links: str) -> dict[str, str]:
    """Return the headers that an answer has whether it is a 200 or a 304 (RFC 9110 §15.4.5)."""
    headers = {
        "ETag": rendered.gzipped_etag if is_gzipped else rendered.etag,
        "Last-Modified": format_datetime(rendered.last_modified, usegmt=True),
        "Cache-Control": cache_control,
        "Vary": "Accept-Encoding",
    }
    return headers | {"Link": links} if links else headers


def is_current(rendered: Rendered, tags: Sequence[str], since: str | None) -> bool:
    """Tell whether a client's copy is current. If-None-Match, when given, decides alone (RFC 9110 §13.2.2).

    Either variant's ETag counts: both are the same content, and some caches decompress.
    """
    if tags:
        given = ",".join(tags)
        current = {rendered.etag, rendered.gzipped_etag}
        return given.strip() == "*" or any(tag in current for tag in _ENTITY_TAG.findall(given))
    when = _http_date(since)
    return when is not None and rendered.last_modified <= when


def _http_date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def accepts_gzip(accept_encoding: str) -> bool:
    """Tell whether an Accept-Encoding allows gzip: named or by ``*``, and not with a weight of zero."""
    weights = {}
    for part in accept_encoding.lower().split(","):
        coding, _, parameters = part.partition(";")
        weights[coding.strip()] = _weight(parameters)
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
