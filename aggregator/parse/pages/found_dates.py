"""The dates that stand in records: in attributes, in pieces of text, in several side by side; with how sure each is."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from lxml import html

from aggregator.parse.dates import parse_date
from aggregator.parse.pages.date_labels import column_label, is_due, is_of_another
from aggregator.parse.pages.datelines import DATELINE, behind_text, dateline, is_only_date
from aggregator.parse.pages.meanings import EPOCHS
from aggregator.parse.pages.months import month_number
from aggregator.parse.pages.order import AHEAD
from aggregator.parse.pages.outline import IS_DATE, Cell, Outline
from aggregator.parse.pages.records import Row
from aggregator.parse.pages.written_dates import LONGEST, Written, find_written, moment_ago, seconds_ago

_CLOCK_ONLY = re.compile(
    r"^\W{0,3}(?:at |um |à )?(\d{1,2})[:h.](\d{2})(?::\d{2})?\s?([ap]\.?m)?\.?(?: uhr)?\W{0,3}$", re.IGNORECASE
)
_FIGURE = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_MIDNIGHT = re.compile(r"^(\d{4}-\d\d-\d\d)[T ]00:00(?::00(?:\.0{1,6})?)?\s?(?:Z|[+-]\d\d:?\d\d)?$")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_ISO = re.compile(r"^\s?(?:19|20)\d\d-\d\d-\d\d")
_MOST_SPANNED = 100  # rows
_BOXES = 3
_BOX = 14  # characters of a piece of a date that is split into several
_LONGEST_LABEL = 30
_LABELED = 40  # characters before a date in which its label ends
_PROSE = 60  # characters of a text that is no line of its own
_ENDS = (")", "]", ").", "].")
_HIER_IS_HERE = frozenset(("de", "lb", "nl", "af"))  # and yesterday in French


@dataclass(slots=True)
class Found:
    """A date in a record: the column it stands in, what was found, and how sure it is that it is the record's date.

    One that ``is_due`` is a deadline: it lies ahead when a record is published, and is never its date.
    """

    column: tuple[str, int]
    written: Written | None
    moment: datetime | None
    worth: float
    first_chunk: int = -1
    is_due: bool = False


@dataclass(slots=True)
class Dates:
    """The dates of each row of a list, and which cells are nothing but dates, by their first pieces of text."""

    rows: list[list[Found]] = field(default_factory=list)
    only: set[int] = field(default_factory=set)


def find_dates(page: Outline, rows: Sequence[Row], *, language: str | None, now: datetime) -> Dates:
    """Look for dates in all rows of a list."""
    dates = Dates()
    for row in rows:
        stamps = _in_attributes(page, row, now) if page.stamped else ()
        dates.rows.append([*stamps, *_in_cells(page, row, dates.only, language, now)])
    if not all(dates.rows) and any(dates.rows) and page.tags[rows[0].record.root] == "tr":
        _reach_down(page, rows, dates.rows)
    return dates


def _reach_down(page: Outline, rows: Sequence[Row], dates: list[list[Found]]) -> None:
    """Give the rows of a table that have no date of their own those of a cell above that reaches down to them."""
    reaching: list[tuple[Found, int]] = []  # with the first element that it doesn't reach
    for row, found in zip(rows, dates, strict=True):
        root = row.record.root
        if not found:
            found.extend(each for each, stop in reaching if root < stop)
            continue
        reaching = [
            (each, stop)
            for each in found
            if each.first_chunk >= 0 and (stop := _reach(page, page.owner[each.first_chunk])) > page.stop[root]
        ]


def _reach(page: Outline, node: int) -> int:
    """Return the first element behind the rows that the cell of an element reaches over."""
    while node >= 0 and page.tags[node] not in {"td", "th", "tr"}:
        node = page.parent[node]
    spanned = page.nodes[node].get("rowspan") or "" if node >= 0 else ""
    row = page.parent[node]
    if not spanned.isdigit() or row < 0:
        return 0
    stop, last = page.stop[row], page.stop[page.parent[row]]
    for _ in range(min(int(spanned), _MOST_SPANNED) - 1):
        if stop >= last:
            break
        stop = page.stop[stop]
    return stop


def _in_attributes(page: Outline, row: Row, now: datetime) -> Iterator[Found]:
    stamped, known = page.stamped, page.stamps
    for place in range(bisect_left(stamped, row.record.root), bisect_left(stamped, row.record.stop)):
        node = stamped[place]
        if node not in known:
            known[node] = _stamp(page, node, now)
        found = known[node]
        if isinstance(found, Found):
            yield found


def _stamp(page: Outline, node: int, now: datetime) -> Found | None:
    """Return the time that an element's attributes name."""
    element = page.nodes[node]
    written = element.get("datetime") if element.tag not in {"del", "ins"} else None
    worth = 3.0
    if written is None and element.get("itemprop") in {"datePublished", "dateCreated"}:
        written = element.get("content") or element.get("title")
    if written is None and element.tag in {"abbr", "span", "a"}:
        title = element.get("title")
        written, worth = (title, 2.0) if title and _ISO.match(title) else (None, 0.0)
    if written is None and (number := _epoch(element)) is not None:
        return Found(("attribute", page.path[node]), None, number, 2.0 if number <= now + AHEAD else 1.0)
    if written is None and element.get("data-date") and _ISO.match(element.get("data-date") or ""):
        written, worth = element.get("data-date"), 1.5
    moment = _iso(written) if written else None
    if moment is None:
        return None
    if "update" in (element.get("class") or "") or element.get("itemprop") == "dateModified":
        worth = 0.7
    return Found(("attribute", page.path[node]), None, moment, worth if moment <= now + AHEAD else worth / 2)


def _epoch(element: html.HtmlElement) -> datetime | None:
    """Return the time that scripts are to show in an empty element, in seconds or milliseconds since 1970."""
    if len(element) or (element.text and element.text.strip()):
        return None
    written = next((given for name in EPOCHS if (given := element.get(name))), "").strip()
    if not _EPOCH.fullmatch(written):
        return None
    return datetime.fromtimestamp(int(written[:10]), tz=UTC)


def read_attribute(element: html.HtmlElement) -> datetime | None:
    """Return the time that an element's attributes name, for machines to read."""
    written = element.get("datetime") or (element.get("content") if element.get("itemprop") else None)
    return _iso(written) if written else None


def _iso(written: str) -> datetime | None:
    """Return the time that an attribute names. Midnight anywhere is a day, and stays that day in UTC."""
    moment = parse_date(_MIDNIGHT.sub(r"\1", written.strip()) if len(written) < LONGEST else None)
    if moment is None or not 1990 <= moment.year <= 2100:
        return None
    return moment


def _of_publication(text: str, written: Written, language: str | None) -> tuple[Written, str]:
    """Return the date of a text that isn't that of a change, and its label where that says that it is none either."""
    label = text[max(0, written.start - _LABELED) : written.start]
    if not label or not is_of_another(label):
        return written, ""
    other = find_written(text[written.stop :], language)
    if other is None:
        return written, label
    moved = replace(other, start=other.start + written.stop, stop=other.stop + written.stop)
    between = text[written.stop : moved.start]
    return moved, between if is_of_another(between) else ""


@dataclass(slots=True)
class _Says:
    """What a piece of text says of a date, by itself: a date, so many seconds ago, or nothing but a clock or marks.

    A cell is looked at once, whatever series it belongs to. ``may_begin`` tells whether it may be the first part of a
    date that is split into boxes; ``box`` is that date with the number of its parts, once it ``is_looked_at``.
    ``label`` is what says that it is the day of a change, or of a deadline; ``is_line`` tells of a dateline.
    """

    written: Written | None = None
    is_pure: bool = False
    seconds_ago: int | None = None
    is_beside: bool = False
    may_begin: bool = False
    label: str = ""
    is_line: bool = False
    is_looked_at: bool = False
    box: tuple[Written, int] | None = None


_NOTHING = _Says()


def _read(text: str, language: str | None) -> _Says:
    is_long = len(text) > LONGEST
    ends_so = is_long and text.endswith(_ENDS)
    if len(text) > _BOX and not ends_so and _FIGURE.search(text, 0, DATELINE if is_long else LONGEST) is None:
        seconds = _seconds_ago(text, language)
        return _NOTHING if seconds is None else _Says(seconds_ago=seconds)
    if is_long:
        line = dateline(text, language) or (behind_text(text, language) if ends_so else None)
        return _Says(line, is_line=True) if line is not None else _NOTHING
    may_begin = len(text) <= _BOX and (text[:1].isdigit() or month_number(text.strip(" .,"), language) is not None)
    written = find_written(text, language)
    if written is not None:
        written, label = _of_publication(text, written, language)
        is_pure = is_only_date(text, written)
        is_line = not is_pure and dateline(text, language) is not None
        if not (is_pure or is_line) and text.endswith(_ENDS) and (behind := behind_text(text, language)) is not None:
            return _Says(behind, is_line=True)
        return _Says(written, is_pure, may_begin=may_begin, label=label, is_line=is_line)
    seconds = _seconds_ago(text, language)
    is_beside = seconds is None and len(text) <= _BOX and bool(_CLOCK_ONLY.match(text) or not _LETTER.search(text))
    if seconds is None and not (is_beside or may_begin):
        return _NOTHING
    return _Says(seconds_ago=seconds, is_beside=is_beside, may_begin=may_begin)


def _seconds_ago(text: str, language: str | None) -> int | None:
    """Return how long ago a text says that something was; "hier" is here where that is no day."""
    return seconds_ago(text) if language not in _HIER_IS_HERE or "hier" not in text.casefold().split() else None


def _in_cells(page: Outline, row: Row, only: set[int], language: str | None, now: datetime) -> Iterator[Found]:
    cells = row.cells
    skip_until = 0
    for number, cell in enumerate(cells):
        says = cell.says
        if not isinstance(says, _Says):
            says = cell.says = _read(cell.text, language)
        if says is _NOTHING or number < skip_until:
            continue
        box = _box(cells, number, says, language) if says.may_begin else None
        if box is not None:
            written, count = box
            skip_until = number + count
            only.update(each.first_chunk for each in cells[number:skip_until])
            yield Found(("box", cell.path), written, None, 2.0, cell.first_chunk)
        elif says.written is not None:
            if says.is_pure:
                only.add(cell.first_chunk)
            worth = 2.0 if says.is_pure else 1.6 if says.is_line else 0.8
            if cell.hints & IS_DATE:
                worth += 0.7
            if page.tags[cell.owner] == "time":
                worth += 0.7
            label = says.label or _label_beside(page, cells, number)
            if label:
                worth = 0.7
            is_prose = len(cell.text) > _PROSE and not cell.heading
            kind = "text" if says.is_pure else "line" if says.is_line else "prose" if is_prose else "within"
            yield Found((kind, cell.path), says.written, None, worth, cell.first_chunk, bool(label) and is_due(label))
        elif says.seconds_ago is not None:
            only.add(cell.first_chunk)
            yield Found(("relative", cell.path), None, moment_ago(says.seconds_ago, now), 1.6, cell.first_chunk)
        elif says.is_beside:
            only.add(cell.first_chunk)


def _label_beside(page: Outline, cells: Sequence[Cell], number: int) -> str:
    """Return what stands before a date, or names its column, where that says that it is of a change or a deadline."""
    label = cells[number - 1] if number else None
    is_label = label is not None and len(label.text) <= _LONGEST_LABEL and label.link < 0 and not label.heading
    if is_label and label is not None and label.text[-1:] != "." and is_of_another(label.text):
        return label.text
    name = column_label(page, cells[number])
    return name if is_of_another(name) else ""


def _box(cells: Sequence[Cell], number: int, says: _Says, language: str | None) -> tuple[Written, int] | None:
    """Return what ``_split`` does; what a piece begins with the two behind it is the same in all series."""
    if len(cells) - number < _BOXES:
        return _split(cells, number, language)
    if not says.is_looked_at:
        says.box, says.is_looked_at = _split(cells, number, language), True
    return says.box


def _split(cells: Sequence[Cell], start: int, language: str | None) -> tuple[Written, int] | None:
    """Read a date whose parts stand in pieces side by side or below each other: "12", "Mar", "2026".

    Return it with the number of the pieces.
    """
    first = cells[start].text
    alone = find_written(first, language)
    if alone is not None:
        after = cells[start + 1].text.strip() if start + 1 < len(cells) else ""
        if alone.year is None and after.isdigit() and len(after) == 4:
            joined = find_written(f"{first} {after}", language)
            return (joined, 2) if joined and joined.year else None
        return None
    for count in (_BOXES, 2):
        parts = [cell.text.strip(" ,|·") for cell in cells[start : start + count]]
        if len(parts) < count or any(len(part) > _BOX for part in parts):
            continue
        joined = find_written(" ".join(part.strip("/-") for part in parts), language)
        if joined is None and all(part.strip(".-/ ").isdigit() for part in parts) and count == _BOXES:
            joined = find_written(".".join(part.strip(".-/ ") for part in parts), language)
        if joined is not None and joined.start == 0 and (joined.stop >= sum(map(len, parts)) or count == 2):
            return joined, count
    return None
