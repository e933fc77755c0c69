"""Why, and why not: the judgement of a stored entry made again, in words for ``aggregator explain``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.dedupe.evidence import article_of, compare_entries
from aggregator.dedupe.likeness import Likeness, liken
from aggregator.dedupe.marking import Marked, mark_one
from aggregator.dedupe.signature import sign
from aggregator.dedupe.stories import Stories
from aggregator.dedupe.weights import Weights
from aggregator.model import Entry, Nearby, Resembling, StoredEntry, Vocabulary

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """A stored entry as it was when it was new: what it is recognized by, and how much words weigh now."""

    entry: Entry
    resembling: Resembling
    marked: Marked
    weights: Weights


def reconsider(stored: StoredEntry, vocabularies: Mapping[str, Vocabulary]) -> Reconsidered:
    """Return a stored entry ready to be judged again."""
    entry = Entry(
        key=stored.id,
        url=stored.url,
        canonical_url=stored.canonical_url,
        title=stored.title,
        summary=stored.summary,
        content=stored.content,
        language=stored.language,
        origin=stored.origin,
    )
    [signature] = sign([entry])
    weights = Weights(vocabularies)
    resembling = Resembling(
        id=stored.id,
        source=stored.source,
        key=entry.key,
        original=stored.original,
        story=stored.story,
        url=stored.url,
        title=stored.title,
        published=stored.published,
        first_seen=stored.first_seen,
        signature=signature,
        markup=stored.content or stored.summary,
    )
    marked = mark_one(signature, weights, published=stored.published, first_seen=stored.first_seen)
    return Reconsidered(entry, resembling, marked, weights)


def nearest_articles(which: Reconsidered, nearby: Nearby) -> list[str]:
    """Say of the entries with the most text in common, which are no duplicates, what they lack."""
    own = which.resembling
    article = article_of(which.entry)
    said = []
    for other in _found(which.marked.probes.copies, nearby):
        if other.original != own.original:
            comparison = compare_entries(which.entry, article, own.source, other)
            verdict = "would be one by its text now" if comparison.is_same else "no duplicate"
            said.append(f"{other.id} from {other.source} “{other.title}”: {verdict}: {comparison.reason}")
    return said[:_SHOWN]


def nearest_stories(which: Reconsidered, nearby: Nearby) -> list[str]:
    """Say of the entries of other stories that resemble it the most what is missing."""
    own = which.resembling
    stories = Stories(which.weights, nearby.sizes)
    others = [each for each in _found(which.marked.probes.story, nearby) if each.story != own.story]
    likened = [(liken(own, other, which.weights), other) for other in others]
    likened = sorted((each for each in likened if each[0].shared), key=lambda each: (-each[0].score, each[1].id))
    said = []
    for likeness, other in likened[:_SHOWN]:
        barred = stories.why_not(own, other, nearby.entries.get(other.story))
        said.append(f"{other.id} from {other.source} “{other.title}”: {_missing(likeness, barred)}")
    return said


def _missing(likeness: Likeness, barred: str | None) -> str:
    words = ", ".join(likeness.shared[:6])
    said = f"{likeness.score:.0%} alike ({words})"
    if barred is not None:
        return f"{said}, but {barred}"
    if likeness.is_same:
        return f"{said}, which is enough for the two; its story has others that this one is not like"
    reasons = [likeness.against] if likeness.against else []
    if likeness.needed > 1:
        reasons.append("the words they share are too common to tell one event from another")
    elif likeness.score < likeness.needed:
        reasons.append(f"{likeness.needed:.0%} are needed")
    else:
        reasons.append("the words they share weigh too little")
    return f"{said}, but {' and '.join(reasons)}"


def _found(marks: tuple[int, ...], nearby: Nearby) -> list[Resembling]:
    shared = Counter(found for mark in marks for found in nearby.by_mark.get(mark, ()))
    return [nearby.entries[found] for found, _ in shared.most_common()]
