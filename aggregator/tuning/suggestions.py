"""Which small edits of a rule would get all of its examples right, and what else they would change in the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from aggregator.categorize import as_entry
from aggregator.categorize.trials import Change, State, Studied, Trials
from aggregator.config import CategoryConfig
from aggregator.model import Source, StoredEntry
from aggregator.text.languages import is_small
from aggregator.tuning.edits import Edit, EditKind
from aggregator.tuning.examples import Example
from aggregator.tuning.proposals import narrowed, proposals, tokens
from aggregator.tuning.worth import Worth

_ALTERNATIVES = 3
_BEGINNING = 5  # letters, by which two terms are one with different endings


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
        self._worth = Worth([(entry, each.is_yes) for entry, each in zip(self._entries, examples, strict=True)])
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
                if len(word) > _BEGINNING and not is_small(word, "")
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
        for at in self._by_clause.get(candidate.clause, ()):
            entry, studied = self._stored[at]
            had, has = self._trials.has(studied, state), self._trials.has(studied, after)
            if has and not had:
                gained.append(entry)
            elif had and not has:
                lost.append(entry)
        known = [at for at in touching if self._examples[at].is_yes and at not in fixed]
        worth = self._worth.of(candidate.edit, fixed, known=len(known), gained=gained, lost=lost)
        effect = Effect(tuple(self._examples[at] for at in fixed), tuple(gained), tuple(lost))
        return _Rated(worth, candidate, effect)


def _unlike(best: _Rated, others: Sequence[_Rated]) -> list[_Rated]:
    """Return the next best edits, of each kind one, or two words; none is another with another ending or weight."""
    kept = [best]
    for each in others:
        kind = _kind(each.candidate.edit)
        of_kind = sum(_kind(other.candidate.edit) == kind for other in kept[1:])
        most = 1 + (kind == (EditKind.TERM, False))
        if of_kind >= most or any(_is_alike(each.candidate.edit, one.candidate.edit) for one in kept):
            continue
        kept.append(each)
        if len(kept) > _ALTERNATIVES:
            break
    return kept[1:]


def _kind(edit: Edit) -> tuple[EditKind, bool]:
    """Return what an edit is, and whether it takes more than one word to be found."""
    return edit.kind, bool(edit.group.near) or " " in edit.group.terms[0]


def _is_alike(one: Edit, other: Edit) -> bool:
    if _kind(one) != _kind(other):
        return False
    begins = [(each.group.terms[0].strip("=*")[:_BEGINNING], bool(each.group.near)) for each in (one, other)]
    return begins[0] == begins[1]
