"""What two reports have in common and what parts them, in numbers: what the score of a pair is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from math import sqrt
from typing import Final

from aggregator.model import Report
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


class Weighed:
    """A report ready to be compared with many: the weights of its words, of its headline and of all of it.

    ``title_total`` is the sum of its headline's weights. What few pairs need is worked out when it is asked for.
    """

    def __init__(self, report: Report, weights: Weights) -> None:
        self.report, self.gist = report, report.gist
        self.source, self.language, self.links = report.source, report.gist.language, report.gist.links
        self.words = weights.of(self.language)
        weight, title, text = self.words.weight, report.gist.title, report.gist.text
        self.title = {word: weight[word] for word in title}
        self.telling = self.words.telling((*title, *text))
        self.text = frozenset(text)
        self.has_lead = len(text) >= _LEAST_LEAD
        # what every headline may say is not counted beside a lead
        times = 0.0 if self.has_lead and self.telling.isdisjoint(title) else _TITLE_TIMES
        self.whole = {word: times * weight for word, weight in self.title.items()} if times else {}
        self.whole.update([(word, weight[word]) for word in text])
        self.title_norm, self.norm = _norm(self.title), _norm(self.whole)
        self.title_total = sum(self.title.values()) or 1.0
        self.beginnings = frozenset([word[:_LONG_WORD] for word in title])

    @cached_property
    def parts(self) -> Sequence[str]:
        """Return what of its title as written stands between dashes and colons."""
        return _PARTS.split(self.report.title)

    @cached_property
    def names(self) -> Mapping[str, float]:
        """Return its names, and how much each of them tells, 1 at most."""
        return {name: self._told_by(name) for name in (*self.gist.names, *self.gist.lead_names)}

    @cached_property
    def places(self) -> frozenset[str]:
        """Return the places in its headline."""
        return frozenset(filter(is_place, self.gist.names))

    @cached_property
    def rankers(self) -> frozenset[str]:
        return _RANKERS.intersection((*self.gist.names, *self.gist.lead_names))

    def _told_by(self, name: str) -> float:
        """Return how much a name tells: less where much of what is read has it. Things and numbers are no names."""
        if is_thing(name) or name[0].isdigit():
            return 1.0
        [stem] = stems((name,), self.language) or (name,)
        return min(1.0, max(0.0, (self.words.weight[stem] - _COMMON_NAME) / (_RARE_NAME - _COMMON_NAME)))


class Alike:
    """What two reports in one language have in common.

    ``pairs`` are the words of the first headline that the second has, each with its twin there. ``cosine`` is that of
    their vectors, None where there are none.
    """

    def __init__(self, one: Weighed, other: Weighed, cosine: float | None = None) -> None:
        self.one, self.other, self.cosine = one, other, cosine
        self._series = _series_words(one, other) if one.source == other.source else frozenset()
        self.pairs = _pairs(one, other, self._series)

    def shared(self) -> list[str]:
        """Return the words anywhere in both reports."""
        there, series = self.other.whole, self._series
        return [word for word in self.one.whole if word in there and word not in series]

    def left(self) -> tuple[list[str], list[str]]:
        """Return the words of each headline that the other's has not."""
        pairs, twins = self.pairs, self.pairs.values()
        return [each for each in self.one.title if each not in pairs], [
            each for each in self.other.title if each not in twins
        ]

    def meaning(self) -> float:
        return max(0.0, self.cosine or 0.0)

    def bodies(self) -> float:
        """Return the cosine of headline with lead."""
        here, there = self.one.whole, self.other.whole
        common = sum([here[word] * there[word] for word in self.shared()])
        common += sum([here.get(word, 0.0) * there.get(twin, 0.0) for word, twin in self.pairs.items() if word != twin])
        return common / sqrt(self.one.norm * self.other.norm)

    def titles(self) -> float:
        """Return the cosine of the headlines."""
        if not self.pairs:
            return 0.0
        here, there = self.one.title, self.other.title
        common = sum([here[word] * there[twin] for word, twin in self.pairs.items()])
        return common / sqrt(self.one.title_norm * self.other.title_norm)

    def covered(self) -> float:
        """Return how much of both headlines the other report has."""
        one, other = self.one, self.other
        if not self.pairs and (other.text.isdisjoint(one.title) or one.text.isdisjoint(other.title)):
            return 0.0  # as of most pairs
        here, there = self.left()
        return sqrt(_covered(one, here, other.text) * _covered(other, there, one.text))

    def source(self) -> float:
        return float(self.one.source == self.other.source)

    def links(self) -> float:
        return float(_have_link(self.one, self.other))


# What may speak for one event in two reports in one language, and whether they are of one source, from 0 to 1.
FOR: Final[Mapping[str, Callable[[Alike], float]]] = {
    "meaning": Alike.meaning,
    "bodies": Alike.bodies,
    "titles": Alike.titles,
    "covered": Alike.covered,
    "source": Alike.source,
    "links": Alike.links,
}


def features_against(alike: Alike) -> dict[str, float]:
    """Return what speaks against one event in two reports in one language: 1 for what is so, else 0."""
    one, other = alike.one, alike.other
    both = one.telling.intersection((*alike.pairs, *alike.shared()))
    telling = [word for word in both if word in one.title or word in other.title]
    is_hollow = not telling and not one.has_lead and (alike.titles() < _EQUAL or len(alike.pairs) < _LEAST_EQUAL)
    found = {
        "plain": float(not telling),
        "single": float(len(telling) == 1),
        **_conflicts(one, other, *alike.left()),
        "indices": float(_rankers_differ(one, other)),
        "hollow": float(is_hollow),
    }
    if one.source == other.source:
        apart = abs(one.report.published - other.report.published)
        is_again = one.report.title == other.report.title and apart > _SAME_DAY
        found["series"] = float(is_again or bool(found["numbers"] or found["years"]))
        found["parts"] = float(_parts_differ(one.report.title, other.report.title))
    return found


def words_at_home(alike: Alike) -> tuple[str, ...]:
    """Return the telling words in both of two reports in one language, the weightiest first."""
    one = alike.one
    both = dict.fromkeys((*alike.pairs, *alike.shared()))
    words = sorted(both, key=lambda word: -one.title.get(word, one.whole.get(word, 0.0)))
    return tuple(word for word in words if word in one.telling)


def features_abroad(one: Weighed, other: Weighed, cosine: float | None) -> dict[str, float]:
    """Return what speaks for one event and against it, of two reports in two languages.

    ``cosine`` is that of their vectors, None where there are none.
    """
    names, numbers, things = _shared_abroad(one, other)
    told = sum([min(one.names[name], other.names[name]) for name in names])
    are_texts = one.has_lead or other.has_lead
    years = [{name for name in each.gist.names if is_year(name)} for each in (one, other)]
    return {
        "meaning": max(0.0, cosine or 0.0),
        "names": min(_NAMES, told) / _NAMES,
        "figures": min(_NUMBERS, len(numbers)) / _NUMBERS,
        "things": min(_THINGS, len(things)) / _THINGS,
        "single": float(not are_texts and len(names) + len(numbers) == 1 and len(things) < _SUBJECT_AND_PLACE),
        "places": float(_places_differ(one, other)),
        "years": float(bool(years[0]) and bool(years[1]) and years[0].isdisjoint(years[1])),
        "indices": float(_rankers_differ(one, other)),
        "links": float(_have_link(one, other) and bool(names)),
        "source": float(one.source == other.source),
    }


def words_abroad(one: Weighed, other: Weighed) -> tuple[str, ...]:
    """Return what is in both of two reports in two languages: names, numbers, things."""
    return tuple(name.lstrip("@#") for each in _shared_abroad(one, other) for name in each)


def _shared_abroad(one: Weighed, other: Weighed) -> tuple[list[str], list[str], list[str]]:
    shared = [name for name in one.names if name in other.names]
    numbers = [name for name in shared if name[0].isdigit() and len(name) > 1 and not is_year(name)]
    things = [name for name in shared if is_thing(name) and (numbers or name not in _UNITS)]
    return [name for name in shared if not is_thing(name) and not name[0].isdigit()], numbers, things


def _have_link(one: Weighed, other: Weighed) -> bool:
    """Whether both link to a page."""
    return bool(one.links) and not set(one.links).isdisjoint(other.links)


def _series_words(one: Weighed, other: Weighed) -> frozenset[str]:
    """Return the words that two titles of one source have in common because they are of one series: "Weekly: …"."""
    first, second = one.parts, other.parts
    if len(first) < 2 or len(second) < 2 or first == second:
        return frozenset()
    common = [part for part in (first[0], first[-1]) if part in {second[0], second[-1]}]
    return frozenset(stems(terms_in(" ".join(common)), one.language)) if common else frozenset()


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


def _pairs(one: Weighed, other: Weighed, ignored: Collection[str]) -> dict[str, str]:
    """Return the words of the first headline that the second has, each with its twin there."""
    common = one.beginnings & other.beginnings
    if not common:
        return {}
    first, second = one.title, other.title
    pairs = {word: word for word in first if word in second and word not in ignored}
    left: dict[str, list[str]] = {}
    for word in second:
        if len(word) >= _LONG_WORD and word not in first and word[:_LONG_WORD] in common:
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


def _conflicts(one: Weighed, other: Weighed, left_here: Sequence[str], left_there: Sequence[str]) -> dict[str, float]:
    """Return what each headline says otherwise than the other report: years, numbers, places."""
    here = [word for word in left_here if word[0].isdigit() and word not in other.text]
    there = [word for word in left_there if word[0].isdigit() and word not in one.text]
    towns = _has_town(left_here, one, other) and _has_town(left_there, other, one)
    return {
        "years": float(any(map(is_year, here)) and any(map(is_year, there))),
        "numbers": float(any(map(is_quantity, here)) and any(map(is_quantity, there))),
        "places": float(towns or _places_differ(one, other)),
    }


def _has_town(left: Iterable[str], one: Weighed, other: Weighed) -> bool:
    return bool(place_stems(one.language).intersection(left) - other.text)


def _places_differ(one: Weighed, other: Weighed) -> bool:
    """Whether each headline names a place, and neither report the other's."""
    here, there = one.places, other.places
    if not here or not there:
        return False
    return here.isdisjoint((*there, *other.gist.lead_names)) and there.isdisjoint(one.gist.lead_names)


def _rankers_differ(one: Weighed, other: Weighed) -> bool:
    return bool(one.rankers) and bool(other.rankers) and one.rankers.isdisjoint(other.rankers)
