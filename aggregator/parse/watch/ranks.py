"""Ranks in a table: which column they stand in, and which of them moved only because others left or joined."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from aggregator.parse.watch.shown_tables import Table

_RANK: Final = re.compile(
    r"\W*(?:(?:world|global|overall|total|national|current|new|gesamt|general|mondial|global)\W+)?"
    r"(?:rank(?:ing)?|rang|#|pos\.?(?:ition)?|place|platz|plats|no\.?|nr\.?|n[°º]|№|puesto|posto|classement)"
    r"(?:\W+(?:19|20)\d\d)?\W*",
    re.IGNORECASE,
)
_BEFORE: Final = r"(?:previous|prior|former|last|vorheriger?|letzter?|précédente?|anterior|precedente|vorige)"
_NUMBER: Final = re.compile(
    r"(?:no\.?|nr\.?|n[°º]|rank|rang|platz)?\W{0,3}(?:T-?)?(\d{1,5})(?:st|nd|rd|th|er|e|\.|º|°)?"
    r"(?:\s?[-–]\s?\d{1,5})?\W{0,2}",
    re.IGNORECASE,
)
_MOVEMENT: Final = re.compile(
    r"\W*(?:change|trend|movement|move|±|\+/[-–]|Δ|diff(?:erence)?|veränderung|évolution|entwicklung|tendenz"
    rf"|{_BEFORE}\W+(?:year(?:['’]s)?\W+)?(?:rank(?:ing)?|rang|pos(?:ition)?|platz)|(?:rank(?:ing)?|rang|position)\W+"
    rf"{_BEFORE}|vorjahr(?:es)?\W?(?:rang|platz)?|(?:rang|classement)\W+{_BEFORE})\W*",
    re.IGNORECASE,
)
_SIGNED: Final = re.compile(r"[+\-−–±]\s?\d+|0|[=–—-]?")
_MOSTLY: Final = 0.8


def rank_of(cell: str) -> int | None:
    """Return the rank that a cell names: "4", "4.", "=4", "4th", "No. 4"; of several ("101–150") the first."""
    found = _NUMBER.fullmatch(cell)
    return int(found[1]) if found else None


def rank_column(table: Table) -> int | None:
    """Return the column of ranks: the one that is called so, else one that counts from 1 down the rows."""
    for place, name in enumerate(table.header):
        if _RANK.fullmatch(name) and _share_of_ranks(table, place) >= _MOSTLY:
            return place
    width = len(table.rows[0]) if table.rows else 0
    return next((place for place in range(width) if _counts(table, place)), None)


def movement_columns(table: Table) -> frozenset[int]:
    """Return the columns that only repeat how ranks moved: "▲ 2", "+1", "="."""
    found = set()
    for place in range(len(table.rows[0]) if table.rows else 0):
        cells = [row[place] for row in table.rows]
        is_called_so = place < len(table.header) and _MOVEMENT.fullmatch(table.header[place])
        is_signed = all(map(_SIGNED.fullmatch, cells)) and any(cell[:1] in "+−±" and cell for cell in cells)
        if is_called_so or is_signed or not any(cells):
            found.add(place)
    return frozenset(found)


def _share_of_ranks(table: Table, place: int) -> float:
    return sum(rank_of(row[place]) is not None for row in table.rows) / len(table.rows) if table.rows else 0.0


def _counts(table: Table, place: int) -> bool:
    ranks = [rank_of(row[place]) for row in table.rows]
    known = [rank for rank in ranks if rank is not None]
    if len(known) < max(2, len(ranks) * _MOSTLY) or min(known) > 3:
        return False
    ordered = sorted(known)
    return max(known) <= 2 * len(known) + 3 and len(set(ordered)) >= len(ordered) * 0.6


def shifted(
    before: Mapping[str, int], after: Mapping[str, int], gone: Sequence[str], new: Sequence[str]
) -> dict[str, int]:
    """Return what moved only because others left or joined, with by how much; ``before`` and ``after`` are ranks."""
    left = sorted(before[key] for key in gone if key in before)
    joined = sorted(after[key] for key in new if key in after)
    found = {}
    for key, old in before.items():
        if key not in after or key in gone:
            continue
        expected = old - sum(rank < old for rank in left)
        expected += _joined_above(expected, joined)
        if after[key] == expected and expected != old:
            found[key] = expected - old
    return found


def _joined_above(rank: int, joined: Sequence[int]) -> int:
    """Return how many of those that joined are above what has this rank without them."""
    count = 0
    for other in joined:
        if other <= rank + count:
            count += 1
    return count
