"""Many values in one bound parameter: a statement's text stays the same however many there are, and is compiled once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa


def among(connection: sa.Connection, values: Iterable[int] | Iterable[str], type_: type[sa.types.TypeEngine[Any]]) -> Any:  # noqa: ANN401 - a subquery, for ``column.in_()``
    """Return a subquery of these values."""
    array = sa.bindparam("among", json.dumps(list(values)), type_=sa.Text, unique=True)
    if connection.dialect.name == "sqlite":
        elements = sa.func.json_each(array).table_valued("value")
    else:
        elements = sa.func.json_array_elements_text(sa.cast(array, sa.JSON)).table_valued("value")
        return sa.select(sa.cast(elements.c.value, type_))
    return sa.select(elements.c.value)
