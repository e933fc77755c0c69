"""The whole of a title that stands in several pieces: ``<h3>Orbital foundry<br>opens its hall</h3>``.

Pieces of one heading or link belong together, but for those that are a column of their own kind: a section's name that
other records have too, a date, a counter, small print.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.parse.pages.outline import FORMATTING, HEADINGS, IS_AUTHOR, IS_DATE, IS_SUMMARY, IS_TITLE, Cell, Outline
from aggregator.parse.pages.phrases import leads_on, only_leads_on
from aggregator.parse.pages.written_dates import find_written

if TYPE_CHECKING:
    from aggregator.parse.pages.records import Place, Row

_LONGEST = 300  # characters of a title in a heading
_LONGEST_LINE = 160  # and of one that is a link or bold
_LONGEST_PIECE = 80
_MOST_PIECES = 6
_LEVELS = 4  # elements above a piece among which its heading may be
_OWN_KIND = IS_AUTHOR | IS_DATE | IS_SUMMARY
_SMALL = frozenset(("small", "sup", "sub", "time", "abbr", "kbd", "button", "label"))
_DISTINCT = 0.7  # of the pieces that stand in one place: fewer name sections
_USUAL = 0.6  # of a list's titles
_SHORTEST = 12  # characters that are left of most titles without their date
_BEFORE_DATE = re.compile(r"\s*[(\[–—|·•:,-]\s*$")
_BEHIND_DATE = re.compile(r"\s*[)\]]?\s*[)\]–—|·•:-]?\s*")
_LONGEST_LABEL = 12
_LABEL = re.compile(r"^(?:Title|Titre|Titel|Título|Titolo|Headline|Subject|Objet|Betreff)\s?:\s+(?=\S{2})")
_LETTER = re.compile(r"[^\W\d_]")
_ENDS = (".", "!", "?", "…", ":")


@dataclass(frozen=True, slots=True)
class TitlePieces:
    """The pieces of text in the element that holds a record's title."""

    holder: int
    cells: list[Cell]


def pieces_of(page: Outline, row: Row, title: Cell) -> TitlePieces | None:
    """Return the pieces around that which says most of a title; None where it is all of it, as mostly."""
    holder = _holder(page, row.record.root, title)
    first, last = max(page.first[holder], row.record.first), min(page.last[holder], row.record.last)
    if page.cell_of_chunk[first] == page.cell_of_chunk[last - 1]:
        return None
    cells = page.cells_between(first, last)
    is_told = title.link >= 0 and page.nodes[title.link].get("title") == title.text
    return None if is_told or not 2 <= len(cells) <= _MOST_PIECES else TitlePieces(holder, cells)


def whole_title(
    page: Outline,
    row: Row,
    title: Cell,
    pieces: TitlePieces,
    columns: Mapping[Place, Sequence[tuple[int, Cell]]],
    is_date: set[int],
) -> tuple[int, str]:
    """Return the element that holds a record's title, and its text; ``title`` is the piece that says most of it."""
    holder, cells = pieces.holder, pieces.cells
    is_heading = page.tags[holder] in HEADINGS or bool(title.hints & IS_TITLE)
    places = {id(cell): place for place, cell in zip(row.places, row.cells, strict=True)}
    kept = [
        cell
        for cell in cells
        if cell is title
        or (
            (is_heading or _is_alike(cell, title))
            and _goes_with(page, cell, title, holder, is_date)
            and _is_varied(columns.get(places.get(id(cell), (-1, -1)), ()))
        )
    ]
    text = " ".join(cell.text for cell in kept)
    if len(kept) < 2 or len(text) > (_LONGEST if is_heading else _LONGEST_LINE):
        return title.owner, without_label(title.text)
    return holder if len(kept) == len(cells) else title.owner, without_label(text)


def without_dates(titles: Sequence[str | None], language: str | None) -> list[str | None]:
    """Return titles without the date that most of them begin or end with: "08.10.2026: Title", "Title (8 Oct 2026)"."""
    cut = [_without_date(title, language) if title else None for title in titles]
    changed = [new for new in cut if new]
    long = sum(len(new) >= _SHORTEST for new in changed)
    if long < max(2, len(titles) * _USUAL) or len(set(changed)) < len(changed):
        return list(titles)
    return [new or title for new, title in zip(cut, titles, strict=True)]


def without_label(title: str) -> str:
    """Return a title without the word that says that it is one."""
    return _LABEL.sub("", title) if ":" in title[:_LONGEST_LABEL] else title


def _without_date(title: str, language: str | None) -> str | None:
    """Return the rest of a title with a date at one of its ends that punctuation parts from it; None for others."""
    written = find_written(title, language)
    if written is None or written.year is None:
        return None
    before, behind = title[: written.start], title[written.stop :]
    opening, closing = _BEFORE_DATE.search(before), _BEHIND_DATE.match(behind)
    if not before.strip("([ ") and closing and closing[0].strip():
        rest = behind[closing.end() :]
    elif not behind.strip(")]. ") and opening and opening[0].strip():
        rest = before[: opening.start()]
    else:
        return None
    return rest if _LETTER.search(rest) else None


def _holder(page: Outline, root: int, title: Cell) -> int:
    """Return the heading around a piece of text, else the link or the element that it is in, formatting aside."""
    node = title.owner
    if title.heading:
        for _ in range(_LEVELS):
            if page.tags[node] in HEADINGS:
                return node
            if node <= root:
                break
            node = page.parent[node]
    node = title.owner
    while page.tags[node] in FORMATTING and not page.classes[node] and node > root:
        node = page.parent[node]
    return node


def _is_alike(cell: Cell, title: Cell) -> bool:
    """Tell whether a piece outside of headings goes on with the title: on the same line, or behind a break in it."""
    if cell.link < 0 and not (title.is_bold and cell.is_bold):
        return False
    is_on = cell.block == title.block or (cell.owner == title.owner and cell.is_bold == title.is_bold)
    first = title if title.first_chunk < cell.first_chunk else cell
    return is_on and len(cell.text) <= _LONGEST_PIECE and not first.text.endswith(_ENDS)


def _goes_with(page: Outline, cell: Cell, title: Cell, holder: int, is_date: set[int]) -> bool:
    if cell.link != title.link or cell.first_chunk in is_date or cell.hints & _OWN_KIND & ~title.hints:
        return False
    goes_on = only_leads_on if cell.text[0].islower() and cell.first_chunk > title.first_chunk else leads_on
    if not _LETTER.search(cell.text) or goes_on(cell.text):
        return False
    node = cell.owner
    while node > holder:
        if page.tags[node] in _SMALL:
            return False
        node = page.parent[node]
    return True


def _is_varied(column: Sequence[tuple[int, Cell]]) -> bool:
    """Tell whether pieces in one place of the records differ from each other, as titles do."""
    texts = {cell.text for _, cell in column}
    return len(column) < 2 or len(texts) > len(column) * _DISTINCT
