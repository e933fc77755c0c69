"""Slips of publishers that both readers of XML would stumble over, put right in the document before either reads it.

Each is looked for by a sign that documents without it don't have, so that they cost next to nothing.
"""

from __future__ import annotations

import re
from typing import Final

from aggregator.text.schemes import repaired

_REFERENCE: Final = r"&(?:amp;)*#(?:[xX]0*([dD][{}][0-9a-fA-F]{{2}})|0*({}));"
_HIGH: Final = _REFERENCE.format("89abAB", r"5529[6-9]|55[3-9]\d\d|56[0-2]\d\d|5631\d")
_LOW: Final = _REFERENCE.format("c-fC-F", r"5632\d|563[3-9]\d|56[4-9]\d\d|57[0-2]\d\d|573[0-3]\d|5734[0-3]")
_PAIR: Final = re.compile(_HIGH + _LOW)
_HALF: Final = re.compile(f"{_HIGH}|{_LOW}")
_MAY_BE_HALF: Final = re.compile(r"#(?:[xX]0*[dD][89a-fA-F]|0*5[5-7]\d{3};)")

_TYPED: Final = re.compile(
    r"""(<(?:[\w.-]+:)?(?:content|summary|title|subtitle|rights)\s(?:[^<>]*?\s)?type\s*=\s*)(["'])([^"'<>]*)\2"""
)
_TYPES: Final = frozenset(("text", "html", "xhtml", "plain", "text/plain", "text/html", "application/xhtml+xml"))
_EMPTY_LINK: Final = re.compile(
    r"""<((?:[\w.-]+:)?link)(?=\s)[^<>]*?\shref\s*=\s*(?:"\s*"|'\s*')[^<>]*?(?:/>|>\s*</\1\s*>)"""
)
_EMPTY_HREF: Final = re.compile(r"""href\s*=\s*(?:"\s*"|'\s*')""")
_LINK: Final = re.compile(r"""(<(?:[\w.-]+:)?link\s(?:[^<>]*?\s)?href\s*=\s*["']\s*)(?![/#?])([^"'<>\s]*)""")
_PLAIN_LINK: Final = re.compile(r"https?://[^/\\]", re.IGNORECASE)


def whole_characters(text: str) -> str:
    """Return a document in which two references to halves of a character ("&#55357;&#56832;") are that character.

    So write programs that count in UTF-16; by themselves the halves mean nothing, and go.
    """
    if _MAY_BE_HALF.search(text) is None:
        return text
    return _HALF.sub("", _PAIR.sub(_whole, text))


def _whole(found: re.Match[str]) -> str:
    high, low = (int(found[at], 16) if found[at] else int(found[at + 1]) for at in (1, 3))
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def put_right(text: str, *, is_atom: bool) -> str:
    """Return a document with the types of texts that both readers know, and without links to nowhere."""
    if "type" in text:
        text = _TYPED.sub(_with_known_type, text)
    if _EMPTY_HREF.search(text):
        text = _EMPTY_LINK.sub("", text)
    return _LINK.sub(_with_scheme, text) if is_atom else text


def _with_known_type(found: re.Match[str]) -> str:
    """Write a text's type without parameters, and an unknown one as what its name says: HTML, or else text.

    Other media types (RFC 4287 §4.1.3.1) are those of files, and stay.
    """
    written = found[3]
    if written in _TYPES:
        return found[0]
    media_type = written.partition(";")[0].strip().lower()
    if media_type in _TYPES or media_type.startswith("text/"):
        known = media_type if "html" not in media_type else "html"
    elif "xhtml" in media_type:
        known = "xhtml"
    elif "html" in media_type:
        known = "html"
    else:
        known = written if "/" in media_type else "text"
    return f"{found[1]}{found[2]}{known}{found[2]}"


def _with_scheme(found: re.Match[str]) -> str:
    return found[0] if _PLAIN_LINK.match(found[2]) else f"{found[1]}{repaired(found[2])}"
