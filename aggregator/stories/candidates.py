"""Which reports may tell of one event: those that share two of their rarest words, names, or pairs of subjects."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, combinations, islice

from aggregator.model import Gist, Report
from aggregator.stories.things import is_thing
from aggregator.stories.weights import Weights, is_year
from aggregator.text.marks import LINK, WORD, word_mark

# By so many of its rarest words a report is found, of headline and lead; words are one when they begin alike.
_RAREST, _WORD_LETTERS = 16, 7
# In other languages: by so many names and numbers, and by pairs of so many subjects and places.
_NAMES, _THINGS = 4, 6
# So many marks must be in common; a page that both link to is enough.
_LEAST_SHARED = 2
# How many candidates of a report are looked at, those with the most in common.
_LOOKED_AT = 24
# A mark that very many reports have says little: those next in time are enough. So what a thousand reports are named
# alike costs each of them no more, and no report is looked at by all.
_NEXT = 40
# What is reported of an event is published within that time.
WINDOW: timedelta = WORD.window
# What was published before that when it is first seen is grouped with what comes in the same round: nothing that comes
# later can belong to it.
MAX_AGE: timedelta = 3 * WORD.window


def story_marks(gist: Gist, weights: Weights) -> tuple[list[int], list[int]]:
    """Return the marks of a report's words, and those of the pages that it links to; without their time."""
    rarity = weights.of(gist.language).rarity
    rarest = sorted((*gist.title, *gist.text), key=rarity.__getitem__, reverse=True)  # of equals the headline's first
    words = islice(dict.fromkeys(word[:_WORD_LETTERS] for word in rarest), _RAREST)
    names, things = _kinds((*gist.names, *gist.lead_names))
    pairs = ("&".join(sorted(pair)) for pair in combinations(things[:_THINGS], 2))
    return (
        [word_mark(word) for word in (*words, *(f"={name}" for name in names[:_NAMES]), *pairs)],
        [word_mark(link) for link in gist.links],
    )


def _kinds(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Part names and longer numbers from things."""
    said: list[str] = []
    things: list[str] = []
    for name in names:
        if is_thing(name):
            things.append(name)
        elif not is_year(name) and (len(name) > 1 or not name.isdigit()):
            said.append(name)
    return said, things


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a report: those by which later ones find it, and where those are that may tell of the same event."""

    stored: tuple[int, ...]
    looked_up: frozenset[int]


def marks_of(gist: Gist, weights: Weights, published: datetime) -> Marks:
    words, links = story_marks(gist, weights)
    return Marks(
        (*WORD.stored(words, published), *LINK.stored(links, published)),
        frozenset((*WORD.looked_up(words, published), *LINK.looked_up(links, published))),
    )


# Reports of a round, each with those that may tell of the same event.
Near = Sequence[tuple[Report, Sequence[Report]]]


class Candidates:
    """Reports by their marks: those that were found in the store, and those of the round."""

    def __init__(self, by_mark: Mapping[int, Sequence[str]], reports: Mapping[str, Report]) -> None:
        self._reports = dict(reports)
        self._by_mark: dict[int, dict[str, None]] = defaultdict(dict)
        self._in_time: dict[int, list[tuple[datetime, str]]] = {}
        for mark, ids in by_mark.items():
            self._by_mark[mark] = dict.fromkeys(each for each in ids if each in reports)

    def take_in(self, round_: Sequence[Report], marks: Mapping[str, Marks]) -> Near:
        """Add the reports of a round, and return each with its candidates; ``marks`` are those of each by its id."""
        self._reports.update((each.id, each) for each in round_)
        once: set[int] = set()
        again = set(self._by_mark)
        for report in round_:
            again |= once & marks[report.id].looked_up
            once |= marks[report.id].looked_up
        for report in round_:
            for mark in again.intersection(marks[report.id].stored):  # most are looked up by the report alone
                self._by_mark[mark][report.id] = None
        return [(each, list(self.of(each, marks[each.id].looked_up))) for each in round_]

    def of(self, report: Report, looked_up: Set[int]) -> Iterator[Report]:
        """Yield those with the most marks in common, published within the window; of equals the next in time."""
        having = {mark: self._having(mark, report) for mark in self._by_mark.keys() & looked_up}
        shared = Counter(chain.from_iterable(having.values()))
        linked = {each for mark, ids in having.items() if LINK.has(mark) for each in ids} if report.gist.links else ()
        found: list[tuple[int, timedelta, str]] = []
        for each, count in shared.items():
            if (count >= _LEAST_SHARED or each in linked) and each != report.id:
                apart = abs(self._reports[each].published - report.published)
                if apart <= WINDOW:
                    found.append((-count, apart, each))
        yield from (self._reports[each] for _, _, each in sorted(found)[:_LOOKED_AT])

    def _having(self, mark: int, report: Report) -> Collection[str]:
        """Return the reports that have a mark; of many those next in time."""
        ids = self._by_mark[mark]
        if len(ids) <= _NEXT:
            return ids
        in_time = self._in_time.get(mark)
        if in_time is None or len(in_time) != len(ids):
            in_time = self._in_time[mark] = sorted((self._reports[each].published, each) for each in ids)
        first = bisect_left(in_time, (report.published, report.id)) - _NEXT // 2
        first = max(0, min(first, len(in_time) - _NEXT))
        return [each for _, each in in_time[first : first + _NEXT]]
