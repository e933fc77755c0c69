"""`rules suggest` makes a rule better at headlines that it has not seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config import load
from tests.quality.suggesting import Subject, everyday_store, learn, score, subjects, written

# F1 on other headlines must rise by so much at least.
RISE = {"cyber": 0.3, "hydrogen": 0.15}


@pytest.mark.parametrize("subject", subjects(), ids=lambda each: each.name)
def test_suggestions_followed_until_there_are_no_more_raise_f1_on_other_headlines(
    subject: Subject, tmp_path: Path
) -> None:
    path = written(subject, tmp_path)
    before = load(path).categories[0]
    assert len(before.any) == 5
    assert len(subject.examples) == 20
    assert {each.language for each in subject.examples} == {"en", "fr", "de"}

    edits = learn(path, subject.name, everyday_store())

    after = load(path).categories[0]
    first, last = score(before, subject.others).f1, score(after, subject.others).f1
    print(f"{subject.name}: F1 on {len(subject.others)} other headlines {first:.3f} before, {last:.3f} after")
    assert last >= first + RISE[subject.name], edits
    assert score(after, subject.examples).f1 == 1
    assert "# to begin with" in path.read_text()
    assert not {each.title for each in subject.examples} & {each.title for each in subject.others}
