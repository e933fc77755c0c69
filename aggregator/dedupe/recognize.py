"""What is new is set beside what resembles it: is it a copy, does it belong to a story?

Oldest first, so that the first report is the original and gives a story its id; what was judged is what the next one
is set beside, in one document as over days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.dedupe.articles import pieces_in
from aggregator.dedupe.evidence import SameArticle, article_of, same_text
from aggregator.dedupe.marks import ID, TEXT, WORD, word_mark
from aggregator.dedupe.stories import Stories, story_words
from aggregator.dedupe.weights import Weights
from aggregator.model import Decision, Entry, Known, Nearby, Probes, Resembling, Signature

# How many of those with the most marks in common are compared word for word.
_COMPARED = 6
# Pieces of text that so many of the new entries of a document have are the source's.
_REPEATED = 3


def probes_for(
    entries: Sequence[Entry], signatures: Sequence[Signature], known: Known, *, now: datetime
) -> tuple[Probes, ...]:
    """Return where the store should look for what resembles the new ones of these entries."""
    stored = {each.key for each in known.same_source} | known.forgotten
    new = [each for each in zip(entries, signatures, strict=True) if each[0].key not in stored]
    weights = Weights(known.vocabularies, (signature for _, signature in new))
    return tuple(
        marked(signature, weights, published=entry.published or now, first_seen=now).probes for entry, signature in new
    )


@dataclass(frozen=True, slots=True)
class Marked:
    """The marks of one entry: ``stored`` are those by which later ones find it, ``probes`` where it looks."""

    stored: tuple[int, ...]
    probes: Probes


def marked(signature: Signature, weights: Weights, *, published: datetime, first_seen: datetime) -> Marked:
    """Return the marks of an entry with this signature."""
    ids = [] if signature.id_mark is None else [signature.id_mark]
    stored_words, probed_words = story_words(signature, weights)
    return Marked(
        stored=(
            *TEXT.stored(signature.marks, first_seen),
            *ID.stored(ids, first_seen),
            *WORD.stored(map(word_mark, stored_words), published),
        ),
        probes=Probes(
            copies=(*TEXT.looked_up(signature.probes, first_seen), *ID.looked_up(ids, first_seen)),
            story=tuple(WORD.looked_up(map(word_mark, probed_words), published)),
        ),
    )


def recognize(
    decisions: Iterable[Decision], signed: Mapping[str, Signature], known: Known, nearby: Nearby, *, source: str
) -> list[Decision]:
    """Return the decisions, in their order, with duplicates by text, stories, and what to recognize them by."""
    decisions = list(decisions)
    new = [each for each in decisions if each.is_new]
    weights = Weights(known.vocabularies, (signed[each.entry.key] for each in new))
    recognizer = _Recognizer(new, weights, nearby, source)
    positions = [position for position, each in enumerate(decisions) if each.is_new]
    # documents list the newest first: of two of one time the latter is the older
    for position in sorted(reversed(positions), key=lambda position: decisions[position].published):
        decision = decisions[position]
        decisions[position] = recognizer.recognize(decision, signed[decision.entry.key])
    return decisions


class _Recognizer:
    """One poll's new entries beside the stored ones and each other."""

    def __init__(self, new: Sequence[Decision], weights: Weights, nearby: Nearby, source: str) -> None:
        self._new = new
        self._weights = weights
        self._source = source
        self._entries = dict(nearby.entries)
        self._by_mark = {mark: list(ids) for mark, ids in nearby.by_mark.items()}
        self._stories = Stories(weights, nearby.sizes)
        self._repeated: frozenset[tuple[str, ...]] | None = None

    def recognize(self, decision: Decision, signature: Signature) -> Decision:
        """Return the decision on a new entry with all that is known of it now."""
        marks = marked(signature, self._weights, published=decision.published, first_seen=decision.first_seen)
        if decision.original == decision.id:
            copy = self._copy(decision.entry, marks.probes)
            if copy is not None:
                decision = replace(decision, original=copy.original, evidence=copy.evidence, story=copy.story)
        if decision.original == decision.id:
            decision = self._in_story(decision, signature, marks.probes)
        decision = replace(decision, signature=signature, marks=marks.stored)
        self._remember(decision, signature, marks.stored)
        return decision

    def _copy(self, entry: Entry, probes: Probes) -> SameArticle | None:
        found = self._closest(probes.copies, _COMPARED)
        if entry.origin is not None:  # it names where it is from: what is there may have the title, without a text
            found += [each for each in self._closest(probes.story, None) if each not in found]
        return same_text(entry, self._source, found, self._repeated_pieces()) if found else None

    def _closest(self, marks: Iterable[int], limit: int | None) -> list[Resembling]:
        shared = Counter(found for mark in marks for found in self._by_mark.get(mark, ()))
        return [self._entries[found] for found, _ in shared.most_common(limit)]

    def _repeated_pieces(self) -> frozenset[tuple[str, ...]]:
        """Return the pieces of text that the document has in several entries; found when they are first needed."""
        if self._repeated is None:
            seen = Counter(piece for each in self._new for piece in pieces_in(article_of(each.entry)))
            self._repeated = frozenset(piece for piece, count in seen.items() if count >= _REPEATED)
        return self._repeated

    def _in_story(self, decision: Decision, signature: Signature, probes: Probes) -> Decision:
        entry = self._resembling(decision, signature)
        joined = self._stories.find(entry, self._closest(probes.story, None), self._entries)
        if joined is None:
            return decision
        return replace(decision, story=joined.story, story_evidence=joined.evidence)

    def _remember(self, decision: Decision, signature: Signature, marks: Iterable[int]) -> None:
        self._entries[decision.id] = self._resembling(decision, signature)
        self._stories.add(decision.story, decision.id)
        for mark in marks:
            self._by_mark.setdefault(mark, []).append(decision.id)

    def _resembling(self, decision: Decision, signature: Signature) -> Resembling:
        entry = decision.entry
        return Resembling(
            id=decision.id,
            source=self._source,
            key=entry.key,
            original=decision.original,
            story=decision.story,
            url=entry.url,
            title=entry.title,
            published=decision.published,
            first_seen=decision.first_seen,
            signature=signature,
            markup=entry.content or entry.summary,
        )
