from __future__ import annotations

from datetime import timedelta
from typing import Any

from aggregator.config import CategoryConfig, TermGroup
from aggregator.model import StoredEntry
from aggregator.tuning.doubts import doubts
from tests.builders import NOW, make_stored


def rule(*any_: Any, name: str = "energy") -> CategoryConfig:
    return CategoryConfig(name=name, any=any_)


def stored(*titles: str, times: int = 1) -> list[StoredEntry]:
    return [
        make_stored(title, id=f"{title}{number}", summary="", content="") for title in titles for number in range(times)
    ]


def test_a_term_that_folding_makes_another_word_is_named_with_how_often() -> None:
    entries = [*stored("Un logiciel piraté"), *stored("Pirate radio", "The pirate’s ship", times=2)]

    assert doubts([rule("piraté")], [*entries, *stored("Pirate party", "a pirate flag")]) == [
        'energy: "piraté" finds "pirate" as well (3 entries), as accents don\'t count'
    ]


def test_two_spellings_that_are_both_asked_for_or_a_capital_without_its_accent_are_no_collision() -> None:
    entries = stored("Etat de droit", "une eclipse", "une éclipse", "l'état")

    assert doubts([rule("éclipse", "état", TermGroup(terms=("eclipse",), weight=0.5))], entries) == [
        'energy: "eclipse" and "éclipse" are one term, as accents don\'t count'
    ]


def test_headlines_of_examples_are_enough_for_a_collision() -> None:
    assert doubts([rule("pâte")], (), headlines=["Dental pate", "la pate"]) == [
        'energy: "pâte" finds "pate" as well (2 entries), as accents don\'t count'
    ]


def test_a_common_word_that_a_stem_catches_is_named_and_other_forms_of_its_own_are_not() -> None:
    entries = [
        *stored("Hydrogen for trucks", "Hydrogène vert", times=4),
        *stored("A hydrogel heals", times=3),
        *stored("hydrogens", "hydrographer"),
    ]

    assert doubts([rule("hydrog*")], entries) == [
        'energy: "hydrog*" finds "hydrogel" as well (3 entries), beside "hydrogene" (4 entries)'
    ]


def test_a_word_beside_which_other_terms_of_the_category_stand_belongs_to_it() -> None:
    entries = [
        *stored("Satellite in orbit", times=9),
        *stored("Imagerie satellitaire et orbit", times=3),
        *stored("Satellitenstadt wird saniert", times=3),
        *stored("satellitisé", times=1),
    ]

    assert doubts([rule("satellit*", "orbit")], entries) == []
    bare = [*stored("Satellite in orbit", times=9), *stored("Le compte satellitaire", times=3)]
    assert doubts([rule("satellit*", "orbit")], bare) == [
        'energy: "satellit*" finds "satellitaire" as well (3 entries), beside "satellite" (9 entries)'
    ]


def test_a_term_that_stands_in_everything_is_named_but_not_a_weak_one() -> None:
    entries = [*stored("News of the day", times=30), *stored("Something else", times=30)]

    found = doubts([rule("news", TermGroup(terms=("day",), weight=0.2))], entries)

    assert found == ['energy: "news" stands in 50% of 60 entries: it tells nothing apart']
    assert doubts([rule("news")], entries[25:60]) == []  # too few to tell


def test_terms_that_never_occurred_are_counted_when_enough_was_looked_at() -> None:
    long_ago = make_stored("Long ago", first_seen=NOW - timedelta(days=89))
    entries = [*stored("Wind farm", times=1000), long_ago]
    terms = ("wind farm", "tide*", "wave", "solar", "geothermal", "biogas")

    assert doubts([rule(*terms, name="power"), rule("ago", name="past")], entries)[-1] == (
        'power: 5 of its 6 terms stand in none of the 1,001 entries since 2025-12-02: "tide*", "wave", "solar", '
        '"geothermal" and 1 more'
    )
    assert doubts([rule(*terms)], entries[:999]) == [
        'energy: "wind farm" stands in 100% of 999 entries: it tells nothing apart'
    ]
