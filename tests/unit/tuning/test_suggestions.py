from __future__ import annotations

import time
from typing import Any

import pytest

from aggregator.config import CategoryConfig, Examples, TermGroup
from aggregator.model import Entry, Source, StoredEntry
from aggregator.tuning.edits import Edit, EditKind
from aggregator.tuning.examples import Example, measure
from aggregator.tuning.suggestions import Suggestions, suggest
from tests.builders import make_source, make_stored

SOURCE = make_source()


def rule(*any_: Any, none: tuple[Any, ...] = (), **settings: Any) -> CategoryConfig:
    return CategoryConfig(name="space", any=any_, none=none, **settings)


def answers(*, yes: tuple[str, ...] = (), no: tuple[str, ...] = ()) -> list[Example]:
    return [
        Example("space", title, is_yes, Entry(key=title, title=title), SOURCE)
        for titles, is_yes in ((yes, True), (no, False))
        for title in titles
    ]


def stored(*titles: str) -> list[tuple[StoredEntry, Source]]:
    return [(make_stored(title, summary="", content=""), SOURCE) for title in titles]


def edited(category: CategoryConfig, found: Suggestions) -> CategoryConfig:
    listed, vetoes = list(category.any), list(category.none)
    for each in found.edits:
        edit: Edit = each.edit
        if edit.kind is EditKind.VETO:
            vetoes.append(edit.group)
        elif edit.place is None:
            listed.append(edit.group)
        else:
            assert edit.place[1] == 0
            listed[edit.place[0]] = edit.group
    return category.model_copy(update={"any": tuple(listed), "none": tuple(vetoes)})


def check_all_right(category: CategoryConfig, examples: list[Example], found: Suggestions) -> None:
    yes, no = (tuple(each.written for each in examples if each.is_yes is is_yes) for is_yes in (True, False))
    after = edited(category, found).model_copy(update={"examples": Examples(yes=yes, no=no)})
    [report] = measure([after], examples)
    assert [each.example.written for each in report.failing] == []


def test_a_missing_term_is_one_that_several_examples_have_and_other_entries_have_not() -> None:
    category = rule("lunar")
    examples = answers(
        yes=("Rover wakes up in spring", "Second rover lost near the pole", "Lunar dust"),
        no=("Spring fair at the pole",),
    )

    found = suggest(category, examples, stored("Spring in the park", "Second thoughts", "Lost and found"))

    [only] = found.edits
    assert only.edit.words == "add to any: rover"
    assert [each.written for each in only.effect.fixed] == [
        "Rover wakes up in spring",
        "Second rover lost near the pole",
    ]
    assert (only.effect.gained, only.effect.lost) == ((), ())
    check_all_right(category, examples, found)


def test_a_word_with_several_endings_becomes_a_stem() -> None:
    category = rule("lunar")
    examples = answers(yes=("Raumfahrtmesse beginnt", "Neue Raumfahrtbehörde", "Lunar"), no=("Messe",))

    found = suggest(category, examples, ())

    assert [each.edit.words for each in found.edits] == ["add to any: raumfahrt*"]


def test_what_an_edit_would_change_in_the_store_is_counted_exactly_and_lowers_its_rank() -> None:
    category = rule("lunar", none=("rover scouts",))
    examples = answers(yes=("Rover, crater",))
    others = stored(
        "Crater in the road", "The crater of the fair", "Crater lake hotel opens", "Rover scouts meet", "Rover"
    )

    [first] = suggest(category, examples, others).edits

    assert first.edit.words == "add to any: rover"
    assert [each.title for each in first.effect.gained] == ["Rover"]  # the scouts are taken back
    others_of = {edit.words: len(effect.gained) for edit, effect in first.instead}
    assert others_of == {"add to any: {terms: [crater*], near: [rover]}": 0, "add to any: crater*": 3}


def test_a_wrong_entry_is_taken_back_by_a_phrase_that_leaves_the_right_ones() -> None:
    category = rule("space")
    examples = answers(yes=("Space probe launched", "Space law in force"), no=("Office space in the quarter",))

    found = suggest(category, examples, stored("Space fair", "Office space to let"))

    [only] = found.edits
    assert only.edit.words == "add to none: office space"
    assert [each.title for each in only.effect.lost] == ["Office space to let"]
    check_all_right(category, examples, found)


def test_a_weight_or_a_near_is_offered_too() -> None:
    examples = answers(yes=("Space mission begins", "Space mission ends"), no=("Space to let",))
    kinds: set[EditKind] = set()
    for category in (rule("space"), rule(TermGroup(terms=("space",), weight=1.5), "mission")):
        found = suggest(category, examples, ())
        kinds |= {found.edits[0].edit.kind, *(edit.kind for edit, _ in found.edits[0].instead)}
        check_all_right(category, examples, found)

    assert {EditKind.NEAR, EditKind.WEIGHT} & kinds


@pytest.mark.parametrize(
    ("category", "yes", "no", "left"),
    [
        (rule("space"), ("Space fair",), ("Space fair",), 1),  # two that no rule can tell apart
        (rule("space"), ("On it",), (), 1),  # no word that tells anything
        (rule("space"), ("Space",), ("The space",), 1),
    ],
)
def test_what_no_small_edit_gets_right_is_said(
    category: CategoryConfig, yes: tuple[str, ...], no: tuple[str, ...], left: int
) -> None:
    found = suggest(category, answers(yes=yes, no=no), ())

    assert len(found.left) == left
    assert found.edits == ()


def test_an_edit_never_makes_a_right_example_wrong() -> None:
    category = rule("lunar")
    examples = answers(
        yes=("Rover in the valley", "Lunar valley"), no=("Rover for sale", "House in the valley", "Valley rover club")
    )

    found = suggest(category, examples, ())

    assert [each.written for each in found.left] == ["Rover in the valley"]
    check_all_right(category, [each for each in examples if each not in found.left], found)


def test_two_runs_suggest_the_same() -> None:
    examples = answers(
        yes=("Rover wakes up", "Comet passes the farm", "Ein Komet am Himmel", "Une comète verte"),
        no=("Space to let", "Comet club wins", "Le marché vert"),
    )
    others = stored("Comet club loses", "Farm fair", "Le marché de Noël")

    runs = [suggest(rule("space"), examples, others) for _ in range(2)]

    assert runs[0] == runs[1]
    assert runs[0].edits


def test_a_term_in_the_middle_of_a_group_gets_a_weight_of_its_own() -> None:
    category = rule(TermGroup(terms=("lunar", "orbit", "crew")), none=())
    examples = answers(yes=("Lunar orbit", "Crew in orbit"), no=("Orbit",))

    found = suggest(category, examples, ())

    assert found.edits
    assert not found.left
    places = [each.edit.place for each in found.edits if each.edit.place] + [
        edit.place for each in found.edits for edit, _ in each.instead if edit.place
    ]
    assert (0, 1) in places


def test_a_thousand_stored_entries_take_less_than_seconds() -> None:
    category = rule("lunar", "satellit*")
    words = ["comet", "rover", "crater", "valley", "mission", "launch", "station", "market", "street", "river"]
    words += ["council", "school", "budget"]
    titles = [f"{words[n % 13].title()} {words[(n * 7) % 13]} {words[(n * 5 + 3) % 13]} {n}" for n in range(1_000)]
    examples = answers(
        yes=tuple(f"Rover {each} reached" for each in words[:6]), no=tuple(f"Satellite {each}" for each in words[6:])
    )
    others = stored(*titles)

    began = time.process_time()
    found = suggest(category, examples, others)

    assert found.edits
    assert time.process_time() - began < 3


def first_edit(category: CategoryConfig, headline: str, *others: str) -> str:
    found = suggest(category, answers(yes=(headline,)), stored(*others))
    return found.edits[0].edit.words


@pytest.mark.parametrize(
    ("headline", "words"),
    [
        ("NIS2 law voted by parliament", 'add to any: "=NIS2"'),
        ("Datenleck: Kundendaten von Modehändler im Netz", "add to any: datenleck*"),
        ("Zero-day in Chrome: Google ships emergency update", "add to any: zero-day"),
    ],
)
def test_an_acronym_what_stands_before_a_colon_and_a_compound_come_before_longer_words(
    headline: str, words: str
) -> None:
    once = ("NIS2: what firms must do", "Datenleck bei Autovermieter", "Zero-day found in a phone")

    assert first_edit(rule("ransomware"), headline, *once) == words


def test_a_term_that_the_rule_has_gets_another_weight_and_is_not_added_again() -> None:
    category = rule("ransomware", TermGroup(terms=("hacker*",), weight=0.5))
    examples = answers(yes=("Hackers exploit a firewall", "Hacker legen Stadtwerke lahm"))

    found = suggest(category, examples, ())

    assert [each.edit.words for each in found.edits] == ['let "hacker*" weigh 1 instead of 0.5']


def test_a_phrase_over_a_small_word_is_offered() -> None:
    found = suggest(rule("ransomware"), answers(yes=("Fuite de données chez un assureur",)), ())

    offered = [each.edit.words for each in found.edits]
    offered += [edit.words for each in found.edits for edit, _ in each.instead]
    assert "add to any: fuite de données" in offered
