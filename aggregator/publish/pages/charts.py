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
