"""One number for two reports: above 0 they tell of one event. And why, in words.

The weights are fitted on labelled headlines and articles by ``python -m bench.fit_stories``, which prints them; RULES
are set by hand: they hold whatever else two reports share. ``START`` is moved to where stories are right of events
that the fit has not seen (docs/explanation/judgement.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from math import exp
from typing import Final, Generic, TypeVar

from aggregator.model import Gist
from aggregator.stories.features import (
    FOR,
    FOR_ABROAD,
    Abroad,
    Alike,
    features_against,
    features_against_abroad,
    words_abroad,
    words_at_home,
)
from aggregator.stories.weighed import Weighed

START: Final = "start"

Weighing = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What features weigh: in two reports of one language, with leads or with headlines alone, and in two languages."""

    texts: Weighing
    headlines: Weighing
    abroad: Weighing

    @cached_property
    def of_texts(self) -> _Measures[Alike]:
        return _Measures(self.texts, FOR)

    @cached_property
    def of_headlines(self) -> _Measures[Alike]:
        return _Measures(self.headlines, FOR)

    @cached_property
    def of_languages(self) -> _Measures[Abroad]:
        return _Measures(self.abroad, FOR_ABROAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales:
    """``meant`` is for two reports that both have a vector."""

    plain: Scale
    meant: Scale

    def at_home(self, one: Weighed, other: Weighed, cosine: float | None) -> _Measures[Alike]:
        """Return what two reports in one language are measured by."""
        if cosine is None:
            return self.plain.of_texts if one.has_lead and other.has_lead else self.plain.of_headlines
        # of one text and a headline, the meaning tells more than the words
        return self.meant.of_texts if one.has_lead or other.has_lead else self.meant.of_headlines

    def in_two_languages(self, cosine: float | None) -> _Measures[Abroad]:
        return (self.plain if cosine is None else self.meant).of_languages


_Pair = TypeVar("_Pair", Alike, Abroad)


class _Measures(Generic[_Pair]):
    """The weights of features, ready to judge many pairs by.

    ``speaking_for`` are those that may speak for one event, with how each is measured; ``else_at_most`` is what all
    others may add.
    """

    def __init__(self, weights: Weighing, measures: Mapping[str, Callable[[_Pair], float]]) -> None:
        self.start = weights[START]
        self.weights = _with_rules(weights)
        self.speaking_for: list[tuple[str, float, Callable[[_Pair], float]]] = [
            (name, self.weights[name], measure) for name, measure in measures.items() if name in self.weights
        ]
        self.else_at_most = sum(max(0.0, each) for name, each in weights.items() if name not in {*measures, START})

    def parts_for(self, pair: _Pair) -> dict[str, float]:
        """Return the parts of a score that may speak for one event."""
        parts = {START: self.start}
        for name, weight, measure in self.speaking_for:
            if value := measure(pair):
                parts[name] = value * weight
        return parts

    def rules_out(self, parts: Mapping[str, float]) -> bool:
        """Whether two reports with these parts can't be of one event, whatever else is true of them."""
        return sum(parts.values()) + self.else_at_most <= 0


# "places", "subjects", "amounts" and "apart", and "single", "source" and "links" in two languages, are set by hand: too
# few samples tell of them.
SHIPPED: Final = Scales(
    plain=Scale(
        texts={
            START: -3.89,
            "bodies": 21.3,
            "numbers": -0.42,
            "source": -2.8,
            "places": -1.5,
            "subjects": -0.7,
            "amounts": -2.5,
            "apart": -0.5,
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
            "subjects": -1.0,
            "apart": -0.5,
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
            "subjects": -3.0,
            "amounts": -1.5,
            "apart": -1.5,
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
            "subjects": -1.0,
            "amounts": -1.5,
            "apart": -0.5,
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
            "subjects": -1.0,
            "apart": -0.5,
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
            "subjects": -3.0,
            "amounts": -1.5,
            "apart": -1.0,
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
    "subjects": "each is about someone or something that the other doesn't name",
    "amounts": "both tell numbers, and none is the same",
    "apart": "they are more than a day apart",
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
        pair, weighing = Abroad(one, other, cosine), scales.in_two_languages(cosine)
        return _sum(weighing.parts_for(pair), features_against_abroad(pair), weighing.weights)
    alike, measures = Alike(one, other, cosine), scales.at_home(one, other, cosine)
    return _sum(measures.parts_for(alike), features_against(alike), measures.weights)


def promising_score(
    one: Weighed, other: Weighed, cosine: float | None = None, scales: Scales = SHIPPED
) -> Score | None:
    """Judge two reports; None, quickly, where what speaks for one event is not enough: so it is with most pairs."""
    if is_abroad(one.gist, other.gist):
        pair, weighing = Abroad(one, other, cosine), scales.in_two_languages(cosine)
        parts = weighing.parts_for(pair)
        return None if weighing.rules_out(parts) else _sum(parts, features_against_abroad(pair), weighing.weights)
    alike, measures = Alike(one, other, cosine), scales.at_home(one, other, cosine)
    parts = measures.parts_for(alike)
    return None if measures.rules_out(parts) else _sum(parts, features_against(alike), measures.weights)


def words_in_both(one: Weighed, other: Weighed) -> tuple[str, ...]:
    """Return what two reports have in common that tells which event it is."""
    return words_abroad(one, other) if is_abroad(one.gist, other.gist) else words_at_home(Alike(one, other))


def needs_meaning(one: Weighed, other: Weighed) -> bool:
    """Whether the vectors of two reports may tell whether they are of one event: else they need none.

    So it is where they may join two that words alone don't, or part two that words alone would join.
    """
    return any(
        found is not None and found.value > 0 for found in map(partial(promising_score, one, other), (_NEAR, None))
    )


def is_abroad(one: Gist, other: Gist) -> bool:
    """Whether two reports are in two languages, as far as is known."""
    return "" != one.language != other.language != ""


def _sum(parts: dict[str, float], found: Mapping[str, float], weights: Weighing) -> Score:
    for name, value in found.items():
        if value and (weight := weights.get(name)):
            parts[name] = value * weight
    return Score(sum(parts.values()), parts)


def _with_rules(weights: Weighing) -> Weighing:
    return {**RULES, **{name: weight for name, weight in weights.items() if weight}}
