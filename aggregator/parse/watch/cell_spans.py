"""Cells that reach over several columns or rows: each row with as many cells as the table has columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_MOST_COLUMNS: Final = 60


@dataclass(frozen=True, slots=True)
class Spanning:
    """A cell's text, and how many columns and rows it reaches over. A name ``is_head`` of all of its columns."""

    text: str
    columns: int = 1
    rows: int = 1
    is_head: bool = False


def spread(rows: Sequence[Sequence[Spanning]]) -> list[list[str]]:
    """Return the texts of each row, all rows as long as the longest.

    What reaches down stands in each of its rows (a rank that several share), what reaches across in its first column
    only, unless it is a name.
    """
    below: dict[int, tuple[str, int]] = {}  # by column: what reaches down into the next row, and how far
    lines: list[list[str]] = []
    for row in rows:
        line: list[str] = []
        above, below = below, {}
        cells = iter(row)
        cell = next(cells, None)
        while (cell is not None or len(line) in above) and len(line) < _MOST_COLUMNS:
            place = len(line)
            if place in above:
                text, left = above[place]
                line.append(text)
                if left > 1:
                    below[place] = text, left - 1
                continue
            assert cell is not None  # noqa: S101 - the loop's condition, for the type checker
            for column in range(cell.columns):
                line.append(cell.text if not column or cell.is_head else "")
                if cell.rows > 1:
                    below[place + column] = line[-1], cell.rows - 1
            cell = next(cells, None)
        lines.append(line)
    width = max(map(len, lines), default=0)
    return [line + [""] * (width - len(line)) for line in lines]
