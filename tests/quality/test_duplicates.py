from __future__ import annotations

from pathlib import Path

import pytest

from tests.quality import duplicates


def test_copies_of_our_own_articles_are_recognized_and_traps_are_not() -> None:
    score = duplicates.own_score()

    assert score.precision == 1.0, score
    assert score.recall >= duplicates.FLOOR_RECALL, score


@pytest.mark.slow
def test_copies_of_real_articles_are_recognized_among_thousands_and_next_editions_are_not(corpus: Path) -> None:
    score = duplicates.corpus_score(corpus)

    assert score.precision >= duplicates.FLOOR_PRECISION, score
    assert score.recall >= duplicates.FLOOR_RECALL, score
