"""Pieces of text of a page that read as one: the text of a link, of a heading, of a line."""

from __future__ import annotations

from aggregator.parse.pages.outline import FORMATTING, HEADINGS, INLINE, Cell, Outline

_BOLD = frozenset(("b", "strong"))
_BOLD_TITLE = 20  # characters; fewer stress a word of a sentence


def gather(page: Outline, hints: list[int]) -> None:
    """Join the pieces of text that read as one."""
    heading_of: dict[int, tuple[int, bool, int]] = {}
    ways: dict[tuple[int, str | None], int] = {}
    for chunk, text in enumerate(page.chunks):
        owner = page.owner[chunk]
        if page.cells and _continues(page, chunk):
            cell = page.cells[-1]
            cell.text = f"{cell.text}{' ' if page.gap[chunk] else ''}{text}"
            page.cell_of_chunk.append(len(page.cells) - 1)
            continue
        heading, is_bold, inherited = _context(page, hints, owner, heading_of)
        page.cell_of_chunk.append(len(page.cells))
        page.cells.append(
            Cell(
                text=text,
                first_chunk=chunk,
                owner=owner,
                link=page.link[chunk],
                block=page.block[chunk],
                heading=heading,
                is_bold=is_bold,
                hints=inherited,
                path=page.path[owner],
                way=ways.setdefault((page.path[owner], page.classes[owner]), len(ways)),
            )
        )
    for cell in page.cells:
        cell.text = " ".join(cell.text.split())


def _continues(page: Outline, chunk: int) -> bool:
    """Tell whether a piece of text goes on where the one before it stopped: one line, one link, one sentence.

    Elements side by side ("12", "March") are pieces of their own; an element within a sentence is not.
    """
    before = chunk - 1
    if page.block[chunk] != page.block[before] or page.link[chunk] != page.link[before]:
        return False
    one, other = page.owner[before], page.owner[chunk]
    if page.tags[one] == "time" or page.tags[other] == "time":
        return False
    if one == other or page.parent[other] == one:
        return True
    if page.parent[one] == other:
        return not _is_bold_start(page, one)
    if _is_plain(page, one) and _is_plain(page, other):
        return page.tags[one] == page.tags[other]
    return _is_plain(page, one) or _is_plain(page, other)


def _is_bold_start(page: Outline, node: int) -> bool:
    """Tell whether a line begins with what reads as its title: a few words in bold, outside of headings."""
    cell = page.cells[-1]
    return (
        page.tags[node] in _BOLD
        and page.owner[cell.first_chunk] == node
        and not cell.heading
        and len(cell.text) >= _BOLD_TITLE
        and (cell.first_chunk == 0 or page.block[cell.first_chunk - 1] != cell.block)
    )


def _is_plain(page: Outline, node: int) -> bool:
    return page.tags[node] in FORMATTING and not page.classes[node]


def _context(
    page: Outline, hints: list[int], owner: int, known: dict[int, tuple[int, bool, int]]
) -> tuple[int, bool, int]:
    """Return the level of the heading that an element is in (0 for none), whether it is bold, and what it is."""
    found = known.get(owner)
    if found is None:
        tag, parent = page.tags[owner], page.parent[owner]
        own = hints[owner]
        if tag in HEADINGS:
            found = (HEADINGS[tag], True, own)
        elif tag in INLINE or tag in {"div", "p"}:
            inherited = _context(page, hints, parent, known) if parent >= 0 and tag in INLINE else (0, False, 0)
            level = inherited[0] or _heading_above(page, owner)
            found = (level, inherited[1] or tag in _BOLD, own | inherited[2])
        else:
            found = (0, tag in {"th", "dt"}, own)
        known[owner] = found
    return found


def _heading_above(page: Outline, node: int) -> int:
    """Return the level of a heading one or two elements above (``<h3><div>…``)."""
    above = page.parent[node]
    if above < 0:
        return 0
    over = page.parent[above]
    return HEADINGS.get(page.tags[above]) or (HEADINGS.get(page.tags[over], 0) if over >= 0 else 0)
