"""Which of a page's series is the list that it is about, and is it one at all?"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from statistics import median

from aggregator.parse.pages.extents import Record
from aggregator.parse.pages.found_dates import Dates, Found, find_dates
from aggregator.parse.pages.outline import NAVIGATION, Outline
from aggregator.parse.pages.phrases import names_another_list
from aggregator.parse.pages.prose import in_sentences
from aggregator.parse.pages.records import Row, cell_worth, choose_titles, columns_of, length_of, rows_of
from aggregator.parse.pages.repeats import find_series, region_weight

_HOPELESS = 0.2  # of what the likeliest series promises: none of so little was ever the list that is meant …
_POOR = 0.5  # and none of so little where that has more records than stories lead a list …
_CLEAR = 5.0  # … where another was worth so much
_SAMPLE = 30  # records that a series is judged by
_MOST_IN_PARTS = 40  # records of a list of which a part may be meant
OUTSIDE = 0.5  # what a list outside of the page's <main> is worth
_PROSE = 0.5  # of its records: with more links within sentences it is a text
_SURE = 1.5  # what a date is worth that stands for itself, and not within a text
_MIXED = 0.8  # of its records that are dated: a list has more than that, or less because two were taken for one
_MOSTLY = 0.6
_FEW_LEADS = 4  # stories that may stand before a list, larger than its own
_DIGITS = re.compile(r"\d+")
_SHORTER = 0.7  # than the records of a list: a link of a menu
_PARAGRAPH = 80  # characters of a running text
_WHOLE_IS_WORTH = 0.6  # of what its best part is worth, at least


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
            least = max(least, _HOPELESS if len(found[-1].records) <= _FEW_LEADS else _POOR)
            if found[-1].dated > _MIXED or not found[-1].dated:  # else what is dated may be the list
                known = {record.anchor for record in found[-1].records}
        best = max(best, found[-1].worth)
    return found


def _in_main(page: Outline, records: list[Record]) -> list[Record]:
    """Return the records in the page's main part, where enough of a series are there and others beside it."""
    if not page.mains or all(_is_in_main(page, record) for record in (records[0], records[-1])):
        return records
    inside = [record for record in records if _is_in_main(page, record)]
    return inside if len(inside) >= _FEW_LEADS else records


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
    if count == len(records) or count < max(_FEW_LEADS, len(records) * 0.3):
        return records
    own = [record for record in records if page.parent[record.root] == holder]
    folder, same = Counter(folder_of(_target(page, record)) for record in own).most_common(1)[0]
    if same < len(own) * _MIXED or not folder.strip("/."):
        return records
    usual = median(_chars(page, record) for record in own)
    others = [record for record in records if page.parent[record.root] != holder]
    listed = {
        page.parent[record.root]
        for record in others
        if holders[page.parent[record.root]] < 2
        or folder_of(_target(page, record)) == folder
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


def best_of(page: Outline, candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the best list; of one that is a part of another, the whole, unless that is much worse."""
    best = max(candidates, key=_with_length, default=None)
    if best is None:
        return None
    best = _dated_part(page, _behind_leads(page, best, candidates), candidates)
    own = _targets(page, best)
    wholes = [
        each
        for each in candidates
        if len(each.records) > len(best.records)
        and each.worth >= best.worth * _WHOLE_IS_WORTH
        and len(own - _targets(page, each)) <= len(own) * 0.1
        and _is_more_of_it(page, each, best, own)
    ]
    return _without_others(page, max(wholes, key=lambda each: each.worth, default=best))


def _without_others(page: Outline, whole: Candidate) -> Candidate:
    """Leave out what stands under a heading that names another list ("Upcoming events"), unless most of it does."""
    kept, heading, before = [], "", 0
    for number, record in enumerate(whole.records):
        between = page.cells_between(before, record.first)
        heading = next((cell.text for cell in reversed(between) if cell.heading), heading)
        if not (number and names_another_list(heading)):
            kept.append(number)
        before = max(before, record.last)
    if len(kept) == len(whole.records) or len(kept) < max(len(whole.records) * _MOSTLY, 2):
        return whole
    rows = [number for number in kept if number < len(whole.rows)]
    return replace(
        whole,
        records=[whole.records[number] for number in kept],
        rows=[whole.rows[number] for number in rows],
        dates=Dates([whole.dates.rows[number] for number in rows], whole.dates.only),
    )


def _with_length(candidate: Candidate) -> float:
    """Return a list's worth, and of two that are as good a little more for the longer one."""
    return candidate.worth * (1 + 0.02 * math.log2(1 + len(candidate.records)))


def _dated_part(page: Outline, best: Candidate, candidates: Sequence[Candidate]) -> Candidate:
    """Return the part of a list that has all of its dates where the rest has none: what is dated is what is news."""
    if not 0.15 <= best.dated <= _MIXED or len(best.records) > _MOST_IN_PARTS:
        return best
    own = _targets(page, best)
    parts = [
        each
        for each in candidates
        if each.dated > _MIXED
        and each.worth >= best.worth * _WHOLE_IS_WORTH * 0.8
        and len(each.records) >= best.dated * len(best.records) * 0.9
        and not _targets(page, each) - own
    ]
    return max(parts, key=lambda each: each.worth, default=best)


def _behind_leads(page: Outline, best: Candidate, candidates: Sequence[Candidate]) -> Candidate:
    """Return the list behind a few lead stories, where these look better than it: longer, as dated, into one folder."""
    if len(best.records) > _FEW_LEADS:
        return best
    own = _targets(page, best)
    folders = {folder_of(each) for each in own}
    if len(folders) != 1 or len(own) < len(best.records):
        return best
    behind = [
        each
        for each in candidates
        if len(each.records) > len(best.records)
        and each.records[0].root >= best.records[-1].stop
        and each.worth >= best.worth * _WHOLE_IS_WORTH
        and (each.dated > _MIXED) == (best.dated > _MIXED)
        and all(folder_of(target) in folders for target in _targets(page, each))
    ]
    return max(behind, key=_with_length, default=best)


@lru_cache(maxsize=10_000)
def folder_of(target: str) -> str:
    """Return the folder of an address as it is written, numbers in it left out."""
    path = target.partition("#")[0].strip().partition("?")[0]
    return _DIGITS.sub("", path.rpartition("/")[0] or path)


def _is_more_of_it(page: Outline, whole: Candidate, part: Candidate, own: set[str]) -> bool:
    """Tell whether what a whole adds looks like its part: dated if that is, with titles about as long.

    And stands beside its records: a second link within each, to a speaker, is none.
    """
    added = [
        (row.title, any(map(is_sure, found)))
        for row, found in zip(whole.rows, whole.dates.rows, strict=True)
        if _target(page, row.record) not in own
    ]
    if not added or _is_pinned(page, whole, own):
        return True
    if _inside(page, whole, part, own) > len(added) / 2:
        return False
    dated = sum(is_dated for _, is_dated in added) / len(added)
    length = sum(length_of(title.text) if title else 0.0 for title, _ in added) / len(added)
    return dated >= part.dated * 0.6 and length >= part.length * 0.5


def _inside(page: Outline, whole: Candidate, part: Candidate, own: set[str]) -> int:
    """Return how many links that a whole adds stand within records of its part."""
    roots = [record.root for record in part.records]
    count = 0
    for row in whole.rows:
        anchor = row.record.anchor
        place = bisect_right(roots, anchor) - 1
        count += place >= 0 and anchor < part.records[place].stop and _target(page, row.record) not in own
    return count


def _is_pinned(page: Outline, whole: Candidate, own: set[str]) -> bool:
    """Tell whether a whole adds but the first record, which stands beside the others and has a title as they have."""
    if len(whole.rows) < 2 or {_target(page, record) for record in whole.records[1:]} - own:
        return False
    first, second = whole.rows[0], whole.rows[1]
    if first.title is None or second.title is None:
        return False
    is_beside = page.parent[first.record.root] == page.parent[second.record.root]
    return is_beside and first.title.heading == second.title.heading and _folder(page, first) == _folder(page, second)


def _folder(page: Outline, row: Row) -> str:
    return folder_of(page.hrefs.get(row.link, ""))


def _target(page: Outline, record: Record) -> str:
    return page.hrefs.get(record.anchor, "")


def _targets(page: Outline, candidate: Candidate) -> set[str]:
    return {_target(page, record) for record in candidate.records} - {""}


def is_beside_a_text(page: Outline, records: Sequence[Record], *, is_doubted: bool) -> bool:
    """Tell whether a page's middle has so much running text outside of these records that it is about the text."""
    inside = bytearray(len(page.chunks) + 1)
    for record in records:
        inside[record.first : record.last] = b"\1" * (record.last - record.first)
    outside = sum(
        length_of(cell.text)
        for cell in page.cells
        if len(cell.text) > _PARAGRAPH
        and cell.link < 0
        and not inside[cell.first_chunk]
        and not page.region[cell.owner] & NAVIGATION
    )
    least, share = (400.0, 0.7) if is_doubted else (900.0, 1.5)
    if outside <= least:
        return False
    return outside > share * sum(length_of(cell.text) for cell in page.cells if inside[cell.first_chunk])
