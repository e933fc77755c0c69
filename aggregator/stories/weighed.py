"""A report ready to be compared with many: its words with their weights, its names, what it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

from aggregator.model import Report
from aggregator.stories.proper_names import name_of, written_names
from aggregator.stories.rankers import is_ranking, rankers_in, theme_of
from aggregator.stories.things import is_place, is_thing, things_of
from aggregator.stories.weights import Weights, is_year
from aggregator.text.languages import stems, terms_in

# Words of so many letters are the same when they begin alike: "Popocatepetl" and "Popocatépelt".
LONG_WORD: Final = 6
# So many words make a lead; with less there are headlines alone.
_LEAST_LEAD = 6
# A headline counts twice beside its lead.
_TITLE_TIMES = 2.0
# What a store's names weigh of which every fifteenth entry has one, and of which every fiftieth has one: these tell of
# an event, those hardly, be they the region that all of it is about.
_COMMON_NAME, _RARE_NAME = 2.7, 3.9
# Two names with the same first letters are perhaps one in two languages: "robots" and "Roboter".
_NAME_LETTERS = 4
# So many letters make a word that a headline in title case begins with a capital.
_LONGER = 4

_PARTS = re.compile(r"\s*[:|–—·]\s+|\s+[|·–—-]\s+")


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
        self.beginnings = frozenset([word[:LONG_WORD] for word in title])

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
        return rankers_in((*self.gist.names, *self.gist.lead_names))

    @cached_property
    def theme(self) -> str | None:
        """Return what a ranking that it is about ranks by; None where it is about none, or doesn't say."""
        if not is_ranking({*self.gist.names, *self.gist.lead_names}):
            return None
        return theme_of(self.title_terms, terms_in(self.report.lead))

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """Return the names of its headline that its lead has too: whom or what it is about."""
        names = [name for name in self.gist.names if not is_thing(name) and not name[0].isdigit()]
        again = frozenset(written_names(self.report.lead, self.language)) if names else ()
        return tuple(name for name in names if name in again and not things_of(name, self.language))

    @cached_property
    def title_terms(self) -> list[str]:
        """Return the words of its title as they follow each other, folded."""
        return terms_in(self.report.title)

    @cached_property
    def is_title_case(self) -> bool:
        """Whether All Longer Words of Its Headline Begin With a Capital, so that they needn't be names."""
        return not any(word.islower() and len(word) >= _LONGER for word in self.report.title.split())

    def has_name_like(self, name: str) -> bool:
        """Whether a word or a name that begins like this one is anywhere in it."""
        return name[:_NAME_LETTERS] in self._all_beginnings

    @cached_property
    def _all_beginnings(self) -> frozenset[str]:
        return frozenset(word[:_NAME_LETTERS] for word in (*self.whole, *self.gist.title, *self.names))

    @cached_property
    def full_names(self) -> frozenset[tuple[str, str]]:
        """Return the names that stand side by side: "Rocket Lab"."""
        words = [*map(name_of, self.title_terms), "", *map(name_of, terms_in(self.report.lead))]
        names = {name for name in self.names if not name[0].isdigit()}
        return frozenset(pair for pair in pairwise(words) if pair[0] in names and pair[1] in names)

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(name for name in self.names if name[0].isdigit() and len(name) > 1 and not is_year(name))

    def _told_by(self, name: str) -> float:
        """Return how much a name tells: less where much of what is read has it. Things and numbers are no names."""
        if is_thing(name) or name[0].isdigit():
            return 1.0
        [stem] = stems((name,), self.language) or (name,)
        return min(1.0, max(0.0, (self.words.weight[stem] - _COMMON_NAME) / (_RARE_NAME - _COMMON_NAME)))


def _norm(weighed: Mapping[str, float]) -> float:
    return sum(weight * weight for weight in weighed.values()) or 1.0
