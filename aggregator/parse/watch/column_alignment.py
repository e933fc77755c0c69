"""Which column of a table is which one of its last edition: by name, else by what it is for or what stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aggregator.parse.watch.ranks import movement_columns, rank_column
from aggregator.parse.watch.shown_tables import YEAR, Table

_SAME: Final = 0.6  # of the cells of two columns are equal: they are one column under two names

_EDITION: Final = re.compile(
    rf"(?:\b[QHST][1-4]\W+)?{YEAR}|\b(?:\d{{1,3}}(?:st|nd|rd|th|\.|er?|e)\s+)?"
    r"(?:edition|édition|ausgabe|auflage|edición|edizione)\b",
    re.IGNORECASE,
)
_SORTING: Final = re.compile(
    r"\b(?:(?:click|activate)\s+to\s+)?(?:sort(?:ed|able)?|trier|sortieren)\b"
    r"|\b(?:ascending|descending|asc|desc|croissant|décroissant|aufsteigend|absteigend)\b",
    re.IGNORECASE,
)
_FOOTNOTE: Final = re.compile(r"\[\w{1,2}\]|[⁰¹²³⁴-⁹]+")
_NOT_SAID: Final = re.compile(r"[^\w%€$£¥]+|_")

Rows = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Alignment:
    """``places`` has for each column now the one that it was, None for a new one.

    ``renamed`` are (old name, new name) that don't say the same, ``added`` and ``gone`` names of columns, "" where they
    have none.
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
    for match, place in _for_the_same(before, after, left, [each for each in range(width) if places[each] is None]):
        places[place] = match
        left.remove(match)
    common = [key for key in new if key in old]
    for place in [each for each in range(width) if places[each] is None]:
        match = max(left, key=lambda each: (_equal(old, new, common, each, place), each == place), default=None)
        if match is None or not common or _equal(old, new, common, match, place) < len(common) * _SAME:
            continue
        places[place] = match
        left.remove(match)
    names = [(_name(before, match), _name(after, place)) for place, match in enumerate(places) if match is not None]
    renamed = [(was, now) for was, now in names if was and now and _said(was) != _said(now)]
    added = tuple(_name(after, place) for place, match in enumerate(places) if match is None)
    return Alignment(tuple(places), tuple(renamed), added, tuple(_name(before, each) for each in left))


def _for_the_same(
    before: Table, after: Table, left: Sequence[int], open_places: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield which columns (then, now) are for the same, whatever stands in them: their names say the same but for the
    edition, they hold the ranks, or they tell how ranks moved.
    """
    free, taken = set(left), set[int]()
    names = [_said(each) for each in before.header], [_said(each) for each in after.header]
    roles = [
        *(
            [[place for place, each in enumerate(side) if each == said] for side in names]
            for said in filter(None, names[1])
        ),
        [[rank] if (rank := rank_column(each)) is not None else [] for each in (before, after)],
        [sorted(movement_columns(each)) for each in (before, after)],
    ]
    for then, now in roles:
        # Of years side by side that move on, "2025" and "2026", one is matched by its name: they are not for the same.
        if len(then) == len(now) and free.issuperset(then) and set(now) <= set(open_places) - taken:
            yield from zip(then, now, strict=True)
            free.difference_update(then)
            taken.update(now)


def _said(name: str) -> str:
    """Return what the name of a column says: no case, blanks, edition, arrows, marks of sorting or footnotes.

    Of a name that is an edition alone ("2026") something is left, so that it is a name still.
    """
    if not name:
        return ""
    rest = _NOT_SAID.sub("", _SORTING.sub(" ", _EDITION.sub(" ", _FOOTNOTE.sub(" ", name)))).casefold()
    return rest or "⟨edition⟩"


def _equal(old: Rows, new: Rows, common: Sequence[str], one: int, other: int) -> int:
    return sum(old[key][one] == new[key][other] for key in common)


def _width(table: Table) -> int:
    return len(table.header or next(iter(table.rows), ()))


def _name(table: Table, place: int) -> str:
    return table.header[place] if place < len(table.header) else ""
