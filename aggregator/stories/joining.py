"""What is new is set beside what tells of one event with it, oldest first: the first report gives a story its id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from aggregator.model import Decision, Marked, Nearby, Resembling
from aggregator.stories.grouping import Joined, Stories
from aggregator.stories.weights import Weights

# A mark that very many entries have says little: the last ones are enough.
_NEWEST = 40


def join_stories(
    decisions: Sequence[Decision], marked: Mapping[str, Marked], weights: Weights, nearby: Nearby, *, source: str
) -> tuple[Decision, ...]:
    """Return the decisions, in their order, with the stories of the new ones; a copy is in that of its original."""
    judged = list(decisions)
    around = _Around(weights, nearby, source)
    # documents list the newest first: of two of one time the latter is the older
    for position in sorted(range(len(judged)), key=lambda position: (judged[position].published, -position)):
        decision = judged[position]
        its_marks = marked.get(decision.entry.key)
        if decision.is_new and its_marks is not None:
            judged[position] = around.placed(decision, its_marks)
    return tuple(judged)


class _Around:
    """The stored entries around one poll's, and those of it that were judged already."""

    def __init__(self, weights: Weights, nearby: Nearby, source: str) -> None:
        self._source = source
        self._entries = dict(nearby.entries)
        self._by_mark = {mark: list(reversed(ids)) for mark, ids in nearby.by_mark.items()}
        self._stories = Stories(weights, nearby.sizes)
        self._placed: dict[str, str] = {}

    def placed(self, decision: Decision, marked: Marked) -> Decision:
        """Return a new entry's decision with its story."""
        if decision.original != decision.id:
            decision = replace(decision, story=self._placed.get(decision.original, decision.story))
        elif joined := self._joined(_resembling(decision, marked, self._source), marked.probes.story):
            decision = replace(decision, story=joined.story, story_evidence=joined.evidence)
        self._placed[decision.id] = decision.story
        self._remember(_resembling(decision, marked, self._source), marked.stored)
        return decision

    def _joined(self, entry: Resembling, marks: Iterable[int]) -> Joined | None:
        having = [self._by_mark[mark][-_NEWEST:] for mark in marks if mark in self._by_mark]
        shared = Counter(chain.from_iterable(having))
        return self._stories.find(entry, [self._entries[found] for found, _ in shared.most_common()], self._entries)

    def _remember(self, entry: Resembling, marks: Iterable[int]) -> None:
        self._entries[entry.id] = entry
        self._stories.add(entry.story, entry.id)
        for mark in marks:
            self._by_mark.setdefault(mark, []).append(entry.id)


def _resembling(decision: Decision, marked: Marked, source: str) -> Resembling:
    return Resembling(
        id=decision.id,
        source=source,
        key=decision.entry.key,
        original=decision.original,
        story=decision.story,
        url=decision.entry.url,
        title=decision.entry.title,
        published=decision.published,
        first_seen=decision.first_seen,
        gist=marked.gist,
    )
