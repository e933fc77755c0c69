"""Many values in one bound parameter: a statement is the same however many there are, built and compiled once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from aggregator.store.columns import written_json


class _Texts(FunctionElement[str]):
    """What is right of an IN: the values of a bound parameter, which ``array`` makes."""

    inherit_cache = True
    type = sa.Text()


class _Numbers(FunctionElement[int]):
    """The same of whole numbers."""

    inherit_cache = True
    type = sa.BigInteger()


class _LookedUp(FunctionElement[bool]):
    """A column and a bound parameter: the whole condition."""

    inherit_cache = True
    type = sa.Boolean()


def among(column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    """Return the condition that a column has one of the values of the parameter ``name``."""
    values = sa.bindparam(name, type_=sa.Text)
    kind = _Numbers if isinstance(column.type, sa.Integer) else _Texts
    return column.op("IN", is_comparison=True)(kind(values))


def looked_up_among(column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    """Return the same condition, for a column of texts that mostly is NULL.

    PostgreSQL thinks that few rows have any value until it counts anew, and would compare each with all of these.
    """
    return _LookedUp(column, sa.bindparam(name, type_=sa.Text))


def array(values: Iterable[int | str]) -> str:
    """Return what is bound to the parameter of an ``among``; texts as columns of ``Text`` have them."""
    return written_json(list(values))


@compiles(_LookedUp, "sqlite")
def _looked_up_in_sqlite(element: FunctionElement[Any], compiler: SQLCompiler, **given: Any) -> str:  # noqa: ANN401
    column, values = (compiler.process(each, **given) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a column and a parameter


@compiles(_LookedUp, "postgresql")
def _looked_up_in_postgresql(element: FunctionElement[Any], compiler: SQLCompiler, **given: Any) -> str:  # noqa: ANN401
    column, values = (compiler.process(each, **given) for each in element.clauses)
    return f"{column} = ANY (ARRAY(SELECT json_array_elements_text(CAST({values} AS json))))"


@compiles(_Texts, "sqlite")
@compiles(_Numbers, "sqlite")
def _in_sqlite(element: FunctionElement[Any], compiler: SQLCompiler, **given: Any) -> str:  # noqa: ANN401
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **given)}))"  # noqa: S608 - a parameter


@compiles(_Texts, "postgresql")
@compiles(_Numbers, "postgresql")
def _in_postgresql(element: FunctionElement[Any], compiler: SQLCompiler, **given: Any) -> str:  # noqa: ANN401
    kind = "bigint" if isinstance(element, _Numbers) else "text"
    values = compiler.process(element.clauses, **given)
    return f"(SELECT value::{kind} FROM json_array_elements_text(CAST({values} AS json)))"  # noqa: S608 - a parameter
