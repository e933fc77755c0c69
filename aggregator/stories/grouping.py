"""Which story does an entry belong to? It joins the one it resembles the most, or starts its own.

A story is held together by its first entry: who joins must resemble that one too, so that a story does not wander from
event to event, and it must do so soon after it. What has joined stays.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model import Gist, Resembling
from aggregator.stories.likeness import Likeness, liken
from aggregator.stories.weights import Weights
from aggregator.text.marks import LINK, WORD, word_mark

# A story is closed when it has so many entries, or when its first one is so old.
MAX_ENTRIES = 50
MAX_AGE = timedelta(days=6)
# How much of the score that joining takes must be there with the story's first entry.
_CORE = 0.5
# Or so much of those of its entries that were found must be like the one that joins.
_MOST, _FEW = 0.5, 0.2
# How many of the entries found by rare words are looked at.
_LOOKED_AT = 10
# An entry is found by its rarest words: few are stored, more are looked up.
_STORED_WORDS, _PROBED_WORDS = 4, 6
_WORD_LETTERS = 7
# Of one source, what bears the same title on another day is a series.
_SAME_DAY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Joined:
    """The story that an entry joins, and why, in words."""

    story: str
    evidence: str


def story_words(gist: Gist, weights: Weights) -> tuple[list[str], list[str]]:
    """Return the beginnings of the rarest words of a headline: those to store and those to look up."""
    rarest = sorted((-weights.of(word, gist.language), word) for word in gist.title)
    beginnings = list(dict.fromkeys(word[:_WORD_LETTERS] for _, word in rarest))
    return beginnings[:_STORED_WORDS], beginnings[:_PROBED_WORDS]


def story_marks(gist: Gist, weights: Weights, published: datetime) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the marks to store for an entry with this gist, and those to look others of its event up by."""
    stored, probed = story_words(gist, weights)
    links = [word_mark(link) for link in gist.links]
    return (
        (*WORD.stored(map(word_mark, stored), published), *LINK.stored(links, published)),
        (*WORD.looked_up(map(word_mark, probed), published), *LINK.looked_up(links, published)),
    )


class Stories:
    """The stories around one poll's entries. ``sizes`` are how many entries they have beside their first one."""

    def __init__(self, weights: Weights, sizes: Mapping[str, int]) -> None:
        self._weights = weights
        self._sizes = Counter(sizes)

    def find(
        self, entry: Resembling, candidates: Iterable[Resembling], entries: Mapping[str, Resembling]
    ) -> Joined | None:
        """Return the story that an entry joins. ``entries`` has the first ones of the candidates' stories, if any."""
        likened: dict[str, list[tuple[Likeness, Resembling]]] = defaultdict(list)
        for candidate in list(candidates)[:_LOOKED_AT]:
            if self.why_not(entry, candidate, entries.get(candidate.story)) is None:
                likened[candidate.story].append((liken(entry, candidate, self._weights), candidate))
        chosen: list[tuple[Likeness, Resembling]] = []
        for story, members in likened.items():
            alike = [each for each in members if each[0].is_same]
            if alike and self._is_near_core(entry, entries.get(story), len(alike), len(members)):
                chosen.append(min(alike, key=lambda each: (-each[0].score, each[1].first_seen, each[1].id)))
        if not chosen:
            return None
        likeness, nearest = min(chosen, key=lambda each: (-each[0].score, each[1].first_seen, each[1].id))
        return Joined(nearest.story, evidence_of(likeness, nearest))

    def add(self, story: str, entry_id: str) -> None:
        """Count an entry that has joined a story."""
        if story != entry_id:
            self._sizes[story] += 1

    def why_not(self, entry: Resembling, candidate: Resembling, first: Resembling | None) -> str | None:
        """Return what keeps an entry from a candidate's story, whatever both say."""
        apart = abs(entry.published - candidate.published)
        if apart > WORD.window:
            return f"they are {apart.days} days apart"
        if entry.source == candidate.source and entry.title == candidate.title and apart > _SAME_DAY:
            return "the source has this title again and again"
        if self._sizes[candidate.story] + 1 >= MAX_ENTRIES:
            return f"that story has {MAX_ENTRIES} entries already"
        if first is not None and abs(entry.published - first.published) > MAX_AGE:
            return f"that story began more than {MAX_AGE.days} days before or after"
        return None

    def _is_near_core(self, entry: Resembling, first: Resembling | None, alike: int, members: int) -> bool:
        """Whether an entry is like a story: like its first entry, or like most of those that were found of it."""
        if alike >= 2 and alike >= _MOST * members:
            return True
        if first is None:
            return alike >= _MOST * members
        likeness = liken(entry, first, self._weights)
        return likeness.score >= _CORE * min(likeness.needed, 1.0) and alike >= _FEW * members


def evidence_of(likeness: Likeness, candidate: Resembling) -> str:
    """Say in words why an entry is in one story with another."""
    words = ", ".join(likeness.shared[:6])
    return f"like {candidate.source} “{candidate.title[:80]}”: {likeness.score:.0%} alike ({words})"
