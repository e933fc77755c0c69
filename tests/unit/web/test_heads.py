"""Heads of requests that are too large, too slow, or honest, sent to a real server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from aggregator.entrypoints.web.heads import BoundedHeads

_TIMEOUT_S = 0.5


class Patient(BoundedHeads):
    """Waits for as long as a busy machine may take to send what is to be judged by its size."""

    head_timeout_s = 60.0


class Impatient(BoundedHeads):
    head_timeout_s = _TIMEOUT_S


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with how many bytes of headers and of body there were."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = f"{sum(len(value) for _, value in scope['headers'])} {size}".encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def serving(listener: socket.socket, http: type[BoundedHeads]) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(echo, http=http, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield
    server.should_exit = True
    thread.join()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


@pytest.fixture
def port(listener: socket.socket) -> Iterator[int]:
    with serving(listener, Patient):
        yield listener.getsockname()[1]


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def all_of(connection: socket.socket) -> bytes:
    """Return what comes until the server hangs up."""
    found = b""
    try:
        while piece := connection.recv(65536):
            found += piece
    except ConnectionError:  # it hung up while we were sending
        pass
    return found


def test_an_endless_head_is_refused_and_the_connection_closed(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
        with pytest.raises(ConnectionError):
            connection.sendall(b"a" * 50_000_000)


def test_a_head_that_is_too_large_is_answered_431(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 12_000)
        assert all_of(connection).startswith(b"HTTP/1.1 431 ")


def test_many_small_pieces_count_together(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        for _ in range(18):
            connection.sendall(b"X: " + b"y" * 3900 + b"\r\n")
            time.sleep(0.005)
        assert all_of(connection).startswith(b"HTTP/1.1 431 ")


def test_half_a_request_is_closed_in_time_and_so_is_none(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    began = time.monotonic()
    with serving(listener, Impatient), connect(port) as half, connect(port) as none:
        half.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
        answers = all_of(half), all_of(none)

    assert [each[:12] for each in answers] == [b"HTTP/1.1 408", b"HTTP/1.1 408"]
    assert _TIMEOUT_S / 2 < time.monotonic() - began < Patient.head_timeout_s / 2


def test_a_long_but_honest_head_and_a_large_body_are_taken(port: int) -> None:
    """Twice over one connection: what one request had is not counted to the next."""
    cookie = b"c" * 40_000
    request = b"POST / HTTP/1.1\r\nHost: x\r\nCookie: %s\r\nContent-Length: 300000\r\n\r\n" % cookie + b"b" * 300_000
    with connect(port) as connection:
        for _ in range(2):
            connection.sendall(request)
            answer = b""
            while b" 300000" not in answer:
                piece = connection.recv(65536)
                assert piece, answer
                answer += piece
            assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_body_may_be_slower_than_a_head(listener: socket.socket) -> None:
    with connect(listener.getsockname()[1]) as connection:
        # before the server takes the connection, so that the head is there when it looks
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nab")
        with serving(listener, Impatient):
            time.sleep(3 * _TIMEOUT_S)  # longer than a head may take, and the start of a server
            connection.sendall(b"cd")
            assert all_of(connection).startswith(b"HTTP/1.1 200 ")
