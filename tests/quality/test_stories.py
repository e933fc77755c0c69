from __future__ import annotations

from pathlib import Path

from tests.quality import stories


def test_our_own_headlines_of_one_event_come_together_and_others_do_not() -> None:
    score = stories.scores(stories.own_pairs())["all"]

    assert score.precision >= stories.FLOOR_PRECISION, score
    assert score.recall >= stories.FLOOR_RECALL, score


def test_real_headlines_of_one_event_come_together_and_others_do_not(corpus: Path) -> None:
    score = stories.scores(stories.corpus_pairs(corpus))["all"]

    assert score.precision >= stories.FLOOR_PRECISION, score
    assert score.recall >= stories.FLOOR_RECALL, score
