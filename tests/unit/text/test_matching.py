import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text.matching import clean, fold, squeeze


@pytest.mark.parametrize(
    ("word", "squeezed"),
    [
        ("Lunar", "Lunar"),
        ("Straße", "Strasse"),
        ("ÉTÉ", "ETE"),
        ("Œuvre", "OEuvre"),
        ("Łódź", "Lodz"),
        ("Ørsted", "Orsted"),
        ("İstanbul", "Istanbul"),
        ("ﬁnance", "finance"),
        ("Æther", "AEther"),
        ("が", "が"),
        ("か\u3099", "が"),
        ("Й", "и"),
        ("हिंदी", "हिंदी"),
    ],
)
def test_a_word_loses_its_accents_and_those_of_other_scripts_their_capitals(word: str, squeezed: str) -> None:
    assert squeeze(word).decode() == f" {squeezed} "


@pytest.mark.parametrize(
    ("text", "squeezed"),
    [
        ("start-up", " start up "),
        ("l’espace d'abord", " l espace d abord "),
        ("sa\u00adtel\u200blite", " satellite "),
        ("e\u0301te\u0301", " ete "),
        ("one_two", " one two "),
        ("R & D", " R D "),
        ("R&D", " R D "),
        ("a \u00a0 b", " a b "),
        ("", "  "),
        ("«»", "  "),
    ],
)
def test_each_word_stands_between_two_spaces(text: str, squeezed: str) -> None:
    assert squeeze(text).decode() == squeezed


@pytest.mark.parametrize(
    ("text", "squeezed"),
    [
        ("We start. Up next – now\nThe end", " We start . Up next . now . The end "),
        ("1,000 km (or 620 miles)", " 1 . 000 km or 620 miles . "),
        ("Enfin\u202f: l'été !", " Enfin . l ete . "),
        ("月、火。", " 月 . 火 . "),
    ],
)
def test_punctuation_between_words_is_a_word_of_its_own(text: str, squeezed: str) -> None:
    assert squeeze(text).decode() == squeezed


@given(st.text(), st.text())
def test_what_stands_beside_a_text_does_not_change_how_it_is_folded(one: str, other: str) -> None:
    whole = clean(one + other)

    assert b"".join(fold(each) for each in whole) == fold(whole)


def test_a_text_of_very_many_different_letters_is_folded_like_any_other() -> None:
    text = "".join(map(chr, range(0x100, 0x250)))

    assert fold(clean(text)) == b"".join(fold(letter) for letter in clean(text))
