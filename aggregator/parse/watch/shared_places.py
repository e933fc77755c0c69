"""Rows of a ranking that name all who share a place: "3 | Germany, Italy, Luxembourg | 192", a row for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aggregator.parse.watch.ranks import rank_column
from aggregator.parse.watch.shown_tables import MAX_ROWS, Table

_FEWEST: Final = 2  # rows that name several
_SEVERAL: Final = 3  # names that one of them has, where a row with a single name is there as well
_LONGEST: Final = 40  # characters of a name


def with_a_row_for_each(table: Table) -> Table:
    """Return a table with a row for each name, where names that share a place stand in one cell in alphabetical order.

    "Paris, France" in a ranking of cities is one name, and "Korea, Rep." one of a country: of those, some are in no
    order, or none has three parts.
    """
    rank = rank_column(table)
    for place in range(len(table.rows[0]) if table.rows and rank is not None else 0):
        named = [row[place].split(", ") for row in table.rows]
        if place != rank and _are_shared(named):
            rows = tuple(
                (*row[:place], name, *row[place + 1 :])
                for row, names in zip(table.rows, named, strict=True)
                for name in names
            )
            return Table(table.caption, table.header, rows) if len(rows) <= MAX_ROWS else table
    return table


def _are_shared(named: Sequence[Sequence[str]]) -> bool:
    sizes = [len(names) for names in named]
    if sum(size > 1 for size in sizes) < _FEWEST or max(sizes) < _SEVERAL or 1 not in sizes:
        return False
    all_names = [name.casefold() for names in named for name in names]
    if len(set(all_names)) < len(all_names) or any(not 1 < len(name) <= _LONGEST for name in all_names):
        return False
    if any(map(str.isdecimal, "".join(all_names))):
        return False
    return all(list(names) == sorted(names, key=str.casefold) for names in named)
