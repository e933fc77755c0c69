"""A store on every database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.store import Store, presence
from tests.builders import NOW
from tests.postgresql import PostgresqlServer


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.db"
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.new_database().replace("postgresql:", "postgresql+psycopg:")


@pytest.fixture
def open_store(url: str) -> Iterator[Callable[[], Store]]:
    opened: list[Store] = []

    def open_one() -> Store:
        store = Store(url)
        opened.append(store)
        store.upgrade()
        store.open_site(url="https://news.example.org/", now=NOW)
        return store

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    return open_store()


@pytest.fixture
def long_running_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the server for one that has run for long: that of the tests was started a moment ago."""
    monkeypatch.setattr(presence, "LEASES", timedelta(0))
