"""What the default categories must not have, whatever they are made of."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from aggregator.config import CategoryConfig, TermGroup, load
from aggregator.text.terms import Pattern, Phrase, parse_term

CATEGORIES = load(Path(__file__).parents[3] / "config" / "aggregator.yaml").categories


def plain_terms(category: CategoryConfig) -> list[tuple[Phrase, float]]:
    """Return the terms that speak for a category wherever they stand, with their weights."""
    groups = [each for each in category.any if isinstance(each, TermGroup)]
    plain = [each for each in groups if each.weight > 0 and not each.near and not each.language]
    terms = [(parse_term(term), each.weight) for each in plain for term in each.terms]
    return [(term, weight) for term, weight in terms if isinstance(term, Phrase)]


def finds_all_of(one: Phrase, other: Phrase) -> bool:
    """Tell whether a term is found wherever the other one is."""
    return (
        not one.is_exact
        and len(one.parts) == len(other.parts)
        and all(
            their.text.lower().startswith(mine.text)
            if mine.is_stem
            else not their.is_stem and their.text.lower() == mine.text
            for mine, their in zip(one.parts, other.parts, strict=True)
        )
    )


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.name)
def test_no_word_counts_twice_for_nothing(category: CategoryConfig) -> None:
    twice = [
        f"{one.written} finds what {other.written} does"
        for (one, weight), (other, other_weight) in permutations(plain_terms(category), 2)
        if finds_all_of(one, other) and weight >= other_weight
    ]

    assert twice == []


def test_the_default_rules_have_no_regular_expression_that_every_entry_would_pay_for() -> None:
    groups = [each for category in CATEGORIES for each in (*category.any, *category.none)]

    terms = [term for each in groups if isinstance(each, TermGroup) for term in each.terms]

    assert not [term for term in terms if isinstance(parse_term(term), Pattern)]
