"""The operator's categories, compiled; which of them an entry belongs to, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter

from aggregator.categorize.occurrences import Cover, Finder, Found, Place, places, terms_of
from aggregator.categorize.text import EntryText, read_entry
from aggregator.config import CategoryConfig, TermGroup
from aggregator.config.terms import TEXT_FIELDS, Condition, Field, Pattern, Term, parse_term
from aggregator.model import CategoryMatch, Entry, Source


@dataclass(frozen=True, slots=True)
class _Clause:
    """A term of a rule: what must be there, in which languages (none: all), and what it adds to the score.

    ``order`` is its place among those of its kind in the rule.
    """

    condition: Condition
    languages: frozenset[str]
    weight: float
    order: int = field(compare=False)

    def is_for(self, language: str | None) -> bool:
        return not self.languages or language is None or language in self.languages


@dataclass(frozen=True, slots=True)
class _Rule:
    """A category; its clauses in the order of the configuration, and what terms count where."""

    category: str
    any: tuple[_Clause, ...]
    none: tuple[_Clause, ...]
    at_least: float
    fields: dict[Field, float]


@dataclass(frozen=True, slots=True)
class Rules:
    """All categories, ready to be asked. ``uses`` tells for each term which clauses of which rule look for it."""

    rules: tuple[_Rule, ...]
    terms: dict[Term, int]
    uses: tuple[tuple[tuple[int, _Clause, bool], ...], ...]
    finder: Finder
    reads_source: bool


@dataclass(frozen=True, slots=True)
class Judgment:
    """What one rule says of one entry, in words.

    ``matched`` are the terms that count, ``idle`` those that occur and don't: because a veto covers them, because
    nothing is near, because they are for another language or another part of the entry. ``given`` is what needs none.
    """

    category: str
    score: float
    at_least: float
    matched: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.score >= self.at_least

    @property
    def reasons(self) -> tuple[str, ...]:
        return (*self.given, *(self.matched if self.holds else ()))


def compile_rules(categories: Sequence[CategoryConfig]) -> Rules:
    """Compile what the configuration has checked; the order of the categories stays."""
    rules = tuple(
        _Rule(
            each.name, _clauses(each.any), _clauses(each.none), each.at_least,
            {Field(name): weight for name, weight in each.fields},
        )
        for each in categories
    )  # fmt: skip
    clauses = [
        (place, clause, is_veto)
        for place, rule in enumerate(rules)
        for is_veto, part in ((False, rule.any), (True, rule.none))
        for clause in part
    ]
    terms = terms_of(clause.condition for _, clause, _ in clauses)
    uses: list[list[tuple[int, _Clause, bool]]] = [[] for _ in terms]
    for use in clauses:
        for term in use[1].condition.terms:
            uses[terms[term]].append(use)
    reads_source = any(Field.SOURCE in clause.condition.fields for _, clause, _ in clauses)
    return Rules(rules, terms, tuple(map(tuple, uses)), Finder(tuple(terms)), reads_source)


def _clauses(written: Iterable[str | TermGroup]) -> tuple[_Clause, ...]:
    """Return a clause for each term; one that is written twice still counts once."""
    clauses: list[_Clause] = []
    for each in written:
        group = each if isinstance(each, TermGroup) else TermGroup(terms=(each,))
        fields = frozenset(group.fields) or TEXT_FIELDS
        near = tuple(map(parse_term, group.near))
        languages = frozenset(map(_primary, group.language))
        clauses += [
            _Clause(Condition((parse_term(text),), fields, near, group.within), languages, group.weight, order)
            for order, text in enumerate(group.terms, start=len(clauses))
        ]
    return tuple(dict.fromkeys(clauses))


def categorize(entry: Entry, source: Source, rules: Rules) -> tuple[CategoryMatch, ...]:
    """Return the categories of an entry in the order of the rules, each with its reasons in words.

    What the operator gave to all entries of the source is there without a match; a category that has no rule comes
    last.
    """
    matches = [
        CategoryMatch(category=judgment.category, reasons=judgment.reasons)
        for judgment in _judge(entry, source, rules)
        if judgment.reasons
    ]
    if source.categories:
        with_rule = {rule.category for rule in rules.rules}
        matches += [
            CategoryMatch(category=category, reasons=_given_reason(source, category))
            for category in dict.fromkeys(source.categories)
            if category not in with_rule
        ]
    return tuple(matches)


def judge(entry: Entry, source: Source, rules: Rules) -> tuple[Judgment, ...]:
    """Return what each rule says of an entry, in the order of the rules."""
    said = {judgment.category: judgment for judgment in _judge(entry, source, rules, in_full=True)}
    return tuple(said.get(rule.category, Judgment(rule.category, 0, rule.at_least)) for rule in rules.rules)


def _judge(entry: Entry, source: Source, rules: Rules, *, in_full: bool = False) -> Iterator[Judgment]:
    """Yield what rules say that have something to say; with ``in_full`` also why terms don't count."""
    text = read_entry(entry, f"{source.name}\n{source.title or ''}" if rules.reads_source else "")
    found = rules.finder.find(text)
    touched: dict[int, tuple[list[_Clause], list[_Clause]]] = {
        place: ([], []) for place, rule in enumerate(rules.rules) if rule.category in source.categories
    }
    language = _primary(entry.language) if entry.language else None
    for number in found:
        for place, clause, is_veto in rules.uses[number]:
            if in_full or clause.is_for(language):
                touched.setdefault(place, ([], []))[is_veto].append(clause)
    for place in sorted(touched):
        rule, (clauses, vetoes) = rules.rules[place], touched[place]
        reading = _Reading(rule, rules, found, text, language)
        yield reading.judgment(clauses, vetoes, _given_reason(source, rule.category), in_full=in_full)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One rule and one entry."""

    rule: _Rule
    rules: Rules
    found: Found
    text: EntryText
    language: str | None

    def judgment(
        self, clauses: list[_Clause], vetoes: list[_Clause], given: tuple[str, ...], *, in_full: bool
    ) -> Judgment:
        covers = [place for clause in vetoes for place in self._places(clause)]
        cover = Cover(place.span for place in covers)
        score, matched, idle = 0.0, [], []
        for clause in sorted(clauses, key=attrgetter("order")):
            weight, place = self._weightiest(clause, cover)
            if place is not None and weight:
                score += weight
                matched.append(_reason(place, self.text, weight))
            elif in_full:
                idle.append(self._why_idle(clause, covers))
        return Judgment(self.rule.category, round(score, 9), self.rule.at_least, tuple(matched), tuple(idle), given)

    def _places(self, clause: _Clause) -> Iterator[Place]:
        if clause.is_for(self.language):
            yield from places(clause.condition, self.rules.terms, self.found, self.text)

    def _weightiest(self, clause: _Clause, cover: Cover) -> tuple[float, Place | None]:
        """Return what a clause counts and where: the first of the places that count most and that no veto covers."""
        most = max(self.rule.fields.values())
        best, best_weight = None, 0.0
        for place in self._places(clause):
            if not cover.covers(place.span):
                weight = self.rule.fields[self.text.field_at(place.span[0])]
                if weight > best_weight:
                    best, best_weight = place, weight
                    if weight == most:
                        break
        return best_weight * clause.weight, best

    def _why_idle(self, clause: _Clause, covers: list[Place]) -> str:
        """Say why a clause whose term occurs doesn't count."""
        condition, written = clause.condition, f'"{clause.condition.terms[0].written}"'
        if not clause.is_for(self.language):
            return f"{written} counts only in entries in {', '.join(sorted(clause.languages))}, not in {self.language}"
        place = next(self._places(clause), None)
        if place is not None:
            start, end = place.span
            veto = next((each for each in covers if each.span[0] <= start and end <= each.span[1]), None)
            return f'{written} does not count in "{veto.term.written}"' if veto else f"{written} counts nothing there"
        if not any(places(replace(condition, near=()), self.rules.terms, self.found, self.text)):
            return f"{written} counts only in {', '.join(sorted(condition.fields))}"
        near = ", ".join(f'"{term.written}"' for term in condition.near)
        return f"{written} counts only within {condition.within} words of {near}"


def _given_reason(source: Source, category: str) -> tuple[str, ...]:
    return (f"every entry of {source.name} has it",) if category in source.categories else ()


def _reason(place: Place, text: EntryText, weight: float) -> str:
    """Say where a term occurs: ``title has "lunar"``, with what was found where the term leaves that open."""
    field = text.field_at(place.span[0])
    is_open = isinstance(place.term, Pattern) or any(part.is_stem for part in place.term.parts)
    shown = f" ({text.shown(place.span)[:80]})" if is_open else ""
    near = f' near "{place.near.written}"' if place.near else ""
    counted = f", counts {weight:g}" if weight != 1 else ""
    return f'{field} {"have" if field is Field.TAGS else "has"} "{place.term.written}"{shown}{near}{counted}'


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()
