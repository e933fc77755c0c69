"""Where terms occur in a text: found for all terms in one pass over its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from aggregator.categorize.text import EntryText
from aggregator.config.terms import Part, Pattern, Phrase, Term


class Span(NamedTuple):
    """A piece of a text, from ``start`` up to ``end``."""

    start: int
    end: int

    def covers(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


class Finder:
    """Finds terms, which go by their number in the sequence that it is made with.

    Phrases are looked up by their first word, so that what a text costs depends on its length, not on the number of
    terms. Only regular expressions are tried one by one.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        self._words: dict[str, list[tuple[int, tuple[Part, ...]]]] = {}
        self._stems: dict[str, list[tuple[int, tuple[Part, ...]]]] = {}
        self._patterns: list[tuple[int, Pattern]] = []
        for number, term in enumerate(terms):
            match term:
                case Pattern():
                    self._patterns.append((number, term))
                case Phrase(parts=(first, *rest)):
                    index = self._stems if first.is_stem else self._words
                    index.setdefault(first.text, []).append((number, tuple(rest)))
        self._stem_lengths = sorted({len(stem) for stem in self._stems})

    def find(self, text: EntryText) -> dict[int, list[Span]]:
        """Return where each term that occurs does, in the order of the text."""
        found: dict[int, list[Span]] = {}
        for at, word in enumerate(text.words):
            for number, rest in self._beginning_with(word.text):
                if _follows(text, at + 1, rest):
                    span = Span(word.start, text.words[at + len(rest)].end)
                    found.setdefault(number, []).append(span)
        for number, pattern in self._patterns:
            spans = [Span(*match.span()) for match in pattern.expression.finditer(text.text)]
            if spans:
                found[number] = spans
        return found

    def _beginning_with(self, word: str) -> list[tuple[int, tuple[Part, ...]]]:
        candidates = self._words.get(word, [])
        for length in self._stem_lengths:
            if length > len(word):
                break
            candidates = candidates + self._stems.get(word[:length], [])
        return candidates


def _follows(text: EntryText, at: int, parts: tuple[Part, ...]) -> bool:
    if at + len(parts) > len(text.words):
        return False
    return all(
        word.text.startswith(part.text) if part.is_stem else word.text == part.text
        for part, word in zip(parts, text.words[at : at + len(parts)], strict=True)
    )
