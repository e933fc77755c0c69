"""Plain text in one line: what may be in it and how long it gets (docs/normalization.md, N20–N24)."""

from __future__ import annotations

import re
import unicodedata

# Control characters, marks that reverse the direction of what follows (CVE-2021-42574), and what has no width.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc\ud800-\udfff]")
_LAST_WORDS = re.compile(r"\s+\S*$")


def one_line(text: str) -> str:
    """Return text in Unicode's composed form, white space collapsed, without characters that no reader should get."""
    return " ".join(unicodedata.normalize("NFC", _UNWANTED.sub("", text)).split())


def shorten(text: str, limit: int) -> str:
    """Return the first words of a text, at most ``limit`` characters with the "…" that says that there is more."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    at_word = _LAST_WORDS.sub("", cut)
    if len(at_word) == len(cut) or len(at_word) < limit // 2:  # one endless word, or a script without blanks
        at_word = cut[: limit - 1]
    return at_word.rstrip(" ,;:.–—-") + "…"
