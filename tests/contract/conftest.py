"""A store on every database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from aggregator.store import Store
from tests.builders import NOW
from tests.postgresql import PostgresqlServer


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    yield from _database(request, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that may have the tables already: a server copies them in less time than it makes them."""
    yield from _database(request, tmp_path, like="postgresql_tables")


@pytest.fixture(scope="session")
def postgresql_tables(postgresql: PostgresqlServer) -> str:
    url = postgresql.new_database()
    with closing(Store(url)) as store:
        store.upgrade()
    return url


def _database(request: pytest.FixtureRequest, tmp_path: Path, *, like: str | None = None) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/test.db"
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    made = server.new_database(like=request.getfixturevalue(like) if like else None)
    yield made
    server.drop(made)


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
