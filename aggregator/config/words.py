"""Text as words to compare: whole words, without case and accents. Rules and entries are read with the same eyes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

# Letters that Unicode does not take apart into a letter and an accent.
_PLAIN_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n"}
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")  # soft hyphens, zero-width spaces and joiners
_ACCENTS = re.compile("[\u0300-\u036f]")

# A word is letters, digits and what is put on them. What stands between two words of a phrase may be a space, a hyphen,
# an apostrophe …; a comma, the end of a sentence or a paragraph is a break, which no phrase reaches across.
_WORD_OR_BREAK = re.compile("(?:[^\\W_]|[\u0300-\u036f])+|[.,;:!?…)](?=\\s)|(?<=\\s)[–—|](?=\\s)|\n\n")


class Word(NamedTuple):
    """A word, folded, and where it stands in the text; a break has the empty ``text``."""

    text: str
    start: int
    end: int


def clean(text: str) -> str:
    """Return the text composed (é is one character) and without characters that can't be seen."""
    return text if text.isascii() else unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


@lru_cache(maxsize=20_000)
def fold(word: str) -> str:
    """Return a word without case and accents: "Œuvre" → "oeuvre", "Straße" → "strasse"."""
    if word.isascii():
        return word.lower()
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_PLAIN_LETTERS))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", letters)).casefold()


def split_words(text: str) -> Iterator[Word]:
    """Yield the words and breaks of a text that ``clean`` returned, in order."""
    for match in _WORD_OR_BREAK.finditer(text):
        found = match[0]
        yield Word(fold(found) if found[0].isalnum() else "", match.start(), match.end())
