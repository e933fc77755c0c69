"""Is it the same article? Two texts side by side, exactly, and the answer in words.

Syndication gives an article another headline and address, puts a line before it, cuts its end off or adds something
there. What it does not do is to change it in the middle. Editions of one series are the opposite: the same sentences,
with other names and numbers between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.dedupe.marks import PIECE
from aggregator.dedupe.words import words_in

# From so many words on that both have, in one stretch, the text alone is enough; below, it must be nearly all of the
# shorter text, or the headlines must agree too.
_ENOUGH_WORDS, _FEWER_WORDS = 32, 25
_LEAST_WORDS = 12
# What a piece that only one has costs a stretch, in pieces that both have.
_MISS = 2
# How much of the stretch must be word for word the same. An edit of one word breaks PIECE pieces.
_SAME_IN_LONG, _SAME_IN_SHORT = 0.85, 0.92
_LONG_WORDS = 150
# The stretch must be most of the shorter text: two releases with one "about us" below them are two.
_COVERED, _COVERED_IN_SHORT, _COVERED_WITHOUT_TITLE = 0.5, 0.7, 0.9
# Where it may begin, at the latest: what is put before an article is short.
_BEFORE_WORDS, _BEFORE_SHARE = 60, 0.4
# Within one source the same text comes again under another headline: it is the series' own, not an article.
_WITHIN_SOURCE_COVERED = 0.95

_SITE_NAME = re.compile(r"\s+[|·•–—-]\s+[^|·•–—-]{2,40}$")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Article:
    """What is compared: ``title`` as published, ``words`` of its text (see words.py)."""

    title: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``is_same``, and ``reason`` in words; ``shared`` is how many words in a row both have."""

    is_same: bool
    reason: str
    shared: int = 0


def compare_articles(
    new: Article, old: Article, *, repeated: frozenset[tuple[str, ...]] = frozenset(), within_source: bool = False
) -> Comparison:
    """Judge whether two entries are one article. ``repeated`` are pieces that a source has in all its entries."""
    one, two = _pieces(new.words), _pieces(old.words)
    known_one, known_two = set(one) - repeated, set(two) - repeated
    ours = _stretch([piece in known_two for piece in one])
    theirs = _stretch([piece in known_one for piece in two])
    if ours is None or theirs is None:
        return Comparison(False, "their texts have nothing in common word for word")
    own = [len(words) - _count(pieces, repeated) for words, pieces in ((new.words, one), (old.words, two))]
    shared = min(ours.words, theirs.words)
    covered = shared / max(1, min(own))
    titles = _compare_titles(new.title, old.title)
    same_throughout = covered >= _WITHIN_SOURCE_COVERED and max(own) <= 1.1 * min(own) and titles.agree
    said = f"{shared} words in a row are the same, {covered:.0%} of the shorter text"
    if reason := _against(ours, theirs, new, old):
        missing: str | None = f", but {reason}"
    elif titles.numbers_differ:
        missing = ", but the numbers in their titles differ"
    elif within_source and not same_throughout:
        missing = ", but within one source title and text must be the same throughout"
    else:
        missing = _missing(shared, covered, titles)
    if missing:
        return Comparison(False, f"{said}{missing}", shared)
    return Comparison(True, f"{said}, and the titles agree" if titles.agree else said, shared)


def _missing(shared: int, covered: float, titles: _Titles) -> str | None:
    """Return what a stretch without anything against it lacks to be enough, if anything."""
    needed = _COVERED if shared >= _ENOUGH_WORDS else _COVERED_IN_SHORT
    if covered < needed:
        return f"; {needed:.0%} are needed"
    if shared < _LEAST_WORDS:
        return ", which is too little text to judge by"
    is_much = shared >= _ENOUGH_WORDS or (shared >= _FEWER_WORDS and covered >= _COVERED_WITHOUT_TITLE)
    return None if is_much or titles.agree else ", too short to go without the title"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of a text that the other one has: where it begins, its words, and how much of it is the same."""

    begin: int
    words: int
    same: float


def pieces_in(article: Article) -> set[tuple[str, ...]]:
    """Return the runs of words that an article's text consists of."""
    return set(_pieces(article.words))


def _pieces(words: Sequence[str]) -> list[tuple[str, ...]]:
    return list(zip(*(words[start:] for start in range(PIECE)), strict=False))


def _stretch(matched: Sequence[bool]) -> _Stretch | None:
    """Return the stretch that has the most matches for its misses: what the texts share by chance is outside of it."""
    best, best_begin, best_end = 0, 0, 0
    current, begin = 0, 0
    for position, is_match in enumerate(matched):
        if current <= 0:
            current, begin = 0, position
        current += 1 if is_match else -_MISS
        if current > best:
            best, best_begin, best_end = current, begin, position + 1
    if not best:
        return None
    length = best_end - best_begin
    return _Stretch(best_begin, length + PIECE - 1, sum(matched[best_begin:best_end]) / length)


def _count(pieces: Sequence[tuple[str, ...]], repeated: frozenset[tuple[str, ...]]) -> int:
    return sum(piece in repeated for piece in pieces) if repeated else 0


def _against(ours: _Stretch, theirs: _Stretch, new: Article, old: Article) -> str | None:
    """Return what speaks against the stretch being one article, if anything does."""
    shared = min(ours.words, theirs.words)
    if min(ours.same, theirs.same) < (_SAME_IN_LONG if shared >= _LONG_WORDS else _SAME_IN_SHORT):
        return f"only {min(ours.same, theirs.same):.0%} within them word for word"
    for stretch, article in ((ours, new), (theirs, old)):
        if stretch.begin > max(_BEFORE_WORDS, _BEFORE_SHARE * len(article.words)):
            return f"they begin {stretch.begin} words into the text"
    if not _same_numbers(_numbers(new, ours), _numbers(old, theirs), is_long=shared >= _LONG_WORDS):
        return "the numbers within them differ"
    return None


def _numbers(article: Article, stretch: _Stretch) -> list[str]:
    words = article.words[stretch.begin : stretch.begin + stretch.words]
    return [digits for word in words for digits in _NUMBER.findall(word)]


def _same_numbers(one: list[str], two: list[str], *, is_long: bool) -> bool:
    """Joined, as stripped markup joins numbers too; something put into a long text may bring numbers along."""
    if "".join(one) == "".join(two):
        return True
    if not is_long:
        return False
    fewer, more = sorted((one, two), key=len)
    left = iter(more)
    return all(number in left for number in fewer)


@dataclass(frozen=True, slots=True)
class _Titles:
    agree: bool
    numbers_differ: bool


def titles_agree(one: str, two: str) -> bool:
    """Whether two headlines say the same, but for the site's name and some words."""
    titles = _compare_titles(one, two)
    return titles.agree and not titles.numbers_differ


def _compare_titles(one: str, two: str) -> _Titles:
    """Compare headlines without the site's name behind them."""
    first, second = (set(words_in(_SITE_NAME.sub("", title))) for title in (one, two))
    fewer, more = sorted((first, second), key=len)
    agree = fewer == more or (len(fewer) >= 3 and len(fewer & more) >= 0.6 * len(fewer))
    numbers = [{word for word in words if word.isdigit()} for words in (first, second)]
    return _Titles(agree=agree, numbers_differ=bool(numbers[0] - numbers[1]) and bool(numbers[1] - numbers[0]))
