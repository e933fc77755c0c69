"""Which small edits of a rule would get all of its examples right, and what else they would change in the store."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from aggregator.categorize import as_entry
from aggregator.categorize.trials import Change, State, Studied, Trials
from aggregator.config import CategoryConfig
from aggregator.model import Entry, Source, StoredEntry
from aggregator.stories.everyday import everyday_stems
from aggregator.stories.placenames import place_stems
from aggregator.text.languages import is_small, language_of, stems, terms_in
from aggregator.text.matching import squeeze
from aggregator.tuning.edits import PRICES, Edit, EditKind
from aggregator.tuning.examples import Example
from aggregator.tuning.proposals import narrowed, proposals, tokens

_ALTERNATIVES = 3
# What an edit is worth: examples that it gets right, further ones that have its term, stored entries that it gains and
# that have more in common with the examples (no more than so many of them); less what it changes of others.
_WORTH_OF_FIXED, _WORTH_OF_KNOWN, _WORTH_OF_KIN, _MOST_KIN = 4.0, 1.5, 0.4, 6
_PRICE_OF_STRANGERS, _PRICE_OF_LOST_STRANGERS, _PRICE_OF_LOST_KIN = 1.5, 0.7, 1.5
# A name, a place or an everyday word is rarely what a subject is known by.
_PRICE_OF_NAME, _PRICE_OF_PLACE, _PRICE_OF_EVERYDAY, _PRICE_OF_SHORT = 2.5, 4.0, 2.5, 1.0
_PRICE_OF_PAIR, _PRICE_OF_PHRASE, _WORTH_OF_STEM, _SHORT = 1.0, 0.5, 0.3, 5
# The longer a word, the fewer meanings it has; in languages that write nouns with a capital, others tell less.
_WORTH_OF_LETTER, _MOST_LETTERS, _PRICE_OF_NO_NOUN = 0.1, 16, 1.0
_LONGEST_ENDING = 2  # a stem without it is worth as much as the word
# Headlines begin with what they are about.
_PRICE_OF_LATER = 0.4


@dataclass(frozen=True, slots=True)
class Effect:
    """What an edit changes: examples that it gets right, and stored entries that gain or lose the category."""

    fixed: tuple[Example, ...]
    gained: tuple[StoredEntry, ...]
    lost: tuple[StoredEntry, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An edit, what it changes after those before it, and others that would do in its place."""

    edit: Edit
    effect: Effect
    instead: tuple[tuple[Edit, Effect], ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Edits that get right what can be; ``left`` are the examples that no small edit gets right."""

    category: str
    wrong: tuple[Example, ...]
    edits: tuple[Suggestion, ...]
    left: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An edit as a change of the rule's state, and the clause by which entries are found that it may touch."""

    edit: Edit
    change: Change
    clause: int


@dataclass(frozen=True, slots=True)
class _Rated:
    worth: float
    candidate: _Candidate
    effect: Effect

    @property
    def rank(self) -> tuple[float, int, str]:
        """Sort the best first; what is equally good by how much else it changes, then by its words."""
        return (-round(self.worth, 6), len(self.effect.gained) + len(self.effect.lost), self.candidate.edit.words)


def suggest(
    category: CategoryConfig,
    examples: Sequence[Example],
    stored: Iterable[tuple[StoredEntry, Source]],
) -> Suggestions:
    """Return edits that get a category's examples right, those that are worth most first.

    ``stored`` are the entries whose change is counted. The same input gives the same edits.
    """
    return _Search(category, [each for each in examples if each.entry is not None], stored).run()


class _Search:
    def __init__(
        self,
        category: CategoryConfig,
        examples: Sequence[Example],
        stored: Iterable[tuple[StoredEntry, Source]],
    ) -> None:
        self._category = category
        self._examples = examples
        self._entries = [each.entry for each in examples if each.entry is not None]
        plain = Trials(category, (), ())
        studied = self._study(plain)
        self._wrong = [
            at for at, each in enumerate(examples) if plain.has(studied[at], plain.state) != each.is_yes
        ]  # fmt: skip
        edits = self._proposed(plain, studied) if self._wrong else []
        adding = [each for each in edits if each.kind is not EditKind.VETO]
        vetoes = [each for each in edits if each.kind is EditKind.VETO]
        self._trials = Trials(category, [each.group for each in adding], [each.group for each in vetoes])
        self._candidates = [*self._numbered(adding, self._trials.first_more)]
        self._candidates += self._numbered(vetoes, self._trials.first_veto)
        self._studied = self._study(self._trials)
        self._stored: list[tuple[StoredEntry, Studied]] = []
        self._by_clause: dict[int, list[int]] = defaultdict(list)
        if self._candidates:
            self._look_through(stored)

    def _study(self, trials: Trials) -> list[Studied]:
        return [
            trials.study(entry, example.source)
            for entry, example in zip(self._entries, self._examples, strict=True)
        ]  # fmt: skip

    def _proposed(self, trials: Trials, studied: Sequence[Studied]) -> list[Edit]:
        right = [at for at, each in enumerate(self._examples) if each.is_yes]
        words = {at: [each.folded for each in tokens(studied[at], self._entries[at].title)[0]] for at in right}
        found: dict[Edit, None] = {}
        for at in self._wrong:
            is_yes = self._examples[at].is_yes
            others = [
                word
                for other in right
                if other != at
                for word in words[other]
                if len(word) > _SHORT and not is_small(word, "")
            ]
            found |= dict.fromkeys(
                proposals(self._category, trials, self._entries[at], studied[at], is_yes=is_yes, others=others)
            )
            if not is_yes:
                found |= dict.fromkeys(self._narrowed(trials, studied, at, right))
        return list(found)

    def _narrowed(self, trials: Trials, studied: Sequence[Studied], at: int, right: Sequence[int]) -> Iterator[Edit]:
        counted = dict(trials.counted(studied[at], trials.state))
        for place, order in trials.any_places.items():
            if counted.get(order, 0) > 0:
                needing = [
                    (self._entries[other], studied[other])
                    for other in right
                    if order in dict(trials.counted(studied[other], trials.state))
                ]
                edit = narrowed(self._category, trials, order, place, needing)
                if edit is not None:
                    yield edit

    def _numbered(self, edits: Sequence[Edit], first: int) -> Iterator[_Candidate]:
        for number, edit in enumerate(edits, first):
            own = frozenset({number})
            if edit.kind is EditKind.VETO:
                yield _Candidate(edit, Change(vetoes=own), number)
            elif edit.place is None:
                yield _Candidate(edit, Change(counts=own), number)
            else:
                replaced = self._trials.any_places[edit.place]
                yield _Candidate(edit, Change(counts=own, counts_no_more=frozenset({replaced})), replaced)

    def _look_through(self, stored: Iterable[tuple[StoredEntry, Source]]) -> None:
        """Keep the stored entries that an edit may touch."""
        asked = {each.clause for each in self._candidates}
        known = {entry.key for entry in self._entries}
        for entry, source in stored:
            if entry.id in known:
                continue  # it is an example itself
            studied = self._trials.study(as_entry(entry), source)
            touched = studied.occurring & asked
            if touched:
                for clause in touched:
                    self._by_clause[clause].append(len(self._stored))
                self._stored.append((entry, studied))

    def run(self) -> Suggestions:
        state, wrong = self._trials.state, list(self._wrong)
        chosen: list[_Rated] = []
        instead: list[list[_Rated]] = []
        while wrong:
            rated = sorted(self._rated(state, wrong), key=lambda each: each.rank)
            if not rated:
                break
            best = rated[0]
            chosen.append(best)
            instead.append([each for each in rated[1:] if set(each.effect.fixed) == set(best.effect.fixed)])
            state = best.candidate.change.of(state)
            fixed = set(best.effect.fixed)
            wrong = [at for at in wrong if self._examples[at] not in fixed]
        needed = self._needed(chosen, wrong)
        return Suggestions(
            self._category.name,
            tuple(self._examples[at] for at in self._wrong),
            tuple(
                Suggestion(
                    each.candidate.edit,
                    each.effect,
                    tuple((other.candidate.edit, other.effect) for other in _unlike(each, others)),
                )
                for each, others in zip(chosen, instead, strict=True)
                if each in needed
            ),
            tuple(self._examples[at] for at in wrong),
        )

    def _needed(self, chosen: list[_Rated], wrong: Sequence[int]) -> list[_Rated]:
        """Leave out edits that later ones have made superfluous."""
        kept = list(chosen)
        for each in chosen:
            others = [other for other in kept if other is not each]
            state = self._trials.state
            for other in others:
                state = other.candidate.change.of(state)
            if all(self._is_right(at, state) for at in range(len(self._examples)) if at not in wrong):
                kept = others
        return kept

    def _is_right(self, at: int, state: State) -> bool:
        return self._trials.has(self._studied[at], state) == self._examples[at].is_yes

    def _rated(self, state: State, wrong: Sequence[int]) -> Iterator[_Rated]:
        for candidate in self._candidates:
            change = candidate.change
            if not change.counts_no_more <= state.counting or (change.counts <= state.counting and change.counts):
                continue
            touching = [at for at, each in enumerate(self._studied) if candidate.clause in each.occurring]
            after = change.of(state)
            fixed = [at for at in touching if at in wrong and self._is_right(at, after)]
            if not fixed or any(at not in wrong and not self._is_right(at, after) for at in touching):
                continue
            yield self._rate(candidate, state, after, fixed, touching)

    def _rate(
        self, candidate: _Candidate, state: State, after: State, fixed: Sequence[int], touching: Sequence[int]
    ) -> _Rated:
        gained, lost = [], []
        kin = strangers = lost_kin = lost_strangers = 0
        for at in self._by_clause.get(candidate.clause, ()):
            entry, studied = self._stored[at]
            had, has = self._trials.has(studied, state), self._trials.has(studied, after)
            if has and not had:
                gained.append(entry)
                if self._is_kin(entry, candidate.edit):
                    kin += 1
                else:
                    strangers += 1
            elif had and not has:
                lost.append(entry)
                if self._is_kin(entry, candidate.edit):
                    lost_kin += 1
                else:
                    lost_strangers += 1
        known = sum(self._examples[at].is_yes for at in touching if at not in fixed)
        is_adding = candidate.edit.kind is EditKind.TERM
        worth = _WORTH_OF_FIXED * len(fixed) + _WORTH_OF_KNOWN * known * is_adding
        worth += _WORTH_OF_KIN * min(kin, _MOST_KIN) - _PRICE_OF_STRANGERS * math.log2(1 + strangers)
        worth -= (
            _PRICE_OF_LOST_KIN * lost_kin + PRICES[candidate.edit.kind] + self._price_of_term(candidate.edit, fixed)
        )
        effect = Effect(tuple(self._examples[at] for at in fixed), tuple(gained), tuple(lost))
        return _Rated(worth, candidate, effect)

    def _price_of_term(self, edit: Edit, fixed: Sequence[int]) -> float:
        """Return how little a term is to be trusted: names, places and everyday words belong to any subject."""
        price = _PRICE_OF_PAIR * len(edit.group.near)
        if edit.kind not in {EditKind.TERM, EditKind.AGAINST}:
            return price
        term = edit.group.terms[0]
        names = {word for at in fixed for word in self._names[at]}
        small = [_without_capital(self._entries[at].title, self._entries[at].language) for at in fixed]
        words = [term, *edit.group.near]
        prices = []
        for each in words:
            parts = terms_in(each.strip("=*"))
            found = max(parts, key=len, default="")
            stem = stems([found], "en") + stems([found], "fr") + stems([found], "de") + (found,)
            prices.append(max(
                _PRICE_OF_PLACE * any(one in _places() for one in stem),
                _PRICE_OF_EVERYDAY * any(one in _everyday() for one in stem),
                _PRICE_OF_NAME * any(name.startswith(found) for name in names),
                _PRICE_OF_NO_NOUN * any(found in other for other in small),
                _PRICE_OF_SHORT * (len(found) < _SHORT and not each.startswith("=")),
            ))  # fmt: skip
        price += min(prices)
        if edit.kind is EditKind.AGAINST:
            return price
        longest = max(terms_in(term), key=len, default="")
        ending = _LONGEST_ENDING * (term.endswith("*") and not any(longest in self._words[at] for at in fixed))
        price -= _WORTH_OF_LETTER * min(len(longest) + ending, _MOST_LETTERS)
        price += _PRICE_OF_LATER * min(self._place_of(longest, at) for at in fixed)
        if " " in term:
            price += _PRICE_OF_PHRASE
        elif term.endswith("*"):
            price -= _WORTH_OF_STEM
        return price

    def _place_of(self, word: str, at: int) -> int:
        """Return how many telling words stand before one in the headline of an example."""
        telling = [each for each in terms_in(self._entries[at].title) if not is_small(each, "")]
        return next((place for place, each in enumerate(telling) if each.startswith(word)), len(telling))

    @cached_property
    def _words(self) -> list[frozenset[str]]:
        return [frozenset(terms_in(each.title)) for each in self._entries]

    @cached_property
    def _names(self) -> list[set[str]]:
        """The folded words of each example that look like names: with a capital where none is due."""
        return [_names_in(each.title, each.language) for each in self._entries]

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        """The stems that examples of the category have and others haven't."""
        yes = {stem for at, each in enumerate(self._examples) if each.is_yes for stem in _stems_of(self._entries[at])}
        no = {
            stem for at, each in enumerate(self._examples) if not each.is_yes for stem in _stems_of(self._entries[at])
        }
        return frozenset(yes - no)

    def _is_kin(self, entry: StoredEntry, edit: Edit) -> bool:
        """Whether an entry has more in common with the examples of the category than the edit's own words."""
        own = [
            word.decode() for term in (*edit.group.terms, *edit.group.near) for word in squeeze(term).lower().split()
        ]
        shared = _stems_of(as_entry(entry)) & self._vocabulary
        return any(not any(stem.startswith(word[:_SHORT]) or word.startswith(stem) for word in own) for stem in shared)


def _unlike(best: _Rated, others: Sequence[_Rated]) -> list[_Rated]:
    """Return the next best edits, of each kind one, or two terms; none is another with another ending or weight."""
    kept = [best]
    for each in others:
        kind = each.candidate.edit.kind
        of_kind = sum(other.candidate.edit.kind is kind for other in kept[1:])
        if of_kind > (kind is EditKind.TERM) or any(_is_alike(each.candidate.edit, one.candidate.edit) for one in kept):
            continue
        kept.append(each)
        if len(kept) > _ALTERNATIVES:
            break
    return kept[1:]


def _is_alike(one: Edit, other: Edit) -> bool:
    if one.kind is not other.kind:
        return False
    begins = [(each.group.terms[0].strip("=*")[:_SHORT], bool(each.group.near)) for each in (one, other)]
    return begins[0] == begins[1]


def _stems_of(entry: Entry) -> frozenset[str]:
    words = terms_in(f"{entry.title} {entry.summary}")
    language = language_of(words, entry.language)
    everyday = everyday_stems(language) | place_stems(language)
    return frozenset(each for each in stems(words, language) if each not in everyday and not each[0].isdigit())


def _everyday() -> frozenset[str]:
    return everyday_stems("")


def _places() -> frozenset[str]:
    return place_stems("")


_WORD = re.compile(r"[^\W\d_]+")


def _names_in(title: str, language: str | None) -> set[str]:
    words = [(each.group(), each.start()) for each in _WORD.finditer(title)]
    folded = terms_in(title)
    if language_of(folded, language) in {"de", "lb"}:  # which write all nouns with a capital
        return set()
    inner = [word for word, at in words if at and not re.search(r"[.:!?»“\"]\s*$", title[:at])]
    capitals = [word for word in inner if word[0].isupper() and not word.isupper()]
    if 2 * len(capitals) > len([word for word in inner if not is_small(word.lower(), "")]):
        return set()  # a headline in capitals
    return {term for word in capitals for term in terms_in(word)}


def _without_capital(title: str, language: str | None) -> set[str]:
    """Return the folded words that are no nouns, in languages that write those with a capital."""
    if language_of(terms_in(title), language) not in {"de", "lb"}:
        return set()
    return {term for word in _WORD.findall(title) if word[0].islower() for term in terms_in(word)}
