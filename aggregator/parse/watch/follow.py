"""The row of a ranking that matters most to the operator: what became of it leads the entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.parse.watch.ranks import rank_column
from aggregator.parse.watch.snapshot import Snapshot
from aggregator.parse.watch.table_changes import RowChange, TableChange, key_column
from aggregator.text.matching import is_named


@dataclass(frozen=True, slots=True)
class Lead:
    """What is said of the row, and whether that is news."""

    text: str
    is_news: bool


def follow_headline(follow: str, tables: Sequence[TableChange], after: Snapshot) -> Lead | None:
    """Return "Luxembourg 4 → 2 of 67" where that row changed, else where it stays; None where it never was."""
    for table in tables:
        for row in table.rows:
            if is_named(follow, row.key):
                return Lead(_change(table, row), is_news=True)
    for whole in after.tables:
        rank, key = rank_column(whole), key_column(whole)
        for cells in whole.rows:
            if is_named(follow, cells[key]) and rank is not None:
                return Lead(f"{cells[key]} stays {cells[rank]} of {len(whole.rows)}", is_news=False)
    return None


def _change(table: TableChange, row: RowChange) -> str:
    rank = table.rank_column
    if row.before is None or row.after is None:
        cells, verb = (row.after, "new") if row.before is None else (row.before, "gone")
        place = f", {cells[rank]} of {table.size}" if cells is not None and rank is not None and row.after else ""
        return f"{verb}: {row.key}{place}"
    if rank is not None and row.before[rank] != row.after[rank]:
        return f"{row.key} {row.before[rank] or '–'} → {row.after[rank] or '–'} of {table.size}"
    column = next(number for number, (old, new) in enumerate(zip(row.before, row.after, strict=True)) if old != new)
    name = f" {table.header[column]}" if column < len(table.header) and table.header[column] else ""
    still = f", still {row.after[rank]} of {table.size}" if rank is not None else ""
    return f"{row.key}{name} {row.before[column] or '–'} → {row.after[column] or '–'}{still}"
