"""What a text has in every language: names, numbers, and the things that the table of subjects knows."""

from __future__ import annotations

import re
from functools import lru_cache

from aggregator.stories.everyday import everyday_stems
from aggregator.stories.things import is_place, things_in, things_of
from aggregator.text.folding import fold
from aggregator.text.languages import is_small, stem

# A word that begins with a capital, or has one within: "Clinton", "ESRIC", "iPhone".
_NAME = re.compile(r"(?<![^\W\d_])(?:[^\W\d_a-zà-öø-ÿ]|[a-z][A-Z])[^\W\d_]*")
_NAME_IN_ASCII = re.compile(r"(?<![A-Za-z])[a-z]?[A-Z][A-Za-z]*")
_LEAST_LETTERS = 2
_GENITIVE = re.compile(r"(?<=\w{3})s$")
# "78,000" in English is "78.000" in German; "6.1" is "6,1".
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_DECIMAL = re.compile(r"\d+,\d+")


def name_of(word: str) -> str:
    """Return what a folded name is compared as: "anns" and "ann" are one. So "venus" becomes "venu"."""
    return _GENITIVE.sub("", word) if word.endswith("s") else word


def names_in(text: str, terms: list[str], language: str) -> tuple[str, ...]:
    """Return the names and numbers of a text, folded, and its things; ``terms`` are its words."""
    numbers = [_number_of(term) for term in terms if not term.isalpha() and term[0].isdigit()]
    return (*dict.fromkeys(numbers + written_names(text, language)), *things_in(terms, language))


def written_names(text: str, language: str) -> list[str]:
    """Return what is written as a name in a text, folded; neither places nor everyday words."""
    written_as_names = (_NAME_IN_ASCII if text.isascii() else _NAME).findall(text)
    return [name for written in written_as_names if (name := _name_of(written, language))]


def _number_of(term: str) -> str:
    """Return a number as every language writes it: without a separator of thousands, with a decimal point."""
    if term.isdigit():
        return term
    if _THOUSANDS.fullmatch(term):
        return term.replace(",", "").replace(".", "")
    return term.replace(",", ".") if _DECIMAL.fullmatch(term) else term


# The same words stand in many texts: nearly all of them have been judged before.
@lru_cache(maxsize=2_048)
def _name_of(written: str, language: str) -> str | None:
    """Return a word that is written as a name, folded; None for one that says nothing, stands for a place, or is no
    name but an everyday word.
    """
    word = fold(written)
    if len(word) < _LEAST_LETTERS or is_small(word, language) or any(map(is_place, things_of(word, language))):
        return None
    name = name_of(word)
    return name if is_small(name, language) or stem(name, language) not in everyday_stems(language) else None
