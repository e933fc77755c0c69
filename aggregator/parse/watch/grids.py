"""Rankings that are built of ``div`` or ``li``: repeated blocks are rows, and their pieces are cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from lxml import etree, html

_FEWEST_ROWS: Final = 3
_MOST_CELLS: Final = 40
_LONGEST_CELL: Final = 120
_ALIKE: Final = 0.8
_WRAPPERS: Final = 4
_HOLDERS: Final = frozenset({"div", "ul", "section", "main", "article"})
_FIGURE: Final = re.compile(r"(?=.*\d)[\W\d_]*(?:%|[a-z]{1,3})?[\W\d_]*")
_MOVEMENT: Final = re.compile(r"\s*(?:[▲▼△▽▴▾↑↓⬆⬇⇧⇩↗↘🔺🔻🔼🔽]\ufe0f?\s*\d*|[(]?[+−-]\s?\d+[)]?|=)\s*")
_BEHIND: Final = re.compile(
    r"(.*[^\W\d_].*?)(?:\s*[:(,–—|]\s*|\s+-\s+|\s+)(\d[\d.,]*\s?(?:%|pts?\.?|points?|punkte)?)\)?"
)
_UNSEEN: Final = frozenset({"script", "style", "noscript", "template", "svg", "button"})

_HEADING: Final = re.compile(
    r"(?:^|[\s_-])(?:t?head(?:er|ing|ings|s)?|labels?|columns?|captions?)(?:$|[\s_-])", re.IGNORECASE
)

Reading = Callable[[html.HtmlElement], str]


def grid_of(element: html.HtmlElement, text_of: Reading) -> list[list[str]] | None:
    """Return the rows of an element whose children are alike and hold cells, one of them a figure; else None.

    The cells of a row are its children; where these are no table, its pieces of text, however deep they stand.
    """
    role = element.get("role")
    if element.tag not in _HOLDERS and role not in {"table", "rowgroup", "list"}:
        return None
    children = [each for each in element if isinstance(each.tag, str) and each.tag not in _UNSEEN]
    if len(children) < _FEWEST_ROWS:
        return None
    tag, count = Counter(each.tag for each in children).most_common(1)[0]
    if count < len(children) * _ALIKE or tag in {"p", "table", "h1", "h2", "h3", "h4"}:
        return None
    rows = [each for each in children if each.tag == tag]
    in_cells = _table([_cells(each, text_of) for each in rows], alike=_ALIKE)
    names = _names_of(rows[0], text_of) if in_cells and _described(rows[0]) is not None else None
    if in_cells and names and len(names) == len(in_cells[0]):
        return [names, *in_cells]
    return in_cells or _table([_pieces(each, text_of) for each in rows], alike=1.0)


def names_above(element: html.HtmlElement, width: int, text_of: Reading) -> list[str]:
    """Return the names of columns that stand in a part of their own above a grid of so many; [] where none do.

    That part says what it is, by its class or its role.
    """
    above = _part_above(element)
    if above is None:
        return []
    parts = _parts(above) or []
    marks = [above, *above.iterdescendants()][: _WRAPPERS + 1]
    is_head = any(each.get("role") == "columnheader" for each in parts)
    is_head = is_head or any(_HEADING.search(each.get("class", "")) for each in marks)
    names = [text_of(each) for each in parts]
    is_named = sum(map(bool, names)) >= 2 and not any(len(name) > _LONGEST_CELL for name in names)
    return names if is_head and is_named and len(names) == width else []


def _part_above(element: html.HtmlElement) -> html.HtmlElement | None:
    """Return what stands before an element, or before what holds nothing else."""
    for _ in range(_WRAPPERS):
        above = next((each for each in element.itersiblings(preceding=True) if isinstance(each.tag, str)), None)
        parent = element.getparent()
        if above is not None or parent is None or len(parent) != 1:
            return above
        element = parent
    return None


def _table(rows: Sequence[list[str] | None], *, alike: float) -> list[list[str]] | None:
    """Return rows of one width, a column of them figures and another one words; None for what is no table.

    At least the share ``alike`` of them is so wide; short rows end earlier.
    """
    if any(each is None for each in rows):
        return None
    lines = [each for each in rows if each]
    width, usual = Counter(map(len, lines)).most_common(1)[0] if lines else (0, 0)
    if width < 2 or len(lines) < _FEWEST_ROWS or usual < len(lines) * alike:
        return None
    lines = [(line + [""] * width)[:width] for line in lines]
    return lines if _has_figures(lines) else None


def _cells(row: html.HtmlElement, text_of: Reading) -> list[str] | None:
    """Return the texts of a row's children, those of its only child where it has one; None for what is no row."""
    children = _parts(row)
    if children is None or len(children) > _MOST_CELLS:
        return None
    cells = [
        text_of(each) for child in children for each in (child.iterchildren("dd") if child.tag == "dl" else [child])
    ]
    if any(len(cell) > _LONGEST_CELL for cell in cells):
        return None
    return cells if sum(map(bool, cells)) else []


def _parts(row: html.HtmlElement) -> list[html.HtmlElement] | None:
    """Return a row's children, those of its only child where it has one; None where text stands between them."""
    children: list[html.HtmlElement] = []
    for _ in range(_WRAPPERS):
        children = [each for each in row if isinstance(each.tag, str)]
        if (row.text and row.text.strip()) or any(each.tail and each.tail.strip() for each in children):
            return None
        if len(children) != 1:
            break
        row = children[0]
    return children


def _described(row: html.HtmlElement) -> html.HtmlElement | None:
    return next((each for each in _parts(row) or () if each.tag == "dl"), None)


def _names_of(row: html.HtmlElement, text_of: Reading) -> list[str]:
    """Return the names that a list of terms gives to the cells of a row, "" for those outside of it."""
    parts = _parts(row) or ()
    return [
        name
        for part in parts
        for name in ([text_of(each) for each in part.iterchildren("dt")] if part.tag == "dl" else [""])
    ]


def parts_of(items: Sequence[html.HtmlElement], text_of: Reading) -> list[list[str]] | None:
    """Return the pieces of text in each item of a list, where all have as many, one of them a figure; else None."""
    return _table([_pieces(each, text_of) for each in items], alike=1.0)


def with_figures_apart(items: Sequence[str]) -> list[list[str]]:
    """Return what each item of a list names and the figure behind it: "Singapore: 98.6", "Singapore (98.6 points)"."""
    found = [_BEHIND.fullmatch(item) for item in items]
    if all(found):
        return [[each[1], each[2]] for each in found if each is not None]
    return [[item] for item in items]


def _pieces(row: html.HtmlElement, text_of: Reading) -> list[str] | None:
    """Return the pieces of text in a row, each on its own, but for arrows; None for what is no row."""
    pieces: list[str] = []
    if not len(row) or not text_of(row):
        return pieces
    walk = etree.iterwalk(row, events=("start", "end"))
    for event, each in walk:
        text = each.tail if event == "end" and each is not row else None
        if event == "start":
            if each.tag in _UNSEEN:
                walk.skip_subtree()
                continue
            text = each.text
        if text and any(map(str.isalnum, text)) and not _MOVEMENT.fullmatch(text):
            pieces.append(" ".join(text.split()))
            if len(pieces) > _MOST_CELLS or len(pieces[-1]) > _LONGEST_CELL:
                return None
    return pieces


def _has_figures(lines: Sequence[Sequence[str]]) -> bool:
    """Tell whether a column is of figures and another one of words: links of a menu have none."""
    columns = list(zip(*lines, strict=True))
    figures = [sum(bool(_FIGURE.fullmatch(cell)) for cell in column) >= len(lines) * _ALIKE - 1 for column in columns]
    words = [sum(any(map(str.isalpha, cell)) for cell in column) >= len(lines) * _ALIKE for column in columns]
    return any(figures) and any(is_word and not is_figure for is_word, is_figure in zip(words, figures, strict=True))
