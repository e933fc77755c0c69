"""What is taken of the body of an answer: all of the 200s, the beginning of others where that tells something."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import IncompleteRead
from typing import Final

from urllib3.exceptions import ProtocolError
from urllib3.response import BaseHTTPResponse

from aggregator.errors import BodyTooLarge, FetchError
from aggregator.http.body import STEP_BYTES, Decoded, decode_body, ends_whole
from aggregator.http.failures import LIBRARY_ERRORS
from aggregator.http.sockets import Exchange
from aggregator.text.sizes import size_in_words

# How much of the body of an error is read: enough for a webhook's reason.
EXCERPT_BYTES: Final = 4 * 1024
EXCERPT_S: Final = 2.0


def body_of(status: int, raw: BaseHTTPResponse, *, limit: int) -> Decoded:
    """Read what is wanted of the body: all of the 200s, nothing else. Raises as ``decode_body`` does."""
    said = {each.strip().lower() for each in raw.headers.getlist("transfer-encoding")}
    if not said <= {"chunked", "identity"}:
        raise FetchError("the answer's Transfer-Encoding is not one that HTTP clients must know")
    if 200 <= status < 300:
        if not raw.headers.get("content-encoding") and (raw.length_remaining or 0) > limit:
            raise BodyTooLarge(f"the body is larger than {size_in_words(limit)} (fetch.max_body)")
        return decoded_of(raw, limit=limit)
    if raw.length_remaining == 0 and status >= 200:
        return Decoded(raw.read(decode_content=False))
    return Decoded(b"")


def decoded_of(raw: BaseHTTPResponse, *, limit: int) -> Decoded:
    """Read all of a body, without its encodings. Raises as ``decode_body`` does, and what urllib3 does.

    One that ends earlier than its server announced counts where a whole document came: the length may be wrong, such as
    that of what was compressed afterwards.
    """
    ended_early: list[ProtocolError] = []

    def pieces() -> Iterator[bytes]:
        try:
            yield from _pieces(raw)
        except ProtocolError as error:
            if not isinstance(error.args[-1], IncompleteRead):
                raise
            ended_early.append(error)

    try:
        decoded = decode_body(pieces(), ", ".join(raw.headers.getlist("content-encoding")), limit=limit)
    except FetchError:
        if ended_early:
            raise ended_early[0] from None
        raise
    if ended_early and not ends_whole(decoded.body):
        raise ended_early[0]
    return decoded


def excerpt_of(raw: BaseHTTPResponse, exchange: Exchange) -> bytes:
    """Return the beginning of a body that is not encoded, as far as it comes soon.

    Whatever becomes of the rest, the status was said: what was accepted must not be sent again for a broken answer.
    """
    read = b""
    exchange.deadline = min(exchange.deadline, time.monotonic() + EXCERPT_S)
    with suppress(*LIBRARY_ERRORS):
        while len(read) < EXCERPT_BYTES and (piece := raw.read1(EXCERPT_BYTES, decode_content=False)):
            read += piece
    return b"" if raw.headers.get("content-encoding") else read[:EXCERPT_BYTES]


def _pieces(raw: BaseHTTPResponse) -> Iterator[bytes]:
    """The body as it comes in; urllib3 raises when it ends before its announced length or its last chunk."""
    while piece := raw.read1(STEP_BYTES, decode_content=False):
        yield piece
