"""Why an entry is not in the story of those that it resembles, in words for ``aggregator explain``."""

from __future__ import annotations

from collections import Counter

from aggregator.model import Marked, Nearby, Resembling
from aggregator.stories.grouping import Stories
from aggregator.stories.likeness import Likeness, liken
from aggregator.stories.weights import Weights

_SHOWN = 3


def nearest_stories(own: Resembling, marked: Marked, nearby: Nearby, weights: Weights) -> list[str]:
    """Say of the entries of other stories that resemble it the most what is missing."""
    stories = Stories(weights, nearby.sizes)
    shared = Counter(found for mark in marked.probes.story for found in nearby.by_mark.get(mark, ()))
    others = [nearby.entries[found] for found, _ in shared.most_common()]
    likened = [(liken(own, other, weights), other) for other in others if other.story != own.story]
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
