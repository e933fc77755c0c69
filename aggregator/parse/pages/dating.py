"""Which date belongs to each record: the place of a list that tells it best, read the way the list is written.

Where dates stand is found in found_dates.py; which of two figures is the day is told by order.py.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from aggregator.parse.pages.datelines import LONGEST_LINE, is_only_date
from aggregator.parse.pages.found_dates import Dates, Found
from aggregator.parse.pages.month_heads import days_under_months
from aggregator.parse.pages.order import day_comes_first
from aggregator.parse.pages.outline import Outline
from aggregator.parse.pages.records import Row
from aggregator.parse.pages.written_dates import Written, date_in_address, find_written, moment_of
from aggregator.parse.pages.years import first_head, years_of

_CLOCK = re.compile(r"^\W{0,3}(\d{1,2})(?::(\d{2})(?!\d)|[.:](\d{2})\s?Uhr)(?::\d{2})?\s?([ap]\.?m)?", re.IGNORECASE)
_USUAL = 0.5  # of the records: so many have a date in running text where that is theirs


def date_rows(
    page: Outline,
    rows: Sequence[Row],
    dates: Dates,
    addresses: Sequence[str],
    *,
    url: str,
    language: str | None,
    now: datetime,
) -> list[datetime | None]:
    """Return the time of each row, in UTC; None for a row that has none. ``addresses`` are those of their links."""
    columns = _ranked(rows, dates)
    chosen: list[Found | None] = [
        min(
            (each for each in found if each.column in columns and not each.is_due),
            key=lambda each: (columns[each.column], -each.worth),
            default=None,
        )
        for found in dates.rows
    ]
    heads: Sequence[Written | None] = [None] * len(rows)
    if not all(chosen):
        heads = _heads(page, rows, _own_columns(dates, chosen), language)
        if sum(map(bool, chosen)) <= len(rows) * _USUAL and (days := days_under_months(page, rows, language)):
            chosen, heads = [None] * len(rows), days
    shown = [each.written for each in chosen if each is not None and each.written is not None]
    shown += [head for head in heads if head is not None]
    is_day_first = day_comes_first(shown, url=url, language=language, now=now)
    written = [
        _in_order(found.written if found else head, is_day_first) for found, head in zip(chosen, heads, strict=True)
    ]
    paths = [_path_of(address) for address in addresses]
    years: Sequence[int | None] = [None] * len(rows)
    if any(each is not None and each.year is None for each in written):
        own = {found.column[1] for found in chosen if found is not None}
        stamps = [
            [each.moment for each in found if each.column[0] == "attribute" and each.moment] for found in dates.rows
        ]
        years = years_of(page, rows, written, paths, own=own, stamps=stamps, url=url, now=now)
    result: list[datetime | None] = []
    for row, found, date, year, path in zip(rows, chosen, written, years, paths, strict=True):
        moment = None
        if found is not None and found.moment is not None:
            moment = found.moment
        elif date is not None:
            moment = moment_of(date, now=now, year=year)
            if moment is not None and date.clock is None:
                moment = _with_clock(row, moment)
        if moment is None:
            moment = date_in_address(path, now=now)
        result.append(moment)
    return result


def stand_under_days(page: Outline, rows: Sequence[Row], language: str | None) -> bool:
    """Tell whether a list without dates of its own has them above: each group's day, or its month beside a day."""
    if days_under_months(page, rows, language):
        return True
    heads = [head for head in _heads(page, rows, set(), language) if head is not None]
    days = {(head.year, head.month, head.day) for head in heads}
    return len(days) > 1 and len(heads) > len(rows) * _USUAL


def _path_of(address: str) -> str:
    """Return the path of a whole address; to take apart all of it takes six times as long."""
    behind_host = address.partition("://")[2].partition("#")[0].partition("?")[0].partition("/")[2]
    return f"/{behind_host}"


def _in_order(written: Written | None, is_day_first: bool) -> Written | None:
    return written if written is None or is_day_first or not written.is_open else written.turned()


def _ranked(rows: Sequence[Row], dates: Dates) -> dict[tuple[str, int], int]:
    """Return the columns that dates stand in, numbered, the best first."""
    worth: dict[tuple[str, int], float] = defaultdict(float)
    early: Counter[tuple[str, int]] = Counter()
    in_titles: Counter[tuple[str, int]] = Counter()
    counts: Counter[tuple[str, int]] = Counter()
    titles = {row.title.first_chunk for row in rows if row.title}
    for found in dates.rows:
        seen = set()
        for place, each in enumerate(found):
            if each.column not in seen:
                seen.add(each.column)
                is_in_title = each.first_chunk in titles
                worth[each.column] += each.worth * (0.4 if is_in_title else 1.0)
                in_titles[each.column] += is_in_title
                early[each.column] += place
        counts.update(seen)
    usual = len(rows) * _USUAL
    for column in list(worth):
        is_of_titles = in_titles[column] == counts[column]
        if in_titles.total() < usual if is_of_titles else column[0] == "prose" and counts[column] < usual:
            del worth[column]  # a date that a title or a text happens to tell
    ranked = sorted(worth, key=lambda each: worth[each] - 0.05 * early[each], reverse=True)
    least = len(rows) * 0.05
    return {
        column: number
        for number, column in enumerate(ranked)
        if worth[column] > least or in_titles[column] == counts[column]
    }


def _own_columns(dates: Dates, chosen: Sequence[Found | None]) -> set[int]:
    """Return the ways to what is known to be a record's own date, or a deadline of it, and no heading."""
    due = {each.column[1] for found in dates.rows for each in found if each.is_due}
    return due.union(found.column[1] for found in chosen if found is not None)


def _heads(page: Outline, rows: Sequence[Row], own: set[int], language: str | None) -> list[Written | None]:
    """Return for each row the date that stands above it as the heading of a group."""
    heads: list[Written | None] = []
    titles = {row.title.first_chunk for row in rows if row.title is not None}
    position = first_head(page, rows)
    current: Written | None = None
    for row in rows:
        first = row.title.first_chunk if row.title else row.record.first
        while position < len(page.cells) and page.cells[position].first_chunk < first:
            cell = page.cells[position]
            position += 1
            if cell.first_chunk in titles or len(cell.text) > LONGEST_LINE or cell.path in own:
                continue
            found = find_written(cell.text, language)
            if found is not None and is_only_date(cell.text, found):
                current = found
        heads.append(current)
    return heads


def _with_clock(row: Row, moment: datetime) -> datetime:
    for cell in row.cells:
        found = _CLOCK.match(cell.text)
        if found is not None:
            hour, minute = int(found[1]), int(found[2] or found[3])
            if found[4]:
                hour = hour % 12 + (12 if found[4].lower().startswith("p") else 0)
            if hour < 24 and minute < 60:
                return moment.replace(hour=hour, minute=minute, tzinfo=UTC)
    return moment
