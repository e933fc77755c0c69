from __future__ import annotations

import pytest

from aggregator.text.languages import language_of, stems, terms_in


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("Der Norden erlebte den schneereichsten Winter seit 2012", "en", "de"),
        ("Car hits tree: man dies", "en", "en"),
        ("Une enquête ouverte sur un tir", None, "fr"),
        ("The ship that came with the storm", None, "en"),
        ("Titanfall Review", None, ""),
        ("Titanfall Review", "de-AT", "de"),
        ("Der Wolf is in de stad", "nl", "nl"),
    ],
)
def test_the_language_is_what_the_small_words_say_when_they_are_clear(
    text: str, declared: str | None, language: str
) -> None:
    assert language_of(terms_in(text), declared) == language


def test_stems_leave_out_endings_small_words_and_elisions() -> None:
    assert stems(terms_in("Satellites of the agencies"), "en") == stems(terms_in("Satellite, agency"), "en")
    assert stems(terms_in("l'ancien joueur d'Annecy"), "fr") == ("ancien", "joueur", "annecy")
    assert stems(terms_in("Epsteins Taten"), "de")[0] == "epstein"
    assert stems(terms_in("3-1 in 1.8 s"), "en") == ("3-1", "1.8")
