"""Which column of a table is which one of its last edition: by name, else by what stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aggregator.parse.watch.shown_tables import Table

_SAME: Final = 0.6  # of the cells of two columns are equal: they are one column under two names

Rows = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Alignment:
    """``places`` has for each column now the one that it was, None for a new one.

    ``renamed`` are (old name, new name), ``added`` and ``gone`` names of columns, "" where they have none.
    """

    places: tuple[int | None, ...]
    renamed: tuple[tuple[str, str], ...] = ()
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def align(before: Table, after: Table, old: Rows, new: Rows) -> Alignment:
    """Align the columns of two editions; ``old`` and ``new`` are their rows by what they are about."""
    width, old_width = _width(after), _width(before)
    places: list[int | None] = [None] * width
    left = list(range(old_width))
    if before.header and after.header:
        for place, name in enumerate(after.header):
            match = next((each for each in left if before.header[each] == name and name), None)
            if not name and width == old_width and place in left and not before.header[place]:
                match = place
            if match is not None:
                places[place] = match
                left.remove(match)
    elif width == old_width:
        return Alignment(tuple(range(width)))
    common = [key for key in new if key in old]
    renamed = []
    for place in [each for each in range(width) if places[each] is None]:
        match = max(left, key=lambda each: (_equal(old, new, common, each, place), each == place), default=None)
        if match is None or not common or _equal(old, new, common, match, place) < len(common) * _SAME:
            continue
        places[place] = match
        left.remove(match)
        if _name(before, match) != _name(after, place):
            renamed.append((_name(before, match), _name(after, place)))
    added = tuple(_name(after, place) for place, match in enumerate(places) if match is None)
    return Alignment(tuple(places), tuple(renamed), added, tuple(_name(before, each) for each in left))


def _equal(old: Rows, new: Rows, common: Sequence[str], one: int, other: int) -> int:
    return sum(old[key][one] == new[key][other] for key in common)


def _width(table: Table) -> int:
    return len(table.header or next(iter(table.rows), ()))


def _name(table: Table, place: int) -> str:
    return table.header[place] if place < len(table.header) else ""
