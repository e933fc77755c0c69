"""Rounds with very many near-identical headlines: what they cost, and that their order makes no difference."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest

from aggregator.model import Report
from aggregator.stories.candidates import Candidates, marks_of
from aggregator.stories.gist import gists_of
from aggregator.stories.grouping import MAX_REPORTS, group_reports
from aggregator.stories.weights import Weights
from tests.builders import NOW, make_entry

WORDS = [
    "".join(syllables).capitalize()
    for syllables in product(("ba", "ko", "mi", "ru", "ta", "ve"), ("lin", "dor", "sen", "mar"), ("a", "o", "ik", "um"))
]

Headline = Callable[[int], str]


def one_word_differs(number: int) -> str:
    return f"Severe weather warning for {WORDS[number * 7 % len(WORDS)]} county issued by national service"


def two_words_differ(number: int) -> str:
    county, other = WORDS[number * 7 % len(WORDS)], WORDS[(number * 13 + 5) % len(WORDS)]
    return f"Nordlake probe reaches the harbour of Venus: {county} and {other} reported"


def nothing_differs(_: int) -> str:
    return "Severe weather warning for the coast issued by national service"


class Round:
    """A round of so many reports a minute apart, each of a source of its own, and how many pairs it compares."""

    def __init__(self, headline: Headline, count: int) -> None:
        self.compared = 0
        entries = [make_entry(headline(number), language="en") for number in range(count)]
        self.reports = [
            Report(
                pk=number,
                id=f"{number:04}",
                source=f"s{number}",
                title=entry.title,
                published=NOW - timedelta(minutes=number),
                gist=gists_of([entry])[0],
                story=f"{number:04}",
                is_waiting=True,
            )
            for number, entry in enumerate(entries)
        ]

    def stories(self) -> dict[str, str]:
        weights = Weights({}, (each.gist for each in self.reports))
        marks = {each.id: marks_of(each.gist, weights, each.published) for each in self.reports}
        near = Candidates({}, {}).take_in(self.reports, marks)
        found = group_reports(near, (), weights, self._no_cosine)
        return {each.id: found.joined[each.id].story if each.id in found.joined else each.id for each in self.reports}

    def _no_cosine(self, *_: Report) -> None:
        self.compared += 1


@pytest.mark.parametrize("headline", [one_word_differs, two_words_differ, nothing_differs])
def test_a_round_twice_as_long_compares_no_more_pairs_for_each_report(headline: Headline) -> None:
    short, long = Round(headline, 150), Round(headline, 300)

    short.stories()
    long.stories()

    assert long.compared / 300 <= 1.2 * short.compared / 150
    assert long.compared / 300 <= 2 * MAX_REPORTS


def test_a_story_has_no_more_reports_than_it_may_have_however_many_are_alike() -> None:
    sizes = Counter(Round(nothing_differs, 120).stories().values())

    assert max(sizes.values()) <= MAX_REPORTS
    assert len(sizes) < 8


@pytest.mark.parametrize("headline", [one_word_differs, two_words_differ, nothing_differs])
def test_near_identical_headlines_have_the_same_stories_in_any_order(headline: Headline) -> None:
    one, other = Round(headline, 120), Round(headline, 120)
    random.Random(7).shuffle(other.reports)

    assert one.stories() == other.stories()
