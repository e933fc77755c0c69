"""Bodies, read and decompressed in bounded steps: a bomb never takes more than the limit and one step of memory."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from aggregator.errors import BodyTooLarge, FetchError
from aggregator.text.sizes import size_in_words

STEP_BYTES: Final = 64 * 1024
# Servers behind a careless proxy compress twice; more is an attack (CVE-2025-66418).
MAX_ENCODINGS: Final = 2

# What servers write in its place: that there is none, a charset, an encoding of mails.
_NO_ENCODING: Final = re.compile(
    r"identity|none|text|plain|binary|[78]bit|(?:utf|ucs|iso|us|windows|cp|koi8|euc|latin|gb|big5|shift)[-_]?[\w-]*|ascii"
)
_GZIP_BITS = zlib.MAX_WBITS | 16
_Decoder = Callable[[Iterable[bytes]], Iterator[bytes]]


def decode_body(pieces: Iterable[bytes], content_encoding: str, *, limit: int) -> bytes:
    """Join ``pieces`` and undo the encodings that a Content-Encoding header names.

    What is no encoding of bodies, such as a charset, changes nothing. ``limit`` is in bytes, after decompression.
    Raises BodyTooLarge above it and FetchError for a body that is not encoded as the header says, that ends too early,
    or that uses encodings we did not offer.
    """
    names = [name for name in (part.strip().lower() for part in content_encoding.split(",")) if name]
    names = [name for name in names if not _NO_ENCODING.fullmatch(name)]
    if len(names) > MAX_ENCODINGS:
        raise FetchError(f"the body is compressed {len(names)} times over; at most {MAX_ENCODINGS} are undone")
    unknown = [name for name in names if name not in _DECODERS]
    if unknown:
        raise FetchError(f"the body is compressed with {unknown[0][:40]!r}, which we did not offer")
    stream: Iterator[bytes] = _bounded(pieces, limit)
    for name in reversed(names):
        stream = _bounded(_DECODERS[name](stream), limit)
    try:
        return b"".join(stream)
    except zlib.error as error:
        raise FetchError(f"the body is not {names[-1]}, though its Content-Encoding says so") from error


def _bounded(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > limit:
            raise BodyTooLarge(f"the body is larger than {size_in_words(limit)} (fetch.max_body)")
        yield piece


def _gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """One gzip member after another (RFC 1952 §2.2); what follows the last and is none is ignored, as browsers do."""
    stream, members, is_empty = zlib.decompressobj(_GZIP_BITS), 0, True
    for piece in pieces:
        rest = piece
        while rest:
            is_empty = False
            try:
                yield from _steps(stream, rest)
            except zlib.error:
                if not members:
                    raise
                return
            if not stream.eof:
                break
            members, rest = members + 1, stream.unused_data
            stream = zlib.decompressobj(_GZIP_BITS)
    if not members and not is_empty:
        raise FetchError("the compressed body ends in the middle")


def _inflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Deflate, both ways that servers understand the word: with the zlib wrapper (RFC 9110 §8.4.1.2) and bare."""
    head, stream = b"", None
    for piece in pieces:
        rest = piece
        if stream is None:
            head += piece
            if len(head) < 2:
                continue
            is_wrapped = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
            stream = zlib.decompressobj(zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS)
            rest = head
        yield from _steps(stream, rest)
        if stream.eof:
            return
    if head:
        raise FetchError("the compressed body ends in the middle")


def _steps(stream: zlib._Decompress, rest: bytes) -> Iterator[bytes]:
    """Feed ``rest``, at most STEP_BYTES of output at a time; a full step may have left more inside the stream."""
    while not stream.eof:
        piece = stream.decompress(rest, STEP_BYTES)
        if piece:
            yield piece
        rest = stream.unconsumed_tail
        if not rest and len(piece) < STEP_BYTES:
            return


_DECODERS: Final[dict[str, _Decoder]] = {"gzip": _gunzip, "x-gzip": _gunzip, "deflate": _inflate}
