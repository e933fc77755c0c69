"""Texts as words that can be compared: case, accents, quotes and markup are gone."""

from __future__ import annotations

import re
import unicodedata

from aggregator.text.runs import replacing
from aggregator.text.tags import without_tags

_ACCENTS = re.compile("[\u0300-\u036f]+")
_APOSTROPHES = re.compile("[’‘`´ʼ′]")
# Letters that Unicode doesn't take apart into a letter and an accent, though those who type them do.
PLAIN_LETTERS = {
    ord(letter): plain
    for letter, plain in zip("œæøłđðþħŧıŋ", ("oe", "ae", "o", "l", "d", "d", "th", "h", "t", "i", "n"), strict=True)
}
_WORD = re.compile(r"[^\W_]+")
_BETWEEN_WORDS = "".join(chr(code) if chr(code).isalnum() else " " for code in range(0x80))

# More than a word takes with what parts it from the next one: mostly, and in a text that is worth reading.
_WORD_CHARS, _MOST_WORD_CHARS = 8, 20

# How much markup is read of an article: enough to know it by, whatever was added before or cut off behind.
MAX_MARKUP_CHARS = 40_000


def fold(text: str) -> str:
    """Return text without case and accents: "L’Œuvre" is "l'oeuvre"."""
    return _with_folded_runs(text.lower().replace("`", "'"))


def words_in(text: str) -> list[str]:
    """Return the words and numbers of plain text, folded."""
    text = _with_words_of_runs(text.lower())
    return text.translate(_BETWEEN_WORDS).split() if text.isascii() else _WORD.findall(text)


def words_of_markup(markup: str) -> list[str]:
    """Return the words of clean HTML, of its first MAX_MARKUP_CHARS."""
    return words_in(without_tags(markup[:MAX_MARKUP_CHARS]))


def first_words(text: str, count: int) -> list[str]:
    """Return the first ``count`` words of plain text, as far as they are in ``count`` times _MOST_WORD_CHARS."""
    words = words_in(text[: count * _WORD_CHARS])
    if len(words) <= count and len(text) > count * _WORD_CHARS:  # the last one may be cut
        words = words_in(text[: count * _MOST_WORD_CHARS])
    return words[:count]


def _folded(run: str) -> str:
    """Fold what is beyond ASCII."""
    run = _APOSTROPHES.sub("'", run).casefold()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", run)).translate(PLAIN_LETTERS)


def _words_of(run: str) -> str:
    return "".join(each if each.isalnum() else " " for each in _folded(run))


_with_folded_runs, _with_words_of_runs = replacing(_folded), replacing(_words_of)
