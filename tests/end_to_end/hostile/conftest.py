from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.end_to_end.hostile.server import HostileServer
from tests.end_to_end.hostile.visits import Visitor


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


@pytest.fixture
def other() -> Iterator[HostileServer]:
    """A second server, on another port: another host as far as credentials are concerned."""
    with HostileServer() as running:
        yield running


@pytest.fixture(scope="session")
def visitor() -> Iterator[Visitor]:
    with Visitor() as ready:
        yield ready
