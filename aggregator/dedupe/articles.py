"""Is it the same article? Two texts side by side, exactly, and the answer in words.

Syndication gives an article another headline and address, puts a line before it, cuts its end off or adds something
there. What it does not do is to change it in the middle. Editions of one series are the opposite: the same sentences,
with other names and numbers between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.dedupe.alignment import Aligned, Piece, Stretch, align, covered_words, pieces_of_text, whole
from aggregator.dedupe.filled_in import subjects_differ, telling_words
from aggregator.text.folding import words_in
from aggregator.text.languages import terms_in
from aggregator.text.marks import PIECE

# From so many words on that both have, in one stretch, the text alone is enough; below, it must be nearly all of the
# shorter text, or the headlines must agree too.
_ENOUGH_WORDS, _FEWER_WORDS = 32, 25
_LEAST_WORDS = 12
# How much of the stretch must be word for word the same. An edit of one word breaks several pieces.
_SAME_IN_LONG, _SAME_IN_SHORT = 0.85, 0.92
_LONG_WORDS = 150
# The stretch must be most of the shorter text: two releases with one "about us" below them are two.
_COVERED, _COVERED_IN_SHORT, _COVERED_WITHOUT_TITLE = 0.5, 0.7, 0.9
# Where it may begin, at the latest: what is put before an article is short.
_BEFORE_WORDS, _BEFORE_SHARE = 60, 0.4
# One of the texts must begin with it, but for a few words: only the other has something put before it.
_OTHER_LEAD_WORDS = 12
# Within one source the same text comes again under another headline: it is the series' own, not an article.
_WITHIN_SOURCE_COVERED = 0.95

# Where the titles don't agree, more of the shorter text must be the same, or very much in one stretch; nearly all of it
# when no word of either title is in the stretch: that is an introduction which several articles have.
_COVERED_OTHER_TITLE, _COVERED_UNNAMED, _MUCH = 0.7, 0.9, 120
# Runs of equal words are enough wherever they stand, when they are so many words and so much of the shorter text.
# When the numbers of a stretch differ, the order of its parts may be another: that takes more of them.
_RUNS_WORDS, _RUNS_OVER_NUMBERS, _RUNS_COVERED = 60, 150, 0.8
# A template is no longer than that in one stretch.
_NO_TEMPLATE = 200

_SITE_NAME = re.compile(r"\s+[|·•–—-]\s+[^|·•–—-]{2,40}$")
_NUMBER = re.compile(r"\d+")
# A day beside the name of its month in a text's folded words, in English, French and German, with its year or without;
# or a day in numbers, as 27.11.2026 and 2026-11-27.
_MONTH = (
    "(?:jan(?:uary|uar|vier|v)?|feb(?:ruary|ruar)?|fev(?:rier|r)?|mar(?:ch|s|z)?|apr(?:il)?|avr(?:il)?|may|mai|june?|juni|juin"
    "|july?|juli|juil(?:let)?|aug(?:ust)?|aout|sept?(?:ember|embre)?|o[ck]t(?:ober|obre)?|nov(?:ember|embre)?"
    "|dec(?:ember|embre)?|dez(?:ember)?)"
)
_YEAR = "(?:19|20)[0-9]{2}"
_DATE = re.compile(
    rf"\b(?:{_MONTH} [0-9]{{1,2}}(?: {_YEAR})?|[0-9]{{1,2}} {_MONTH}(?: {_YEAR})?"
    rf"|[0-9]{{1,2}} [0-9]{{1,2}} {_YEAR}|{_YEAR} [0-9]{{2}} [0-9]{{2}})\b"
)


@dataclass(frozen=True, slots=True)
class Article:
    """What is compared: ``title`` as published, ``words`` of its text (see text/folding.py)."""

    title: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``is_same``, and ``reason`` in words; ``shared`` is how many words in a row both have.

    ``is_edition`` when much is the same and numbers are not: neither is a copy of what the other is a copy of.
    """

    is_same: bool
    reason: str
    shared: int = 0
    is_edition: bool = False


def compare_articles(
    new: Article, old: Article, *, repeated: frozenset[Piece] = frozenset(), within_source: bool = False
) -> Comparison:
    """Judge whether two entries are one article. ``repeated`` are pieces that a source has in all its entries."""
    are_equal = not repeated and new.words == old.words and len(new.words) >= PIECE
    if are_equal:  # as most copies are: there is nothing to look for
        aligned: Aligned | None = whole(len(new.words))
        own = [len(new.words)] * 2
    else:
        one, two = pieces_of_text(new.words), pieces_of_text(old.words)
        aligned = align(one, two, repeated)
        own = [len(words) - _count(pieces, repeated) for words, pieces in ((new.words, one), (old.words, two))]
    if aligned is None:
        return Comparison(False, "their texts have nothing in common word for word")
    shared = min(aligned.ours.words, aligned.theirs.words)
    covered = min(1.0, shared / max(1, min(own)))
    titles = _compare_titles(new.title, old.title)
    if within_source:
        same = covered >= _WITHIN_SOURCE_COVERED and max(own) <= 1.1 * min(own) and titles.agree
        lacks = None if same else ", but within one source title and text must be the same throughout"
    else:
        lacks = _missing(shared, covered, titles, is_named=_is_named(new, old, aligned))
    said = f"{shared} words in a row are the same, {covered:.0%} of the shorter text"
    about = _other_subject(new, old, aligned, within_source=within_source)
    is_edition = titles.numbers_differ or not (are_equal or _same_numbers(aligned, new, old))
    against = None if are_equal else _against(aligned, new, old)
    if about is not None:
        return Comparison(False, f"{said}, but they are about {about}", shared, is_edition=True)
    if not (is_edition or against or lacks):
        return Comparison(True, f"{said}, and the titles agree" if titles.agree else said, shared)
    least = _RUNS_OVER_NUMBERS if is_edition else _RUNS_WORDS
    is_open = not within_source and not titles.numbers_differ and (titles.agree or _is_named(new, old, aligned))
    if is_open and (runs := _in_runs(new, old, repeated, least)) is not None:
        return Comparison(True, runs, shared)
    if is_edition:
        where = "in their titles" if titles.numbers_differ else "in and around them"
        return Comparison(False, f"{said}, but the numbers {where} differ", shared, is_edition=True)
    return Comparison(False, f"{said}, but {against}" if against else f"{said}{lacks}", shared)


def _other_subject(new: Article, old: Article, aligned: Aligned, *, within_source: bool) -> str | None:
    """Return what two articles of one template are about; a very long stretch is no template."""
    if within_source or min(aligned.ours.words, aligned.theirs.words) >= _NO_TEMPLATE:
        return None
    if _compare_titles(new.title, old.title).numbers_differ:
        return None
    return subjects_differ(new.title, new.words, old.title, old.words)


def _in_runs(new: Article, old: Article, repeated: frozenset[Piece], least: int) -> str | None:
    """Say so when nearly all of the shorter text is in the other one, in runs that stand anywhere in any order.

    So are an article without its quotations, with another lead, in another order, or with some words replaced. A
    number between the runs that the other text has not makes it another edition.
    """
    shorter, longer = sorted((new, old), key=lambda each: len(each.words))
    known = set(pieces_of_text(longer.words)) - repeated
    covered = covered_words(shorter.words, known)
    count = sum(covered)
    if count < least or count < _RUNS_COVERED * len(covered):
        return None
    first, last = covered.index(True), len(covered) - covered[::-1].index(True)
    between = [
        word for word, is_covered in zip(shorter.words[first:last], covered[first:last], strict=True) if not is_covered
    ]
    numbers = {digits for word in longer.words for digits in _NUMBER.findall(word)}
    if any(digits not in numbers for word in between for digits in _NUMBER.findall(word)):
        return None
    return f"{count} words are the same, {count / len(covered):.0%} of the shorter text, in runs of it"


def _is_named(new: Article, old: Article, aligned: Aligned) -> bool:
    """Whether a telling word of either title is in the stretch that both have."""
    begin, end = aligned.ours.begin, aligned.ours.begin + aligned.ours.words
    return not telling_words(f"{new.title} {old.title}").isdisjoint(new.words[begin:end])


def _missing(shared: int, covered: float, titles: _Titles, *, is_named: bool) -> str | None:
    """Return what a stretch without anything against it lacks to be enough, if anything."""
    needed = _COVERED if shared >= _ENOUGH_WORDS else _COVERED_IN_SHORT
    if not titles.agree and shared < _MUCH:
        needed = max(needed, _COVERED_OTHER_TITLE if is_named else _COVERED_UNNAMED)
    if covered < needed:
        return f"; {needed:.0%} are needed"
    if shared < _LEAST_WORDS:
        return ", which is too little text to judge by"
    is_much = shared >= _ENOUGH_WORDS or (shared >= _FEWER_WORDS and covered >= _COVERED_WITHOUT_TITLE)
    return None if is_much or titles.agree else ", too short to go without the title"


def _count(pieces: Sequence[Piece], repeated: frozenset[Piece]) -> int:
    return sum(piece in repeated for piece in pieces) if repeated else 0


def _against(aligned: Aligned, new: Article, old: Article) -> str | None:
    """Return what speaks against the stretch being one article, if anything does."""
    ours, theirs = aligned.ours, aligned.theirs
    is_long = min(ours.words, theirs.words) >= _LONG_WORDS
    same = min(ours.same, theirs.same)
    if same < (_SAME_IN_LONG if is_long else _SAME_IN_SHORT) and _letters(new, ours) != _letters(old, theirs):
        return f"only {same:.0%} within them word for word"
    for stretch, article in ((ours, new), (theirs, old)):
        if stretch.begin > max(_BEFORE_WORDS, _BEFORE_SHARE * len(article.words)):
            return f"they begin {stretch.begin} words into the text"
    if min(ours.begin, theirs.begin) > _OTHER_LEAD_WORDS:
        return "both texts begin otherwise"
    return None


def _letters(article: Article, stretch: Stretch) -> str:
    """Return a stretch without the gaps between its words: stripped markup often loses them."""
    return "".join(article.words[stretch.begin : stretch.begin + stretch.words])


def _numbers(words: Sequence[str]) -> list[str]:
    return [digits for word in words for digits in _NUMBER.findall(word)]


def _same_numbers(aligned: Aligned, new: Article, old: Article) -> bool:
    """Joined, as stripped markup joins numbers too; something put into a long text may bring numbers along.

    So may a date before or behind the stretch: one wire's dateline has it, another's doesn't.
    """
    one, two = (
        _numbers(article.words[slice(*span)]) for article, span in zip((new, old), aligned.compared, strict=True)
    )
    if "".join(one) == "".join(two):
        return True
    if min(aligned.ours.words, aligned.theirs.words) < _LONG_WORDS:
        parts = (_parts(new, aligned.ours, aligned.compared[0]), _parts(old, aligned.theirs, aligned.compared[1]))
        before, within, behind = zip(*parts, strict=True)
        is_same_within = "".join(_numbers(within[0])) == "".join(_numbers(within[1]))
        return is_same_within and _differ_in_a_date(*before) and _differ_in_a_date(*behind)
    fewer, more = sorted((one, two), key=len)
    left = iter(more)
    return all(number in left for number in fewer)


def _parts(article: Article, stretch: Stretch, compared: tuple[int, int]) -> tuple[Sequence[str], ...]:
    """Return the words before, in and behind a stretch, as far as they are compared."""
    begin, end = stretch.begin, stretch.begin + stretch.words
    return article.words[compared[0] : begin], article.words[begin:end], article.words[end : compared[1]]


def _differ_in_a_date(one: Sequence[str], two: Sequence[str]) -> bool:
    """Whether two rests have the same numbers, or one has none and the other no more than a date."""
    fewer, more = sorted((one, two), key=lambda words: len(_numbers(words)))
    if "".join(_numbers(fewer)) == "".join(_numbers(more)):
        return True
    return not _numbers(fewer) and not _numbers(_DATE.sub("", " ".join(more)).split())


@dataclass(frozen=True, slots=True)
class _Titles:
    agree: bool
    numbers_differ: bool


def titles_alike(one: str, two: str) -> bool:
    """Whether two headlines say the same but for numbers, the site's name and some words."""
    return _compare_titles(one, two).agree


def titles_agree(one: str, two: str) -> bool:
    """Whether two headlines say the same, but for the site's name and some words."""
    titles = _compare_titles(one, two)
    return titles.agree and not titles.numbers_differ


def _compare_titles(one: str, two: str) -> _Titles:
    """Compare headlines without the site's name behind them."""
    first, second = (set(words_in(_SITE_NAME.sub("", title))) for title in (one, two))
    fewer, more = sorted((first, second), key=len)
    agree = fewer == more or (len(fewer) >= 3 and len(fewer & more) >= 0.6 * len(fewer))
    numbers = [{term for term in terms_in(title) if term[0].isdigit()} for title in _with_editions(one, two)]
    return _Titles(agree=agree, numbers_differ=bool(numbers[0] - numbers[1]) and bool(numbers[1] - numbers[0]))


def _with_editions(one: str, two: str) -> tuple[str, str]:
    """Return two headlines without what stands behind them ("– Channel 24"), unless it numbers editions ("| 2024")."""
    endings = [_NUMBER.sub("", found[0]) if (found := _SITE_NAME.search(title)) else "" for title in (one, two)]
    if endings[0] == endings[1]:
        return one, two
    return _SITE_NAME.sub("", one), _SITE_NAME.sub("", two)
