"""Do two headlines tell of one event? What they share is weighed against what each says besides, and against what
differs: numbers, and places.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from aggregator.model import Gist, Resembling
from aggregator.stories.placenames import place_stems
from aggregator.stories.weights import Weights, is_quantity, is_year
from aggregator.text.languages import stems, terms_in

# What the other's summary has of a headline counts less than what its headline has.
_IN_SUMMARY = 0.5
# Words of so many letters are the same when they begin alike: "Popocatepetl" and "Popocatépelt".
_LONG_WORD = 6
# With less of a score than this (squared) by equal words alone, no similar ones and no summary make it enough.
_HOPELESS = 0.2**2

# By how many telling words are shared: how much of both headlines must be.
_NEEDED_WITH_ONE, _NEEDED_WITH_MORE = 0.6, 0.48
_NEEDED_WITHIN_SOURCE = 0.5
# With names and numbers alone, in two languages.
_NEEDED_ABROAD = 0.4
_LEAST_WEIGHT = 10.0
# When both link to the same page elsewhere, a name in both headlines does, in any languages.
_NEEDED_WITH_LINK = 0.22
# All but the same headline.
_EQUAL = 0.95

_PARTS = re.compile(r"\s*[:|–—·]\s+|\s+[|·–—-]\s+")


@dataclass(frozen=True, slots=True)
class Likeness:
    """``score`` is from 0 to 1: how much of what both headlines say is in both. ``shared`` are the words, weightiest
    first; ``against`` is what speaks against one event, in words.
    """

    is_same: bool
    score: float
    needed: float
    shared: tuple[str, ...]
    against: str | None


class _Against(StrEnum):
    """What differs in kind: each headline says another one, and neither says the other's."""

    YEARS = "years"
    NUMBERS = "numbers"
    PLACES = "places"


# How many telling words must be shared when something differs, and the score that is needed then.
_NEEDED_AGAINST = {_Against.YEARS: (1, 2.0), _Against.NUMBERS: (2, 0.58), _Against.PLACES: (3, 0.75)}


def liken(one: Resembling, other: Resembling, weights: Weights) -> Likeness:
    """Compare two entries of one time."""
    first: Mapping[str, float] = weights.of_headline(one.id, one.gist)
    second: Mapping[str, float] = weights.of_headline(other.id, other.gist)
    if not _may_be_alike(first, second):
        return Likeness(False, 0.0, 1.0, (), None)
    ignored = _series_words(one, other) if one.source == other.source else frozenset[str]()
    pairs = _pairs(first, second, ignored)
    if not pairs:
        return Likeness(False, 0.0, 1.0, (), None)
    shared = {word: min(first[word], second[twin]) for word, twin in pairs.items()}
    twins = frozenset(pairs.values())
    if one.gist.language == other.gist.language == "de":
        first, second = _without_compounds(first, second, pairs, twins)
    links = set(one.gist.links).intersection(other.gist.links) if one.source != other.source else set()
    score = sqrt(_share(first, frozenset(pairs), other.gist) * _share(second, twins, one.gist))
    is_abroad = "" != one.gist.language != other.gist.language != ""
    against = _against(one, other, frozenset(pairs) | twins)
    telling = sum(weights.is_telling(word, one.gist.language) for word in pairs)
    needed = _needed(telling, len(pairs), against=against and against[0], is_abroad=is_abroad)
    if one.source == other.source:
        needed = max(needed, _needed_within_source(one, other, telling, len(pairs), is_against=against is not None))
    elif links and telling and against is None:
        needed = min(needed, _NEEDED_WITH_LINK)
    is_same = score >= needed and (sum(shared.values()) >= _LEAST_WEIGHT or bool(links))
    words = (*sorted(shared, key=lambda word: -shared[word]), *(["a page that both link to"] if links else []))
    return Likeness(is_same, score, needed, words, against and against[1])


def _may_be_alike(first: Mapping[str, float], second: Mapping[str, float]) -> bool:
    """Whether it is worth while to look closer; most of those that are found by one rare word have only that."""
    shared = sum(first[word] for word in first if word in second)
    return shared * shared > _HOPELESS * sum(first.values()) * sum(second.values())


def _pairs(first: Mapping[str, float], second: Mapping[str, float], ignored: frozenset[str]) -> dict[str, str]:
    """Return the words of the first headline that the second has, each with its twin there."""
    pairs = {word: word for word in first if word in second and word not in ignored}
    if not pairs:
        return pairs
    left = [word for word in second if word not in first and len(word) >= _LONG_WORD]
    for word in first:
        if word not in pairs and len(word) >= _LONG_WORD:
            twin = next((each for each in left if _begin_alike(word, each)), None)
            if twin is not None:
                left.remove(twin)
                pairs[word] = twin
    return pairs


def _without_compounds(
    first: Mapping[str, float], second: Mapping[str, float], pairs: Mapping[str, str], twins: frozenset[str]
) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Let compounds that end alike ("Präventivschlag", "Militärschlag") weigh half: they don't say different things."""
    ours = {word for word in first if word not in pairs and len(word) > _LONG_WORD}
    theirs = {word for word in second if word not in twins and len(word) > _LONG_WORD}
    ends = {word[-_LONG_WORD:] for word in ours} & {word[-_LONG_WORD:] for word in theirs}
    if not ends:
        return first, second

    def halved(weighed: Mapping[str, float], left: set[str]) -> Mapping[str, float]:
        return {
            word: weight / 2 if word in left and word[-_LONG_WORD:] in ends else weight
            for word, weight in weighed.items()
        }

    return halved(first, ours), halved(second, theirs)


def _begin_alike(one: str, other: str) -> bool:
    if one[:_LONG_WORD] != other[:_LONG_WORD]:
        return False
    length = max(_LONG_WORD, int(0.6 * max(len(one), len(other))))
    return one[:length] == other[:length]


def _share(weighed: Mapping[str, float], shared: frozenset[str], other: Gist) -> float:
    """Return how much of a headline is in the other entry, from 0 to 1."""
    total = sum(weighed.values())
    also_in_text = frozenset(weighed).intersection(other.text) - shared
    return (sum(weighed[word] for word in shared) + _IN_SUMMARY * sum(weighed[word] for word in also_in_text)) / total


def _series_words(one: Resembling, other: Resembling) -> frozenset[str]:
    """Return the words that two titles of one source have in common because they are of one series: "Weekly: …"."""
    first, second = _PARTS.split(one.title), _PARTS.split(other.title)
    if len(first) < 2 or len(second) < 2 or first == second:
        return frozenset()
    common = [part for part in (first[0], first[-1]) if part in {second[0], second[-1]}]
    return frozenset(stems(terms_in(" ".join(common)), one.gist.language))


def _against(one: Resembling, other: Resembling, shared: frozenset[str]) -> tuple[_Against, str] | None:
    """Return what speaks against one event, and in words."""
    left = [[word for word in each.gist.title if word not in shared] for each in (one, other)]
    for kind, is_kind in ((_Against.YEARS, is_year), (_Against.NUMBERS, is_quantity)):
        numbers = [[word for word in words if is_kind(word)] for words in left]
        if all(numbers):
            return kind, f"the {kind} differ ({' '.join(numbers[0])}, {' '.join(numbers[1])})"
    places = [
        [word for word in words if word in place_stems(each.gist.language) and word not in beside.gist.text]
        for words, each, beside in zip(left, (one, other), (other, one), strict=True)
    ]
    if all(places):
        return _Against.PLACES, f"the places differ ({' '.join(places[0])}, {' '.join(places[1])})"
    return None


def _needed(telling: int, shared: int, *, against: _Against | None, is_abroad: bool) -> float:
    """Return the score that is needed; 2.0 is out of reach."""
    if is_abroad:
        return _NEEDED_ABROAD if telling >= 3 and against is None else 2.0
    if against is not None:
        least, needed = _NEEDED_AGAINST[against]
        return needed if telling >= least else 2.0
    if not telling:
        return _EQUAL if shared >= 3 else 2.0
    return _NEEDED_WITH_ONE if telling == 1 else _NEEDED_WITH_MORE


def _needed_within_source(one: Resembling, other: Resembling, telling: int, shared: int, *, is_against: bool) -> float:
    """Return the score that is needed in one source, whose series are alike without being one story."""
    if one.title == other.title:
        return _EQUAL
    return _NEEDED_WITHIN_SOURCE if telling and shared >= 3 and not is_against else 2.0
