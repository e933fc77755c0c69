"""The default categories do not get worse at judging headlines: floors that may rise and never fall."""

from __future__ import annotations

import pytest

from tests.quality.categories import CORPUS, Headline, corpus_headlines, default_rules, our_headlines, score

# F1 of each category, and how many of the headlines in no category may get one.
OUR_FLOORS = {"space": 0.98, "innovation": 0.97, "talent": 0.99}
OUR_NONE = 0.012
CORPUS_FLOORS = {"space": 0.98, "innovation": 0.97, "talent": 0.97}
CORPUS_NONE = 0.02


def check(headlines: list[Headline], floors: dict[str, float], most_of_none: float) -> None:
    scores = score(headlines, default_rules())

    found = {category: each.f1 for category, each in scores.by_category.items()}
    assert all(found[category] >= floor for category, floor in floors.items()), found
    assert scores.none_share <= most_of_none


def test_our_own_headlines_are_judged_well() -> None:
    check(our_headlines(), OUR_FLOORS, OUR_NONE)


@pytest.mark.skipif(not CORPUS.exists(), reason=f"no headlines at {CORPUS}; set AGGREGATOR_CORPUS to the corpus")
def test_headlines_of_the_corpus_are_judged_well() -> None:
    check(corpus_headlines(), CORPUS_FLOORS, CORPUS_NONE)
