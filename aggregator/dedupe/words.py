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


def words_of_markup(markup: str, limit: int = MAX_MARKUP_CHARS) -> list[str]:
    """Return the words of clean HTML, of its first ``limit`` characters."""
    if "<" not in markup and "&" not in markup:
        return words_in(markup[:limit])
    return words_in(html.unescape(_TAG.sub(" ", _INLINE.sub("", markup[:limit]))))
