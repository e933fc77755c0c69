from __future__ import annotations

import gzip
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import BodyTooLarge, FetchError
from aggregator.http.body import STEP_BYTES, decode_body

TEXT = bytes(random.Random(7).choices(b"abcdefgh ", k=300_000))


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("", bytes),
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("gzip, deflate", lambda data: zlib.compress(gzip.compress(data, mtime=0))),
        ("deflate, identity ,gzip", lambda data: gzip.compress(zlib.compress(data), mtime=0)),
    ],
)
def test_a_body_is_decoded_however_it_is_cut(encoding, encode, size):
    text = TEXT[:5_000] if size < 10 else TEXT

    assert decode_body(pieces(encode(text), size), encoding, limit=len(text)) == (text, False)


def test_what_compresses_well_is_decoded_to_its_last_byte():
    for length in (STEP_BYTES - 1, STEP_BYTES, STEP_BYTES + 1, 3 * STEP_BYTES, 3 * STEP_BYTES + 257):
        body = bytes(length)
        assert decode_body([gzip.compress(body, mtime=0)], "gzip", limit=length).body == body
        assert decode_body([raw_deflate(body)], "deflate", limit=length).body == body


def test_members_of_gzip_are_joined_wherever_they_are_cut():
    body = gzip.compress(b"one ", mtime=0) + gzip.compress(b"", mtime=0) + gzip.compress(b"two", mtime=0)

    for size in range(1, len(body) + 1):
        assert decode_body(pieces(body, size), "gzip", limit=100) == (b"one two", False)


@pytest.mark.parametrize("trailing", [b"\0", b"\0" * 600, b"garbage after the end", b"\x1f\x8b"])
def test_what_follows_the_last_member_is_ignored(trailing):
    assert decode_body([gzip.compress(b"text", mtime=0), trailing], "gzip", limit=1_000) == (b"text", False)
    assert decode_body([gzip.compress(b"text", mtime=0) + trailing], "gzip", limit=1_000) == (b"text", False)
    assert decode_body([zlib.compress(b"text") + trailing, trailing], "deflate", limit=10_000) == (b"text", False)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "", "gzip, deflate"])
def test_no_body_is_no_body_in_every_encoding(encoding):
    assert decode_body([], encoding, limit=10) == (b"", False)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_of_every_shorter_body_is_taken_what_came_and_said_that_it_is_cut(encoding):
    body = {"gzip": gzip.compress, "deflate": zlib.compress}[encoding](TEXT)

    for end in range(1, len(body), max(len(body) // 200, 1)):
        if end < 200:
            with pytest.raises(FetchError, match="ends in the middle"):
                decode_body([body[:end]], encoding, limit=len(TEXT))
        else:
            decoded = decode_body([body[:end]], encoding, limit=len(TEXT))
            assert decoded.is_cut
            assert TEXT.startswith(decoded.body)


def test_a_body_without_the_checksum_at_its_end_is_all_there():
    assert decode_body([gzip.compress(TEXT)[:-8]], "gzip", limit=len(TEXT)) == (TEXT, True)


def test_a_second_member_that_is_cut_is_told():
    whole, half = gzip.compress(b"one "), gzip.compress(TEXT)[:5_000]

    body, is_cut = decode_body([whole + half], "gzip", limit=len(TEXT) + 4)

    assert body.startswith(b"one " + TEXT[:1_000])
    assert is_cut


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_one_byte_above_the_limit_is_too_much(encoding):
    encode = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress}[encoding]

    with pytest.raises(BodyTooLarge, match=r"larger than 299 kB"):
        decode_body([encode(TEXT)], encoding, limit=len(TEXT) - 1)


def test_an_inner_layer_may_not_exceed_the_limit_either():
    inner = gzip.compress(b"", mtime=0) * 10_000

    with pytest.raises(BodyTooLarge):
        decode_body([gzip.compress(inner, mtime=0)], "gzip, gzip", limit=1_000)


@pytest.mark.parametrize("size", [1, 10**6])
@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("deflate", gzip.compress),
        ("br", gzip.compress),
        ("zstd", gzip.compress),
        ("gzip", zlib.compress),
        ("gzip, gzip", gzip.compress),
        ("deflate, gzip", gzip.compress),
        ("br, gzip", gzip.compress),
    ],
)
def test_of_a_wrong_name_the_bytes_tell_what_they_are(encoding, encode, size):
    """Servers name one coding for another, or one twice when the server and what is in front of it name it."""
    text = b"<rss version='2.0'><channel><title>Orbit</title></channel></rss>" * 20

    assert decode_body(pieces(encode(text), size), encoding, limit=10**6) == (text, False)


def test_of_two_layers_the_inner_of_which_is_cut_all_that_came_is_taken():
    inner = gzip.compress(TEXT[:1_000], mtime=0)[:200]

    body, is_cut = decode_body([zlib.compress(inner)], "gzip, deflate", limit=10**6)

    assert is_cut
    assert body
    assert TEXT.startswith(body)


def test_of_two_layers_the_outer_of_which_is_cut_all_that_came_is_taken():
    outer = zlib.compress(gzip.compress(TEXT[:1_000], mtime=0))[:300]

    body, is_cut = decode_body([outer], "gzip, deflate", limit=10**6)

    assert is_cut
    assert body
    assert TEXT.startswith(body)


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, br", "dcb"])
def test_an_encoding_that_was_not_offered_is_an_error(encoding):
    with pytest.raises(FetchError, match="did not offer"):
        decode_body([b"x"], encoding, limit=10)


@pytest.mark.parametrize(
    "encoding",
    [
        *(
            "utf-8",
            "UTF8",
            "iso-8859-1",
            "none",
            "identity",
            "8bit",
            "aws-chunked",
            "chunked",
            "null",
            "text/xml",
            "x" * 99,
        ),
        *("gzip, utf-8", "gzip,aws-chunked", "aws-chunked, gzip", "GZIP;q=1"),
    ],
)
def test_what_is_no_encoding_changes_nothing(encoding):
    body = gzip.compress(b"<a/>") if "gzip" in encoding.lower() else b"<a/>"

    assert decode_body([body], encoding, limit=100) == (b"<a/>", False)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip, gzip"])
@pytest.mark.parametrize("text", [b'<?xml version="1.0"?><rss/>', b'\xef\xbb\xbf\n{"version": "https://jsonfeed.org"}'])
@pytest.mark.parametrize("size", [1, 1_000])
def test_what_is_readable_as_it_came_is_not_compressed_whatever_the_header_says(encoding, text, size):
    assert decode_body(pieces(text, size), encoding, limit=100) == (text, False)


@settings(deadline=None)
@given(st.binary(min_size=40, max_size=400))
def test_nothing_that_is_compressed_is_taken_for_readable(data):
    for encoding, body in (
        ("gzip", gzip.compress(data, mtime=0)),
        ("deflate", zlib.compress(data)),
        ("deflate", raw_deflate(data)),
    ):
        assert decode_body([body], encoding, limit=len(data) + 100) == (data, False)


def test_damage_is_an_error_that_names_the_encoding():
    body = bytearray(gzip.compress(TEXT, mtime=0))
    body[1000:1010] = b"\0" * 10

    with pytest.raises(FetchError, match="not gzip"):
        decode_body([bytes(body)], "gzip", limit=10**6)
