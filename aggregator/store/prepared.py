"""Statements of the hot path: compiled once for each database, with values that are made ready before the lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from aggregator.store.rows import Values


class _Compiled(NamedTuple):
    text: str
    constants: Values
    processors: dict[str, Callable[[Any], Any]]


class Prepared:
    """A statement as the driver takes it. SQLAlchemy's own way does the same anew at each execution."""

    def __init__(self, statement: sa.Executable) -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, ...], _Compiled] = {}

    def bound(self, dialect: Dialect, values: list[Values]) -> list[Values]:
        """Return values, by column or bound parameter, in the form that the driver takes; all have the same names."""
        if not values:
            return []
        compiled = self._for(dialect, values[0])
        bound = [compiled.constants | each for each in values]
        for name, process in compiled.processors.items():
            for each in bound:
                each[name] = process(each[name])
        return bound

    def run(self, connection: sa.Connection, bound: list[Values]) -> None:
        """As ``execute``, with what ``bound`` returned."""
        if bound:
            connection.exec_driver_sql(self._for(connection.dialect, bound[0]).text, bound)

    def execute(self, connection: sa.Connection, values: list[Values]) -> None:
        """Execute the statement with each of these, which have the same names."""
        self.run(connection, self.bound(connection.dialect, values))

    def ask(self, connection: sa.Connection, values: Values) -> sa.Row[Any] | None:
        """Execute a query of one row at most. What it returns is as the driver has it."""
        [bound] = self.bound(connection.dialect, [values])
        return connection.exec_driver_sql(self._for(connection.dialect, values).text, bound).one_or_none()

    def _for(self, dialect: Dialect, values: Iterable[str]) -> _Compiled:
        key = (dialect.name, *values)
        found = self._compiled.get(key)
        if found is None:
            found = self._compiled[key] = self._compile(dialect, list(values))
        return found

    def _compile(self, dialect: Dialect, names: list[str]) -> _Compiled:
        if dialect.positional:  # SQLite knows names too, and then one form of values serves all statements
            dialect = type(dialect)(paramstyle="named")  # type: ignore[call-arg]
        compiled = self._statement.compile(dialect=dialect, column_keys=names)  # type: ignore[attr-defined]
        constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        processors = {
            name: process
            for name, bind in compiled.binds.items()
            if not isinstance(bind.type, sa.Boolean)  # which drivers know
            and (process := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        return _Compiled(str(compiled), constants, processors)
