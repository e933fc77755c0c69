"""Text as words to compare: whole words, without accents. Rules and entries are read with the same eyes.

A text becomes bytes in which each word stands between two spaces, so that looking for `` word `` finds whole words,
and looking for many is one pass of an automaton over the bytes.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from aggregator.text.folding import PLAIN_LETTERS

_PLAIN_LETTERS = {
    **PLAIN_LETTERS,
    **{ord(chr(code).upper()): plain.upper() for code, plain in PLAIN_LETTERS.items()},
    ord("ß"): "ss",
    ord("ẞ"): "SS",
}
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")  # soft hyphens, zero-width spaces and joiners
_ACCENTS = re.compile("[\u0300-\u036f]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_SPACES = re.compile(b"  +")

# What no phrase reaches across; it is a word of its own. A hyphen or an apostrophe only separates words.
_BREAKS = frozenset(".,;:!?)|\n…–—、。！？；：｜")

BREAK = "."

# Stands between the parts of an entry, as a word of its own; in texts it becomes a space.
PART_END = "\x00"


def clean(text: str) -> str:
    """Return the text composed (é is one character) and without characters that can't be seen."""
    return text if text.isascii() else unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def squeeze(text: str) -> bytes:
    """Return the words of a text, folded but for the case of a to z, each between two spaces.

    "L'été, déjà!" becomes b" L ete . deja . ". Words of other scripts are UTF-8, in small letters.
    """
    return b" %b " % spread(fold(text)).strip()


def spread(folded: bytes) -> bytes:
    """Return folded text with one space between its words, of which a break is one."""
    return _SPACES.sub(b" ", folded.replace(b".", b" . "))


def fold(text: str) -> bytes:
    """Return a text with letters and digits as they compare, a full stop for each break, and spaces for the rest.

    Each character becomes what it becomes whatever stands beside it.
    """
    return (text if text.isascii() else _without_accents(text)).encode("utf-8", "replace").translate(_ASCII)


def _without_accents(text: str) -> str:
    for character, plain in _FREQUENT:
        if character in text:
            text = text.replace(character, plain)
            if text.isascii():
                return text
    text = unicodedata.normalize("NFC", text)
    others = set(_NOT_ASCII.findall(text))
    if len(others) > _MAX_REPLACED:
        return text.translate({ord(each): _plain(each) for each in others})
    for character in others:
        text = text.replace(character, _plain(character))
    return text


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """Return what a character that is not ASCII is compared as."""
    if character in _BREAKS:
        return BREAK
    if _INVISIBLE.match(character) or _ACCENTS.match(character):
        return ""
    if unicodedata.category(character).startswith("M"):  # vowels and tones of other scripts belong to their words
        return character
    if not character.isalnum():
        return " "
    letters = _ACCENTS.sub("", unicodedata.normalize("NFKD", character.translate(_PLAIN_LETTERS)))
    letters = letters if letters.isascii() else unicodedata.normalize("NFC", letters.casefold())
    return "".join(each if each.isalnum() or unicodedata.category(each).startswith("M") else " " for each in letters)


def _as_compared(code: int) -> int:
    character = chr(code)
    is_kept = code >= 0x80 or character.isalnum() or character == PART_END
    return code if is_kept else ord(BREAK) if character in _BREAKS else ord(" ")


_ASCII = bytes(map(_as_compared, range(256)))
# Replacing the characters that texts in European languages are made of is much faster than looking for what is there.
_FREQUENT = tuple(
    (character, _plain(character))
    for character in "’“”\u00a0–…—‘éèàêçôîùûâëïöäüßÉÈÀÊÇÔÎÖÄÜœæåøñáíóúãõÁÍÓÚŒÆÅØŒ„«»•·€°©®\u202f\u2009\u00ad\u200b"
)
_MAX_REPLACED = 64


def is_named(wanted: str, name: str) -> bool:
    """Tell whether a row of a table is meant: its name is that, or begins with it ("Luxembourg (LU)")."""
    wanted, name = " ".join(wanted.casefold().split()), " ".join(name.casefold().split())
    return name == wanted or (name.startswith(wanted) and not name[len(wanted)].isalnum())
