import pytest

from aggregator.config.words import clean, fold, split_words


def words(text: str) -> list[str]:
    return [word.text for word in split_words(clean(text))]


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Lunar", "lunar"),
        ("Straße", "strasse"),
        ("ÉTÉ", "ete"),
        ("Œuvre", "oeuvre"),
        ("Łódź", "lodz"),
        ("Ørsted", "orsted"),
        ("İstanbul", "istanbul"),
        ("ﬁnance", "finance"),
        ("Æther", "aether"),
        ("が", "が"),
        ("Й", "и"),
    ],
)
def test_a_word_is_folded_to_plain_small_letters(word: str, folded: str) -> None:
    assert fold(word) == folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("start-up", ["start", "up"]),
        ("l’espace d'abord", ["l", "espace", "d", "abord"]),
        ("sa\u00adtel\u200blite", ["satellite"]),
        ("e\u0301te\u0301", ["ete"]),
        ("one_two", ["one", "two"]),
        ("Falcon 9 at 1,000 km", ["falcon", "9", "at", "1", "000", "km"]),
    ],
)
def test_words_are_split_at_what_is_not_a_letter_or_digit(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_punctuation_before_a_space_and_paragraphs_are_breaks() -> None:
    assert words("We start. Up next – now\n\nThe end") == ["we", "start", "", "up", "next", "", "now", "", "the", "end"]


def test_words_know_where_they_stand_in_the_text() -> None:
    text = "Die Straße"

    last = list(split_words(text))[-1]

    assert text[last.start : last.end] == "Straße"
