from __future__ import annotations

import pytest

from aggregator.categorize import categorize, compile_rules
from aggregator.categorize.standing_pages import is_standing_page
from aggregator.categorize.trials import Trials
from aggregator.config import CategoryConfig
from tests.builders import make_entry, make_source

RULE = CategoryConfig(
    name="space", any=("space", "orbit", "lunar"), fields={"title": 1, "summary": 0.7, "content": 0.3}
)
PAGES = [
    "About", "ABOUT US", "Privacy Policy", "About | Moonlight", "Contact - Comet News", "À propos", "Qui sommes-nous ?",
    "Mentions légales", "Datenschutzerklärung", "Über uns – Raumfahrtverein", "Impressum",
]  # fmt: skip
NEWS = ["About time: space law passes", "Contact lost with lunar lander", "Privacy policy of space firms criticised",
        "Partner für Mondmission gefunden", "Home in orbit", "", "A" * 500]  # fmt: skip


@pytest.mark.parametrize("title", PAGES)
def test_what_stands_below_the_title_of_a_page_that_is_no_news_counts_little(title: str) -> None:
    entry = make_entry(title, summary="A blog on space, lunar dust and life in orbit since 2009.")

    assert is_standing_page(title)
    assert categorize(entry, make_source(), compile_rules([RULE])) == ()
    trials = Trials(RULE, (), ())
    assert trials.score(trials.study(entry, make_source()), trials.state) == pytest.approx(3 * 0.7 / 4)


@pytest.mark.parametrize("title", NEWS)
def test_a_headline_that_begins_like_such_a_page_is_news(title: str) -> None:
    entry = make_entry(title, summary="On space, lunar dust and life in orbit.")

    assert not is_standing_page(title)
    assert [match.category for match in categorize(entry, make_source(), compile_rules([RULE]))] == ["space"]


def test_the_title_of_such_a_page_counts_whole() -> None:
    assert categorize(make_entry("About | Space Blog"), make_source(), compile_rules([RULE]))
