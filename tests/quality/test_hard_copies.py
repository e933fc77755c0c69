from __future__ import annotations

from pathlib import Path

import pytest

from tests.quality import hard
from tests.quality.scores import Score


def test_entries_of_one_template_are_never_copies() -> None:
    assert hard.joined_templates() == []


@pytest.mark.slow
def test_hard_copies_are_found_and_their_originals_are_the_articles(corpus: Path) -> None:
    scores, wrong, entries, originals = hard.hard_scores(corpus)

    total = Score(*(sum(getattr(each, name) for each in scores.values()) for name in ("right", "wrong", "missed")))
    assert total.right / (total.right + total.wrong + total.missed) >= hard.FLOOR_RECALL, scores
    assert wrong <= hard.MOST_WRONG * entries, scores
    assert originals >= hard.FLOOR_ORIGINALS
