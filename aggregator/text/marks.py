"""Marks: numbers that texts are found by in the store. Each stands for a few words in a row, or for one rare word.

A mark is stored with the period that its entry belongs to in its upper bits, so that the store's index stays small
where it is read and written, however many entries there are (docs/decisions/0013).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate, islice
from zlib import crc32

# Words in a row that make a piece: fewer are found everywhere, more are broken by every edit.
PIECE = 5
# A text is known by the smallest hashes of its pieces: of all of it, and of what begins it (which an excerpt has too).
_STORED_WHOLE, _STORED_SHORT = 3, 4
_PROBED_BEGINNING, _PROBED_WHOLE = 3, 8
_BEGINNING_WORDS = 64
# The shortest beginning that is provided for, in pieces that are kept: about 25 words of a long text.
_LEAST_LEFT = 6
# What is read of a text, in words.
MAX_WORDS = 250
# Kept of each text, so that enough are left without those that a source repeats in its entries.
_SMALLEST = 24

_EPOCH_DAY = date(2000, 1, 1).toordinal()
_PERIOD_SHIFT, _KIND_SHIFT = 32, 56


def pieces_of(words: list[str]) -> list[int]:
    """Return a hash of 32 bits for each run of ``PIECE`` words."""
    text = f" {' '.join(words)}"
    encoded = text.encode("utf-8", "replace")
    lengths = map(len, words if len(encoded) == len(text) else encoded[1:].split(b" "))
    starts = list(accumulate(lengths, lambda position, length: position + length + 1, initial=0))
    return [crc32(encoded[begin:end]) for begin, end in zip(starts, starts[PIECE:], strict=False)]


def smallest_pieces(words: list[str]) -> tuple[list[int], list[int]]:
    """Return the smallest hashes of pieces, of a text's beginning and of all of it; the same list for a short one.

    They are in the order of the text.
    """
    pieces = pieces_of(words[:MAX_WORDS])
    beginning = _smallest(pieces[:_BEGINNING_WORDS])
    if len(pieces) <= _BEGINNING_WORDS:
        return beginning, beginning
    rest = pieces[_BEGINNING_WORDS:]
    if len(beginning) == _SMALLEST:  # none of all that is larger can be among the smallest of the whole
        largest = max(beginning)
        rest = [piece for piece in rest if piece <= largest]
    return beginning, _smallest(beginning + rest)


def _smallest(pieces: list[int]) -> list[int]:
    different = list(dict.fromkeys(pieces))
    if len(different) <= _SMALLEST:
        return different
    largest = sorted(different)[_SMALLEST - 1]
    return [piece for piece in different if piece <= largest]


def choose_marks(beginning: Sequence[int], whole: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return which marks of an article are stored and which are looked up, given its smallest pieces in text order.

    Each piece that is the smallest up to where it stands is stored: wherever the text is cut, the smallest piece of
    what is left is one of them, so that the whole and its beginning meet whichever is stored first. Those looked up
    are more: a copy that was changed or lengthened still has one of the stored ones among them.
    """
    smallest = sorted(whole)
    if whole is beginning:
        stored = dict.fromkeys([*smallest[:_STORED_SHORT], *_smallest_so_far(whole)])
        return tuple(stored), tuple(dict.fromkeys([*stored, *smallest[:_PROBED_WHOLE]]))
    stored = dict.fromkeys([*smallest[:_STORED_WHOLE], *_smallest_so_far((*beginning, *whole))])
    looked_up = [*stored, *smallest[:_PROBED_WHOLE], *sorted(beginning)[:_PROBED_BEGINNING]]
    return tuple(stored), tuple(dict.fromkeys(looked_up))


def _smallest_so_far(pieces: Sequence[int]) -> Iterator[int]:
    return islice(accumulate(pieces, min), _LEAST_LEFT - 1, None)


def word_mark(word: str) -> int:
    """Return the hash of one word, or of an entry's id."""
    return crc32(word.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What marks stand for, in numbers that never meet, and how far apart in time entries may be that share one.

    ``window`` is in whole days. Those that are stored by when they are first seen need no look ahead: nothing is there.
    """

    number: int
    window: timedelta
    looks_ahead: bool = False

    def stored(self, marks: Iterable[int], at: datetime) -> list[int]:
        """Return marks as they are stored for an entry of this time."""
        prefix = _prefix(self, at)
        return [prefix | mark for mark in marks]

    def looked_up(self, marks: Iterable[int], at: datetime) -> list[int]:
        """Return where marks are that entries of up to ``window`` before and after stored (and of a bit further)."""
        prefixes = _prefixes(self, at)
        return [prefix | mark for mark in marks for prefix in prefixes]

    def has(self, mark: int) -> bool:
        """Whether a mark is one of this kind."""
        return mark >> _KIND_SHIFT == self.number

    def expired(self, now: datetime) -> tuple[int, int]:
        """Return the first and the last mark that nothing of this time looks up any more."""
        return self.prefix(0), self.prefix(self.period(now, -1)) - 1

    def period(self, at: datetime, windows_on: int = 0) -> int:
        days = self.window.days
        return max(0, (at.toordinal() - _EPOCH_DAY + windows_on * days) // (2 * days))

    def prefix(self, period: int) -> int:
        return self.number << _KIND_SHIFT | period << _PERIOD_SHIFT


@lru_cache(maxsize=1024)
def _prefix(kind: Kind, at: datetime) -> int:
    return kind.prefix(kind.period(at))


@lru_cache(maxsize=1024)
def _prefixes(kind: Kind, at: datetime) -> list[int]:
    periods = {kind.period(at, -1), kind.period(at), kind.period(at, 1) if kind.looks_ahead else kind.period(at)}
    return [kind.prefix(period) for period in sorted(periods)]


# A copy comes soon or not at all; first seen counts, since a copy may bear any date.
TEXT = Kind(1, timedelta(days=15))
ID = Kind(2, timedelta(days=15))
# Of an entry that says where it is from, the one there is found by its title; and that one finds it by what it claims.
TITLE = Kind(5, timedelta(days=15))
CLAIMED = Kind(6, timedelta(days=15))
# What is reported of an event is published within days.
WORD = Kind(3, timedelta(days=3), looks_ahead=True)
LINK = Kind(4, timedelta(days=3), looks_ahead=True)


def expired_marks(now: datetime) -> list[tuple[int, int]]:
    """Return the ranges of marks that nobody looks for any more."""
    return [kind.expired(now) for kind in (TEXT, ID, TITLE, CLAIMED, WORD, LINK)]
