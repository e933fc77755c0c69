"""The year of dates that are written without one: that of a heading, an attribute, an address; or one that is ahead."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.parse.pages.outline import Outline
from aggregator.parse.pages.records import Row
from aggregator.parse.pages.written_dates import Written, moment_of, year_in_address

_HEAD_REACH = 6  # pieces of text before the first record in which the heading of its group may stand
_LONGEST = 10  # characters of a year with brackets, dashes and the like around it
_LONGEST_HEAD = 40  # of a heading with a year in it: "Press releases 2025"
_YEAR_IN_HEAD = re.compile(r"^\D*(?<!\w)((?:19|20)\d\d)(?!\w)\D*$")
_YEAR_ONLY = re.compile(r"^\W{0,3}((?:19|20)\d\d)\W{0,3}$")
# What calendars are called, in their addresses and headings.
_CALENDAR = re.compile(
    r"(?<![^\W\d_])(?:events?|agenda|calendar|what.s on|termine?|veranstaltung(?:en|skalender)?|kalender"
    r"|[ée]v[ée]nements?|manifestations|eventi|eventos|evenementen)(?![^\W\d_])",
    re.IGNORECASE,
)
_GONE = timedelta(days=1)  # an event of today, or of last night
_FEWEST = 2


def years_of(
    page: Outline,
    rows: Sequence[Row],
    written: Sequence[Written | None],
    paths: Sequence[str],
    *,
    own: set[int],
    stamps: Sequence[Sequence[datetime]],
    url: str,
    now: datetime,
) -> list[int | None]:
    """Return for each row the year of its date as far as it is said; None where it is the latest that has passed.

    ``own`` are the places of the rows' own dates, ``stamps`` the times that attributes of each row name.
    """
    years = [
        above or _stamped(each, moments) or year_in_address(path)
        for above, each, moments, path in zip(_above(page, rows, own), written, stamps, paths, strict=True)
    ]
    open_ones = [each for each, year in zip(written, years, strict=True) if each and not (each.year or year)]
    if len(open_ones) < _FEWEST or not (_is_calendar(page, url) and _rise(open_ones, now)):
        return years
    return [
        year or (_year_ahead(each, now) if each and not each.year else None)
        for each, year in zip(written, years, strict=True)
    ]


def first_head(page: Outline, rows: Sequence[Row]) -> int:
    """Return the first cell that may be the heading above the first of these rows."""
    first = rows[0].record.first
    return max(0, (page.cell_of_chunk[first] if first < len(page.cell_of_chunk) else len(page.cells)) - _HEAD_REACH)


def _above(page: Outline, rows: Sequence[Row], own: set[int]) -> list[int | None]:
    """Return for each row the year that stands above it as the heading of a group, and as nothing else."""
    position = first_head(page, rows)
    titles = {row.title.first_chunk for row in rows if row.title}
    years: list[int | None] = []
    current: int | None = None
    for row in rows:
        first = row.title.first_chunk if row.title else row.record.first
        while position < len(page.cells) and page.cells[position].first_chunk < first:
            cell = page.cells[position]
            position += 1
            if len(cell.text) <= _LONGEST and cell.link < 0 and cell.path not in own:
                found = _YEAR_ONLY.match(cell.text)
                current = int(found[1]) if found is not None else current
            elif (cell.heading or cell.is_bold) and len(cell.text) <= _LONGEST_HEAD and cell.first_chunk not in titles:
                found = _YEAR_IN_HEAD.match(cell.text)
                current = int(found[1]) if found is not None else current
        years.append(current)
    return years


def _stamped(written: Written | None, moments: Sequence[datetime]) -> int | None:
    """Return the year of an attribute that names the same day."""
    if written is None:
        return None
    day = written.month, written.day
    return next((moment.year for moment in moments if (moment.month, moment.day) == day), None)


def _is_calendar(page: Outline, url: str) -> bool:
    names = [cell.text for cell in page.cells if 0 < cell.heading < 3]
    return any(map(_CALENDAR.search, [urlsplit(url).path, *names[:2]]))


def _rise(written: Sequence[Written], now: datetime) -> bool:
    """Tell whether dates follow each other as those of events do that lie ahead."""
    moments = [moment_of(each, now=now, year=_year_ahead(each, now)) for each in written]
    known = [moment for moment in moments if moment is not None]
    return known[:1] != known[-1:] and all(one <= other for one, other in itertools.pairwise(known))


def _year_ahead(written: Written, now: datetime) -> int:
    """Return the year in which a day comes next."""
    for year in (now.year, now.year + 1):
        moment = moment_of(written, now=now, year=year)
        if moment is not None and moment >= now - _GONE:
            return year
    return now.year
