"""A source's keep and drop filters: whether an entry is wanted at all."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import lru_cache

from aggregator.categorize.occurrences import Finder
from aggregator.categorize.text import EntryText, read_entry
from aggregator.config.terms import And, Expression, Not, Or, Term, parse_filter
from aggregator.model import Entry


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter, ready to be asked; ``terms`` are numbered as its finder knows them."""

    expression: Expression
    terms: dict[Term, int]
    finder: Finder

    def fits(self, text: EntryText) -> bool:
        return _holds(self.expression, self.terms, self.finder.find(text))


@lru_cache(maxsize=1024)
def compile_filter(text: str) -> Filter:
    """Compile a filter expression. Raises ValueError, in words, which the configuration has excluded."""
    expression = parse_filter(text)
    terms = tuple(dict.fromkeys(_terms(expression)))
    numbers = {term: number for number, term in enumerate(terms)}
    return Filter(expression, numbers, Finder(terms))


def is_wanted(entry: Entry, keep: Filter | None, drop: Filter | None) -> bool:
    """Tell whether an entry fits ``keep`` and does not fit ``drop``; a filter that is not there lets all pass."""
    if keep is None and drop is None:
        return True
    text = read_entry(entry)
    return (keep is None or keep.fits(text)) and not (drop is not None and drop.fits(text))


def _terms(expression: Expression) -> Iterator[Term]:
    match expression:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _terms(part)
        case Not(part):
            yield from _terms(part)
        case term:
            yield term


def _holds(expression: Expression, numbers: dict[Term, int], found: Container[int]) -> bool:
    match expression:
        case And(parts):
            return all(_holds(part, numbers, found) for part in parts)
        case Or(parts):
            return any(_holds(part, numbers, found) for part in parts)
        case Not(part):
            return not _holds(part, numbers, found)
        case term:
            return numbers[term] in found
