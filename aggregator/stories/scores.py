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
from aggregator.stories.features import (
    FOR,
    Alike,
    Weighed,
    features_abroad,
    features_against,
    words_abroad,
    words_at_home,
)

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
    """``value`` is above 0 for one event; ``parts`` are what it is the sum of."""

    value: float
    parts: Mapping[str, float] = field(default_factory=dict)

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
    if is_abroad(one.gist, other.gist):
        scale = scales.plain if cosine is None else scales.meant
        return _sum({START: scale.abroad[START]}, features_abroad(one, other, cosine), scale.abroad)
    alike, weights = Alike(one, other, cosine), _weights_at_home(one, other, cosine, scales)
    return _sum(_parts_for(alike, weights), features_against(alike), weights)


def promising_score(
    one: Weighed, other: Weighed, cosine: float | None = None, scales: Scales = SHIPPED
) -> Score | None:
    """Judge two reports; None, quickly, where what speaks for one event is not enough: so it is with most pairs."""
    if is_abroad(one.gist, other.gist):
        return score(one, other, cosine, scales)
    alike, weights = Alike(one, other, cosine), _weights_at_home(one, other, cosine, scales)
    parts = _parts_for(alike, weights)
    if sum(parts.values()) + sum([each for name, each in weights.items() if each > 0 and name not in FOR]) <= 0:
        return None
    return _sum(parts, features_against(alike), weights)


def words_in_both(one: Weighed, other: Weighed) -> tuple[str, ...]:
    """Return what two reports have in common that tells which event it is."""
    return words_abroad(one, other) if is_abroad(one.gist, other.gist) else words_at_home(Alike(one, other))


def _weights_at_home(one: Weighed, other: Weighed, cosine: float | None, scales: Scales) -> Weighing:
    if cosine is None:
        return scales.plain.texts if one.has_lead and other.has_lead else scales.plain.headlines
    # of one text and a headline, the meaning tells more than the words
    return scales.meant.texts if one.has_lead or other.has_lead else scales.meant.headlines


def needs_meaning(one: Weighed, other: Weighed) -> bool:
    """Whether the vectors of two reports may tell that they are of one event: else they need none."""
    found = promising_score(one, other, _NEAR)
    return found is not None and found.value > 0


def is_abroad(one: Gist, other: Gist) -> bool:
    """Whether two reports are in two languages, as far as is known."""
    return "" != one.language != other.language != ""


def _parts_for(alike: Alike, weights: Weighing) -> dict[str, float]:
    """Return the parts of a score that may speak for one event: what has no weight is not looked at."""
    parts = {START: weights[START]}
    for name, measure in FOR.items():
        if (weight := weights.get(name) or RULES.get(name)) and (value := measure(alike)):
            parts[name] = value * weight
    return parts


def _sum(parts: dict[str, float], found: Mapping[str, float], weights: Weighing) -> Score:
    for name, value in found.items():
        if value and (weight := weights.get(name) or RULES.get(name)):
            parts[name] = value * weight
    return Score(sum(parts.values()), parts)
