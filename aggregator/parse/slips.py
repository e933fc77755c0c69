"""Slips of publishers that readers of XML would stumble over: put right in the document before feedparser reads it.

The fast reader puts the same right where it comes upon them.
"""

from __future__ import annotations

import re
from typing import Final

from aggregator.parse.repair import sections
from aggregator.text.schemes import repaired

_REFERENCE: Final = r"&(?:amp;)*#(?:[xX]0*([dD][{}][0-9a-fA-F]{{2}})|0*({}));"
_HIGH: Final = _REFERENCE.format("89abAB", r"5529[6-9]|55[3-9]\d\d|56[0-2]\d\d|5631\d")
_LOW: Final = _REFERENCE.format("c-fC-F", r"5632\d|563[3-9]\d|56[4-9]\d\d|57[0-2]\d\d|573[0-3]\d|5734[0-3]")
_PAIR: Final = re.compile(_HIGH + _LOW)
_HALF: Final = re.compile(f"{_HIGH}|{_LOW}")
_MAY_BE_HALF: Final = re.compile(r"#(?:[xX]0*[dD][89a-fA-F]|0*5[5-7]\d{3};)")

TYPED: Final = frozenset(("content", "summary", "title", "subtitle", "rights"))
_TYPED: Final = re.compile(
    rf"""(<(?:[\w.-]+:)?(?:{"|".join(sorted(TYPED))})\s(?:[^<>]*?\s)?type\s*=\s*)(["'])([^"'<>]*)\2"""
)
_TYPES: Final = frozenset(("text", "html", "xhtml", "plain", "text/plain", "text/html", "application/xhtml+xml"))
_EMPTY_LINK: Final = re.compile(
    r"""<((?:[\w.-]+:)?link)(?=\s)[^<>]*?\shref\s*=\s*(?:"\s*"|'\s*')[^<>]*?(?:/>|>\s*</\1\s*>)"""
)
# What leads nowhere, in RSS: then the id may be the link.
NOWHERE: Final = re.compile(r"#|(?:javascript|about|data|mailto|tel):[^<>]*", re.IGNORECASE)
_LINK_OF_RSS: Final = re.compile(
    rf"<((?:[\w.-]+:)?link)\s*(?:/>|>\s*(?:(?:{NOWHERE.pattern})\s*)?</\1\s*>)", re.IGNORECASE
)
_PERMALINK: Final = re.compile(
    r"""(<guid\s(?:[^<>]*?\s)?)isPermaLink\s*=\s*(?:"\s*true\s*"|'\s*true\s*')""", re.IGNORECASE
)
_LINK: Final = re.compile(r"""(<(?:[\w.-]+:)?link\s(?:[^<>]*?\s)?href\s*=\s*["']\s*)(?![/#?])([^"'<>\s]*)""")
# An address that feedparser doesn't know leaves the prefix to speak for itself: slips that publishers make.
MEDIA_RSS: Final = re.compile(r"https?://search\.yahoo\.com/mrss/?", re.IGNORECASE)
_MEDIA_PREFIX: Final = re.compile(rf"""xmlns:([\w.-]+)\s*=\s*["']{MEDIA_RSS.pattern}["']""", re.IGNORECASE)
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
    """Return a document with the types of texts that feedparser knows, captions by their name, no links to nowhere.

    What is in CDATA sections is text, and stays.
    """
    captions = _captions(text)
    return "".join(
        section if is_cdata else _put_right(section, captions, is_atom=is_atom) for section, is_cdata in sections(text)
    )


def _put_right(text: str, captions: re.Pattern[str] | None, *, is_atom: bool) -> str:
    text = _TYPED.sub(lambda found: f"{found[1]}{found[2]}{known_type(found[3])}{found[2]}", text)
    text = _LINK_OF_RSS.sub("", _EMPTY_LINK.sub("", text))
    text = _PERMALINK.sub(r'\1isPermaLink="true"', text)
    if captions:
        text = captions.sub(r"<\1caption\2>", text)
    return _LINK.sub(lambda found: found[1] + with_scheme(found[2]), text) if is_atom else text


def known_type(written: str) -> str:
    """Return a text's type without parameters, of an unknown one what its name says: HTML, or else text.

    Other media types (RFC 4287 §4.1.3.1) are those of files, and stay.
    """
    if written in _TYPES:
        return written
    media_type = written.partition(";")[0].strip().lower()
    if media_type in _TYPES or media_type.startswith("text/"):
        return media_type if "htm" not in media_type else "html"
    if "xhtml" in media_type:
        return "xhtml"
    if "htm" in media_type:
        return "html"
    return written if "/" in media_type else "text"


def with_scheme(address: str) -> str:
    """Return the address of a link of Atom with its scheme, where that is missing or mistyped; see ``repaired``."""
    if _PLAIN_LINK.match(address):
        return address
    host, space, rest = address.lstrip().partition(" ")
    return address if address.startswith(("/", "#", "?")) else repaired(host) + space + rest


def _captions(text: str) -> re.Pattern[str] | None:
    """Return what finds the tags of ``media:description``, to be called ``media:caption`` and lose their attributes.

    A short description of the media object, says https://www.rssboard.org/media-rss#media-description; feedparser
    takes it for one of the entry, and the second description of an entry for its content. None for a document without,
    and for one that declares the prefix with the element itself.
    """
    prefixes = {re.escape(prefix) for prefix in _MEDIA_PREFIX.findall(text)} if ":description" in text else set()
    if not prefixes:
        return None
    tag = re.compile(rf"<(/?(?:{'|'.join(sorted(prefixes))}):)description(?:\s[^<>]*?)?(/?)>")
    return None if any("xmlns" in found[0] for found in tag.finditer(text)) else tag
