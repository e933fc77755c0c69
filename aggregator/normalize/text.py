"""Plain text: what may be in it and how long it gets (docs/normalization.md, N1 and N23)."""

from __future__ import annotations

import re
import unicodedata

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ASCII_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_C1_CONTROLS = re.compile(b"\xc2[\x80-\x9f]")  # in UTF-8
# Marks that turn the direction of what follows (CVE-2021-42574), and what shows nothing but makes words unequal.
_UNSEEN = re.compile("[\u00ad\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc]")
_LAST_WORD = re.compile(r"\s+\S*$")


def without_controls(text: str) -> str:
    """Return text without what can't be stored, or written in XML: control characters, halves of characters."""
    return _CONTROLS.sub("", text) if _may_have_controls(text) else text


def _may_have_controls(text: str) -> bool:
    """Tell in a fifth of the time that looking for all of them takes; nearly always there are none."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError:  # halves of characters
        return True
    if len(encoded.translate(None, _ASCII_CONTROLS)) < len(encoded):
        return True
    return not text.isascii() and ("\ufffe" in text or "\uffff" in text or _C1_CONTROLS.search(encoded) is not None)


def one_line(text: str) -> str:
    """Return text in Unicode's composed form, white space collapsed, nothing in it that readers can't see."""
    text = " ".join(text.split())
    if text.isascii():
        seen = without_controls(text)
        return text if seen is text else " ".join(seen.split())
    if not text.isprintable():  # else there is nothing in it that must go
        text = " ".join(_UNSEEN.sub("", without_controls(text)).split())
    return unicodedata.normalize("NFC", text)


def shorten(text: str, limit: int) -> str:
    """Return the first words of a text, at most ``limit`` characters with the "…" that says that there is more."""
    if len(text) <= limit:
        return text
    room = text[: limit - 1]
    words = _LAST_WORD.sub("", text[:limit])
    if len(words) >= len(text[:limit]) or len(words) < limit // 2:  # an endless word, or a script without blanks
        words = room
    return words.rstrip(" ,;:.–—-") + "…"
