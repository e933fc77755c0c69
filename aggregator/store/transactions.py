"""Transactions on one database, and what is made of them: the store itself, and its sections."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import sqlalchemy as sa

from aggregator.model import Meter, Span, unmeasured
from aggregator.store.engine import create_engine, fold_in, translated
from aggregator.store.presence import WritersTurn


class Transactions:
    """Connections to one database. Threads may share it. Raises StoreError (see ``engine.translated``)."""

    def __init__(self, url: str, *, pool_size: int, meter: Meter = unmeasured) -> None:
        """``meter`` is told how long transactions take, with all that they wait for."""
        self._url = url
        self._pool_size = pool_size
        self._engine = create_engine(url, pool_size=pool_size)
        self._writer = self._engine.execution_options(is_write=True)
        self._turn = WritersTurn(self._engine)
        self._meter = meter

    def close(self) -> None:
        fold_in(self._engine)
        self._engine.dispose()

    def resize(self, pool_size: int) -> None:
        """Have at most ``pool_size`` connections; what is under way ends on the old ones, which are closed then."""
        if pool_size == self._pool_size:
            return
        before, engine = self._engine, create_engine(self._url, pool_size=pool_size)
        self._engine, self._writer = engine, engine.execution_options(is_write=True)
        self._pool_size = pool_size
        before.dispose()

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        with self._timed(Span.READ), translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        with self._timed(Span.WRITE), self._turn(), translated(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _write_durably(self) -> Iterator[sa.Connection]:
        """As ``_write``, and what was written outlives a power failure: what was sent can't be taken back."""
        durable = self._writer.execution_options(is_durable=True)
        with self._timed(Span.WRITE), self._turn(), translated(), durable.begin() as connection:
            yield connection

    @contextmanager
    def _timed(self, span: Span) -> Iterator[None]:
        """Measure a transaction with all that it waits for."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._meter(span, time.perf_counter() - began)


class Section:
    """Verbs of the store that belong together. Made by ``Store``; raises StoreError like it."""

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[sa.Connection]],
        write: Callable[[], AbstractContextManager[sa.Connection]],
    ) -> None:
        self._read = read
        self._write = write
