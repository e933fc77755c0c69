"""What two reports have in common and what parts them, in numbers: what the score of a pair is made of."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt

from aggregator.model import Gist, Report
from aggregator.stories.instalments import instalments_in
from aggregator.stories.placenames import place_stems
from aggregator.stories.things import is_place, is_thing
from aggregator.stories.weights import Weights, is_quantity, is_year
from aggregator.text.languages import stems, terms_in

# Words of so many letters are the same when they begin alike: "Popocatepetl" and "Popocatépelt".
_LONG_WORD = 6
# So many words make a lead; with less there are headlines alone.
_LEAST_LEAD = 6
# A headline counts twice beside its lead.
_TITLE_TIMES = 2.0
# Of one source, what bears the same title on another day is a series.
_SAME_DAY = timedelta(hours=12)
# A headline of everyday words alone says what event it is when it is the same, and has so many of them.
_EQUAL, _LEAST_EQUAL = 0.95, 3
# So many words make a sentence that has another word in one place.
_LEAST_FRAME = 4
# So many things in common say more than that two reports are of one field.
_SUBJECT_AND_PLACE = 3
# What a store's names weigh of which every fifteenth entry has one, and of which every fiftieth has one: these tell of
# an event, those hardly, be they the region that all of it is about.
_COMMON_NAME, _RARE_NAME = 2.7, 3.9
# How much there is says nothing without the number.
_UNITS = frozenset({"@billion", "@million", "@euro", "@dollar"})
# So many names, numbers and things in common are as much as there can be.
_NAMES, _NUMBERS, _THINGS = 3, 2, 8

_PARTS = re.compile(r"\s*[:|–—·]\s+|\s+[|·–—-]\s+")

# Who ranks countries, cities, universities: two rankings are two events.
_RANKER_NAMES = (
    "arwu bertelsmann bloomberg economist ey gedi gii gtci henley imd imf insead leiden mercer mipex monocle numbeo "
    "oecd ocde pisa pwc qs shanghai startupblink timss undp unesco weforum wef wipo wjp worldbank"
)
_RANKERS = frozenset(_RANKER_NAMES.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A report ready to be compared with many: the weights of its words, of its headline and of all of it.

    ``title_total`` is the sum of its headline's weights; ``parts`` are those of its title as written, between dashes
    and colons. ``names`` tells how much each name of it says, 1 at most.
    """

    report: Report
    title: Mapping[str, float]
    whole: Mapping[str, float]
    telling: frozenset[str]
    title_norm: float
    title_total: float
    norm: float
    text: frozenset[str]
    parts: Sequence[str]
    names: Mapping[str, float]

    @property
    def gist(self) -> Gist:
        return self.report.gist

    @property
    def has_lead(self) -> bool:
        return len(self.report.gist.text) >= _LEAST_LEAD


def weigh(report: Report, weights: Weights) -> Weighed:
    gist = report.gist
    title = {word: weights.of(word, gist.language) for word in gist.title}
    telling = frozenset(
        word for word in (*gist.title, *gist.text) if not is_year(word) and weights.is_telling(word, gist.language)
    )
    # what every headline may say is not counted beside a lead
    times = _TITLE_TIMES if telling.intersection(title) or len(gist.text) < _LEAST_LEAD else 0.0
    whole = {word: times * weight for word, weight in title.items()} if times else {}
    whole.update((word, weights.of(word, gist.language)) for word in gist.text)
    return Weighed(
        report=report,
        title=title,
        whole=whole,
        telling=telling,
        title_norm=_norm(title),
        title_total=sum(title.values()) or 1.0,
        norm=_norm(whole),
        text=frozenset(gist.text),
        parts=_PARTS.split(report.title),
        names={name: _told_by(name, gist.language, weights) for name in _all_names(gist)},
    )


def _told_by(name: str, language: str, weights: Weights) -> float:
    """Return how much a name tells: less where much of what is read has it. Things and numbers are no names."""
    if is_thing(name) or name[0].isdigit():
        return 1.0
    [stem] = stems((name,), language) or (name,)
    return min(1.0, max(0.0, (weights.of(stem, language) - _COMMON_NAME) / (_RARE_NAME - _COMMON_NAME)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """What two reports in one language have in common: ``features``; the words, each of the first's with its twin.

    ``shared`` are those anywhere in both reports, ``left`` those of each headline that the other's has not.
    """

    features: Mapping[str, float]
    pairs: Mapping[str, str]
    shared: Sequence[str]
    left: tuple[Sequence[str], Sequence[str]]


def alike_at_home(one: Weighed, other: Weighed, cosine: float | None) -> Alike:
    """Return what may speak for one event, of two reports in one language, and whether they are of one source."""
    series = _series_words(one, other)
    pairs = _pairs(one.title, other.title, series)
    twins = frozenset(pairs.values())
    titles = sum([one.title[word] * other.title[twin] for word, twin in pairs.items()])
    titles /= sqrt(one.title_norm * other.title_norm)
    left = [word for word in one.title if word not in pairs], [word for word in other.title if word not in twins]
    shared = [word for word in one.whole if word in other.whole and word not in series]
    common = sum([one.whole[word] * other.whole[word] for word in shared])
    common += sum(
        [one.whole.get(word, 0.0) * other.whole.get(twin, 0.0) for word, twin in pairs.items() if word != twin]
    )
    features = {
        "meaning": max(0.0, cosine or 0.0),
        "bodies": common / sqrt(one.norm * other.norm),
        "titles": titles,
        "covered": sqrt(_covered(one, left[0], other.text) * _covered(other, left[1], one.text)),
        "source": float(one.report.source == other.report.source),
        "links": float(not set(one.gist.links).isdisjoint(other.gist.links)),
    }
    return Alike(features=features, pairs=pairs, shared=shared, left=left)


def features_at_home(one: Weighed, other: Weighed, cosine: float | None) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return what speaks for one event and against it, of two reports in one language, and the telling words in both.

    All are from 0 to 1. ``bodies`` and ``titles`` are cosines, of headline with lead and of headlines; ``covered`` is
    how much of both headlines the other report has; ``meaning`` is the ``cosine`` of their vectors, 0 without; the
    others are 1 when they are so.
    """
    alike = alike_at_home(one, other, cosine)
    found, pairs, both = dict(alike.features), alike.pairs, (*alike.pairs, *alike.shared)
    telling = [word for word in both if word in one.telling and (word in one.title or word in other.title)]
    is_same = found["titles"] >= _EQUAL and len(pairs) >= _LEAST_EQUAL
    found |= {
        "plain": float(not telling),
        "single": float(len(set(telling)) == 1),
        **_conflicts(one.gist, other.gist, *alike.left),
        "indices": float(_rankers_differ(one.gist, other.gist)),
        "hollow": float(not telling and not one.has_lead and not is_same),
        "series": 0.0,
        "parts": float(bool(found["source"]) and _parts_differ(one.report.title, other.report.title)),
    }
    if found["source"]:
        apart = abs(one.report.published - other.report.published)
        is_again = one.report.title == other.report.title and apart > _SAME_DAY
        found["series"] = float(is_again or bool(found["numbers"] or found["years"]))
    words = sorted(dict.fromkeys(both), key=lambda word: -one.title.get(word, one.whole.get(word, 0.0)))
    return found, tuple(word for word in words if word in one.telling)


def features_abroad(one: Weighed, other: Weighed, cosine: float | None) -> tuple[dict[str, float], tuple[str, ...]]:
    """Return what speaks for one event and against it, of two reports in two languages, and what is in both.

    ``cosine`` is that of their vectors, None where there are none.
    """
    shared = [name for name in one.names if name in other.names]
    numbers = [name for name in shared if name[0].isdigit() and len(name) > 1 and not is_year(name)]
    things = [name for name in shared if is_thing(name) and (numbers or name not in _UNITS)]
    names = [name for name in shared if not is_thing(name) and not name[0].isdigit()]
    told = sum(min(one.names[name], other.names[name]) for name in names)
    are_texts = one.has_lead or other.has_lead
    years = [{name for name in each.gist.names if is_year(name)} for each in (one, other)]
    found = {
        "meaning": max(0.0, cosine or 0.0),
        "names": min(_NAMES, told) / _NAMES,
        "figures": min(_NUMBERS, len(numbers)) / _NUMBERS,
        "things": min(_THINGS, len(things)) / _THINGS,
        "single": float(not are_texts and len(names) + len(numbers) == 1 and len(things) < _SUBJECT_AND_PLACE),
        "places": float(_places_differ(one.gist, other.gist)),
        "years": float(bool(years[0]) and bool(years[1]) and years[0].isdisjoint(years[1])),
        "indices": float(_rankers_differ(one.gist, other.gist)),
        "links": float(not set(one.gist.links).isdisjoint(other.gist.links) and bool(names)),
        "source": float(one.report.source == other.report.source),
    }
    return found, tuple(name.lstrip("@#") for name in (*names, *numbers, *things))


def _all_names(gist: Gist) -> dict[str, None]:
    return dict.fromkeys((*gist.names, *gist.lead_names))


def _series_words(one: Weighed, other: Weighed) -> frozenset[str]:
    """Return the words that two titles of one source have in common because they are of one series: "Weekly: …"."""
    first, second = one.parts, other.parts
    if len(first) < 2 or len(second) < 2 or one.report.source != other.report.source or first == second:
        return frozenset()
    common = [part for part in (first[0], first[-1]) if part in {second[0], second[-1]}]
    return frozenset(stems(terms_in(" ".join(common)), one.gist.language)) if common else frozenset()


def _parts_differ(title: str, other: str) -> bool:
    """Whether two titles of one source are two of a series.

    Each says which part it is, or they are one sentence with another word in one place ("Warning of rain for …").
    """
    here, there = instalments_in(title), instalments_in(other)
    if here - there and there - here:
        return True
    words, others = terms_in(title), terms_in(other)
    if len(words) != len(others) or len(words) <= _LEAST_FRAME:
        return False
    filled = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    return len(filled) == 1 and not any(word[0].isdigit() or word[:3] == twin[:3] for word, twin in filled)


def _pairs(first: Mapping[str, float], second: Mapping[str, float], ignored: Collection[str]) -> dict[str, str]:
    """Return the words of the first headline that the second has, each with its twin there."""
    pairs = {word: word for word in first if word in second and word not in ignored}
    left: dict[str, list[str]] = {}
    for word in second:
        if len(word) >= _LONG_WORD and word not in first:
            left.setdefault(word[:_LONG_WORD], []).append(word)
    if not left:
        return pairs
    for word in first:
        if (beside := left.get(word[:_LONG_WORD])) and word not in pairs and word not in ignored:
            twin = next((each for each in beside if _are_alike(word, each)), None)
            if twin is not None:
                beside.remove(twin)
                pairs[word] = twin
    return pairs


def _are_alike(one: str, other: str) -> bool:
    """Whether two words with the same beginning go on alike for long enough."""
    length = max(_LONG_WORD, int(0.6 * max(len(one), len(other))))
    return one[:length] == other[:length]


def _norm(weighed: Mapping[str, float]) -> float:
    return sum(weight * weight for weight in weighed.values()) or 1.0


def _covered(one: Weighed, left: Collection[str], text: Collection[str]) -> float:
    """Return how much of a headline the other report has in its headline, or in its lead, which counts less."""
    missing = sum([one.title[word] * (0.2 if word in text else 1.0) for word in left])
    return (one.title_total - missing) / one.title_total


def _conflicts(one: Gist, other: Gist, left_here: Sequence[str], left_there: Sequence[str]) -> dict[str, float]:
    """Return what each headline says otherwise than the other report: years, numbers, places."""
    here = [word for word in left_here if word[0].isdigit() and word not in other.text]
    there = [word for word in left_there if word[0].isdigit() and word not in one.text]
    towns = _has_town(left_here, one, other) and _has_town(left_there, other, one)
    return {
        "years": float(any(map(is_year, here)) and any(map(is_year, there))),
        "numbers": float(any(map(is_quantity, here)) and any(map(is_quantity, there))),
        "places": float(towns or _places_differ(one, other)),
    }


def _has_town(left: Iterable[str], one: Gist, other: Gist) -> bool:
    known = place_stems(one.language)
    return any(word in known and word not in other.text for word in left)


def _places_differ(one: Gist, other: Gist) -> bool:
    """Whether each headline names a place, and neither report the other's."""
    here, there = set(filter(is_place, one.names)), set(filter(is_place, other.names))
    if not here or not there:
        return False
    return here.isdisjoint((*there, *other.lead_names)) and there.isdisjoint(one.lead_names)


def _rankers_differ(one: Gist, other: Gist) -> bool:
    here, there = _RANKERS.intersection(_all_names(one)), _RANKERS.intersection(_all_names(other))
    return bool(here) and bool(there) and here.isdisjoint(there)
