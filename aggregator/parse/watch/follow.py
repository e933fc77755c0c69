"""The row of a ranking that matters most to the operator: what became of it leads the entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.parse.watch.ranks import rank_column
from aggregator.parse.watch.snapshot import Snapshot, Table
from aggregator.parse.watch.table_changes import RowChange, TableChange, key_column


@dataclass(frozen=True, slots=True)
class Lead:
    """What is said of the row, and whether that is news."""

    text: str
    is_news: bool


def follow_headline(follow: str, tables: Sequence[TableChange], after: Snapshot) -> Lead | None:
    """Return "Luxembourg 4 → 2 of 67" where that row changed, else where it stays; None where it never was."""
    for table in tables:
        for row in table.rows:
            if is_row(follow, row.key):
                return Lead(_change(table, row), is_news=True)
    for whole in after.tables:
        rank, key = rank_column(whole), key_column(whole)
        for cells in whole.rows:
            if is_row(follow, cells[key]) and rank is not None:
                return Lead(f"{cells[key]} stays {cells[rank]} of {len(whole.rows)}", is_news=False)
    return None


def find_row(follow: str, table: Table) -> tuple[str, ...] | None:
    """Return the row that is about this."""
    key = key_column(table)
    return next((row for row in table.rows if is_row(follow, row[key])), None)


def is_row(follow: str, key: str) -> bool:
    """Tell whether a row is the one to follow: its name is that, or begins with it ("Luxembourg (LU)")."""
    wanted, name = " ".join(follow.casefold().split()), " ".join(key.casefold().split())
    return name == wanted or (name.startswith(wanted) and not name[len(wanted)].isalnum())


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
