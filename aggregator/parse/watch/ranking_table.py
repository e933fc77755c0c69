"""The ranking of a page as data: its largest table with ranks."""

from __future__ import annotations

from typing import Final

from aggregator.model import Edition
from aggregator.parse.watch.ranks import rank_column, rank_of
from aggregator.parse.watch.snapshot import Snapshot
from aggregator.parse.watch.table_changes import key_column

_FEWEST: Final = 3


def edition_of(snapshot: Snapshot) -> Edition | None:
    """Return the largest ranking of a page; None for a page without one."""
    for table in sorted(snapshot.tables, key=lambda each: len(each.rows), reverse=True):
        rank, key = rank_column(table), key_column(table)
        if rank is not None and rank != key and len(table.rows) >= _FEWEST:
            return Edition(
                taken_at=snapshot.taken_at,
                title=snapshot.title,
                header=table.header,
                rows=table.rows,
                ranks=tuple(rank_of(row[rank]) for row in table.rows),
                key_column=key,
                rank_column=rank,
            )
    return None
