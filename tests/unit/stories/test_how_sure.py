from __future__ import annotations

import pytest

from aggregator.stories.explain import how_sure
from aggregator.stories.scores import Score


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (2.0, "88%"),
        (0.03, "51%"),
        (0.01, "just over 50%"),
        (0.0, "just under 50%"),
        (-0.01, "just under 50%"),
        (-2.0, "12%"),
    ],
)
def test_how_sure_a_score_is_does_not_contradict_what_it_decides(value: float, words: str) -> None:
    assert how_sure(Score(value)) == words
