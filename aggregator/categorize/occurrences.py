"""Where terms occur in a text: found for all terms in one pass over its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from aggregator.categorize.needles import Needles, may_match, needles_of
from aggregator.categorize.text import EntryText
from aggregator.config.terms import Part, Pattern, Phrase, Term
from aggregator.config.words import fold

# What a term's share is of the words that a finder remembers; the few hundred most frequent make up most of any text.
_REMEMBERED_PER_TERM = 16
# No longer word is remembered, so that a hostile text can't fill the memory.
_MAX_REMEMBERED_CHARS = 64


class Span(NamedTuple):
    """A piece of a text, from ``start`` up to ``end``."""

    start: int
    end: int

    def covers(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


class _Tree:
    """Phrases by their words: ``terms`` are the numbers of those that end here, the rest goes on below."""

    def __init__(self) -> None:
        self.terms: list[int] = []
        self._words: dict[str, _Tree] = {}
        self._stems: dict[str, _Tree] = {}
        self._stem_lengths: list[int] = []

    def add(self, number: int, parts: Sequence[Part]) -> None:
        tree = self
        for part in parts:
            branches = tree._stems if part.is_stem else tree._words
            if part.is_stem:
                tree._stem_lengths = sorted({*tree._stem_lengths, len(part.text)})
            tree = branches.setdefault(part.text, _Tree())
        tree.terms.append(number)

    def after(self, word: str) -> list[_Tree]:
        """Return where the phrases go on that have this word here, as it is written."""
        if not (self._words or self._stems):
            return []
        folded = fold(word)
        trees = [self._words.get(folded)]
        for length in self._stem_lengths:
            if length > len(folded):
                break
            trees.append(self._stems.get(folded[:length]))
        return [tree for tree in trees if tree is not None]


class Finder:
    """Finds terms, which go by their number in the sequence that it is made with.

    Phrases are looked up by their first word, which is remembered: what a text costs depends on its length, not on the
    number of terms. Regular expressions are tried one by one, on texts that have their needles.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        self._phrases = _Tree()
        self._patterns: list[tuple[int, Pattern, Needles]] = []
        for number, term in enumerate(terms):
            match term:
                case Pattern():
                    self._patterns.append((number, term, needles_of(term.expression.pattern)))
                case Phrase():
                    self._phrases.add(number, term.parts)
        self._after_first = lru_cache(maxsize=_REMEMBERED_PER_TERM * len(terms))(self._phrases.after)

    def find(self, text: EntryText) -> dict[int, list[Span]]:
        """Return where each term that occurs does, in the order of the text."""
        found = self._find_phrases(text)
        for number, pattern, needles in self._patterns:
            if may_match(needles, text.text):
                spans = [Span(*match.span()) for match in pattern.expression.finditer(text.text)]
                if spans:
                    found[number] = spans
        return found

    def _find_phrases(self, text: EntryText) -> dict[int, list[Span]]:
        words = text.pieces[1::2]
        is_odd = max(map(len, words), default=0) > _MAX_REMEMBERED_CHARS
        beginnings = map(self._phrases.after if is_odd else self._after_first, words)
        hits = [hit for at, trees in enumerate(beginnings) if trees for hit in _follow(trees, words, at)]
        found: dict[int, list[Span]] = {}
        if hits:
            ends = list(accumulate(map(len, text.pieces)))
            for number, first, last in hits:
                found.setdefault(number, []).append(Span(ends[2 * first], ends[2 * last + 1]))
        return found


def _follow(trees: Sequence[_Tree], words: Sequence[str], first: int) -> Iterator[tuple[int, int, int]]:
    """Yield the terms that begin with the first word: number, first and last word."""
    for last in range(first, len(words)):
        for tree in trees:
            for number in tree.terms:
                yield number, first, last
        trees = [below for tree in trees for below in tree.after(words[last + 1])] if last + 1 < len(words) else []
        if not trees:
            return
