"""Text as words to compare: whole words, without case and accents. Rules and entries are read with the same eyes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

# Letters that Unicode does not take apart into a letter and an accent.
_PLAIN_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n"}
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")  # soft hyphens, zero-width spaces and joiners
_ACCENTS = re.compile("[\u0300-\u036f]")

# A word is letters, digits and what is put on them. What stands between two words of a phrase may be a space, a hyphen,
# an apostrophe …; a comma, the end of a sentence or a paragraph is a break, which no phrase reaches across.
_WORD_OR_BREAK = re.compile("([\\w\u0300-\u036f]+|[.,;:!?…)](?=\\s)|(?<=\\s)[–—|](?=\\s)|\n\n)")


class Word(NamedTuple):
    """A word, folded, and where it stands in the text; a break has the empty ``text``."""

    text: str
    start: int
    end: int


def clean(text: str) -> str:
    """Return the text composed (é is one character) and without characters that can't be seen."""
    return text if text.isascii() else unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def fold(word: str) -> str:
    """Return a word without case and accents: "Œuvre" → "oeuvre", "Straße" → "strasse". A break becomes empty."""
    if not word[0].isalnum():
        return ""
    if word.isascii():
        return word.lower()
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_PLAIN_LETTERS))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", letters)).casefold()


def split_text(text: str) -> list[str]:
    """Split a text that ``clean`` returned into the words and breaks in it, at the odd places, and what is between."""
    return _WORD_OR_BREAK.split(text.replace("_", "-"))  # \w takes the underscore for a letter


def split_words(text: str) -> Iterator[Word]:
    """Yield the words and breaks of a text that ``clean`` returned, folded, with their places."""
    pieces = split_text(text)
    ends = list(accumulate(map(len, pieces)))
    for word, start, end in zip(pieces[1::2], ends[0::2], ends[1::2], strict=False):
        yield Word(fold(word), start, end)
