"""Texts as the words that a search finds them by, the same on every database.

Case and accents are gone ("École" is ``ecole``, "Straße" is ``strasse``). What is written without blanks between words
(Chinese, Japanese, Korean, Thai …) is every two characters that follow each other, and the last one alone.
"""

from __future__ import annotations

import re
import unicodedata

from aggregator.text.folding import PLAIN_LETTERS
from aggregator.text.runs import replacing
from aggregator.text.tags import without_tags

# How much of a text is looked through: positions in PostgreSQL's tsvector end at 16,383.
MAX_CHARS = 60_000
# A word is cut to so many characters: PostgreSQL takes none of more than 2 kB.
MAX_WORD_CHARS = 60
# Whether a text begins with its summary is told by so much of it.
_COMPARED_CHARS = 80

_WORD = re.compile(r"[a-z0-9\x80-\U0010ffff]+")
# Accents; the vowel points of Hebrew and Arabic; what only stretches or joins letters, or hints at a line's end.
_LEFT_OUT = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u00ad\u200c-\u200f\u2060\ufe00-\ufe0f\ufeff]+"
)
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u3096\u309d-\u30ff\u3105-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]+"
)


def body_of(summary: str, content: str) -> str:
    """Return the text of an entry; its summary once, where that is how the text begins."""
    text = without_tags(content[:MAX_CHARS])
    if not text:
        return summary[:MAX_CHARS]
    beginning = summary[:_COMPARED_CHARS].split()[:-1]
    if not beginning or text[: 2 * _COMPARED_CHARS].split()[: len(beginning)] == beginning:
        return text
    return f"{summary} {text}"[:MAX_CHARS]


def fold(text: str) -> str:
    """Return text whose words are its runs of ASCII letters, ASCII digits and all that is beyond ASCII.

    Only ASCII letters may still be capitals.
    """
    return _with_folded_runs(text)


def words(text: str) -> list[str]:
    """Return the words of a text, each cut to MAX_WORD_CHARS, in their order."""
    found = _WORD.findall(fold(text).lower())
    if max(map(len, found), default=0) > MAX_WORD_CHARS:
        return [word[:MAX_WORD_CHARS] for word in found]
    return found


def _folded(run: str) -> str:
    text = unicodedata.normalize("NFKD", run.casefold()).translate(PLAIN_LETTERS)
    text = unicodedata.normalize("NFC", _LEFT_OUT.sub("", text)).lower()
    text = "".join(each if _is_of_word(each) else " " for each in text)
    return UNSPACED.sub(_in_twos, text)


_with_folded_runs = replacing(_folded)


def _is_of_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def _in_twos(match: re.Match[str]) -> str:
    run = match[0]
    return f" {' '.join(run[start : start + 2] for start in range(len(run)))} "
