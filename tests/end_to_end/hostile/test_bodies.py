"""RULES D10, D13, D15-D18: bodies are decoded within bounds, and half a body is no body."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from pathlib import Path

import pytest

from aggregator.errors import BodyTooLarge, FetchError
from aggregator.model import Selection
from tests.end_to_end.hostile.program import program
from tests.end_to_end.hostile.server import FEED, HostileServer, Line, answer, kept
from tests.end_to_end.hostile.visits import MAX_BODY, NOW, Visitor


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return answer(200, body + end, "Transfer-Encoding: chunked", length=False)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(FEED, mtime=0)),
        ("x-gzip", gzip.compress(FEED, mtime=0)),
        ("GZip", gzip.compress(FEED, mtime=0)),
        ("gzip", gzip.compress(FEED[:20], mtime=0) + gzip.compress(FEED[20:], mtime=0)),
        ("gzip", gzip.compress(FEED, mtime=0) + b"\0" * 64),
        ("deflate", zlib.compress(FEED)),
        ("deflate", raw_deflate(FEED)),
        ("identity", FEED),
        ("UTF-8", FEED),
        ("none", FEED),
        ("aws-chunked", FEED),
        ("gzip,aws-chunked", gzip.compress(FEED, mtime=0)),
        ("gzip", gzip.compress(FEED, mtime=0)[:-8]),
        ("gzip", FEED),
        ("br", FEED),
        ("", FEED),
        ("gzip, gzip", gzip.compress(gzip.compress(FEED), mtime=0)),
        ("deflate, gzip", gzip.compress(zlib.compress(FEED), mtime=0)),
    ],
)
def test_what_was_offered_is_decoded(server: HostileServer, visitor: Visitor, encoding, body):
    url = server.tells("/feed", answer(200, body, f"Content-Encoding: {encoding}"))

    assert visitor.visit(url).fetched.body == FEED
    assert server.requests[0].header("Accept-Encoding") == "gzip, deflate"


@pytest.mark.parametrize(
    ("encoding", "body", "says"),
    [
        ("gzip", b"\xff" + FEED, "the body is not gzip, though its Content-Encoding says so"),
        ("deflate", b"\xff" * 50, "the body is not deflate"),
        ("gzip", gzip.compress(FEED, mtime=0)[:10], "ends in the middle"),
        ("deflate", b"x", "ends in the middle"),
        ("br", b"whatever", "compressed with 'br', which we did not offer"),
        ("zstd", b"whatever", "which we did not offer"),
        ("gzip, gzip, gzip", gzip.compress(gzip.compress(gzip.compress(FEED), mtime=0)), "compressed 3 times over"),
        (", ".join(["gzip"] * 500), b"x", "compressed 500 times over"),
        ("gzip", gzip.compress(FEED, mtime=0)[:10] + b"\xff" * 40, "the body is not gzip"),
    ],
)
def test_a_body_that_is_not_encoded_as_it_says_is_an_error(server, visitor: Visitor, encoding, body, says):
    visit = visitor.visit(server.tells("/feed", answer(200, body, f"Content-Encoding: {encoding}")))

    assert says in visit.says
    assert visit.state.failures == 1


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(bytes(60_000_000), 1, mtime=0)),
        ("deflate", zlib.compress(bytes(60_000_000), 1)),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(200_000_000), 1, mtime=0))),
        ("gzip", gzip.compress(bytes(1_000_000), 1, mtime=0) * 60),
    ],
    ids=["gzip", "deflate", "twice", "many-members"],
)
def test_a_bomb_takes_no_more_memory_than_the_limit_and_a_step(server, visitor: Visitor, encoding, body):
    url = server.tells("/feed", answer(200, body, f"Content-Encoding: {encoding}"))
    tracemalloc.start()

    visit = visitor.visit(url)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert isinstance(visit.error, BodyTooLarge)
    assert visit.says == "the body is larger than 200 kB (fetch.max_body)"
    assert peak < 5 * MAX_BODY


def test_a_body_as_large_as_allowed_is_taken(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(200, b"x" * MAX_BODY))

    assert len(visitor.visit(url).fetched.body) == MAX_BODY


def test_a_body_that_announces_too_much_is_not_even_read(server: HostileServer, visitor: Visitor):
    def script(line: Line) -> None:
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        line.hang()

    assert isinstance(visitor.visit(server.tells("/feed", script)).error, BodyTooLarge)


def test_a_body_without_end_is_cut_off_at_the_limit(server: HostileServer, visitor: Visitor):
    def script(line: Line) -> None:
        line.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            line.send(b"x" * 10_000)

    assert isinstance(visitor.visit(server.tells("/feed", script)).error, BodyTooLarge)


@pytest.mark.parametrize(
    "headers", [("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), ("Transfer-Encoding: Chunked",)]
)
def test_what_says_twice_that_it_comes_in_chunks_does_so_once(server: HostileServer, visitor: Visitor, headers):
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(FEED), FEED)
    url = server.tells("/feed", answer(200, body, *headers, length=False))

    assert visitor.visit(url).fetched.body == FEED


def test_a_transfer_encoding_that_is_none_changes_nothing(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(200, FEED, "Transfer-Encoding: identity"))

    assert visitor.visit(url).fetched.body == FEED


def test_chunks_are_joined(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", chunked(FEED[:1], FEED[1:30], FEED[30:]))

    assert visitor.visit(url).fetched.body == FEED


def test_chunks_of_a_compressed_body_are_joined(server: HostileServer, visitor: Visitor):
    body = gzip.compress(FEED, mtime=0)
    data = chunked(*(body[index : index + 1] for index in range(len(body))))
    url = server.tells("/feed", data.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n", 1))

    assert visitor.visit(url).fetched.body == FEED


@pytest.mark.parametrize(
    "data",
    [
        answer(200, b"only this", "Content-Length: 5000", length=False),
        answer(200, FEED[:-3], f"Content-Length: {len(FEED)}", length=False),
        answer(200, gzip.compress(FEED)[:40], "Content-Encoding: gzip", "Content-Length: 5000", length=False),
        chunked(FEED[:-3], end=b""),
        chunked(FEED, end=b"64\r\nless"),
        chunked(FEED[:-3], end=b"zz\r\n"),
        chunked(FEED[:-3], end=b"-5\r\nhello\r\n0\r\n\r\n"),
        chunked(end=b""),
    ],
    ids=["words", "length", "packed", "no-last-chunk", "short-chunk", "bad-size", "negative-size", "no-chunk"],
)
def test_a_body_that_ends_too_early_is_an_error(server: HostileServer, visitor: Visitor, data):
    visit = visitor.visit(server.tells("/feed", data))

    assert visit.says == "127.0.0.1 sent less than it announced; nothing was taken from it"
    assert visit.state.body_hash is None


@pytest.mark.parametrize(
    "data",
    [
        answer(200, FEED, "Content-Length: 5000", length=False),
        answer(200, FEED + b"\n", "Content-Length: 5000", length=False),
        answer(200, gzip.compress(FEED), "Content-Encoding: gzip", "Content-Length: 5000", length=False),
        chunked(FEED, end=b""),
    ],
    ids=["length", "line-break", "length-of-what-was-packed", "no-last-chunk"],
)
def test_a_whole_document_counts_though_its_server_announced_more(server: HostileServer, visitor: Visitor, data):
    visit = visitor.visit(server.tells("/feed", data))

    assert visit.fetched.body.strip() == FEED
    assert not visit.fetched.is_cut


def test_an_empty_answer_is_an_error_and_not_a_feed_without_entries(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", answer(200, b"", 'ETag: "1"'), answer(200, b"", "Content-Encoding: gzip"))

    visit = visitor.visit(url)

    assert visit.says == f"127.0.0.1:{server.port} answered with an empty body"
    assert visit.state.validators is None
    assert "empty body" in visitor.visit(url).says


@pytest.mark.parametrize(
    "content_type",
    ["text/html", "text/plain; charset=iso-8859-1", "application/octet-stream", "text/xml", "nonsense", None],
)
def test_the_body_is_handed_on_as_bytes_with_its_type_as_it_was_said(server, visitor: Visitor, content_type):
    body = b"\xef\xbb\xbf\xff\xfe" + FEED
    headers = [f"Content-Type: {content_type}"] if content_type else []
    url = server.tells("/feed", answer(200, body, *headers))

    fetched = visitor.visit(url).fetched

    assert (fetched.body, fetched.content_type) == (body, content_type)


@pytest.mark.parametrize(
    ("location", "expected"),
    [("/other.xml", "/other.xml"), ("http://[::1", None), (None, None)],
)
def test_a_content_location_is_made_absolute(server: HostileServer, visitor: Visitor, location, expected):
    headers = [f"Content-Location: {location}"] if location else []
    url = server.tells("/feed", answer(200, b"x", *headers))

    assert visitor.visit(url).fetched.content_location == (server.url(expected) if expected else None)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "closed the connection without an answer"),
        (b"\r\n\r\n", "does not answer in proper HTTP"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "does not answer in proper HTTP"),
        (b"\x15\x03\x01\x00\x02\x02\x16", "does not answer in proper HTTP"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "does not answer in proper HTTP"),
        (b"HTTP/1.1 99999 OK\r\n\r\n", "does not answer in proper HTTP"),
        (b"HTTP/9.9 200 OK\r\n\r\n", "does not answer in proper HTTP"),
        (b"A" * 100_000, "headers that are too long"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", "headers that are too long"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5_000 + b"\r\n", "headers that are too long"),
        (b"HTTP/1.1 200 OK\r\n" + (b"X: " + b"a" * 8_000 + b"\r\n") * 20 + b"\r\n", "headers that are too long"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 5_000, "headers that are too long"),
        (answer(200, FEED, "Transfer-Encoding: gzip, chunked"), "Transfer-Encoding"),
        (answer(200, FEED, "Content-Length: 5"), "a header that can't be read"),
        (b"HTTP/1.1 200 OK\r\n", "answered with an empty body"),
    ],
)
def test_garbage_is_an_error_of_this_source_alone(server: HostileServer, visitor: Visitor, data, says):
    good = server.tells("/good", answer())

    visit = visitor.visit(server.tells("/feed", data))

    assert says in visit.says
    assert visit.state.next_check > NOW
    assert visitor.visit(good).fetched.body == FEED


def test_a_reset_in_the_middle_is_an_error(server: HostileServer, visitor: Visitor):
    def script(line: Line) -> None:
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello")
        line.closing.wait(0.05)
        line.reset()

    assert visitor.visit(server.tells("/feed", script)).says == "127.0.0.1 broke the connection off"


def test_a_continue_before_the_answer_is_passed_over(server: HostileServer, visitor: Visitor):
    url = server.tells("/feed", b"HTTP/1.1 100 Continue\r\n\r\n" + answer())

    assert visitor.visit(url).fetched.body == FEED


def test_an_answer_of_http_1_0_ends_with_the_connection(server: HostileServer, visitor: Visitor):
    assert visitor.visit(server.tells("/feed", b"HTTP/1.0 200 OK\r\n\r\n" + FEED)).fetched.body == FEED


@pytest.mark.parametrize(
    "before",
    [
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n" * 3,
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nETag: x\r\n\r\nHTTP/1.1 199 Soon\r\n\r\n",
    ],
)
def test_any_answer_that_only_announces_another_is_read_through(server: HostileServer, visitor: Visitor, before):
    first, second = (kept(before + answer(200, body, f'ETag: "{body.decode()}"')) for body in (b"one", b"two"))
    url = server.tells("/feed", first, second)

    visits = [visitor.visit(url), visitor.visit(url)]

    assert [visit.fetched.body for visit in visits] == [b"one", b"two"]
    assert [visit.fetched.validators.etag for visit in visits] == ['"one"', '"two"']
    assert server.connections == 1


def test_a_server_that_wants_another_protocol_is_an_error(server: HostileServer, visitor: Visitor):
    switching = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"

    assert "answered 101" in visitor.visit(server.tells("/feed", switching)).says


def test_what_something_in_between_changed_is_as_good_as_the_answer(server: HostileServer, visitor: Visitor):
    visit = visitor.visit(server.tells("/feed", answer(203, FEED, 'ETag: "1"')))

    assert visit.fetched.body == FEED
    assert visit.fetched.validators is not None


LONG = (
    b"<rss version='2.0'><channel><title>News</title>"
    + b"".join(
        b"<item><title>Launch %d</title><guid>%d</guid><description>%s</description></item>"
        % (number, number, bytes(random.Random(number).choices(b"abcdefgh ", k=300)))
        for number in range(30)
    )
    + b"</channel></rss>"
)
PAGE = LONG.replace(b"rss", b"html").replace(b"channel", b"body")


def cut(data: bytes, missing: int, **validators: str) -> bytes:
    headers = [f"{name}: {value}" for name, value in validators.items()]
    return answer(200, gzip.compress(data, mtime=0)[:-missing], "Content-Encoding: gzip", *headers)


def test_a_feed_whose_gzip_lacks_its_end_is_whole(server: HostileServer, tmp_path: Path):
    url = server.tells("/feed", cut(LONG, 8, ETag='"1"'), answer(304, b""))

    with program(tmp_path, f"  - {{url: '{url}', name: a}}") as running:
        assert running.poll("a")["a"].new == 30

        assert running.state("a").last_error is None
        assert running.state("a").validators is not None


def test_of_a_feed_whose_gzip_is_cut_what_is_whole_is_taken_and_the_rest_when_it_comes(
    server: HostileServer, tmp_path: Path
):
    packed = answer(200, gzip.compress(LONG, mtime=0), "Content-Encoding: gzip")
    url = server.tells("/feed", cut(LONG, 2_000, ETag='"1"'), packed)

    with program(tmp_path, f"  - {{url: '{url}', name: a}}") as running:
        first = running.poll("a")["a"].new
        state = running.state("a")
        second = running.poll("a")["a"].new

        assert 0 < first < 30
        assert first + second == 30
        assert "cut off" in (state.last_error or "")
        assert (state.status, state.validators, state.body_hash) == ("ok", None, None)
        assert "if-none-match" not in server.requests[1].names()


def test_half_an_article_is_not_taken_for_the_article(server: HostileServer, tmp_path: Path):
    text = b"<html><body><article><h1>Ice</h1>" + b"<p>Ice lies below the dust of the Moon, they say.</p>" * 50
    server.tells("/ice", cut(text + b"</article></body></html>", 12))
    item = f"<item><title>Ice</title><link>{server.url('/ice')}</link><description>Short.</description></item>"
    feed = server.tells("/feed", answer(200, FEED.replace(b"</channel>", item.encode() + b"</channel>")))

    with program(tmp_path, f"  - {{url: '{feed}', name: a, full: true}}") as running:
        running.poll("a")

        assert [entry.content for entry in running.aggregator.store.entries(Selection())] == ["<p>Short.</p>"]
        assert "/ice" in [request.target for request in server.requests]


@pytest.mark.parametrize("kind", ["page", "watch", "auto"])
def test_half_a_page_is_not_taken_for_a_page(server: HostileServer, tmp_path: Path, kind: str):
    url = server.tells("/page", cut(PAGE, 2_000))

    with program(tmp_path, f"  - {{url: '{url}', name: a, kind: {kind}}}") as running:
        error = running.poll("a")["a"].error

        assert error is not None
        assert "ends in the middle" in error


def test_only_errors_of_ours_come_out(server: HostileServer, visitor: Visitor):
    """Every prefix of an answer, as if the line were cut there."""
    whole = answer(200, gzip.compress(b"ok", mtime=0), "Content-Encoding: gzip")
    for end in range(0, len(whole), 3):
        url = server.tells(f"/{end}", whole[:end])

        visit = visitor.visit(url)

        assert visit.answer or isinstance(visit.error, FetchError)
        assert visit.answer is None or visit.fetched.body == b"ok"
