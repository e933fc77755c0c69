"""Days under the heading of their month: "November 2026", and below it "Wed 25", "Mon 23" beside each title."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from aggregator.parse.pages.months import month_number
from aggregator.parse.pages.outline import Cell, Outline
from aggregator.parse.pages.records import Place, Row
from aggregator.parse.pages.written_dates import Written
from aggregator.parse.pages.years import first_head

_MONTH = re.compile(r"^\W{0,3}([^\W\d_][^\s\d]{2,14})[\s,./-]{1,3}((?:19|20)\d\d)\W{0,3}(?:\(\d{1,3}\))?$")
_DAY = re.compile(r"^\W{0,2}(?:[^\W\d_]{2,10}[\s.,]{1,3})?([012]?\d|3[01])(?:st|nd|rd|th|er|e|\.)?\W{0,2}$")
_LONGEST = 24  # characters of either
_SAMPLE = 3  # records, of which one has such a day, or none of the list has
_USUAL = 0.6  # of the records have their day in the same place


def days_under_months(page: Outline, rows: Sequence[Row], language: str | None) -> list[Written | None]:
    """Return for each row the day that its own piece of text and the month above it make; [] where that isn't usual."""
    place = _place_of_days(rows)
    if place is None:
        return []
    found = [_written(month, row, place) for row, month in zip(rows, _months_above(page, rows, language), strict=True)]
    return found if sum(each is not None for each in found) >= len(rows) * _USUAL else []


def _place_of_days(rows: Sequence[Row]) -> Place | None:
    if not any(map(_day, chain.from_iterable(row.cells for row in rows[:_SAMPLE]))):
        return None
    counts = Counter(
        place
        for row in rows
        for place, cell in zip(row.places, row.cells, strict=True)
        if cell is not row.title and _day(cell)
    )
    place, count = counts.most_common(1)[0] if counts else (None, 0)
    return place if count >= len(rows) * _USUAL else None


def _day(cell: Cell) -> int | None:
    found = _DAY.match(cell.text) if len(cell.text) <= _LONGEST else None
    return int(found[1]) or None if found is not None else None


def _months_above(page: Outline, rows: Sequence[Row], language: str | None) -> list[tuple[int, int] | None]:
    """Return for each row the year and month that stand above it as the heading of a group, and as nothing else."""
    position = first_head(page, rows)
    months: list[tuple[int, int] | None] = []
    current: tuple[int, int] | None = None
    for row in rows:
        first = row.title.first_chunk if row.title else row.record.first
        while position < len(page.cells) and page.cells[position].first_chunk < first:
            cell = page.cells[position]
            position += 1
            found = _MONTH.match(cell.text) if len(cell.text) <= _LONGEST and cell.link < 0 else None
            month = month_number(found[1], language) if found is not None else None
            if found is not None and month is not None:
                current = int(found[2]), month
        months.append(current)
    return months


def _written(month: tuple[int, int] | None, row: Row, place: Place) -> Written | None:
    cell = next((cell for at, cell in zip(row.places, row.cells, strict=True) if at == place), None)
    day = _day(cell) if cell is not None else None
    return Written(month[0], month[1], day, 0, 0) if month is not None and day is not None else None
