"""Filters, of sources and of what is published: whether an entry is wanted at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from aggregator.categorize.entry_text import EntryText, read_entry
from aggregator.categorize.occurrences import Finder, Numbered, Occurrences, number
from aggregator.model import Entry, PublishedEntry, StoredEntry
from aggregator.text.expressions import And, Expression, Not, Or, parse_filter
from aggregator.text.terms import Condition, Field


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter, ready to be asked."""

    expression: Expression
    conditions: dict[Condition, Numbered]
    finder: Finder
    reads_source: bool

    def fits(self, text: EntryText) -> bool:
        return _holds(self.expression, self.conditions, Occurrences(self.finder.find(text), text))


@lru_cache(maxsize=1024)
def compile_filter(text: str) -> Filter:
    """Compile a filter expression. Raises ValueError, in words, which the configuration has excluded."""
    expression = parse_filter(text)
    conditions = tuple(dict.fromkeys(_conditions(expression)))
    terms, numbered = number(conditions)
    reads_source = any(Field.SOURCE in each.fields for each in conditions)
    return Filter(expression, dict(zip(conditions, numbered, strict=True)), Finder(terms), reads_source)


def is_wanted(entry: Entry, keep: Filter | None, drop: Filter | None = None, *, source: str = "") -> bool:
    """Tell whether an entry fits ``keep`` and does not fit ``drop``; a filter that is not there lets all pass.

    ``source`` is the text that ``source:`` terms are looked for in.
    """
    if keep is None and drop is None:
        return True
    reads_source = any(each is not None and each.reads_source for each in (keep, drop))
    text = read_entry(entry, source if reads_source else "")
    return (keep is None or keep.fits(text)) and not (drop is not None and drop.fits(text))


def fits_text(text: str, published: PublishedEntry) -> bool:
    """Tell whether a filter fits one of the entries that were published as one."""
    wanted = compile_filter(text)
    return any(
        is_wanted(as_entry(each), wanted, source=f"{each.source}\n{each.feed.title}")
        for each in (published.entry, *published.also)
    )


def as_entry(stored: StoredEntry) -> Entry:
    """Return the part of a stored entry that rules and filters look at."""
    return Entry(
        key=stored.id,
        url=stored.url,
        canonical_url=stored.canonical_url,
        title=stored.title,
        summary=stored.summary,
        content=stored.content,
        tags=stored.tags,
        language=stored.language,
    )


def _conditions(expression: Expression) -> Iterator[Condition]:
    match expression:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _conditions(part)
        case Not(part):
            yield from _conditions(part)
        case condition:
            yield condition


def _holds(expression: Expression, conditions: dict[Condition, Numbered], occurrences: Occurrences) -> bool:
    match expression:
        case And(parts):
            return all(_holds(part, conditions, occurrences) for part in parts)
        case Or(parts):
            return any(_holds(part, conditions, occurrences) for part in parts)
        case Not(part):
            return not _holds(part, conditions, occurrences)
        case condition:
            return any(True for _ in occurrences.places(conditions[condition]))
