"""The operator's categories, compiled; which of them an entry belongs to, and why."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from aggregator.categorize.occurrences import Finder, Span
from aggregator.categorize.text import EntryText, read_entry
from aggregator.config import CategoryConfig
from aggregator.config.terms import Pattern, Term, parse_term
from aggregator.model import CategoryMatch, Entry, Source


@dataclass(frozen=True, slots=True)
class _Rule:
    """A category; its terms by their numbers in the rules, with their places in the configuration."""

    category: str
    any: dict[int, int]
    none: dict[int, int]
    at_least: int


@dataclass(frozen=True, slots=True)
class Rules:
    """All categories, ready to be asked."""

    rules: tuple[_Rule, ...]
    terms: tuple[Term, ...]
    finder: Finder


@dataclass(frozen=True, slots=True)
class _Judgment:
    """What one rule says of one entry. ``vetoed`` are the terms that occur only where others cover them."""

    rule: _Rule
    matched: tuple[str, ...]
    vetoed: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return len(self.matched) >= self.rule.at_least


def compile_rules(categories: Sequence[CategoryConfig]) -> Rules:
    """Compile what the configuration has checked; the order of the categories stays."""
    numbers: dict[Term, int] = {}

    def numbered(terms: Iterable[str]) -> dict[int, int]:
        # a term that is written twice still counts once
        different = dict.fromkeys(numbers.setdefault(parse_term(text), len(numbers)) for text in terms)
        return {number: place for place, number in enumerate(different)}

    rules = tuple(_Rule(each.name, numbered(each.any), numbered(each.none), each.at_least) for each in categories)
    terms = tuple(numbers)
    return Rules(rules, terms, Finder(terms))


def categorize(entry: Entry, source: Source, rules: Rules) -> tuple[CategoryMatch, ...]:
    """Return the categories of an entry in the order of the rules, each with its reasons in words.

    What the operator gave to all entries of the source is there without a match; a category that has no rule comes
    last.
    """
    given = dict.fromkeys(source.categories)
    matches = []
    for judgment in _judge(entry, rules):
        category = judgment.rule.category
        reasons = (*_given_reason(source, category), *(judgment.matched if judgment.holds else ()))
        if reasons:
            matches.append(CategoryMatch(category=category, reasons=reasons))
        given.pop(category, None)
    matches += [CategoryMatch(category=category, reasons=_given_reason(source, category)) for category in given]
    return tuple(matches)


def explain_rules(entry: Entry, source: Source, rules: Rules) -> tuple[str, ...]:
    """Return a line for each category: whether the entry has it, its score, the terms and what vetoed them."""
    return tuple(_explanation(judgment, source) for judgment in _judge(entry, rules))


def _explanation(judgment: _Judgment, source: Source) -> str:
    rule = judgment.rule
    given = _given_reason(source, rule.category)
    answer = "yes" if given or judgment.holds else "no"
    details = (*given, *judgment.matched, *judgment.vetoed) or ("no term occurs",)
    return f"{rule.category}: {answer}, score {len(judgment.matched)} of {rule.at_least}: {'; '.join(details)}"


def _given_reason(source: Source, category: str) -> tuple[str, ...]:
    return (f"every entry of {source.name} has it",) if category in source.categories else ()


def _judge(entry: Entry, rules: Rules) -> Iterator[_Judgment]:
    text = read_entry(entry)
    found = rules.finder.find(text)
    for rule in rules.rules:
        covers = [(rules.terms[number], span) for number in _occurring(rule.none, found) for span in found[number]]
        is_covered = _Cover([span for _, span in covers]).covers
        matched, vetoed = [], []
        for number in _occurring(rule.any, found):
            spans = found[number]
            free = next((span for span in spans if not is_covered(span)), None)
            if free is not None:
                matched.append(_reason(rules.terms[number], free, text))
            else:
                veto = next(term for term, cover in covers if cover.covers(spans[0]))
                vetoed.append(f'"{rules.terms[number].written}" does not count in "{veto.written}"')
        yield _Judgment(rule, tuple(matched), tuple(vetoed))


def _occurring(places: Mapping[int, int], found: Mapping[int, object]) -> list[int]:
    return sorted(places.keys() & found.keys(), key=places.__getitem__)


class _Cover:
    """Where vetoes occur: tells in logarithmic time whether one of them covers a span."""

    def __init__(self, spans: Sequence[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [span.start for span in ordered]
        self._furthest = list(accumulate((span.end for span in ordered), max))  # end of those up to here

    def covers(self, span: Span) -> bool:
        beginning_before = bisect_right(self._starts, span.start)
        return beginning_before > 0 and self._furthest[beginning_before - 1] >= span.end


def _reason(term: Term, span: Span, text: EntryText) -> str:
    """Say where a term occurs: ``title has "lunar"``, with what was found where the term leaves that open."""
    found = " ".join(text.text[span.start : span.end].split())
    is_open = isinstance(term, Pattern) or any(part.is_stem for part in term.parts)
    shown = f" ({found[:80]})" if is_open else ""
    verb = "have" if text.part_at(span.start) == "tags" else "has"
    return f'{text.part_at(span.start)} {verb} "{term.written}"{shown}'
