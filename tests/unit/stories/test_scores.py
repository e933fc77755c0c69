from __future__ import annotations

from itertools import combinations

import pytest

from aggregator.model import Report
from aggregator.stories.scores import Scale, Scales, promising_score, score
from aggregator.stories.weighed import Weighed
from aggregator.stories.weights import Weights
from tests.unit.stories.test_stories import Newsroom, headline

LEAD = "The space agency says that its lander Kalliope touched down on Venus on Monday after a flight of four months."


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    """Return reports of a few events, with leads and without, of several sources and of one."""
    room = Newsroom()
    titles = [
        "Kalliope probe reaches Venus",
        "Probe Kalliope lands on Venus",
        "Kalliope probe reaches the Venus harbour",
        "Weekly: Kalliope and Venus",
        "Weekly: Nordlake and Venus",
        "Kalliope 2024: the best of the year",
        "Kalliope 2025: the best of the year",
        "Bank cuts jobs in Nordlake",
    ]
    came = [
        (source, headline(f"{title}", summary=summary))
        for source, summary in (("a", ""), ("b", LEAD), ("c", f"{LEAD} It sends pictures."))
        for title in titles
    ]
    for source, entry in came:  # each alone, that what a document repeats stays
        room.round((source, entry))
    return list(room.reports.values())


@pytest.mark.parametrize("cosine", [None, 0.0, 0.3, 0.6, 0.9])
def test_no_pair_is_ruled_out_that_scores_above_zero(reports: list[Report], cosine: float | None) -> None:
    weights = Weights({}, (each.gist for each in reports))
    weighed = [Weighed(each, weights) for each in reports]

    pairs = [(score(*pair, cosine), promising_score(*pair, cosine)) for pair in combinations(weighed, 2)]

    assert all(found == quick for found, quick in pairs if quick is not None)
    assert [found for found, quick in pairs if quick is None and found.value > 0] == []
    assert [found for found, quick in pairs if quick is not None and found.value > 0]
    assert [found for found, quick in pairs if quick is None]


def test_what_parts_reports_in_the_shipped_weights_may_speak_for_them_in_others(reports: list[Report]) -> None:
    one, other = (Weighed(each, Weights({})) for each in reports[6:8])
    weighing = {"start": -1.0, "plain": 2.0}
    plain = Scale(texts=weighing, headlines=weighing, abroad=weighing)

    assert promising_score(one, other) is None
    assert promising_score(one, other, scales=Scales(plain=plain, meant=plain)) is not None
