"""RULES D14: the deadline holds for the whole exchange, whatever the server does with its time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from aggregator.errors import FetchTimeout
from aggregator.model import SourceStatus
from tests.end_to_end.hostile.server import FEED, HostileServer, Line, answer, redirect
from tests.end_to_end.hostile.visits import Visitor

TIMEOUT = timedelta(seconds=0.4)
LONG_S = 8  # a busy machine needs some of it; what is not left at the deadline goes on for ten seconds or for ever
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n"


def says_nothing(line: Line) -> None:
    line.hang()


def drips_the_status_line(line: Line) -> None:
    line.drip(b"HTTP/1.1 200 " + b"O" * 1000)


def drips_headers_for_ever(line: Line) -> None:
    line.send(HEAD)
    line.drip(b"X-Slow: " + b"a" * 1000)


def sends_headers_line_by_line(line: Line) -> None:
    line.send(HEAD)
    while not line.closing.wait(0.05):
        line.send(b"X: y\r\n")


def stops_after_the_headers(line: Line) -> None:
    line.send(HEAD + b"\r\n")
    line.hang()


def drips_the_body(line: Line) -> None:
    line.send(HEAD + b"\r\n")
    line.drip(FEED * 5)


def drips_chunks(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not line.closing.wait(0.05):
        line.send(b"1\r\nx\r\n")


def drips_a_chunk_size(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;")
    line.drip(b"x" * 1000)


def drips_trailers(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n")
    while not line.closing.wait(0.05):
        line.send(b"X: y\r\n")


def drips_gzip(line: Line) -> None:
    line.send(HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\xff")
    # stored blocks of no bytes: input for ever, output never
    line.drip(b"\0\0\0\xff\xff" * 90)


def continues_for_ever(line: Line) -> None:
    while not line.closing.wait(0.05):
        line.send(b"HTTP/1.1 100 Continue\r\n\r\n")


SLOW: list[Callable[[Line], None]] = [
    says_nothing,
    drips_the_status_line,
    drips_headers_for_ever,
    sends_headers_line_by_line,
    stops_after_the_headers,
    drips_the_body,
    drips_chunks,
    drips_a_chunk_size,
    drips_trailers,
    drips_gzip,
    continues_for_ever,
]


@pytest.mark.parametrize("script", SLOW, ids=lambda script: script.__name__)
def test_a_slow_server_is_left_at_the_deadline(server: HostileServer, script):
    url = server.tells("/feed", script)

    with Visitor(timeout=TIMEOUT) as visitor:
        started = time.monotonic()
        visit = visitor.visit(url)
        took = time.monotonic() - started

    assert isinstance(visit.error, FetchTimeout)
    assert visit.says == f"127.0.0.1:{server.port} did not finish answering within 0.4 s"
    assert 0.35 < took < LONG_S
    assert (visit.state.status, visit.wait) == (SourceStatus.FAILING, timedelta(hours=1))


def test_redirects_share_the_deadline_of_the_first_request(server: HostileServer):
    def slowly(line: Line) -> None:
        line.closing.wait(0.15)
        line.send(redirect(f"/{len(server.requests)}"))

    for number in range(6):
        server.tells(f"/{number}", slowly)

    with Visitor(timeout=TIMEOUT) as visitor:
        visit = visitor.visit(server.url("/0"))

    # with a deadline for each of them, all six would be followed
    assert isinstance(visit.error, FetchTimeout)
    assert len(server.requests) < 6


def test_a_server_that_never_accepts_is_left_at_the_deadline():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        # fills the queue, so that further connections stay half open
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))

        with Visitor(timeout=TIMEOUT) as visitor:
            started = time.monotonic()
            visit = visitor.visit(f"http://127.0.0.1:{port}/feed")
            took = time.monotonic() - started

        for filler in fillers:
            filler.close()

    assert isinstance(visit.error, FetchTimeout)
    assert took < LONG_S


def test_a_tls_handshake_that_never_comes_is_left_at_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as listener, Visitor(timeout=TIMEOUT) as visitor:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/feed"
        started = time.monotonic()
        visit = visitor.visit(url)
        took = time.monotonic() - started

    assert isinstance(visit.error, FetchTimeout)
    assert took < LONG_S


def test_a_tls_handshake_that_drips_is_left_at_the_deadline():
    stop = threading.Event()

    def drip(listener: socket.socket) -> None:
        sock, _ = listener.accept()
        with sock:
            # the head of a handshake record of 16,000 bytes, and then a byte at a time
            sock.sendall(b"\x16\x03\x03\x3e\x80\x02\x00\x3e\x7c")
            while not stop.wait(0.05):
                try:
                    sock.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener, Visitor(timeout=TIMEOUT) as visitor:
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        started = time.monotonic()
        visit = visitor.visit(f"https://127.0.0.1:{listener.getsockname()[1]}/feed")
        took = time.monotonic() - started
        stop.set()
        thread.join()

    assert isinstance(visit.error, FetchTimeout)
    assert took < LONG_S


def test_an_answer_that_comes_slowly_but_in_time_is_taken(server: HostileServer, visitor: Visitor):
    def script(line: Line) -> None:
        line.drip(answer(200, b"<rss/>"), every_s=0.005)

    assert visitor.visit(server.tells("/feed", script)).fetched.body == b"<rss/>"
