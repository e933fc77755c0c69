"""What is new is set beside what resembles it: is it a copy?

Oldest first, so that the first report is the original; what was judged is what the next one is set beside, in one
document as over days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from aggregator.dedupe.articles import pieces_in
from aggregator.dedupe.evidence import SameArticle, article_of, same_text
from aggregator.model import Decision, Entry, Marked, Nearby, Probes, Resembling

# How many of those with the most marks in common are compared word for word.
_COMPARED = 6
# A mark that very many entries of a document have says little: the last ones are enough.
_NEWEST = 40
# Pieces of text that so many of the new entries of a document have are the source's.
_REPEATED = 3


def recognize(
    decisions: Iterable[Decision], marked: Mapping[str, Marked], nearby: Nearby, *, source: str
) -> list[Decision]:
    """Return the decisions, in their order, with duplicates by text, and what to recognize entries by."""
    decisions = list(decisions)
    recognizer = _Recognizer(decisions, nearby, source)
    # documents list the newest first: of two of one time the latter is the older
    for position in sorted(range(len(decisions)), key=lambda position: (decisions[position].published, -position)):
        decision = decisions[position]
        its_marks = marked.get(decision.entry.key)
        if its_marks is not None:
            judged = recognizer.recognize(decision, its_marks) if decision.is_new else decision
            decisions[position] = replace(judged, gist=its_marks.gist, marks=its_marks.stored)
    return decisions


class _Recognizer:
    """One poll's new entries beside the stored ones and each other."""

    def __init__(self, decisions: Sequence[Decision], nearby: Nearby, source: str) -> None:
        self._new = [each for each in decisions if each.is_new]
        self._source = source
        self._entries = dict(nearby.entries)
        self._by_mark = {mark: list(reversed(ids)) for mark, ids in nearby.by_mark.items()}
        self._repeated: frozenset[tuple[str, ...]] | None = None

    def recognize(self, decision: Decision, marked: Marked) -> Decision:
        """Return the decision on a new entry with what there is to say of it: whose copy it is."""
        if decision.original == decision.id and (copy := self._copy(decision.entry, marked.probes)):
            story = copy.story or copy.original
            decision = replace(decision, original=copy.original, evidence=copy.evidence, story=story)
        self._remember(decision, marked)
        return decision

    def _copy(self, entry: Entry, probes: Probes) -> SameArticle | None:
        found = self._closest(probes.copies, _COMPARED)
        if entry.origin is not None:  # it names where it is from: what is there may have the title, without a text
            found += [each for each in self._closest(probes.titles, None) if each not in found]
        return same_text(entry, self._source, found, self._repeated_pieces) if found else None

    def _closest(self, marks: Iterable[int], limit: int | None) -> list[Resembling]:
        by_mark = self._by_mark
        having = [by_mark[mark][-_NEWEST:] for mark in marks if mark in by_mark]
        if not having:  # as for most entries
            return []
        shared = Counter(chain.from_iterable(having))
        return [self._entries[found] for found, _ in shared.most_common(limit)]

    def _repeated_pieces(self) -> frozenset[tuple[str, ...]]:
        """Return the pieces of text that several of the new entries have."""
        if self._repeated is None:
            seen = Counter(piece for each in self._new for piece in pieces_in(article_of(each.entry)))
            self._repeated = frozenset(piece for piece, count in seen.items() if count >= _REPEATED)
        return self._repeated

    def _remember(self, decision: Decision, marked: Marked) -> None:
        entry = decision.entry
        self._entries[decision.id] = Resembling(
            id=decision.id,
            source=self._source,
            key=entry.key,
            original=decision.original,
            story=decision.story,
            url=entry.url,
            title=entry.title,
            published=decision.published,
            first_seen=decision.first_seen,
            markup=entry.content or entry.summary,
        )
        for mark in marked.stored:
            self._by_mark.setdefault(mark, []).append(decision.id)
