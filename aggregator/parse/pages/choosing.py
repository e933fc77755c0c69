"""Which of a page's series is the list that it is about, and is it one at all?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.parse.pages.dating import Dates, find_dates
from aggregator.parse.pages.fields import Row, cell_worth, choose_titles, columns_of, length_of, rows_of
from aggregator.parse.pages.outline import NAVIGATION, Outline
from aggregator.parse.pages.repeats import Record, region_weight

_SAMPLE = 40  # records that a series is judged by


@dataclass(slots=True)
class Candidate:
    """A series read as a list, and how good a list it is."""

    records: list[Record]
    rows: list[Row]
    dates: Dates
    worth: float
    titled: float = 0.0
    dated: float = 0.0
    length: float = 0.0
    prose: float = 0.0


def read_rows(
    page: Outline, records: Sequence[Record], *, language: str | None, now: datetime
) -> tuple[list[Row], Dates]:
    """Find titles, links and dates in records."""
    rows = rows_of(page, records)
    dates = find_dates(page, rows, language=language, now=now)
    choose_titles(page, rows, columns_of(rows), dates.only)
    return rows, dates


def judge(page: Outline, records: list[Record], *, language: str | None, now: datetime) -> Candidate:
    """Judge a series by its first records: titles, dates, text, how many, and where on the page."""
    sample = records[:_SAMPLE]
    rows, dates = read_rows(page, sample, language=language, now=now)
    count = len(sample)
    titles = [row.title for row in rows if row.title is not None]
    if not titles:
        return Candidate(records, rows, dates, 0.0)
    titled = len(titles) / count
    distinct = len({title.text for title in titles}) / len(titles)
    dated = sum(any(each.worth >= 1.5 for each in found) for found in dates.rows) / count
    length = sum(min(length_of(title.text), 150) for title in titles) / len(titles)
    worth = sum(cell_worth(page, title, dates.only) for title in titles) / len(titles)
    text = sum(sum(length_of(cell.text) for cell in row.cells) for row in rows) / count
    prose = max(0.0, min(text - length, 300.0))
    short = min(1.0, (length / 22) ** 1.5)
    score = (
        math.log2(1 + min(len(records), 60))
        * (0.25 + worth)
        * short
        * (1 + 1.4 * dated)
        * (1 + prose / 300)
        * titled
        * distinct**2
        * _region(page, sample)
    )
    return Candidate(records, rows, dates, score, titled, dated, length, prose)


def _region(page: Outline, records: Sequence[Record]) -> float:
    return sum(region_weight(page, max(record.anchor, record.root)) for record in records) / len(records)


def text_outside(page: Outline, records: Sequence[Record]) -> tuple[float, float]:
    """Return how much running text a page's middle has outside of these records, and how much is in them."""
    inside = bytearray(len(page.chunks) + 1)
    for record in records:
        for chunk in range(record.first, record.last):
            inside[chunk] = 1
    out = within = 0.0
    for cell in page.cells:
        if inside[cell.first_chunk]:
            within += length_of(cell.text)
        elif len(cell.text) > 80 and cell.link < 0 and not page.region[cell.owner] & NAVIGATION:
            out += length_of(cell.text)
    return out, within
