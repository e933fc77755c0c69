"""Hundreds of readers at once on one web process; `python -m bench.readers` measures it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import uvicorn

from aggregator.entrypoints.web.application import create_app
from aggregator.entrypoints.web.heads import BoundedHeads
from bench import readers
from tests.newsroom import Newsroom, make_config


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    room = Newsroom(make_config(f"sqlite:///{tmp_path}/x.db"))
    room.publish(*(f"News number {number}" for number in range(60)))
    settings = uvicorn.Config(create_app(room.aggregator), http=BoundedHeads, log_config=None, lifespan="off")
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join()
    room.close()


def test_no_connection_of_hundreds_at_once_fails(port: int) -> None:
    with ThreadPoolExecutor(1) as pool:  # a browser that another test opened has a loop in this thread
        found = pool.submit(asyncio.run, readers.read(port, 500, 0.2, asked=readers.ASKED[:3])).result()

    assert not found.errors
    assert set(found.statuses) == {200, 304}
    assert found.statuses.total() >= 500
