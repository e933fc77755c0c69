"""One number for two reports: above 0 they tell of one event. And why, in words.

The weights are fitted on labelled headlines and articles by ``python -m bench.fit_stories``, which prints them; RULES
are set by hand: they hold whatever else two reports share. ``START`` is moved to where stories are right of events
that the fit has not seen (docs/explanation/judgement.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp
from typing import Final

from aggregator.model import Gist
from aggregator.stories.features import Weighed, alike_at_home, features_abroad, features_at_home

START: Final = "start"

Weighing = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What features weigh: in two reports of one language, with leads or with headlines alone, and in two languages."""

    texts: Weighing
    headlines: Weighing
    abroad: Weighing


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales:
    """``meant`` is for two reports that both have a vector."""

    plain: Scale
    meant: Scale


# "places", and "single", "source" and "links" in two languages, are set by hand: too few samples tell of them.
SHIPPED: Final = Scales(
    plain=Scale(
        texts={
            START: -3.89,
            "bodies": 21.3,
            "numbers": -0.42,
            "source": -2.8,
            "places": -1.5,
        },
        headlines={
            START: -3.83,
            "titles": 4.99,
            "covered": 6.59,
            "plain": -5.59,
            "single": -1.12,
            "numbers": -1.08,
            "source": -2.98,
            "places": -5.0,
        },
        abroad={
            START: -4.13,
            "names": 8.44,
            "figures": 5.1,
            "things": 7.59,
            "single": -1.0,
            "places": -1.0,
            "source": -2.0,
            "links": 5.0,
        },
    ),
    meant=Scale(
        texts={
            START: -7.54,
            "meaning": 11.07,
            "bodies": 5.67,
            "covered": 3.52,
            "plain": -3.61,
            "single": -0.9,
            "source": -2.61,
            "places": -1.5,
        },
        headlines={
            START: -6.85,
            "meaning": 8.09,
            "titles": 2.89,
            "covered": 2.08,
            "single": -0.66,
            "numbers": -1.28,
            "source": -3.0,
            "places": -5.0,
        },
        abroad={
            START: -5.77,
            "meaning": 13.83,
            "names": 4.25,
            "figures": 2.84,
            "things": 2.74,
            "single": -1.0,
            "places": -1.0,
            "source": -2.0,
            "links": 5.0,
        },
    ),
)
RULES: Final[Mapping[str, float]] = {
    "years": -30.0,
    "indices": -6.0,
    "hollow": -8.0,
    "series": -8.0,
    "parts": -30.0,
    "links": 2.0,
}
# As near as two texts of one event are, but for copies.
_NEAR: Final = 0.75

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
    "parts": "two parts of a series",
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


def score(one: Weighed, other: Weighed, cosine: float | None = None, scales: Scales = SHIPPED) -> Score:
    """Judge two reports. ``cosine`` is that of their vectors, None where one has none."""
    weights = _weights(one, other, cosine, scales)
    of_pair = features_abroad if is_abroad(one.gist, other.gist) else features_at_home
    return _sum(weights, *of_pair(one, other, cosine))


def may_be_one(one: Weighed, other: Weighed, cosine: float | None = None, scales: Scales = SHIPPED) -> bool:
    """Whether the score of two reports may be above 0, going by what can speak for it alone: of most pairs it can't."""
    if is_abroad(one.gist, other.gist):
        return True
    weights, features = _weights(one, other, cosine, scales), alike_at_home(one, other, cosine).features
    most = weights[START] + sum([value * _weight(name, weights) for name, value in features.items() if value])
    return most + sum([max(0.0, weight) for name, weight in weights.items() if name not in features]) > 0


def _weights(one: Weighed, other: Weighed, cosine: float | None, scales: Scales) -> Weighing:
    scale = scales.plain if cosine is None else scales.meant
    if is_abroad(one.gist, other.gist):
        return scale.abroad
    # of one text and a headline, the meaning tells more than the words
    are_texts = one.has_lead and other.has_lead if cosine is None else one.has_lead or other.has_lead
    return scale.texts if are_texts else scale.headlines


def needs_meaning(one: Weighed, other: Weighed) -> bool:
    """Whether the vectors of two reports may tell that they are of one event: else they need none."""
    return may_be_one(one, other, _NEAR) and score(one, other, _NEAR).value > 0


def is_abroad(one: Gist, other: Gist) -> bool:
    """Whether two reports are in two languages, as far as is known."""
    return "" != one.language != other.language != ""


def _sum(weights: Mapping[str, float], found: Mapping[str, float], words: tuple[str, ...]) -> Score:
    parts = {START: weights[START]}
    for name, value in found.items():
        if value and (weight := _weight(name, weights)):
            parts[name] = value * weight
    return Score(sum(parts.values()), parts, words)


def _weight(name: str, weights: Weighing) -> float:
    return weights.get(name) or RULES.get(name, 0.0)
