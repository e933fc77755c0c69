"""What changed in the tables of a page, row by row: rows are known by what they are about, not by where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from aggregator.parse.watch.noise import is_noise
from aggregator.parse.watch.snapshot import Snapshot, Table

_FIGURE: Final = re.compile(r"[\W\d_]*")
_MOST_FIGURES: Final = 0.5


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that changed; a new one has no ``before``, one that has gone no ``after``. ``key`` is what it is about."""

    key: str
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChange:
    """What changed in one table. ``header`` names the columns of both, "" where a column has no name.

    ``key_column`` is the one that says what a row is about; cells of ``before`` are in the columns of ``after``.
    """

    caption: str
    header: tuple[str, ...]
    key_column: int
    rows: tuple[RowChange, ...]


def compare_tables(before: Snapshot, after: Snapshot) -> tuple[TableChange, ...]:
    """Return what changed in the tables that are on the page now, and those that have gone."""
    days = before.taken_at.date(), after.taken_at.date()
    left = list(before.tables)
    changes = []
    for table in after.tables:
        old = _same_table(table, left)
        if old is not None:
            left.remove(old)
        changes.append(_compare(old or Table(table.caption, table.header, ()), table, *days))
    changes += [_compare(old, Table(old.caption, old.header, ()), *days) for old in left]
    return tuple(change for change in changes if change.rows)


def _same_table(table: Table, candidates: Sequence[Table]) -> Table | None:
    """Return the one that is about the same: most rows in common; else the same header and caption."""
    keys = set(_keys(table, _key_column(table)))

    def in_common(other: Table) -> int:
        return len(keys & set(_keys(other, _key_column(other))))

    best = max(candidates, key=in_common, default=None)
    if best is not None and in_common(best):
        return best
    same = (each for each in candidates if each.header and (each.header, each.caption) == (table.header, table.caption))
    return next(same, None)


def _compare(before: Table, after: Table, day_before: date, day_after: date) -> TableChange:
    whole = after if after.rows else before
    key_column = _key_column(whole)
    columns = _columns(before, whole)
    old = _by_key([_arranged(row, columns) for row in before.rows], key_column)
    new = _by_key(after.rows, key_column)
    changed = [
        RowChange(row[key_column], old.get(key), row)
        for key, row in new.items()
        if key not in old or not _is_same(old[key], row, day_before, day_after)
    ]
    gone = [RowChange(row[key_column], row, None) for key, row in old.items() if key not in new]
    return TableChange(caption=whole.caption, header=whole.header, key_column=key_column, rows=(*changed, *gone))


def _is_same(before: Sequence[str], after: Sequence[str], day_before: date, day_after: date) -> bool:
    return len(before) == len(after) and all(
        old == new or is_noise(old, new, day_before=day_before, day_after=day_after)
        for old, new in zip(before, after, strict=True)
    )


def _columns(before: Table, after: Table) -> list[int | None]:
    """Return for each column of ``after`` which one of ``before`` it is: by its name where both have names."""
    width = len(after.header or next(iter(after.rows), ()))
    old_width = len(before.header or next(iter(before.rows), ()))
    if before.header and after.header and len(set(before.header)) == len(before.header):
        places = {name: place for place, name in enumerate(before.header)}
        return [places.get(name) for name in after.header]
    return [place if place < old_width else None for place in range(width)]


def _arranged(row: Sequence[str], columns: Sequence[int | None]) -> tuple[str, ...]:
    return tuple(row[place] if place is not None and place < len(row) else "" for place in columns)


def _key_column(table: Table) -> int:
    """Return the first column whose cells are all different and mostly words; else all different; else the first."""
    width = len(next(iter(table.rows), ()))
    distinct = [place for place in range(width) if _is_distinct([row[place] for row in table.rows])]
    worded = (place for place in distinct if _is_worded([row[place] for row in table.rows]))
    return next(worded, next(iter(distinct), 0))


def _is_distinct(cells: Sequence[str]) -> bool:
    filled = [cell.casefold() for cell in cells if cell]
    return len(filled) >= 0.9 * len(cells) and len(set(filled)) == len(filled)


def _is_worded(cells: Sequence[str]) -> bool:
    return sum(_FIGURE.fullmatch(cell) is not None for cell in cells) <= _MOST_FIGURES * len(cells)


def _keys(table: Table, column: int) -> list[str]:
    return [row[column].casefold() for row in table.rows]


def _by_key(rows: Sequence[tuple[str, ...]], column: int) -> dict[str, tuple[str, ...]]:
    """Return the rows by what they are about; of several about the same, each further one by its number as well."""
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        key, number = row[column].casefold(), 1
        whole = key
        while whole in found:
            number += 1
            whole = f"{key} {number}"
        found[whole] = row
    return found
