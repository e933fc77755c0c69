"""What in a record is its title, its link, its summary? Records are laid out like the rows of a table.

Pieces of text that stand in the same place of each record make a column, and a column is judged as a whole: titles
differ from each other, stand in headings or links, and are neither dates nor "Read more".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from aggregator.parse.pages.extents import Record
from aggregator.parse.pages.outline import IS_AUTHOR, IS_DATE, IS_SUMMARY, IS_TITLE, Cell, Outline
from aggregator.parse.pages.phrases import leads_on
from aggregator.parse.pages.titles import TitlePieces, pieces_of, whole_title, without_label

Place = tuple[int, int]  # a way from the root with its last classes, and the how-manieth piece of text there

_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]")
_GOES_ON = (")", ",", ";", ". ", "] ")  # what a piece of a sentence begins with, and no title
_IS_BEHIND = ("— ", "– ", "| ", "· ")  # what a text without a link begins with that goes on behind another
_ENOUGH = 25  # letters that a title has, or more
_SENTENCE = 50  # letters of a text that ends as sentences do, and few titles
_LATER, _LATEST = 0.02, 5  # what a column loses for each that stands before it, and for how many
_CODE = 30  # characters of a number or code that names a document
_WIDE_IS = 2.5  # letters that one of them says as much as
LONGEST_TITLE = 300
_LEAST_SUMMARY, _MARKED = 30.0, 20.0  # letters of a summary, and what its being called so is worth


@dataclass(slots=True)
class Row:
    """A record with its pieces of text by place, and what they were found to be.

    ``title`` is the piece that says most of the title, ``headline`` the whole of it, ``holder`` the element of both.
    """

    record: Record
    cells: list[Cell]
    places: list[Place]
    title: Cell | None = None
    headline: str = ""
    holder: int = -1
    link: int = -1
    dates: list[Cell] = field(default_factory=list)


def rows_of(page: Outline, records: Sequence[Record]) -> list[Row]:
    rows = []
    for record in records:
        cells = page.cells_between(record.first, record.last)
        counts: dict[int, int] = {}
        places = []
        for cell in cells:
            count = counts.get(cell.way, 0)
            places.append((cell.way, count))
            counts[cell.way] = count + 1
        rows.append(Row(record, cells, places))
    return rows


def columns_of(rows: Sequence[Row]) -> dict[Place, list[tuple[int, Cell]]]:
    """Return the pieces of text by place, each with the number of its row."""
    columns: dict[Place, list[tuple[int, Cell]]] = defaultdict(list)
    for number, row in enumerate(rows):
        for place, cell in zip(row.places, row.cells, strict=True):
            columns[place].append((number, cell))
    return columns


def length_of(text: str) -> float:
    """Return how much a text says, in letters of an alphabet."""
    if text.isascii():
        return len(text)
    count = _count_wide if len(text) <= LONGEST_TITLE else _count_wide.__wrapped__
    return len(text) + (_WIDE_IS - 1) * count(text)


@lru_cache(maxsize=10_000)
def _count_wide(text: str) -> int:
    return len(_WIDE.findall(text))


def choose_titles(
    page: Outline, rows: Sequence[Row], columns: dict[Place, list[tuple[int, Cell]]], is_date: set[int]
) -> None:
    """Give each row the title that it has in the best column, or else its own best, and the link that goes with it.

    ``is_date`` tells by their first pieces which cells are nothing but a date.
    """
    judged: list[tuple[float, Place]] = []
    for place, column in columns.items():
        worth = _column_worth(page, column, len(rows), is_date)
        if worth > 0:
            judged.append((worth * (1 - _LATER * min(len(judged), _LATEST)), place))
    _, best = max(judged, key=lambda each: each[0], default=(0.0, None))
    titles = dict(columns[best]) if best is not None else {}
    for number, row in enumerate(rows):
        title = titles.get(number)
        row.title = title if title is not None and _can_be(title) else _own_title(page, row, is_date)
        row.link = link_of(page, row)


def complete_titles(page: Outline, rows: Sequence[Row], is_date: set[int]) -> None:
    """Find the whole of each title that was chosen: of the rows of the list alone, as few are in pieces."""
    in_pieces: list[tuple[Row, Cell, TitlePieces]] = []
    for row in rows:
        if row.title is not None:
            row.holder, row.headline = row.title.owner, without_label(row.title.text)
            pieces = pieces_of(page, row, row.title)
            if pieces is not None:
                in_pieces.append((row, row.title, pieces))
    columns = columns_of(rows) if in_pieces else {}
    for row, title, pieces in in_pieces:
        row.holder, row.headline = whole_title(page, row, title, pieces, columns, is_date)


def _can_be(cell: Cell) -> bool:
    return not leads_on(cell.text) and len(cell.text) <= LONGEST_TITLE


def _column_worth(page: Outline, column: Sequence[tuple[int, Cell]], total: int, is_date: set[int]) -> float:
    coverage = len(column) / total
    if coverage < 0.3:
        return 0.0
    sample = [cell for _, cell in column[:60]]
    count = len(sample)
    worths = [
        cell.worth if cell.worth >= 0 and cell.first_chunk not in is_date else cell_worth(page, cell, is_date)
        for cell in sample
    ]
    if not any(worths):
        return 0.0
    distinct = len({cell.text for cell in sample}) / count
    each = sum(worths) / count + _short_ones(sample, worths)
    return coverage * each * float(distinct**1.5)


def _short_ones(sample: Sequence[Cell], worths: Sequence[float]) -> float:
    """Return what a column lost by its short texts, as far as its long ones make up for them: "Award" among titles."""
    lengths = [length_of(cell.text) for cell, worth in zip(sample, worths, strict=True) if worth]
    short = [each for each in lengths if each < _ENOUGH]
    if not short or len(short) == len(lengths):
        return 0.0
    lost = sum(_ENOUGH - each for each in short)
    spare = sum(min(each - _ENOUGH, _ENOUGH) for each in lengths if each >= _ENOUGH)
    return min(lost, spare) / _ENOUGH / len(sample)


def cell_worth(page: Outline, cell: Cell, is_date: set[int]) -> float:
    """Judge how much a piece of text looks like a title; 0 for what can't be one."""
    if cell.first_chunk in is_date:
        return 0.0
    if cell.worth < 0:
        cell.worth = _worth(page, cell)
    return cell.worth


def _worth(page: Outline, cell: Cell) -> float:
    if leads_on(cell.text) or cell.text.startswith(_GOES_ON) or (cell.link < 0 and cell.text.startswith(_IS_BEHIND)):
        return 0.0
    length = length_of(cell.text)
    worth = min(length / _ENOUGH, 1.0) if length <= 160 else max(0.1, 1 - (length - 160) / 200)
    is_code = len(cell.text) <= _CODE and sum(map(str.isdigit, cell.text)) > sum(map(str.isalpha, cell.text))
    if is_code:
        worth -= 0.4  # "arXiv:2111.05049", "ID 4009"
    if cell.heading:
        worth += 1.0 - cell.heading * 0.05
    elif cell.is_bold and not is_code:
        worth += 0.3
    if cell.link in page.leading:
        worth += 0.6
        if page.nodes[cell.link].get("title") == cell.text:
            worth += 0.6
    if cell.hints & IS_TITLE:
        worth += 0.5
    if length > _SENTENCE and not cell.heading and cell.text.endswith((".", "…")):
        worth -= 0.25 if cell.link < 0 else 0.1
    if cell.hints & IS_AUTHOR:
        worth -= 0.5
    if cell.hints & IS_SUMMARY and not cell.hints & IS_TITLE:
        worth -= 0.3
    if cell.hints & IS_DATE:
        worth -= 0.5
    return max(worth, 0.0)


def _own_title(page: Outline, row: Row, is_date: set[int]) -> Cell | None:
    judged = [(cell_worth(page, cell, is_date) - 0.02 * number, -number) for number, cell in enumerate(row.cells)]
    worth, number = max(judged, default=(0.0, 0))
    return row.cells[-number] if worth > 0.2 and len(row.cells[-number].text) <= LONGEST_TITLE else None


def link_of(page: Outline, row: Row) -> int:
    """Return the link of a record: its title's, else the one around it, else that which most of its links have."""
    record = row.record
    if row.title and row.title.link in page.leading:
        return row.title.link
    begin, end = bisect_left(page.links, record.root), bisect_left(page.links, record.stop)
    inside = [link for link in page.links[begin:end] if link in page.leading]
    if row.title is not None:
        holder = page.parent[row.title.owner]
        near = [
            node
            for node in inside
            if row.title.owner < node < page.stop[row.title.owner] or page.parent[node] == holder
        ]
        if near and record.anchor not in near and len(near) == 1:
            return near[0]
    return record.anchor if record.anchor >= 0 else next(iter(inside), -1)


def summary_of(row: Row, is_date: set[int]) -> str | None:
    """Return the longest paragraph of a record that is neither its title nor its date, links included."""
    blocks: dict[int, list[Cell]] = defaultdict(list)
    for cell in row.cells:
        blocks[cell.block].append(cell)
    best, worth = None, _LEAST_SUMMARY
    for block in blocks.values():
        if block[-1] is row.title or _MARKED + _WIDE_IS * sum([len(cell.text) + 1 for cell in block]) <= worth:
            continue
        at = next((place for place, cell in enumerate(block) if cell is row.title), -1)
        cells = block[at + 1 :]
        if any(cell.hints & IS_AUTHOR for cell in cells):
            continue
        while cells and (leads_on(cells[-1].text) or cells[-1].first_chunk in is_date):
            cells.pop()
        while cells and cells[0].first_chunk in is_date:
            cells.pop(0)
        text = " ".join([cell.text for cell in cells])
        said = length_of(text) + (_MARKED if cells and cells[0].hints & IS_SUMMARY else 0)
        if said > worth and row.title is not None and text != row.title.text:
            best, worth = text, said
    return best.strip(" –—-|·:") if best else None
