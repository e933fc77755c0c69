"""Bodies, read and decompressed in bounded steps: a bomb never takes more than the limit and one step of memory."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from aggregator.errors import BodyTooLarge, FetchError
from aggregator.text.sizes import size_in_words

STEP_BYTES: Final = 64 * 1024
# Servers behind a careless proxy compress twice; more is an attack (CVE-2025-66418).
MAX_ENCODINGS: Final = 2
_HEAD_BYTES: Final = 512

# IANA's registry of content codings, without identity. What else servers write is none: a charset, "none", an encoding
# of mails, what a storage calls its uploads.
_CODINGS: Final = frozenset({
    "aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "gzip", "pack200-gzip", "x-compress", "x-gzip",
    "zstd",
})  # fmt: skip
# How documents begin that are not compressed at all, whatever the header says; compressed ones hardly ever do.
_READABLE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*[<{\[][\x20-\x7e\s]{15}")
# How whole documents end, whatever became of what packed or carried them.
_END: Final = re.compile(rb"(?:</(?:html|rss|feed|rdf:rdf|urlset|sitemapindex)\s*>|[}\]])\s*\Z", re.IGNORECASE)
_TAIL_BYTES: Final = 1_000
_GZIP_BITS = zlib.MAX_WBITS | 16
# How gzip begins (RFC 1952 §2.3.1), as nothing else does that is deflate.
_GZIP_MAGIC: Final = b"\x1f\x8b\x08"
_Decoder = Callable[[Iterable[bytes]], Iterator[bytes]]


class Decoded(NamedTuple):
    """A body without its encodings; ``is_cut``: the compressed data ended before its end, as files do that are cut."""

    body: bytes
    is_cut: bool = False


class _EndsEarly(Exception):
    """The compressed data is over before its end; all that it gave was yielded."""


def decode_body(pieces: Iterable[bytes], content_encoding: str, *, limit: int) -> Decoded:
    """Join ``pieces`` and undo the encodings that a Content-Encoding header names.

    What is no encoding of bodies, such as a charset, changes nothing, nor does any where the body is readable as it is,
    and of gzip and deflate the bytes tell which it is, whatever its name.
    ``limit`` is in bytes, after decompression. Raises BodyTooLarge above it and FetchError for a body that is not
    encoded as the header says, of which nothing came, or that uses encodings we did not offer.
    """
    named = (part.partition(";")[0].strip().lower() for part in content_encoding.split(","))
    names = [name for name in named if name in _CODINGS]
    stream: Iterator[bytes] = _bounded(pieces, limit)
    decoded: list[bytes] = []
    try:
        for number, name in enumerate(reversed(names)):
            head, stream = _head(stream)
            if _READABLE.match(head):
                break
            if number == 0 and len(names) > MAX_ENCODINGS:
                raise FetchError(f"the body is compressed {len(names)} times over; at most {MAX_ENCODINGS} are undone")
            stream = _bounded(_decoder(name, head)(stream), limit)
        for piece in stream:
            decoded.append(piece)  # noqa: PERF402 - what came before it ends early counts
    except zlib.error as error:
        raise FetchError(f"the body is not {names[-1]}, though its Content-Encoding says so") from error
    except _EndsEarly as error:
        if not decoded:
            raise FetchError("the compressed body ends in the middle") from error
        return Decoded(b"".join(decoded), is_cut=True)
    return Decoded(b"".join(decoded))


def ends_whole(body: bytes) -> bool:
    """Whether a body ends as a whole document does."""
    return _END.search(body[-_TAIL_BYTES:]) is not None


def _head(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first bytes of a stream, enough to tell what it is, and all of the stream, its early end too."""
    head, early_end = b"", None
    try:
        for piece in pieces:
            head += piece
            if len(head) >= _HEAD_BYTES:
                break
    except _EndsEarly as error:
        early_end = error

    def whole() -> Iterator[bytes]:
        if head:
            yield head
        if early_end is not None:
            raise early_end
        yield from pieces

    return head, whole()


def _decoder(name: str, head: bytes) -> _Decoder:
    """Return what undoes an encoding. Raises FetchError for one that we don't know and that is no other, either."""
    if head.startswith(_GZIP_MAGIC):
        return _gunzip
    if name not in _DECODERS:
        raise FetchError(f"the body is compressed with {name!r}, which we did not offer")
    return _inflate if _is_zlib(head) and name != "deflate" else _DECODERS[name]


def _is_zlib(head: bytes) -> bool:
    return len(head) >= 2 and head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0


def _bounded(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > limit:
            raise BodyTooLarge(f"the body is larger than {size_in_words(limit)} (fetch.max_body)")
        yield piece


def _gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """One gzip member after another (RFC 1952 §2.2); what follows the last and is none is ignored, as browsers do."""
    stream, members, is_within = zlib.decompressobj(_GZIP_BITS), 0, False
    for piece in pieces:
        rest = piece
        while rest:
            is_within = is_within or not members
            try:
                for step in _steps(stream, rest):
                    is_within = True
                    yield step
            except zlib.error:
                if not members:
                    raise
                return
            if not stream.eof:
                break
            members, rest, is_within = members + 1, stream.unused_data, False
            stream = zlib.decompressobj(_GZIP_BITS)
    if is_within:
        raise _EndsEarly


def _inflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Deflate, both ways that servers understand the word: with the zlib wrapper (RFC 9110 §8.4.1.2) and bare."""
    head, stream = b"", None
    for piece in pieces:
        rest = piece
        if stream is None:
            head += piece
            if len(head) < 2:
                continue
            stream = zlib.decompressobj(zlib.MAX_WBITS if _is_zlib(head) else -zlib.MAX_WBITS)
            rest = head
        yield from _steps(stream, rest)
        if stream.eof:
            return
    if head:
        raise _EndsEarly


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
