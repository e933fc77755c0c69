"""What a rule would say of entries if a few of its terms were others: compiled once, asked for many such edits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from aggregator.categorize.entry_text import EntryText, Span, read_entry
from aggregator.categorize.occurrences import Cover, Finder, Found, Numbered, Occurrences, number
from aggregator.categorize.rules import Written, written_in
from aggregator.categorize.standing_pages import is_standing_page, lessened
from aggregator.config import CategoryConfig, TermGroup
from aggregator.model import Entry, Source
from aggregator.text.terms import Field
from aggregator.text.tongues import primary

# Scores are sums of weights such as 0.1.
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class State:
    """Which clauses are in force, by their numbers: those that count, and those that take back."""

    counting: frozenset[int]
    vetoes: frozenset[int]


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit does to a state."""

    counts: frozenset[int] = frozenset()
    counts_no_more: frozenset[int] = frozenset()
    vetoes: frozenset[int] = frozenset()

    def of(self, state: State) -> State:
        return State((state.counting - self.counts_no_more) | self.counts, state.vetoes | self.vetoes)


@dataclass(slots=True)
class Studied:
    """An entry as far as the clauses need it: which of them occur, and where each counts and how much."""

    occurring: frozenset[int]
    language: str | None
    occurrences: Occurrences
    is_given: bool
    fields: Mapping[Field, float]
    places: dict[int, list[tuple[Span, float]]] = field(default_factory=dict)

    @property
    def text(self) -> EntryText:
        return self.occurrences.text


@dataclass(frozen=True, slots=True)
class _Clause:
    numbered: Numbered
    languages: frozenset[str]
    weight: float


class Trials:
    """One category's rule with clauses that might be added to it; all go by numbers.

    ``written`` are the clauses by number, and ``any_places`` has the number of each term of ``any`` by its place: that
    of its item, and its own in a group. ``state`` is the rule as it is.
    """

    def __init__(self, category: CategoryConfig, more: Sequence[TermGroup], more_vetoes: Sequence[TermGroup]) -> None:
        """``more`` and ``more_vetoes`` have one term each, and get the numbers ``first_more`` and ``first_veto`` on."""
        self._at_least = category.at_least
        self._fields = {Field(name): float(weight) for name, weight in category.fields}
        written: list[Written] = []
        self.any_places: dict[tuple[int, int], int] = {}
        seen: dict[Written, int] = {}
        for item, listed in enumerate(category.any):
            for place, clause in enumerate(written_in([listed])):
                self.any_places[item, place] = seen.setdefault(clause, len(written))
                if seen[clause] == len(written):
                    written.append(clause)
        counting = frozenset(self.any_places.values())
        first = len(written)
        written += written_in(category.none)
        self.state = State(counting, frozenset(range(first, len(written))))
        self.first_more = len(written)
        written += written_in(more)
        self.first_veto = len(written)
        written += written_in(more_vetoes)
        self.written = tuple(written)
        terms, numbered = number(each.condition for each in written)
        self._clauses = [
            _Clause(found, each.languages, each.weight) for found, each in zip(numbered, written, strict=True)
        ]
        self._uses: list[list[int]] = [[] for _ in terms]
        for order, each in enumerate(numbered):
            for term in each.terms:
                self._uses[term].append(order)
        self._finder = Finder(terms, numbered)
        self._reads_source = any(Field.SOURCE in each.condition.fields for each in written)
        self._name = category.name

    def study(self, entry: Entry, source: Source) -> Studied:
        """Find all clauses in an entry."""
        text = read_entry(entry, f"{source.name}\n{source.title or ''}" if self._reads_source else "")
        found: Found = self._finder.find(text)
        language = primary(entry.language) if entry.language else None
        occurring = frozenset(
            order
            for term in found
            for order in self._uses[term]
            if (not self._clauses[order].languages or language is None or language in self._clauses[order].languages)
            and self._clauses[order].numbered.may_be_met(found)
        )
        fields = lessened(self._fields) if is_standing_page(entry.title) else self._fields
        return Studied(occurring, language, Occurrences(found, text), self._name in source.categories, fields)

    def score(self, studied: Studied, state: State) -> float:
        """Return the score that a rule in this state gives."""
        return round(sum(weight for _, weight in self.counted(studied, state)), _DIGITS)

    def has(self, studied: Studied, state: State) -> bool:
        """Whether an entry has the category, by its rule in this state or by its source."""
        return studied.is_given or self.score(studied, state) >= self._at_least

    def lacks(self, studied: Studied, state: State) -> float:
        """Return how much is missing to have the category; less than 0 for what is too much."""
        return self._at_least - self.score(studied, state)

    def counted(self, studied: Studied, state: State) -> Iterator[tuple[int, float]]:
        """Yield the clauses that count, with what they add."""
        covers = [span for order in studied.occurring & state.vetoes for span, _ in self._places(studied, order)]
        cover = Cover(covers) if covers else None
        for order in studied.occurring & state.counting:
            best = max(
                (weight for span, weight in self._places(studied, order) if cover is None or not cover.covers(span)),
                default=0.0,
            )
            if best > 0:
                yield order, best * self._clauses[order].weight

    def spans(self, studied: Studied, order: int) -> list[Span]:
        """Return where a clause is met."""
        return [span for span, _ in self._places(studied, order)]

    def field_weight(self, studied: Studied, span: Span) -> float:
        """Return what a term counts in the part of the entry that a place lies in."""
        return studied.fields[studied.text.field_at(span[0])]

    def _places(self, studied: Studied, order: int) -> list[tuple[Span, float]]:
        known = studied.places.get(order)
        if known is None:
            known = [
                (place.span, self.field_weight(studied, place.span))
                for place in studied.occurrences.places(self._clauses[order].numbered)
            ]
            studied.places[order] = sorted(known, key=itemgetter(1), reverse=True)
        return known
