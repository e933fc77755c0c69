"""Which marks are stored and which are looked up: a text and its beginning meet, whichever is stored first."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from aggregator.text.marks import choose_marks, smallest_pieces

Words = Callable[[int], list[str]]


@pytest.fixture
def words() -> Words:
    """Return what makes a text of so many words, another one at each call."""
    chance = random.Random(20)
    return lambda count: [f"{chance.getrandbits(48):x}" for _ in range(count)]


def orders_met(one: list[str], two: list[str]) -> tuple[bool, bool]:
    """Return whether two texts meet when the first is stored and the second looked up, and the other way round."""
    (stored, looked_up), (its_stored, its_looked_up) = (choose_marks(*smallest_pieces(text)) for text in (one, two))
    return not set(stored).isdisjoint(its_looked_up), not set(its_stored).isdisjoint(looked_up)


@pytest.mark.parametrize("length", [60, 90, 146, 200, 400])
def test_a_text_and_its_beginning_meet_in_either_order_wherever_it_is_cut(words: Words, length: int) -> None:
    for _ in range(30):
        text = words(length)
        for cut in range(40, length, 7):
            assert orders_met(text, text[:cut]) == (True, True), cut


def test_a_text_keeps_few_marks_in_the_store(words: Words) -> None:
    stored = [len(choose_marks(*smallest_pieces(words(length)))[0]) for length in range(30, 250)]

    assert sum(stored) <= 4.6 * len(stored)
