from __future__ import annotations

import pytest

from aggregator.stories.instalments import instalments_in
from tests.unit.stories.test_stories import Newsroom, headline

LEAD = "We are happy to announce it. Please test your applications and tell us of all bugs before the end of the month."


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Kettle 18 release candidate 1 is out", {"1"}),
        ("A boat of our own, part two: the keel", {"2"}),
        ("Folge 112: Warum der Zug nicht kommt", {"112"}),
        ("Ép. 7 – La marée", {"7"}),
        ("Les canaux du nord (II) : les écluses", {"2"}),
        ("Série : les métiers du port (3/5)", {"3"}),
        ("Kettle 3.15.0 alpha 6", {"3.15.0", "6"}),
        ("kettle v2.4.1", {"2.4.1"}),
        ("Kettle 3.13rc2 for Windows", {"3.13rc2"}),
        ("Newsletter #88", {"88"}),
        ("Nr. 7: Der Garten im Mai", {"7"}),
        ("On day two of the trial the driver speaks", {"2"}),
    ],
)
def test_a_title_says_which_part_of_a_series_it_is(title: str, found: set[str]) -> None:
    assert instalments_in(title) == found


@pytest.mark.parametrize(
    "title",
    [
        "No one is hurt as two boats collide",
        "Quake of magnitude 5.9 shakes the island",
        "Part of the plan is dropped",
        "Update: 3 dead after the storm",
        "Ein Tag vor der Wahl",
        "Prices up 5.2% in the week",
    ],
)
def test_other_numbers_say_nothing_of_a_series(title: str) -> None:
    assert instalments_in(title) == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kettle 18 release candidate 1 is out", "Kettle 18 release candidate 2 is out"),
        ("A boat of our own, part two: the keel", "A boat of our own, part three: the keel again"),
        ("Red warning of wind for the Lofoten islands", "Red warning of snow for the Lofoten islands"),
        ("World ranking of harbors 2024: Bergen in place", "World ranking of harbors 2025: Bergen in place"),
    ],
)
def test_two_parts_of_a_series_of_one_source_are_two_stories_however_alike_their_texts(one: str, other: str) -> None:
    first, second = Newsroom().round(("a", headline(one, summary=LEAD)), ("a", headline(other, summary=LEAD)))

    assert first != second


def test_another_source_may_tell_of_the_same_part() -> None:
    one, other = "Kettle 18 release candidate 1 is out", "Kettle 18 release candidate 1 out now"

    first, second = Newsroom().round(("a", headline(one, summary=LEAD)), ("b", headline(other, summary=LEAD)))

    assert first == second
