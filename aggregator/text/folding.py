"""Texts as words that can be compared: case, accents, quotes and markup are gone."""

from __future__ import annotations

import re
import unicodedata

from aggregator.text.tags import without_tags

_ACCENTS = re.compile("[\u0300-\u036f]+")
_APOSTROPHES = re.compile("[’‘`´ʼ′]")
# Letters that Unicode doesn't take apart into a letter and an accent, though those who type them do.
PLAIN_LETTERS = {
    ord(letter): plain
    for letter, plain in zip("œæøłđðþħŧıŋ", ("oe", "ae", "o", "l", "d", "d", "th", "h", "t", "i", "n"), strict=True)
}
_WORD = re.compile(r"[^\W_]+")

# More than a word takes with what parts it from the next one, mostly.
_WORD_CHARS = 8

# How much markup is read of an article: enough to know it by, whatever was added before or cut off behind.
MAX_MARKUP_CHARS = 40_000


def fold(text: str) -> str:
    """Return text without case and accents: "L’Œuvre" is "l'oeuvre"."""
    text = _APOSTROPHES.sub("'", text) if not text.isascii() else text
    text = text.casefold()
    if text.isascii():
        return text
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).translate(PLAIN_LETTERS)


def words_in(text: str) -> list[str]:
    """Return the words and numbers of plain text, folded."""
    return _WORD.findall(fold(text))


def words_of_markup(markup: str) -> list[str]:
    """Return the words of clean HTML, of its first MAX_MARKUP_CHARS."""
    return words_in(without_tags(markup[:MAX_MARKUP_CHARS]))


def first_words_of_markup(markup: str, count: int, *, limit: int) -> list[str]:
    """Return the first ``count`` words of clean HTML, as far as they are in its first ``limit`` characters."""
    text = without_tags(markup[:limit])
    words = words_in(text[: count * _WORD_CHARS])
    if len(words) <= count:  # the last one may be cut
        words = words_in(text)
    return words[:count]
