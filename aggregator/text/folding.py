"""Texts as words that can be compared: case, accents, quotes and markup are gone."""

from __future__ import annotations

import html
import re
import unicodedata

# Tags within a line of text: "sp<b>ace</b>" is one word. All others part words.
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|time|u|var)"
    r"(?:\s[^>]*)?>"
)
_TAG = re.compile(r"<[^>]*>")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_APOSTROPHES = re.compile("[’‘`´ʼ′]")
_WORD = re.compile(r"[^\W_]+")

# More than a word takes with what parts it from the next one, mostly.
_WORD_CHARS = 8

# How much markup is read of an article: enough to know it by, whatever was added before or cut off behind.
MAX_MARKUP_CHARS = 40_000


def fold(text: str) -> str:
    """Return text without case and accents: "L’École" is "l'ecole"."""
    text = _APOSTROPHES.sub("'", text) if not text.isascii() else text
    text = text.casefold()
    if text.isascii():
        return text
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text))


def words_in(text: str) -> list[str]:
    """Return the words and numbers of plain text, folded."""
    return _WORD.findall(fold(text))


def words_of_markup(markup: str) -> list[str]:
    """Return the words of clean HTML, of its first MAX_MARKUP_CHARS."""
    return words_in(_text_of(markup[:MAX_MARKUP_CHARS]))


def first_words_of_markup(markup: str, count: int, *, limit: int) -> list[str]:
    """Return the first ``count`` words of clean HTML, as far as they are in its first ``limit`` characters."""
    text = _text_of(markup[:limit])
    words = words_in(text[: count * _WORD_CHARS])
    if len(words) <= count:  # the last one may be cut
        words = words_in(text)
    return words[:count]


def _text_of(markup: str) -> str:
    if "<" not in markup and "&" not in markup:
        return markup
    return html.unescape(_TAG.sub(" ", _INLINE.sub("", markup)))
