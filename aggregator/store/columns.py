"""The columns' types, the same on both databases, and how an index over a part of a table is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex
from sqlalchemy.sql.compiler import DDLCompiler


class Utc(sa.types.TypeDecorator[datetime]):
    """An aware UTC time. SQLite has no zones: there it is stored without one, which keeps the order of strings."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], datetime | str | None]:
        return _written_naive if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Read it in one step: rows of sources have many times, and a chain of processors takes most of the reading."""
        return _read_naive if dialect.name == "sqlite" else _in_utc


def _read_naive(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


# Many times of a poll are one: that at which entries are first seen, or at which one was published and is listed.
@lru_cache(maxsize=1_024)
def _written_naive(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat(" ", "microseconds").removesuffix("+00:00")


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


class Text(sa.types.TypeDecorator[str]):
    """Text from the world: what no database stores (NUL in PostgreSQL, lone surrogates anywhere) is taken out."""

    impl = sa.Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        return _written_text


class Json(sa.types.TypeDecorator[Any]):
    """Lists and objects whose strings are treated like ``Text``."""

    impl = sa.JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:
        """Write it in one step, which both databases take."""
        return _written_or_null if self.impl_instance.none_as_null else written_json  # type: ignore[attr-defined]


def _written_text(value: str | None) -> str | None:
    return None if value is None else storable(value)


def written_json(value: Any) -> str:  # noqa: ANN401
    """Return JSON, without what no database stores: written with ASCII alone, it shows whether there is any."""
    if not value and isinstance(value, list | tuple):  # as most are
        return "[]"
    if value is None:
        return "null"
    written = json.dumps(value)
    return json.dumps(_storable_json(value)) if "\\u0000" in written or "\\ud" in written else written


def _written_or_null(value: Any) -> str | None:  # noqa: ANN401
    return None if value is None else written_json(value)


def storable(text: str) -> str:
    """Return a text without what no database stores."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    return text


def _storable_json(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list | tuple):
        return [_storable_json(item) for item in value]
    if isinstance(value, dict):
        return {key: _storable_json(item) for key, item in value.items()}
    return value


@compiles(CreateIndex)
def _create_index(element: CreateIndex, compiler: DDLCompiler, **given: Any) -> str:  # noqa: ANN401
    """Write a partial index. SQLAlchemy's own way, an option per dialect, loads both: a tenth of a warm poll."""
    written: str = compiler.visit_create_index(element, **given)  # type: ignore[no-untyped-call]
    where = element.element.info.get("where")
    return f"{written} WHERE {where[compiler.dialect.name]}" if where else written
