"""What two reports have in common and what parts them, in numbers: what the score of a pair is made of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import takewhile
from math import sqrt
from typing import Final

from aggregator.stories.instalments import instalments_in
from aggregator.stories.placenames import place_stems
from aggregator.stories.proper_names import name_of, written_names
from aggregator.stories.things import is_thing
from aggregator.stories.weighed import LONG_WORD, Weighed
from aggregator.stories.weights import is_quantity, is_year
from aggregator.text.languages import stems, terms_in

# Of one source, what bears the same title on another day is a series.
_SAME_DAY = timedelta(hours=12)
# A headline of everyday words alone says what event it is when it is the same, and has so many of them.
_EQUAL, _LEAST_EQUAL = 0.95, 3
# So many words make a sentence that has another word in one place.
_LEAST_FRAME = 4
# So many make one that has other names there.
_LEAST_NAMED_FRAME = 3
# So many things in common say more than that two reports are of one field.
_SUBJECT_AND_PLACE = 3
# How much there is says nothing without the number.
_UNITS = frozenset({"@billion", "@million", "@euro", "@dollar"})
# What two reports are about whose headlines have no subject in common is as different as that.
_NOTHING_COMMON = 3.0
# Two of one template are like each other in all else.
_OF_ONE_TEMPLATE = 6.0
# What is told of one event is mostly told within a day.
_DAY = timedelta(days=1)
# So many names, numbers and things in common are as much as there can be.
_NAMES, _NUMBERS, _THINGS = 3, 2, 8


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
        "indices": float(_rankings_differ(one, other)),
        "hollow": float(is_hollow),
        "subjects": _OF_ONE_TEMPLATE if _are_of_one_template(one, other) else _subjects_apart(one, other),
        "amounts": float(_amounts_differ(one, other)),
        "apart": _days_apart(one, other),
    }
    if one.source == other.source:
        apart = abs(one.report.published - other.report.published)
        is_again = one.report.title == other.report.title and apart > _SAME_DAY
        found["series"] = float(is_again or bool(found["numbers"] or found["years"]))
        found["parts"] = float(_parts_differ(one, other))
    return found


def words_at_home(alike: Alike) -> tuple[str, ...]:
    """Return the telling words in both of two reports in one language, the weightiest first."""
    one = alike.one
    both = dict.fromkeys((*alike.pairs, *alike.shared()))
    words = sorted(both, key=lambda word: -one.title.get(word, one.whole.get(word, 0.0)))
    return tuple(word for word in words if word in one.telling)


class Abroad:
    """What two reports in two languages have in common: names, longer numbers, and things."""

    def __init__(self, one: Weighed, other: Weighed, cosine: float | None = None) -> None:
        self.one, self.other, self.cosine = one, other, cosine
        self.shared_names, self.shared_numbers, self.shared_things = _shared_abroad(one, other)

    def meaning(self) -> float:
        return max(0.0, self.cosine or 0.0)

    def names(self) -> float:
        here, there, shared = self.one.names, self.other.names, self.shared_names
        told = sum([min(here[name], there[name]) for name in shared])
        if len(shared) > 1:  # what stands side by side in both is one name
            full_names = self.one.full_names & self.other.full_names
            told -= sum([min(here[first], here[second]) for first, second in full_names])
        return min(_NAMES, told) / _NAMES

    def figures(self) -> float:
        return min(_NUMBERS, len(self.shared_numbers)) / _NUMBERS

    def things(self) -> float:
        return min(_THINGS, len(self.shared_things)) / _THINGS

    def links(self) -> float:
        return float(_have_link(self.one, self.other) and bool(self.shared_names))


# The same for two reports in two languages.
FOR_ABROAD: Final[Mapping[str, Callable[[Abroad], float]]] = {
    "meaning": Abroad.meaning,
    "names": Abroad.names,
    "figures": Abroad.figures,
    "things": Abroad.things,
    "links": Abroad.links,
}


def features_against_abroad(pair: Abroad) -> dict[str, float]:
    """Return what speaks against one event in two reports in two languages."""
    one, other = pair.one, pair.other
    are_texts = one.has_lead or other.has_lead
    said = len(pair.shared_names) + len(pair.shared_numbers)
    years = [{name for name in each.gist.names if is_year(name)} for each in (one, other)]
    return {
        "single": float(not are_texts and said == 1 and len(pair.shared_things) < _SUBJECT_AND_PLACE),
        "places": float(_places_differ(one, other)),
        "years": float(bool(years[0]) and bool(years[1]) and years[0].isdisjoint(years[1])),
        "indices": float(_rankings_differ(one, other)),
        "subjects": _subjects_apart(one, other),
        "amounts": float(_amounts_differ(one, other)),
        "apart": _days_apart(one, other),
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


def _parts_differ(one: Weighed, other: Weighed) -> bool:
    """Whether two titles of one source are two of a series.

    Each says which part it is, or they are one sentence with another word in one place ("Warning of rain for …"), or
    with other names ("Obituary: …").
    """
    here, there = instalments_in(one.report.title), instalments_in(other.report.title)
    if here - there and there - here:
        return True
    size, left, right = _frame(one, other)
    if len(left) == len(right) == 1 and size >= _LEAST_FRAME:
        return not left[0][0].isdigit() and left[0][:3] != right[0][:3]
    return bool(_other_names(one, other))


def _frame(one: Weighed, other: Weighed) -> tuple[int, list[str], list[str]]:
    """Return how many words two titles have in common at their beginning and end, and the others of each between."""
    words, others = one.title_terms, other.title_terms
    before = _alike_at_start(words, others)
    after = _alike_at_start(words[before:][::-1], others[before:][::-1])
    return before + after, words[before : len(words) - after], others[before : len(others) - after]


def _other_names(one: Weighed, other: Weighed) -> tuple[list[str], list[str]] | None:
    """Return the names by which alone two titles differ; None where they differ in more."""
    size, left, right = _frame(one, other)
    if size < max(_LEAST_NAMED_FRAME, len(left), len(right)) or not set(left).isdisjoint(right):
        return None
    return (left, right) if left and right and _are_names(left, one) and _are_names(right, other) else None


def _alike_at_start(words: Sequence[str], others: Sequence[str]) -> int:
    """Return how many words two sentences begin with that are the same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(words, others, strict=False)))


def _are_names(words: Iterable[str], of: Weighed) -> bool:
    return set(map(name_of, words)).issubset(written_names(of.report.title, of.language))


def _pairs(one: Weighed, other: Weighed, ignored: Collection[str]) -> dict[str, str]:
    """Return the words of the first headline that the second has, each with its twin there."""
    common = one.beginnings & other.beginnings
    if not common:
        return {}
    first, second = one.title, other.title
    pairs = {word: word for word in first if word in second and word not in ignored}
    left: dict[str, list[str]] = {}
    for word in second:
        if len(word) >= LONG_WORD and word not in first and word[:LONG_WORD] in common:
            left.setdefault(word[:LONG_WORD], []).append(word)
    if not left:
        return pairs
    for word in first:
        if (beside := left.get(word[:LONG_WORD])) and word not in pairs and word not in ignored:
            twin = next((each for each in beside if _are_alike(word, each)), None)
            if twin is not None:
                beside.remove(twin)
                pairs[word] = twin
    return pairs


def _are_alike(one: str, other: str) -> bool:
    """Whether two words with the same beginning go on alike for long enough."""
    length = max(LONG_WORD, int(0.6 * max(len(one), len(other))))
    return one[:length] == other[:length]


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


def _subjects_apart(one: Weighed, other: Weighed) -> float:
    """Return 1 where each report is about someone or something the other doesn't name, more if nothing is common."""
    if all(map(other.has_name_like, one.subjects)) or all(map(one.has_name_like, other.subjects)):
        return 0.0
    return 1.0 if set(one.subjects).intersection(other.subjects) else _NOTHING_COMMON


def _are_of_one_template(one: Weighed, other: Weighed) -> bool:
    """Whether two titles are one sentence about others: "FNR CORE call now open", "FNR PEARL call now open"."""
    if one.is_title_case or other.is_title_case or not (names := _other_names(one, other)):
        return False
    return not any(map(other.has_name_like, names[0])) and not any(map(one.has_name_like, names[1]))


def _amounts_differ(one: Weighed, other: Weighed) -> bool:
    """Whether both tell numbers, and none of them is the same."""
    return bool(one.numbers) and bool(other.numbers) and one.numbers.isdisjoint(other.numbers)


def _days_apart(one: Weighed, other: Weighed) -> float:
    """Return how many days beyond the first are between two reports."""
    return max(0.0, abs(one.report.published - other.report.published) / _DAY - 1)


def _rankings_differ(one: Weighed, other: Weighed) -> bool:
    """Whether both are about rankings, which others made or which rank by something else."""
    if one.rankers and other.rankers and one.rankers.isdisjoint(other.rankers):
        return True
    return one.theme is not None and other.theme is not None and one.theme != other.theme
