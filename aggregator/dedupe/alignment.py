"""Two texts laid beside each other: the stretch that both have, and how far they go on together around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.text.marks import PIECE

Piece = tuple[str, ...]

# What a piece that only one has costs a stretch, in pieces that both have.
_MISS = 2
# Beyond the stretch the texts still go on together when pieces come in the same order, as far from each other as in it
# but for so many words, with no longer gap than that; so many pieces must.
_DRIFT, _GAP, _TOGETHER = 12, 40, 3
# What is left at an end of both texts belongs to the stretch when it is as short as that.
_REST = 8


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a text that the other one has: its first word, its words, and how much of it is the same."""

    begin: int
    words: int
    same: float


@dataclass(frozen=True, slots=True)
class Aligned:
    """The same stretch in two texts. ``compared`` is what is read of each when numbers are compared: (from, to)."""

    ours: Stretch
    theirs: Stretch
    compared: tuple[tuple[int, int], tuple[int, int]]


def whole(words: int) -> Aligned:
    """Return how two equal texts of so many words lie beside each other."""
    stretch = Stretch(0, words, 1.0)
    return Aligned(stretch, stretch, ((0, words), (0, words)))


def pieces_of_text(words: Sequence[str]) -> list[Piece]:
    """Return the runs of words that a text consists of."""
    return list(zip(*(words[start:] for start in range(PIECE)), strict=False))


def covered_words(words: Sequence[str], known: set[Piece]) -> list[bool]:
    """Tell of each word of a text whether it is in a run that is ``known``."""
    covered, until = [False] * len(words), 0
    for position, piece in enumerate(pieces_of_text(words)):
        if piece in known:
            start, until = max(position, until), position + PIECE
            covered[start:until] = [True] * (until - start)
    return covered


def align(ours: Sequence[Piece], theirs: Sequence[Piece], repeated: frozenset[Piece]) -> Aligned | None:
    """Find the stretch that two texts share; pieces that are ``repeated`` elsewhere are not theirs. None: nothing."""
    known = [set(each) - repeated for each in (ours, theirs)]
    matched = [[piece in known[1] for piece in ours], [piece in known[0] for piece in theirs]]
    begin, end = _best(matched[0])
    begin_there, end_there = _best(matched[1])
    if begin == end or begin_there == end_there:
        return None
    places: dict[Piece, list[int]] = defaultdict(list)
    for position, piece in enumerate(theirs):
        places[piece].append(position)
    end, end_there = _together(ours, places, end, end_there, step=1)
    begin, begin_there = _together(ours, places, begin - 1, begin_there - 1, step=-1)
    begin, begin_there = begin + 1, begin_there + 1
    stretches = [
        Stretch(first, last - first + PIECE - 1, sum(found[first:last]) / (last - first))
        for found, first, last in ((matched[0], begin, end), (matched[1], begin_there, end_there))
    ]
    sizes = [len(each) + PIECE - 1 for each in (ours, theirs)]
    return Aligned(stretches[0], stretches[1], _with_rests(stretches, sizes))


def _best(matched: Sequence[bool]) -> tuple[int, int]:
    """Return where the pieces are that have the most matches for their misses: chance matches are outside of them."""
    best, best_begin, best_end = 0, 0, 0
    current, begin = 0, 0
    for position, is_match in enumerate(matched):
        if current <= 0:
            current, begin = 0, position
        current += 1 if is_match else -_MISS
        if current > best:
            best, best_begin, best_end = current, begin, position + 1
    return best_begin, best_end


def _together(
    ours: Sequence[Piece], places: Mapping[Piece, Sequence[int]], start: int, start_there: int, *, step: int
) -> tuple[int, int]:
    """Return how far both texts go on together from here, forwards or backwards: the first place that is beyond."""
    end, end_there, found = start, start_there, 0
    position = start
    while 0 <= position < len(ours) and abs(position - end) <= _GAP:
        expected = end_there + position - end
        there = min(places.get(ours[position], ()), key=lambda place: abs(place - expected), default=None)
        if there is not None and abs(there - expected) <= _DRIFT:
            end, end_there, found = position + step, there + step, found + 1
        position += step
    return (end, end_there) if found >= _TOGETHER else (start, start_there)


def _with_rests(stretches: Sequence[Stretch], sizes: Sequence[int]) -> tuple[tuple[int, int], tuple[int, int]]:
    begins, ends = [each.begin for each in stretches], [each.begin + each.words for each in stretches]
    rests = [size - end for size, end in zip(sizes, ends, strict=True)]
    if all(0 < begin <= _REST for begin in begins):
        begins = [0, 0]
    if all(0 < rest <= _REST for rest in rests):
        ends = list(sizes)
    return (begins[0], ends[0]), (begins[1], ends[1])
