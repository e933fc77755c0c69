"""A table as people read it: a name for each column, and rows of texts, whatever the page built it of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from lxml import etree, html

from aggregator.parse.watch.cell_spans import Spanning, spread

MAX_ROWS: Final = 5_000
MAX_CELLS: Final = 40
LONGEST_CELL: Final = 300  # characters: a layout made of tables has long texts in its cells
BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
    "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
})  # fmt: skip
_NO_TEXT: Final = frozenset({"script", "style", "noscript", "template", "sup"})  # within a cell
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_ARROW: Final = re.compile(r"[▲▼△▽▴▾↑↓⬆⬇⇧⇩↗↘🔺🔻🔼🔽]\ufe0f?\s*[+−-]?\d*|(?<=\d)\s*\([+−-]\s?\d+\)")
_SIGNED: Final = re.compile(r"[#№]\s?\d{1,5}")
_MOST_HEADERS: Final = 3
_WIDE: Final = 2  # columns, all of which a single cell spans: a name of the rows below, or a note
_FEWEST_RANKS: Final = 5
_NUMBERED: Final = re.compile(r"#?(\d{1,4})[.):]?\s+(\D.*)")
YEAR: Final = r"(?<!\d)(?:19|20)\d\d(?:\s?[-–/]\s?(?:\d\d){1,2})?(?!\d)"
_YEAR: Final = re.compile(YEAR)
_FIGURE: Final = re.compile(r"(?=.*\d)[^A-Za-z]*(?:[a-z]{1,3})?[\W\d_]*")
_NO_VALUE: Final = re.compile(r"n\W?[ad]\W?|k\W?\s?a\W?|nc|\W*", re.IGNORECASE)
_FEWEST_ROWS: Final = 3
_MOSTLY: Final = 0.8


@dataclass(frozen=True, slots=True)
class Table:
    """``header`` is empty when the table has none. All rows have as many cells as the longest."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tidy(cell: str) -> str:
    """Return a cell without the arrow that says how it moved: "2 ▲1" is "2"; nothing is left of "▲ 2" alone.

    And without the sign of a number: "#2" is "2".
    """
    if _ARROW.search(cell):
        cell = " ".join(_ARROW.sub(" ", cell).split())
    return cell[1:].strip() if _SIGNED.fullmatch(cell) else cell


def comparable(text: str) -> str:
    """Return text as it is compared: composed, nothing invisible in it, white space collapsed."""
    return " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).split())


def table_of(element: html.HtmlElement) -> Table | None:
    """Return a table of data; None for one that only arranges what is in it."""
    if next(element.iterdescendants("table"), None) is not None:
        return None
    rows = [cells for row in element.iterdescendants("tr") if (cells := _cells(row))]
    width = max((sum(_span(cell, "colspan", MAX_CELLS) for cell in row) for row in rows), default=0)
    rows = [row for row in rows if len(row) > 1 or width < _WIDE or _span(row[0], "colspan", MAX_CELLS) < width]
    count = _count_of_headers(rows)
    lines = spread([[_spanning(cell, is_head=each < count) for cell in row] for each, row in enumerate(rows)])
    head, lines = lines[:count], [line for line in lines[count:] if any(line)]
    if len(head) + len(lines) < 2 or any(len(cell) > LONGEST_CELL for line in lines for cell in line):
        return None
    lines = (
        [[" ".join(dict.fromkeys(filter(None, names))) for names in zip(*head, strict=True)], *lines] if head else lines
    )
    if not lines or len(lines[0]) < 2:
        return None
    caption = next((comparable(text_of(each)) for each in element.iterchildren("caption")), "")
    return with_header(caption, lines, has_header=bool(head))


def unfolded(table: Table) -> Table:
    """Return a table whose columns stand in several sets side by side as one with all rows below each other."""
    width = len(table.header)
    for sets in (2, 3, 4):
        part = width // sets
        if part * sets == width and part >= _WIDE and table.header[:part] * sets == table.header:
            rows = [row[place * part : (place + 1) * part] for place in range(sets) for row in table.rows]
            return Table(table.caption, table.header[:part], tuple(row for row in rows if any(row)))
    return table


def with_ranks_apart(table: Table) -> Table:
    """Return a table whose first cells are numbers and names ("1. Norland") with both in columns of their own.

    The numbers have to count down the rows of it, or of a table that it goes on from.
    """
    found = [_NUMBERED.fullmatch(row[0]) for row in table.rows]
    ranks = [int(each[1]) for each in found if each is not None]
    if len(ranks) < max(len(table.rows), _FEWEST_RANKS):
        return table
    if ranks != sorted(ranks) or ranks[-1] - ranks[0] > len(ranks) + _FEWEST_RANKS:
        return table
    rows = tuple((each[1], each[2], *row[1:]) for each, row in zip(found, table.rows, strict=True) if each is not None)
    return Table(table.caption, ("", *table.header) if table.header else (), rows)


def with_names_apart(table: Table) -> Table:
    """Return a table whose first row is names of its columns with them as its header.

    They have no digits but those of years, where a column of figures stands below one of them.
    """
    first, below = next(iter(table.rows), ()), table.rows[1:]
    if table.header or len(below) < _FEWEST_ROWS or any(map(str.isdecimal, _YEAR.sub("", "".join(first)))):
        return table
    figures = [place for place in range(len(first)) if _share(_FIGURE, below, place) >= _MOSTLY]
    if not figures or any(_NO_VALUE.fullmatch(first[place]) for place in figures):
        return table
    if any(_YEAR.search(first[place]) and _share(_YEAR, below, place) >= _MOSTLY for place in figures):
        return table
    return Table(table.caption, first, below)


def _share(kind: re.Pattern[str], rows: Sequence[Sequence[str]], place: int) -> float:
    return sum(kind.fullmatch(row[place]) is not None for row in rows) / len(rows)


def _count_of_headers(rows: Sequence[Sequence[html.HtmlElement]]) -> int:
    """Return how many rows at the top of a table are nothing but names of columns, groups of them above each other."""
    count = sum(1 for _ in takewhile(lambda row: row and all(cell.tag == "th" for cell in row), rows[:_MOST_HEADERS]))
    return count if count < len(rows) else 0


def _spanning(cell: html.HtmlElement, *, is_head: bool) -> Spanning:
    return Spanning(
        comparable(text_of(cell)), _span(cell, "colspan", MAX_CELLS), _span(cell, "rowspan", MAX_ROWS), is_head
    )


def _span(cell: html.HtmlElement, name: str, most: int) -> int:
    written = (cell.get(name) or "").strip()
    return max(1, min(int(written), most)) if written.isdecimal() and len(written) < 6 else 1


def with_header(caption: str, lines: list[list[str]], *, has_header: bool) -> Table:
    has_header = has_header and len(lines) > 1
    rows = tuple(tuple(map(tidy, line)) for line in (lines[1:] if has_header else lines))
    return Table(caption, tuple(lines[0]) if has_header else (), rows)


def _cells(row: html.HtmlElement) -> list[html.HtmlElement]:
    return list(row.iterchildren("td", "th"))[:MAX_CELLS]


def text_of(element: html.HtmlElement) -> str:
    is_plain = not len(element) and element.tag not in _NO_TEXT  # as most cells of a table are
    return element.text or "" if is_plain else "".join(_texts(element))


def _texts(element: html.HtmlElement) -> Iterator[str]:
    """Yield what is visible in an element; blocks and breaks are as good as a blank."""
    hidden = set(element.iter(*_NO_TEXT))
    for event, each in etree.iterwalk(element, events=("start", "end")):
        is_hidden = any(above in hidden for above in (each, *each.iterancestors()))
        if event == "start" and not is_hidden:
            yield " " if each.tag in BLOCKS else ""
            yield each.text or ""
        if event == "end" and each is not element and not any(above in hidden for above in each.iterancestors()):
            yield each.tail or ""
