"""Rankings: the table of a watched page, one edition for each time that it changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A ranking as it stood on its page at ``taken_at``. All rows have as many cells, ``header`` too or none.

    ``ranks`` are those of the rows, None for one without; what a row is about stands in ``key_column``.
    """

    taken_at: datetime
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    ranks: tuple[int | None, ...]
    key_column: int
    rank_column: int

    @property
    def names(self) -> tuple[str, ...]:
        """What the rows are about."""
        return tuple(row[self.key_column] for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The latest edition of a source's ranking, and how many there are."""

    source: str
    editions: int
    latest: Edition
