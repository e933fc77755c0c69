"""Small charts as the path of an SVG drawing: no script, no style, a few hundred bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# Of the drawing's box, in its own units. A day that had anything is seen, however large the others are.
_BAR: Final = 4
_GAP: Final = 1
_HEIGHT: Final = 24
_LEAST: Final = 2
_LINE_WIDTH: Final = 480
_LINE_STEP: Final = 40
_LINE_HEIGHT: Final = 80
_DOT: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A bar for each number: ``path`` within a box of ``width`` × ``height``; ``label`` says it to who can't see."""

    path: str
    width: int
    height: int
    label: str


def bars(counts: Sequence[int], *, label: str) -> Bars:
    """Draw a bar for each of these counts, from left to right; the highest is as high as the box."""
    top = max((*counts, 1))
    pieces = []
    for place, count in enumerate(counts):
        if count:
            height = max(_LEAST, round(count / top * _HEIGHT))
            pieces.append(f"M{place * (_BAR + _GAP)} {_HEIGHT}v-{height}h{_BAR}v{height}z")
    width = max(len(counts) * (_BAR + _GAP) - _GAP, 1)
    return Bars(path="".join(pieces), width=width, height=_HEIGHT, label=label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line over editions: ``path`` within a box of ``width`` × ``height``, with a dot at its end."""

    path: str
    width: int
    height: int
    end: tuple[int, int]
    label: str


def line(ranks: Sequence[int | None], *, worst: int, label: str) -> Line:
    """Draw ranks from left to right, the first at the top; where there is none, the line is broken."""
    step = max(min(_LINE_WIDTH // max(len(ranks) - 1, 1), _LINE_STEP), 1)
    known = [rank for rank in ranks if rank is not None]
    top, bottom = max(min(known) - 1, 1), min(max(known) + 1, max(worst, *known))
    pieces, end, is_broken = [], (0, 0), True
    for place, rank in enumerate(ranks):
        if rank is None:
            is_broken = True
            continue
        x = place * step + _DOT
        y = round((rank - top) / max(bottom - top, 1) * (_LINE_HEIGHT - 2 * _DOT)) + _DOT
        pieces.append(f"{'M' if is_broken else 'L'}{x} {y}")
        end, is_broken = (x, y), False
    width = (len(ranks) - 1) * step + 2 * _DOT
    return Line(path="".join(pieces), width=width, height=_LINE_HEIGHT, end=end, label=label)
