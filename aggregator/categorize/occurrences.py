"""Where terms occur in a text: one automaton finds all words and phrases in one pass, however many there are."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import re2
from ahocorasick_rs import BytesAhoCorasick, Implementation

from aggregator.categorize.entry_text import EntryText, Span
from aggregator.text.matching import PART_END
from aggregator.text.terms import TEXT_FIELDS, Condition, Pattern, Phrase, Term, re2_options

# Longer ones have no part in what is near, so that only a little text is looked at for it.
_LONG_WORD_BYTES = 100

# Where each term that occurs does, in the order of the text; terms go by their numbers.
Found = dict[int, list[Span]]


class _Phrase(NamedTuple):
    """A phrase that a needle begins. ``rest`` decides about all of it where the needle alone doesn't."""

    number: int
    ends_open: bool
    is_exact: bool
    rest: re.Pattern[bytes] | None


class Finder:
    """Finds terms, which go by their number in the sequence that it is made with.

    What a text costs depends on its length and on what is found, not on the number of terms. Regular expressions are
    tried only on texts that have the letters which they can't do without; those that only matter near other terms, only
    on texts that have one of those.
    """

    def __init__(self, terms: Sequence[Term], numbered: Iterable[Numbered] | None = None) -> None:
        """``numbered`` are the conditions that the terms are for; without them every term matters by itself."""
        needles: dict[bytes, list[_Phrase]] = {}
        self._patterns: list[tuple[int, Pattern]] = []
        for number, term in enumerate(terms):
            if isinstance(term, Pattern):
                self._patterns.append((number, term))
            else:
                needle, phrase = _needle(number, term)
                needles.setdefault(needle, []).append(phrase)
        self._phrases = [tuple(each) for each in needles.values()]  # thousands of lists of one take twice the memory
        # the kind that takes least memory: larger ones, faster by themselves, don't stay in the processor's cache
        self._automaton = (
            BytesAhoCorasick(list(needles), implementation=Implementation.ContiguousNFA) if needles else None
        )
        self._likely = _filter_of([pattern for _, pattern in self._patterns])
        self._triggers = None if numbered is None else _triggers(numbered, {number for number, _ in self._patterns})

    def find(self, text: EntryText) -> Found:
        """Return where each term that occurs does, in the order of the text."""
        found = self._find_phrases(text)
        if self._likely is not None and (self._triggers is None or not self._triggers.isdisjoint(found)):
            # RE2 tells which expressions have all the letters that they need
            for index in self._likely.Match(text.text, potential=True) or ():
                number, pattern = self._patterns[index]
                spans = [match.span() for match in pattern.expression.finditer(text.text)]
                if spans:
                    found[number] = text.places_of(spans)
        return found

    def _find_phrases(self, text: EntryText) -> Found:
        found: Found = {}
        if self._automaton is None:
            return found
        words = text.words
        for needle, start, end in self._automaton.find_matches_as_indexes(words, overlapping=True):
            for number, ends_open, is_exact, rest in self._phrases[needle]:
                last = words.index(b" ", end) if ends_open else end - 1
                if rest is not None:
                    match = rest.match(text.cased if is_exact else words, start)
                    if match is None:
                        continue
                    last = match.end() - 1
                found.setdefault(number, []).append((start + 1, last))
        return found


def _needle(number: int, phrase: Phrase) -> tuple[bytes, _Phrase]:
    """Return the bytes that every occurrence of a phrase begins with, up to its first stem."""
    stems = [place for place, part in enumerate(phrase.parts) if part.is_stem]
    closed = phrase.parts[: stems[0] + 1] if stems else phrase.parts
    needle = " " + " ".join(part.text.lower() for part in closed) + ("" if stems else " ")
    is_whole = len(closed) == len(phrase.parts)
    rest = _rest(phrase) if phrase.is_exact or not is_whole else None
    return needle.encode(), _Phrase(number, ends_open=bool(stems) and is_whole, is_exact=phrase.is_exact, rest=rest)


def _rest(phrase: Phrase) -> re.Pattern[bytes]:
    """Return an expression that decides about all of a phrase."""
    written = "".join(f" {re.escape(part.text)}{'[^ ]*' * part.is_stem}" for part in phrase.parts) + " "
    return re.compile(written.encode())


def _filter_of(patterns: Sequence[Pattern]) -> re2.Filter | None:
    if not patterns:
        return None
    likely = re2.Filter()
    for pattern in patterns:
        likely.Add(pattern.written[1:-1], re2_options())
    likely.Compile()
    return likely


@dataclass(frozen=True, slots=True)
class Numbered:
    """A condition whose terms go by their numbers."""

    condition: Condition
    terms: tuple[int, ...]
    near: frozenset[int]

    def may_be_met(self, found: Found) -> bool:
        """Tell whether anything that must be near was found, its own terms being found."""
        return not self.near or not self.near.isdisjoint(found)


def number(conditions: Iterable[Condition]) -> tuple[tuple[Term, ...], list[Numbered]]:
    """Number the terms of conditions; return those terms, and the conditions with the numbers."""
    numbers: dict[Term, int] = {}
    numbered: list[Numbered] = []
    listed: tuple[Term, ...] = ()
    near: frozenset[int] = frozenset()
    for each in conditions:
        terms = tuple(numbers.setdefault(term, len(numbers)) for term in each.terms)
        if each.near is not listed:  # those of a group have one list, of sixty terms perhaps
            listed, near = each.near, frozenset(numbers.setdefault(term, len(numbers)) for term in each.near)
        numbered.append(Numbered(each, terms, near))
    return tuple(numbers), numbered


def _triggers(numbered: Iterable[Numbered], patterns: set[int]) -> frozenset[int] | None:
    """Return the terms near which regular expressions are looked for; None when some are looked for by themselves."""
    numbered = list(numbered)
    if any(not patterns.isdisjoint(each.terms) for each in numbered):
        return None
    return frozenset(term for each in numbered if not patterns.isdisjoint(each.near) for term in each.terms)


class Place(NamedTuple):
    """Where a condition is met: the number of its term, where that is, and the number of the one near it."""

    term: int
    span: Span
    near: int | None = None


class Occurrences:
    """What was found in one text, and where conditions are met in it."""

    def __init__(self, found: Found, text: EntryText) -> None:
        self.found = found
        self.text = text
        self._others: dict[frozenset[int], list[tuple[Span, int]]] = {}

    def places(self, numbered: Numbered, *, anywhere: bool = False) -> Iterator[Place]:
        """Yield where a condition is met, in the order of its terms and then of the text.

        With ``anywhere`` it doesn't matter what is near.
        """
        fields, near = numbered.condition.fields, numbered.near
        any_field = fields == TEXT_FIELDS and not self.text.has_source
        for term in numbered.terms:
            for span in self.found.get(term, ()):
                if any_field or self.text.field_at(span[0]) in fields:
                    if anywhere or not near:
                        yield Place(term, span)
                    elif (other := self._near(span, numbered)) is not None:
                        yield Place(term, span, other)

    def _near(self, span: Span, numbered: Numbered) -> int | None:
        """Return which of the other terms is near enough; one that overlaps isn't beside it."""
        others = self._others.get(numbered.near)
        if others is None:
            found = self.found
            others = sorted((each, term) for term in found.keys() & numbered.near for each in found[term])
            self._others[numbered.near] = others
        start, end = span
        at = bisect_left(others, (span, -1))
        for index in range(at - 1, -1, -1):
            (_, other_end), term = others[index]
            if other_end <= start:
                if _is_near(other_end, start, numbered.condition, self.text):
                    return term
                break
        for index in range(at, len(others)):
            (other_start, _), term = others[index]
            if other_start >= end:
                return term if _is_near(end, other_start, numbered.condition, self.text) else None
        return None


def _is_near(end: int, start: int, condition: Condition, text: EntryText) -> bool:
    """Tell whether no more than so many words are between an end and a start, and no end of a part."""
    if start - end > (condition.within + 1) * _LONG_WORD_BYTES:
        return False
    between = text.words[end:start]
    return between.count(b" ") - 1 <= condition.within and PART_END.encode() not in between


class Cover:
    """Where vetoes occur: tells in logarithmic time whether one of them covers a span."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._furthest: list[int] = []  # end of those up to here
        for _, end in ordered:
            self._furthest.append(max(end, self._furthest[-1]) if self._furthest else end)

    def covers(self, span: Span) -> bool:
        beginning_before = bisect_right(self._starts, span[0])
        return beginning_before > 0 and self._furthest[beginning_before - 1] >= span[1]
