"""Folding: texts that differ in case, accents and quotes compare equal."""

from __future__ import annotations

import pytest

from aggregator.text.folding import fold, words_in


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L’École", "l'ecole"),
        ("ŒUVRE", "oeuvre"),
        ("Øresund", "oresund"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("ASCII alone", "ascii alone"),
        ("宇宙", "宇宙"),
    ],
)
def test_case_accents_and_apostrophes_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_letter_compares_like_the_two_that_are_typed_for_it() -> None:
    assert words_in("Un chef-d'œuvre à Malmø") == words_in("un chef d’oeuvre a Malmo")
