"""One number for two reports: above 0 they tell of one event. And why, in words.

The weights are fitted on labelled headlines and articles by ``python -m bench.fit_stories``, which prints them; RULES
are set by hand: they hold whatever else two reports share. ``START`` is moved so that 0 is where a story
is right 97 times of 100 (docs/explanation/judgement.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp
from typing import Final

from aggregator.model import Gist
from aggregator.stories.features import Weighed, features_abroad, features_at_home

START: Final = "start"

# Two reports with leads, two of which one has its headline alone, and two in different languages, with vectors and
# without.
TEXTS: Final[Mapping[str, float]] = {START: -2.6, "bodies": 16.86, "numbers": -0.37, "places": -1.13, "source": -2.39}
HEADLINES: Final[Mapping[str, float]] = {
    START: -3.75,
    "titles": 5.11,
    "covered": 5.85,
    "plain": -5.2,
    "single": -1.42,
    "numbers": -1.41,
    "source": -2.24,
}
# Of these "places", "source" and "links" are set by hand: too few samples tell of them.
ABROAD: Final[Mapping[str, float]] = {
    START: -7.5,
    "meaning": 7.71,
    "names": 3.01,
    "figures": 1.3,
    "things": 10.4,
    "places": -2.0,
    "source": -2.0,
    "links": 5.0,
}
ABROAD_WITHOUT_VECTORS: Final[Mapping[str, float]] = {
    START: -6.4,
    "names": 5.38,
    "figures": 2.44,
    "things": 13.55,
    "places": -2.0,
    "source": -2.0,
    "links": 5.0,
}
RULES: Final[Mapping[str, float]] = {
    "years": -8.0,
    "indices": -6.0,
    "hollow": -8.0,
    "series": -8.0,
    "places": -5.0,
    "links": 2.0,
}

# What each feature is called when a score is explained.
_CALLED: Final[Mapping[str, str]] = {
    "bodies": "headline and lead are alike",
    "titles": "the headlines are alike",
    "covered": "each has what the other's headline says",
    "meaning": "they mean much the same",
    "names": "names in both",
    "numbers": "the numbers differ",
    "figures": "numbers in both",
    "things": "subjects and places in both",
    "plain": "only everyday words are in both headlines",
    "single": "only one telling word is in both",
    "places": "the places differ",
    "source": "one source",
    "years": "the years differ",
    "indices": "they are about different rankings",
    "hollow": "nothing tells which event it is",
    "series": "a series of one source",
    "links": "a page that both link to",
}
_LEAST_SAID = 0.25


@dataclass(frozen=True, slots=True)
class Score:
    """``value`` is above 0 for one event; ``parts`` are what it is the sum of; ``words`` what both reports have."""

    value: float
    parts: Mapping[str, float] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """How sure it is that the two tell of one event, from 0 to 1."""
        return 1 / (1 + exp(-max(-20.0, min(20.0, self.value))))

    def reasons(self, sign: int) -> list[str]:
        """Return what speaks for one event (1), or against it (-1), the weightiest first."""
        said = sorted(((value * sign, name) for name, value in self.parts.items() if name != START), reverse=True)
        return [_CALLED[name] for value, name in said if value >= _LEAST_SAID]


def score(one: Weighed, other: Weighed, cosine: float | None = None) -> Score:
    """Judge two reports. ``cosine`` is that of their vectors, which counts between languages."""
    if not is_abroad(one.gist, other.gist):
        found, words = features_at_home(one, other)
        return _sum(TEXTS if one.has_lead and other.has_lead else HEADLINES, found, words)
    found, words = features_abroad(one, other, cosine)
    return _sum(ABROAD_WITHOUT_VECTORS if cosine is None else ABROAD, found, words)


def is_abroad(one: Gist, other: Gist) -> bool:
    """Whether two reports are in two languages, as far as is known."""
    return "" != one.language != other.language != ""


def _sum(weights: Mapping[str, float], found: Mapping[str, float], words: tuple[str, ...]) -> Score:
    parts = {START: weights[START]}
    for name, value in found.items():
        weight = weights.get(name) or RULES.get(name)
        if value and weight:
            parts[name] = value * weight
    return Score(sum(parts.values()), parts, words)
