"""Many values in one bound parameter: a statement's text is the same however many there are, and is compiled once."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa


def among(
    connection: sa.Connection, values: Collection[int] | Collection[str], type_: type[sa.types.TypeEngine[Any]]
) -> sa.Select[tuple[Any]]:
    """Return a subquery of these values, for ``column.in_()``."""
    array = sa.bindparam("among", json.dumps(list(values)), type_=sa.Text, unique=True)
    if connection.dialect.name == "sqlite":
        return sa.select(sa.func.json_each(array).table_valued("value").c.value)
    elements = sa.func.json_array_elements_text(sa.cast(array, sa.JSON)).table_valued("value")
    return sa.select(sa.cast(elements.c.value, type_))
