"""Titles, names and summaries: one line, and how long it gets (docs/explanation/normalization.md, N1 and N23)."""

from __future__ import annotations

import re
import unicodedata

from aggregator.text.legal import legal

# Marks that turn the direction of what follows (CVE-2021-42574), and what shows nothing but makes words unequal.
_UNSEEN = re.compile("[\u00ad\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc]")


def one_line(text: str) -> str:
    """Return text in Unicode's composed form, white space collapsed, nothing in it that readers can't see."""
    if "  " in text or not text.isprintable():
        text = " ".join(text.split())
        if not text.isprintable():  # else there is nothing in it that must go
            text = " ".join(_UNSEEN.sub("", legal(text)).split())
    else:
        text = text.strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def shorten(text: str, limit: int) -> str:
    """Return the first words of a text, at most ``limit`` characters with the "…" that says that there is more."""
    if len(text) <= limit:
        return text
    words = text[:limit].rstrip()
    if len(words) == limit:
        words = words[: -len(words.split()[-1])].rstrip()
    if len(words) < limit // 2:  # an endless word, or a script without blanks
        words = text[: limit - 1]
    return words.rstrip(" ,;:.–—-") + "…"
