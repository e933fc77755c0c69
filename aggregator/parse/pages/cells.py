"""Pieces of text of a page that read as one: the text of a link, of a heading, of a line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from aggregator.parse.pages.outline import BOLD, FORMATTING, Cell, Outline

_BOLD_TITLE = 20  # characters; fewer stress a word of a sentence
# Where texts side by side with nothing between are no parts of one word: "Press office" and "October 28, 2026".
_BESIDE = re.compile(r"\d\d|[^\W\d_A-ZÀ-ÖØ-Þ][\dA-ZÀ-ÖØ-Þ]|\d[A-ZÀ-ÖØ-Þ]")
_FEWEST, _MOSTLY = 4, 0.6


def gather(page: Outline, hints: Sequence[int]) -> None:
    """Join the pieces of text that read as one."""
    ways: dict[tuple[int, str | None], int] = {}
    cells, of_chunk, paths, classes, emphasis = page.cells, page.cell_of_chunk, page.path, page.classes, page.emphasis
    before_block, before_link = -1, -1
    pieces = zip(page.chunks, page.owner, page.link, page.block, page.gap, strict=True)
    for chunk, (text, owner, link, block, gap) in enumerate(pieces):
        is_line = block == before_block and link == before_link
        before_block, before_link = block, link
        if is_line and _continues(page, chunk):
            cell = cells[-1]
            cell.text = f"{cell.text}{' ' if gap else ''}{text}"
            of_chunk.append(len(cells) - 1)
            continue
        path = paths[owner]
        heading, is_bold = emphasis[path]
        way = ways.setdefault((path, classes[owner]), len(ways))
        of_chunk.append(len(cells))
        cells.append(Cell(text, chunk, owner, link, block, heading, is_bold, hints[owner], path, way))
    for cell in cells:
        cell.text = " ".join(cell.text.split())


def _continues(page: Outline, chunk: int) -> bool:
    """Tell whether a piece of text goes on where the one before it, of the same line and link, stopped.

    Elements side by side ("12", "March") are pieces of their own; an element within a sentence is not.
    """
    one, other = page.owner[chunk - 1], page.owner[chunk]
    if page.tags[one] == "time" or page.tags[other] == "time":
        return False
    if one == other or page.parent[other] == one:
        return True
    if page.parent[one] == other:
        return not _is_bold_start(page, one)
    if not page.gap[chunk] and _BESIDE.fullmatch(page.chunks[chunk - 1][-1] + page.chunks[chunk][0]):
        return False
    is_one, is_other = _is_plain(page, one), _is_plain(page, other)
    if is_one and is_other:
        return page.tags[one] == page.tags[other]
    holder, beside = _unformatted(page, one), _unformatted(page, other)
    return (is_one or is_other) and (holder == beside or page.parent[beside] == holder or page.parent[holder] == beside)


def _unformatted(page: Outline, node: int) -> int:
    """Return the element around plain formatting."""
    while _is_plain(page, node) and page.parent[node] >= 0:
        node = page.parent[node]
    return node


def _is_bold_start(page: Outline, node: int) -> bool:
    """Tell whether a line begins with what reads as its title: a few words in bold, outside of headings."""
    cell = page.cells[-1]
    return (
        page.tags[node] in BOLD
        and page.owner[cell.first_chunk] == node
        and not cell.heading
        and (cell.first_chunk == 0 or page.block[cell.first_chunk - 1] != cell.block)
        and (len(cell.text) >= _BOLD_TITLE or page.path[node] in _paths_of_titles(page))
    )


def _paths_of_titles(page: Outline) -> frozenset[int]:
    """Return the places in which what is bold is long enough for a title in most cases: a short one there is one."""
    if page.bold_titles is None:
        lengths: dict[int, list[int]] = defaultdict(list)
        for node, tag in enumerate(page.tags):
            if tag in BOLD:
                lengths[page.path[node]].append(page.upto[page.last[node]] - page.upto[page.first[node]])
        page.bold_titles = frozenset(
            path
            for path, found in lengths.items()
            if len(found) >= _FEWEST and sum(each >= _BOLD_TITLE for each in found) > len(found) * _MOSTLY
        )
    return page.bold_titles


def _is_plain(page: Outline, node: int) -> bool:
    return page.tags[node] in FORMATTING and not page.classes[node]
