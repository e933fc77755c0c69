"""A ranking that a page shows in several tables is one: ranks 1 to 20 on the left, 21 to 40 beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from aggregator.parse.watch.ranks import rank_column, rank_of
from aggregator.parse.watch.shown_tables import Table
from aggregator.parse.watch.snapshot import Snapshot

_GAP: Final = 5  # ranks that may be missing between two parts, as those of ties are


def with_whole_rankings(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot whose rankings in parts are whole: each part has the same columns and goes on counting."""
    whole: list[Table] = []
    for table in snapshot.tables:
        if whole and _goes_on(whole[-1], table):
            whole[-1] = replace(whole[-1], rows=whole[-1].rows + table.rows)
        else:
            whole.append(table)
    return replace(snapshot, tables=tuple(whole)) if len(whole) < len(snapshot.tables) else snapshot


def _goes_on(first: Table, second: Table) -> bool:
    if first.header != second.header or len(first.rows[0]) != len(second.rows[0]):
        return False
    place = rank_column(first)
    if place is None:
        return False
    before, after = _ranks(first, place), _ranks(second, place)
    return len(after) == len(second.rows) and max(before) <= min(after) <= max(before) + _GAP


def _ranks(table: Table, place: int) -> Sequence[int]:
    return [rank for row in table.rows if (rank := rank_of(row[place])) is not None]
