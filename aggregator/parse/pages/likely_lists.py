"""A page's series read as lists: the titles and dates of their records, and how good a list each is."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from statistics import median

from aggregator.parse.pages.extents import Record
from aggregator.parse.pages.found_dates import Dates, Found, find_dates
from aggregator.parse.pages.outline import Outline
from aggregator.parse.pages.prose import in_sentences
from aggregator.parse.pages.records import Row, cell_worth, choose_titles, columns_of, length_of, rows_of
from aggregator.parse.pages.repeats import find_series, region_weight

_HOPELESS = 0.2  # of what the likeliest series promises: none of so little was ever the list that is meant …
_POOR = 0.5  # and none of so little where that has more records than stories lead a list …
_CLEAR = 5.0  # … where another was worth so much
_SAMPLE = 30  # records that a series is judged by
OUTSIDE = 0.5  # what a list outside of the page's <main> is worth
_PROSE = 0.5  # of its records: with more links within sentences it is a text
MIXED = 0.8  # of its records that are dated: a list has more than that, or less because two were taken for one
FEW_LEADS = 4  # stories that may stand before a list, larger than its own
_SURE = 1.5  # what a date is worth that stands for itself, and not within a text
_DIGITS = re.compile(r"\d+")
_SHORTER = 0.7  # than the records of a list: a link of a menu


@dataclass(slots=True)
class Candidate:
    """A series read as a list, and how good a list it is: ``region`` is the part that its place has in ``worth``."""

    records: list[Record]
    rows: list[Row]
    dates: Dates
    worth: float
    titled: float = 0.0
    dated: float = 0.0
    length: float = 0.0
    prose: float = 0.0
    region: float = 1.0


def read_rows(
    page: Outline, records: Sequence[Record], *, language: str | None, now: datetime
) -> tuple[list[Row], Dates]:
    """Find titles, links and dates in records."""
    rows = rows_of(page, records)
    dates = find_dates(page, rows, language=language, now=now)
    choose_titles(page, rows, columns_of(rows), dates.only)
    return rows, dates


def is_sure(found: Found) -> bool:
    """Tell whether a date stands for itself, and not within a text."""
    return found.worth >= _SURE


def candidates_of(page: Outline, *, language: str | None, now: datetime) -> list[Candidate]:
    """Judge the series of a page, as long as one may still be the list, or a part of it."""
    found: list[Candidate] = []
    best, least = 0.0, 0.0
    known: set[int] = set()  # the links of a good list, of which a small part is no better
    for promise, records in find_series(page):
        if promise < least:
            break
        if len(records) * 2 <= len(known) and known.issuperset(record.anchor for record in records):
            continue
        found.append(judge(page, _without_menus(page, _in_main(page, records)), language=language, now=now))
        if found[-1].worth > max(best, _CLEAR):  # a few lead stories may look better than the list behind them
            least = max(least, _HOPELESS if len(found[-1].records) <= FEW_LEADS else _POOR)
            if found[-1].dated > MIXED or not found[-1].dated:  # else what is dated may be the list
                known = {record.anchor for record in found[-1].records}
        best = max(best, found[-1].worth)
    return found


def _in_main(page: Outline, records: list[Record]) -> list[Record]:
    """Return the records in the page's main part, where enough of a series are there and others beside it."""
    if not page.mains or all(_is_in_main(page, record) for record in (records[0], records[-1])):
        return records
    inside = [record for record in records if _is_in_main(page, record)]
    return inside if len(inside) >= FEW_LEADS else records


def _is_in_main(page: Outline, record: Record) -> bool:
    return any(main <= record.root < page.stop[main] for main in page.mains)


def _without_menus(page: Outline, records: list[Record]) -> list[Record]:
    """Return the records of a series without short ones elsewhere that lead to other parts of the site.

    A list without classes has the tags of a menu; what most of its records share is their element and their folder.
    """
    parents = {page.parent[record.root] for record in (records[0], records[len(records) // 2], records[-1])}
    if len(parents) == 1:
        return records
    holders = Counter(page.parent[record.root] for record in records)
    holder, count = holders.most_common(1)[0]
    if count == len(records) or count < max(FEW_LEADS, len(records) * 0.3):
        return records
    own = [record for record in records if page.parent[record.root] == holder]
    folder, same = Counter(folder_of(target_of(page, record)) for record in own).most_common(1)[0]
    if same < len(own) * MIXED or not folder.strip("/."):
        return records
    usual = median(_chars(page, record) for record in own)
    others = [record for record in records if page.parent[record.root] != holder]
    listed = {
        page.parent[record.root]
        for record in others
        if holders[page.parent[record.root]] < 2
        or folder_of(target_of(page, record)) == folder
        or _chars(page, record) > usual * _SHORTER
        or not _is_bare(page, record)
    }
    return [record for record in records if (parent := page.parent[record.root]) == holder or parent in listed]


def _is_bare(page: Outline, record: Record) -> bool:
    """Tell whether a record is nothing but its link."""
    link = record.anchor
    return link >= 0 and page.first[link] <= record.first and page.last[link] >= record.last


def _chars(page: Outline, record: Record) -> int:
    return page.upto[record.last] - page.upto[record.first]


def judge(page: Outline, records: list[Record], *, language: str | None, now: datetime) -> Candidate:
    """Judge a series by its first records: titles, dates, text, how many, and where on the page."""
    sample = records[:_SAMPLE]
    rows, dates = read_rows(page, sample, language=language, now=now)
    count = len(sample)
    titles = [row.title for row in rows if row.title is not None]
    if not titles:
        return Candidate(records, rows, dates, 0.0)
    if in_sentences(page, rows) > _PROSE:
        return Candidate(records, rows, dates, 0.0)
    titled = len(titles) / count
    distinct = len({title.text for title in titles}) / len(titles)
    dated = sum(any(map(is_sure, found)) for found in dates.rows) / count
    length = sum(min(length_of(title.text), 150) for title in titles) / len(titles)
    worth = sum(cell_worth(page, title, dates.only) for title in titles) / len(titles)
    prose = sum(min(_prose(row, dates.only), 300.0) for row in rows) / count
    short = min(1.0, (length / 22) ** 1.5)
    region = _region(page, sample)
    score = (
        math.log2(1 + min(len(records), 60))
        * (0.25 + worth)
        * short
        * of_dates(dated)
        * (1 + prose / 300)
        * titled
        * distinct**2
        * region
    )
    return Candidate(records, rows, dates, score, titled, dated, length, prose, region)


def of_dates(share: float) -> float:
    """Return what dates make of a list's worth that so many of its records have."""
    return 1 + 1.4 * share


def _prose(row: Row, only: set[int]) -> float:
    """Return how much the longest text of a record says that is neither its title, nor a link, nor a date."""
    return max(
        (
            length_of(cell.text)
            for cell in row.cells
            if cell is not row.title and cell.link < 0 and not cell.heading and cell.first_chunk not in only
        ),
        default=0.0,
    )


def _region(page: Outline, records: Sequence[Record]) -> float:
    weight = sum(region_weight(page, max(record.anchor, record.root)) for record in records) / len(records)
    if weight < 1 or not page.mains:
        return weight
    middle = records[len(records) // 2].root
    return weight if any(main <= middle < page.stop[main] for main in page.mains) else OUTSIDE


@lru_cache(maxsize=10_000)
def folder_of(target: str) -> str:
    """Return the folder of an address as it is written, numbers in it left out."""
    path = target.partition("#")[0].strip().partition("?")[0]
    return _DIGITS.sub("", path.rpartition("/")[0] or path)


def target_of(page: Outline, record: Record) -> str:
    return page.hrefs.get(record.anchor, "")
