"""The operator's categories, compiled; which of them an entry belongs to, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from aggregator.categorize.entry_text import EntryText, read_entry
from aggregator.categorize.occurrences import Cover, Finder, Numbered, Occurrences, Place, number
from aggregator.categorize.right_answers import RIGHT_ANSWER, Answers, answers_of
from aggregator.categorize.standing_pages import is_standing_page, lessened
from aggregator.model import CategoryMatch, Entry, Rule, Source, Terms
from aggregator.text.terms import TEXT_FIELDS, Condition, Field, Pattern, Term, parse_term
from aggregator.text.tongues import primary

if TYPE_CHECKING:
    from aggregator.config import CategoryConfig, TermGroup

# Sums of weights such as 0.1 are not exact.
_ROUNDING = 1e-9

# What is read for rules without terms.
_NOTHING = EntryText([""] * len(TEXT_FIELDS))

# Of the words that a term must stand near to, so many are named, as a rule may have sixty; and so many terms that lack
# them.
_MOST_NEAR = 3
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class _Clause:
    """A term of a rule: what must be there, in which languages (none: all), and what it adds to the score.

    ``order`` is its place among all clauses, which are in the order of the configuration.
    """

    numbered: Numbered
    languages: frozenset[str]
    weight: float
    order: int

    def is_for(self, language: str | None) -> bool:
        return not self.languages or language is None or language in self.languages


@dataclass(frozen=True, slots=True)
class _Rule:
    """A category: the score that it takes, and what terms count where."""

    category: str
    at_least: float
    fields: dict[Field, float]
    most: float


# The place of a rule, a clause of it, whether that is a veto, what must be near, and the languages that it is for.
_Use = tuple[int, _Clause, bool, frozenset[int], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Rules:
    """All categories, ready to be asked.

    ``uses`` tells for each term which clauses look for it: the place of their rule, and whether they are vetoes.
    """

    rules: tuple[_Rule, ...]
    terms: tuple[Term, ...]
    uses: tuple[tuple[_Use, ...], ...]
    finder: Finder
    reads_source: bool
    answers: Answers = field(default_factory=Answers)


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


def compile_rules(
    categories: Sequence[CategoryConfig | Rule], *, canonical: Callable[[str], str | None] = lambda address: address
) -> Rules:
    """Compile what the configuration has checked; the order of the categories stays.

    ``canonical`` returns the form in which addresses of examples are compared with those of entries.
    """
    rules = []
    written: list[tuple[int, bool, Written]] = []
    for place, each in enumerate(categories):
        weights = {Field(name): weight for name, weight in each.fields}
        rules.append(_Rule(each.name, each.at_least, weights, max(weights.values())))
        for is_veto, listed in ((False, each.any), (True, each.none)):
            # one that is written twice still counts once
            written += [(place, is_veto, clause) for clause in dict.fromkeys(written_in(listed))]
    terms, numbered = number(clause.condition for _, _, clause in written)
    uses: list[list[_Use]] = [[] for _ in terms]
    for order, (place, is_veto, (_, languages, weight)) in enumerate(written):
        clause = _Clause(numbered[order], languages, weight, order)
        for term in clause.numbered.terms:
            uses[term].append((place, clause, is_veto, clause.numbered.near, clause.languages))
    reads_source = any(Field.SOURCE in clause.condition.fields for _, _, clause in written)
    answers = answers_of(categories, canonical)
    return Rules(tuple(rules), terms, tuple(map(tuple, uses)), Finder(terms, numbered), reads_source, answers)


class Written(NamedTuple):
    """A term with the settings of its group; two that are the same count once."""

    condition: Condition
    languages: frozenset[str]
    weight: float


def written_in(listed: Iterable[str | TermGroup | Terms]) -> Iterator[Written]:
    """Yield the terms of a list, those of its groups among them, in order."""
    for each in listed:
        if isinstance(each, str):
            yield Written(Condition((parse_term(each),)), frozenset(), 1.0)
            continue
        fields = frozenset(map(Field, each.fields)) or TEXT_FIELDS
        near = tuple(map(parse_term, each.near))
        languages = frozenset(map(primary, each.language))
        for text in each.terms:
            yield Written(Condition((parse_term(text),), fields, near, each.within), languages, each.weight)


def categorize(entry: Entry, source: Source, rules: Rules) -> tuple[CategoryMatch, ...]:
    """Return the categories of an entry in the order of the rules, each with its reasons in words.

    What the operator gave to all entries of the source is there without a match; a category that has no rule comes
    last. What the operator's examples say of the entry goes before both.
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
    if rules.answers:
        matches = rules.answers.settle(entry, matches, [rule.category for rule in rules.rules])
    return tuple(matches)


def judge(entry: Entry, source: Source, rules: Rules) -> tuple[Judgment, ...]:
    """Return what each rule says of an entry, in the order of the rules."""
    said = {judgment.category: judgment for judgment in _judge(entry, source, rules, in_full=True)}
    return tuple(said.get(rule.category, Judgment(rule.category, 0, rule.at_least)) for rule in rules.rules)


def _judge(entry: Entry, source: Source, rules: Rules, *, in_full: bool = False) -> Iterator[Judgment]:
    """Yield what rules say that have something to say; with ``in_full`` also why terms don't count."""
    source_text = f"{source.name}\n{source.title or ''}" if rules.reads_source else ""
    text = read_entry(entry, source_text) if rules.terms else _NOTHING
    found = rules.finder.find(text)
    occurrences = Occurrences(found, text)
    touched: dict[int, tuple[list[_Clause], list[_Clause]]] = {
        place: ([], []) for place, rule in enumerate(rules.rules) if rule.category in source.categories
    }
    language = primary(entry.language) if entry.language else None
    is_page = bool(touched or found) and is_standing_page(entry.title)
    for term in found:
        for place, clause, is_veto, near, languages in rules.uses[term]:
            # what holds, written out: this is done for every term of every entry
            if in_full or (
                (not near or not near.isdisjoint(found))
                and (not languages or language is None or language in languages)
            ):  # fmt: skip
                lists = touched.get(place)
                if lists is None:
                    lists = touched[place] = ([], [])
                lists[is_veto].append(clause)
    for place in sorted(touched):
        rule, (clauses, vetoes) = rules.rules[place], touched[place]
        if is_page:
            rule = replace(rule, fields=lessened(rule.fields))
        given = _given_reason(source, rule.category)
        reading = _Reading(rule, rules.terms, occurrences, language)
        if in_full or given or reading.may_hold(clauses):
            yield reading.judgment(clauses, vetoes, given, in_full=in_full)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One rule and one entry."""

    rule: _Rule
    terms: tuple[Term, ...]
    occurrences: Occurrences
    language: str | None

    def may_hold(self, clauses: list[_Clause]) -> bool:
        """Tell whether the score can be reached, before looking at what is near and at vetoes, which takes longer."""
        return sum(self._most(clause) for clause in clauses if clause.weight > 0) >= self.rule.at_least - _ROUNDING

    def _most(self, clause: _Clause) -> float:
        field_of, found = self.occurrences.text.field_at, self.occurrences.found
        fields = {field_of(found[term][end][0]) for term in clause.numbered.terms for end in (0, -1) if term in found}
        return clause.weight * (self.rule.fields[fields.pop()] if len(fields) == 1 else self.rule.most)

    def judgment(
        self, clauses: list[_Clause], vetoes: list[_Clause], given: tuple[str, ...], *, in_full: bool
    ) -> Judgment:
        rule = self.rule
        vetoes.sort(key=attrgetter("order"))
        covers = [place for clause in vetoes for place in self._places(clause)]
        cover = Cover(place.span for place in covers)
        clauses.sort(key=attrgetter("order"))
        counted = [(clause, *self._weightiest(clause, cover)) for clause in clauses]
        score = round(sum(weight for _, weight, _ in counted), 9)
        if score < rule.at_least and not in_full:  # nobody asks for reasons
            return Judgment(rule.category, score, rule.at_least, given=given)
        matched = [self._reason(place, weight) for _, weight, place in counted if place is not None and weight]
        is_short = score < rule.at_least
        idle = self._why_idle([clause for clause, weight, _ in counted if not weight], covers) if is_short else ()
        return Judgment(rule.category, score, rule.at_least, tuple(matched), tuple(idle), given)

    def _places(self, clause: _Clause) -> Iterator[Place]:
        return self.occurrences.places(clause.numbered) if clause.is_for(self.language) else iter(())

    def _weightiest(self, clause: _Clause, cover: Cover) -> tuple[float, Place | None]:
        """Return what a clause counts and where: the first of the places that count most and that no veto covers."""
        rule, text = self.rule, self.occurrences.text
        best, best_weight = None, 0.0
        for place in self._places(clause):
            if not cover.covers(place.span):
                weight = rule.fields[text.field_at(place.span[0])]
                if weight > best_weight:
                    best, best_weight = place, weight
                    if weight == rule.most:
                        break
        return best_weight * clause.weight, best

    def _reason(self, place: Place, weight: float) -> str:
        """Say where a term occurs: ``title has "lunar"``, with what was found where the term leaves that open."""
        text, term = self.occurrences.text, self.terms[place.term]
        field = text.field_at(place.span[0])
        is_open = isinstance(term, Pattern) or any(part.is_stem for part in term.parts)
        shown = f" ({text.shown(place.span)[:80]})" if is_open else ""
        near = "" if place.near is None else f' near "{self.terms[place.near].written}"'
        counted = f", counts {weight:g}" if weight != 1 else ""
        return f'{field} {"have" if field is Field.TAGS else "has"} "{term.written}"{shown}{near}{counted}'

    def _why_idle(self, clauses: list[_Clause], covers: list[Place]) -> Iterator[str]:
        """Say why clauses whose terms occur don't count; those with long lists of what must be near in one sentence."""
        lonely: dict[str, None] = {}
        reasons: dict[str, None] = {}
        for clause in clauses:
            reason = self._why_one_is_idle(clause, covers)
            if reason is None:
                lonely[f'"{self.terms[clause.numbered.terms[0]].written}"'] = None
            else:
                reasons[reason] = None
        yield from reasons
        if lonely:
            *some, last = lonely
            names = f"{', '.join(some[:_MOST_NAMED])} and {last}" if some else last
            yield f"{names} {'have' if some else 'has'} none of the words near that it takes"

    def _why_one_is_idle(self, clause: _Clause, covers: list[Place]) -> str | None:
        """Say why a clause whose term occurs doesn't count; None when nothing of a long list is near."""
        condition, written = clause.numbered.condition, f'"{self.terms[clause.numbered.terms[0]].written}"'
        if not clause.is_for(self.language):
            return f"{written} counts only in entries in {', '.join(sorted(clause.languages))}, not in {self.language}"
        place = next(self._places(clause), None)
        if place is not None:
            start, end = place.span
            veto = next((each for each in covers if each.span[0] <= start and end <= each.span[1]), None)
            if veto is None:
                return f"{written} counts nothing there"
            near = "" if veto.near is None else f' near "{self.terms[veto.near].written}"'
            return f'{written} does not count in "{self.terms[veto.term].written}"{near}'
        if not any(True for _ in self.occurrences.places(clause.numbered, anywhere=True)):
            return f"{written} counts only in {', '.join(sorted(condition.fields))}"
        if len(condition.near) > _MOST_NEAR:
            return None
        near = ", ".join(f'"{term.written}"' for term in condition.near)
        return f"{written} counts only within {condition.within} words of {near}"


def _given_reason(source: Source, category: str) -> tuple[str, ...]:
    return (f"every entry of {source.name} has it",) if category in source.categories else ()


def explain_rules(entry: Entry, source: Source, rules: Rules) -> tuple[str, ...]:
    """Return a line for each category: whether the entry has it and why, or what is missing."""
    known = rules.answers.of(entry)
    return tuple(_explanation(judgment, known.get(judgment.category)) for judgment in judge(entry, source, rules))


def _explanation(judgment: Judgment, known: bool | None) -> str:
    said = explain_judgment(judgment)
    if known is None:
        return f"{judgment.category}: {said}"
    return f"{judgment.category}: {'yes' if known else 'no'}, {RIGHT_ANSWER}; its rule says {said}"


def explain_judgment(judgment: Judgment) -> str:
    """Say yes or no, and why."""
    score, needed = f"{judgment.score:.4g}", f"{judgment.at_least:.4g}"
    if not judgment.holds and float(score) >= float(needed):  # no rounding may say otherwise
        score = f"just below {needed}"
    score = f"score {score}, and {needed} is {'enough' if judgment.holds else 'needed'}"
    details = (*judgment.given, *judgment.matched, *judgment.idle)
    if not details:
        return "no, none of its terms occurs"
    answer = "yes" if judgment.given or judgment.holds else "no"
    return f"{answer}, {score}: {'; '.join(details)}"
