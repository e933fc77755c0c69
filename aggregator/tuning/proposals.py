"""Edits that might get an example right: from the words of its headline, and from the terms that counted in it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from aggregator.categorize.trials import State, Studied, Trials
from aggregator.config import CategoryConfig, TermGroup
from aggregator.model import Entry
from aggregator.text.languages import is_small
from aggregator.text.matching import BREAK, PART_END, squeeze
from aggregator.text.terms import Field, Phrase, Term, parse_term
from aggregator.tuning.edits import Edit, EditKind

_RAW_WORD = re.compile(r"[^\W_]+")
_ENDINGS = ("en", "es", "n", "s")
_SHORTEST_STEM = 5
_LONGEST_ACRONYM = 5
# Small words of Luxembourgish, which no stemmer knows; those of English, French and German are elsewhere.
_LUXEMBOURGISH = """
    awer beim dann dat dee deen deem deene deier dobai dofir dohin duerch eis eise eiser elo emmer eng engem enger erem
    esou fir ginn gett goufen gouf haten hei hien hier hir hire hirem hirer hun huet iwwer kann kee keen keng kennen
    krut kruten mei meng mer musse nees nei nom ouni sech sei seng sengem senger sinn soll sollen vill virun vir vum vun
    waren wei wann wat wellen wou zanter zwou
"""
_SMALL_IN_LUXEMBOURGISH = frozenset(_LUXEMBOURGISH.split())
_MOST_WORDS = 14  # of a headline; further ones are rarely what it is about
_MOST_IN_PAIRS = 6
_STEPS = 2  # weights are halves
_MOST, _LEAST = 2, -5  # of a weight


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an entry, as it is written and as it compares; it ``follows`` another with only ``gap`` between."""

    raw: str
    folded: str
    start: int
    end: int
    follows: bool
    gap: str = " "

    @property
    def is_telling(self) -> bool:
        """Whether a rule might look for it."""
        is_acronym = self.raw.isupper() and len(self.raw) >= 2
        is_little = is_small(self.folded, "") or self.folded in _SMALL_IN_LUXEMBOURGISH
        return not self.folded.isdigit() and not is_little and (len(self.folded) > 2 or is_acronym)

    @property
    def term(self) -> str:
        """The term that finds it: a short acronym with its capitals."""
        if self.raw.isupper() and 2 <= len(self.raw) <= _LONGEST_ACRONYM:
            return f"={self.raw}"
        return self.raw.lower()


def tokens(studied: Studied, *written: str) -> list[list[Token]]:
    """Return the words of the headline, and of the summary when that is given too."""
    words, at, parts = studied.text.words, 1, []
    for raw in written:
        end = words.find(PART_END.encode(), at)
        end = end if end >= 0 else len(words)
        parts.append(list(_tokens_in(words[at:end], at, raw)))
        at = end + 2
    return parts


def _tokens_in(words: bytes, at: int, raw: str) -> Iterator[Token]:
    written = list(_RAW_WORD.finditer(raw))
    ends = [0, *(each.end() for each in written)]
    folded = [each for each in squeeze(raw).lower().decode().split() if each != BREAK]
    found = [(each.group(), raw[end : each.start()]) for end, each in zip(ends, written, strict=False)]
    names = iter(found if len(written) == len(folded) else [])
    follows = False
    for piece in words.decode("utf-8", "replace").split():
        length = len(piece.encode())
        if piece == BREAK:
            follows = False
        else:
            name, gap = next(names, (piece, " "))
            yield Token(name, piece, at, at + length, follows, gap)
            follows = True
        at += length + 1


def proposals(
    category: CategoryConfig, trials: Trials, entry: Entry, studied: Studied, *, is_yes: bool, others: Iterable[str]
) -> Iterator[Edit]:
    """Yield edits that might give an entry the category, or take it away.

    ``trials`` is the rule as it is; ``others`` are folded words of other examples that are right to have it, with
    which an entry may share a stem.
    """
    title, summary = tokens(studied, entry.title, entry.summary)
    if is_yes:
        yield from _for_yes(category, trials, title[:_MOST_WORDS], studied, others)
    else:
        yield from _against(category, trials, (title[:_MOST_WORDS], summary), studied)


def _for_yes(
    category: CategoryConfig, trials: Trials, words: Sequence[Token], studied: Studied, others: Iterable[str]
) -> Iterator[Edit]:
    title = dict(category.fields)[Field.TITLE.value]
    lacking = trials.lacks(studied, trials.state)
    if title > 0 and lacking > 0:
        needed = math.ceil(round(lacking / title, 6) * _STEPS) / _STEPS
        listed = set(_alone(category))
        terms = [term for term in _terms(words, others) if parse_term(term) not in listed]
        for weight in dict.fromkeys((needed, max(1.0, needed))):
            for term in terms:
                yield Edit(EditKind.TERM, TermGroup(terms=(term,), weight=weight))
            yield from _pairs(words, weight)
    yield from _weights(category, trials, studied, trials.state, lacking)


def _alone(category: CategoryConfig) -> Iterator[Term]:
    """Yield the terms of ``any`` that stand alone: another weight does more for these than a second mention."""
    for item in category.any:
        if isinstance(item, str):
            yield parse_term(item)
        elif not item.near:
            yield from map(parse_term, item.terms)


def _terms(words: Sequence[Token], others: Iterable[str]) -> Iterator[str]:
    """Yield the words that tell something, alone, as stems, and two in a row, or with a small one between."""
    known = sorted(set(others))
    for token in words:
        if token.is_telling:
            yield token.term
            if not token.term.startswith("="):
                yield from (f"{stem}*" for stem in _stems(token, known))
    for first, second in pairwise(words):
        if second.follows and first.is_telling and second.is_telling:
            yield _phrase((first, second))
    for at, first in enumerate(words[:-2]):
        if first.is_telling and words[at + 1].follows and _spans_small(words, at + 1, at + 2):
            yield _phrase(words[at : at + 3])


def _stems(token: Token, others: Sequence[str]) -> Iterator[str]:
    word = token.raw.lower()
    if len(word) > _SHORTEST_STEM:
        yield word
    for ending in _ENDINGS:
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) > _SHORTEST_STEM:
            yield word.removesuffix(ending)
    if len(token.folded) == len(word):  # so that a beginning is as long in both
        for other in others:
            shared = len(_common(token.folded, other))
            if shared >= _SHORTEST_STEM and shared < len(word) and 2 * shared > min(len(word), len(other)):
                yield word[:shared]


def _common(one: str, other: str) -> str:
    return next(
        (one[:at] for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(one, other, key=len)
    )


def _pairs(words: Sequence[Token], weight: float) -> Iterator[Edit]:
    """Yield two words near each other, for where each alone would find too much."""
    telling = sorted((each for each in words if each.is_telling), key=lambda each: (-len(each.folded), each.start))
    for one, other in combinations(telling[:_MOST_IN_PAIRS], 2):
        group = TermGroup(terms=(_open(one),), near=(_open(other),), weight=weight)
        yield Edit(EditKind.TERM, group)


def _open(token: Token) -> str:
    return token.term if token.term.startswith("=") or len(token.raw) <= _SHORTEST_STEM else f"{token.raw.lower()}*"


def _weights(
    category: CategoryConfig, trials: Trials, studied: Studied, state: State, lacking: float
) -> Iterator[Edit]:
    """Yield terms that counted with another weight, so much more or less that it is enough."""
    counted = dict(trials.counted(studied, state))
    for place, order in trials.any_places.items():
        if order not in counted:
            continue
        before = group_at(category, place)
        per_weight = counted[order] / before.weight if before.weight else 0
        if per_weight <= 0:
            continue
        exact = before.weight + lacking / per_weight
        # a tenth more than is needed, or less than is too much
        weight = math.ceil(round(exact * 10, 6)) / 10 if lacking > 0 else (math.ceil(round(exact * 10, 6)) - 1) / 10
        if 0 < weight <= _MOST and weight != before.weight and before.weight > 0:
            yield Edit(EditKind.WEIGHT, before.model_copy(update={"weight": weight}), place, before)


def group_at(category: CategoryConfig, place: tuple[int, int]) -> TermGroup:
    """Return one term of ``any`` as a group of its own."""
    item = category.any[place[0]]
    group = item if isinstance(item, TermGroup) else TermGroup(terms=(item,))
    return group.model_copy(update={"terms": (group.terms[place[1]],)})


def _against(
    category: CategoryConfig, trials: Trials, parts: Sequence[Sequence[Token]], studied: Studied
) -> Iterator[Edit]:
    too_much = -trials.lacks(studied, trials.state)
    counted = {order for order, weight in trials.counted(studied, trials.state) if weight > 0}
    for order in sorted(counted):
        term = trials.written[order].condition.terms[0]
        for span in trials.spans(studied, order):
            for words in parts:
                yield from _phrases(words, span)
                if isinstance(term, Phrase) and any(span[0] <= token.start < span[1] for token in words):
                    beside = [each for each in words if each.is_telling and not span[0] <= each.start < span[1]]
                    for token in beside[:_MOST_IN_PAIRS]:
                        yield Edit(EditKind.VETO, TermGroup(terms=(term.written,), near=(_open(token),)))
    yield from _weights(category, trials, studied, trials.state, -too_much)
    title = dict(category.fields)[Field.TITLE.value]
    if title > 0:
        weight = -(math.floor(round(too_much / title, 6) * _STEPS) + 1) / _STEPS
        for token in parts[0]:
            if token.is_telling and weight >= _LEAST:
                yield Edit(EditKind.AGAINST, TermGroup(terms=(_open(token),), weight=weight))


def _phrases(words: Sequence[Token], span: tuple[int, int]) -> Iterator[Edit]:
    """Yield the phrases around a place, with the word before, the word behind, and both."""
    inside = [at for at, token in enumerate(words) if span[0] <= token.start < span[1]]
    if not inside:
        return
    first, last = inside[0], inside[-1]
    before = first > 0 and words[first].follows
    behind = last + 1 < len(words) and words[last + 1].follows
    for start, end in ((first - before, last), (first, last + behind), (first - before, last + behind)):
        added = [*words[start:first], *words[last + 1 : end + 1]]
        if added and all(each.is_telling for each in added):
            yield _veto(words[start : end + 1])
    # over a small word, as in "moon of love" and "peroxyde d'hydrogène"
    if behind and last + 2 < len(words) and _spans_small(words, last + 1, last + 2):
        yield _veto(words[first : last + 3])
    if before and first > 1 and words[first - 1].follows and _spans_small(words, first - 1, first - 2):
        yield _veto(words[first - 2 : last + 1])


def _spans_small(words: Sequence[Token], small: int, telling: int) -> bool:
    """Whether a word that says nothing has one behind it that does, with no break between."""
    follows = words[max(small, telling)].follows
    return follows and not words[small].is_telling and words[telling].is_telling


def _veto(words: Sequence[Token]) -> Edit:
    return Edit(EditKind.VETO, TermGroup(terms=(_phrase(words),)))


def _phrase(words: Sequence[Token]) -> str:
    """Return words in a row as they are written, but for capitals."""
    first, *others = words
    written = first.raw + "".join(f"{each.gap}{each.raw}" for each in others)
    return " ".join(written.lower().split())


def narrowed(
    category: CategoryConfig,
    trials: Trials,
    order: int,
    place: tuple[int, int],
    right: Sequence[tuple[Entry, Studied]],
) -> Edit | None:
    """Return a term that counts only near what is near it in entries that are right to have the category.

    None when it has such a condition, when no such entry needs it, or when one has nothing near it.
    """
    before = group_at(category, place)
    if before.near or not right:
        return None
    beside = []
    for entry, studied in right:
        [words] = tokens(studied, entry.title)
        spans = trials.spans(studied, order)
        beside.append([
            _open(token)
            for token in words
            if token.is_telling and not any(start <= token.start < end for start, end in spans)
        ])  # fmt: skip
    often = Counter(each for found in beside for each in set(found))
    chosen: list[str] = []
    for found in beside:
        if not found:
            return None
        if not set(found) & set(chosen):
            chosen.append(max(found, key=lambda each: (often[each], len(each), each)))
    return Edit(EditKind.NEAR, before.model_copy(update={"near": tuple(chosen)}), place, before)
