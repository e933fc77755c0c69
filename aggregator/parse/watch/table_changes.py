"""What changed in the tables of a page, row by row: rows are known by what they are about, not by where they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from aggregator.parse.watch.column_alignment import align
from aggregator.parse.watch.noise import is_noise, is_same_number
from aggregator.parse.watch.ranks import movement_columns, rank_column, rank_of, shifted
from aggregator.parse.watch.shown_tables import Table
from aggregator.parse.watch.snapshot import Snapshot

_FIGURE: Final = re.compile(r"[\W\d_]*")
_MOST_FIGURES: Final = 0.5
# Of a table with so many rows the loss of most is no news, but a page that went bad.
_MANY: Final = 6


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that changed; a new one has no ``before``, one that has gone no ``after``. ``key`` is what it is about.

    ``shift`` is by how much its rank moved only because others left or joined, where nothing else changed; ``moved`` by
    how much it moved for itself.
    """

    key: str
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None
    shift: int = 0
    moved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChange:
    """What changed in one table. ``header`` names the columns of both, "" where a column has no name.

    ``key_column`` is the one that says what a row is about; cells of ``before`` are in the columns of ``after``.
    ``rank_column`` is where ranks stand, if they do, ``size`` how many rows there are now, ``columns`` what is to say
    of columns that are renamed, new or have gone. ``values`` counts the columns of both beside ranks and what rows are
    about. ``lost`` is the share of rows that have gone with nothing in their place.
    """

    caption: str
    header: tuple[str, ...]
    key_column: int
    rows: tuple[RowChange, ...]
    rank_column: int | None = None
    size: int = 0
    columns: tuple[str, ...] = ()
    values: int = 0
    lost: float = 0.0


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
    return tuple(change for change in changes if change.rows or change.columns)


def _same_table(table: Table, candidates: Sequence[Table]) -> Table | None:
    """Return the one that is about the same: most rows in common; else the same header and caption."""
    keys = set(_keys(table, key_column(table)))

    def in_common(other: Table) -> int:
        return len(keys & set(_keys(other, key_column(other))))

    best = max(candidates, key=in_common, default=None)
    if best is not None and in_common(best):
        return best
    same = (each for each in candidates if each.header and (each.header, each.caption) == (table.header, table.caption))
    return next(same, None)


def _compare(before: Table, after: Table, day_before: date, day_after: date) -> TableChange:
    whole = after if after.rows else before
    key_place = key_column(whole)
    old = _by_key(before.rows, key_column(before) if before.rows else 0)
    new = _by_key(after.rows, key_place)
    alignment = align(before, whole, old, new or old)
    rank, moving = rank_column(whole), movement_columns(whole)
    compared = [place for place, match in enumerate(alignment.places) if match is not None and place not in moving]
    arranged = {key: _arranged(row, alignment.places, new.get(key)) for key, row in old.items()}
    gone = [key for key in old if key not in new]
    joined = [key for key in new if key not in old]
    shifts = _shifts(arranged, new, rank, gone, joined)
    changed = []
    for key, row in new.items():
        if key not in old:
            changed.append(RowChange(row[key_place], None, row))
            continue
        places = [place for place in compared if not _is_same(arranged[key][place], row[place], day_before, day_after)]
        if places:
            was = tuple(arranged[key][place] if place in places else cell for place, cell in enumerate(row))
            is_shift = places == [rank] and key in shifts
            moved = _moved(was, row, rank) - shifts.get(key, 0)
            changed.append(RowChange(row[key_place], was, row, shifts[key] if is_shift else 0, moved))
    left = [RowChange(arranged[key][key_place], arranged[key], None) for key in gone]
    columns = [f"the column “{was}” is called “{now}” now" for was, now in alignment.renamed]
    columns += [f"new column: {name}" for name in alignment.added if name]
    columns += [f"column gone: {name}" for name in alignment.gone if name]
    return TableChange(
        caption=whole.caption,
        header=whole.header,
        key_column=key_place,
        rows=(*changed, *left),
        rank_column=rank,
        size=len(after.rows),
        columns=tuple(columns) if old and new else (),
        values=len(set(compared) - {key_place, rank}),
        lost=max(len(gone) - 2 * len(joined), 0) / len(old) if len(old) >= _MANY else 0.0,
    )


def _shifts(
    old: Mapping[str, Sequence[str]],
    new: Mapping[str, Sequence[str]],
    rank: int | None,
    gone: Sequence[str],
    joined: Sequence[str],
) -> dict[str, int]:
    if rank is None or not (gone or joined):
        return {}
    before = {key: place for key, row in old.items() if (place := rank_of(row[rank])) is not None}
    after = {key: place for key, row in new.items() if (place := rank_of(row[rank])) is not None}
    return shifted(before, after, gone, joined)


def _moved(was: Sequence[str], row: Sequence[str], rank: int | None) -> int:
    """Return by how many ranks a row went down; 0 where that is not said."""
    before, after = (rank_of(cells[rank]) if rank is not None else None for cells in (was, row))
    return 0 if before is None or after is None else after - before


def _is_same(old: str, new: str, day_before: date, day_after: date) -> bool:
    return old == new or is_same_number(old, new) or is_noise(old, new, day_before=day_before, day_after=day_after)


def _arranged(row: Sequence[str], places: Sequence[int | None], now: Sequence[str] | None) -> tuple[str, ...]:
    """Return a row in the columns of now; what a column had that is new stays open, or is as it is now."""
    open_cells = now or [""] * len(places)
    return tuple(
        row[place] if place is not None and place < len(row) else open_cells[number]
        for number, place in enumerate(places)
    )


def key_column(table: Table) -> int:
    """Return the first column whose cells are all different and mostly words; else all different; else the first."""
    width = len(next(iter(table.rows), ()))
    distinct = [place for place in range(width) if _is_distinct([row[place] for row in table.rows])]
    worded = (place for place in distinct if _is_worded([row[place] for row in table.rows]))
    return next(worded, next(iter(distinct), 0))


def _is_distinct(cells: Sequence[str]) -> bool:
    filled = [cell.casefold() for cell in cells if cell]
    return len(filled) >= 0.9 * len(cells) and len(set(filled)) == len(filled)


def _is_worded(cells: Sequence[str]) -> bool:
    figures = sum(_FIGURE.fullmatch(cell) is not None or rank_of(cell) is not None for cell in cells)
    return figures <= _MOST_FIGURES * len(cells)


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
