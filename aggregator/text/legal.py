"""What may stand in what we store and publish: legal characters, absolute addresses."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

# What XML 1.0 §2.2 leaves out, lone surrogates among it (UTF-8 can't carry them either), and the controls of C1.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ASCII_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_C1_CONTROLS = re.compile(b"\xc2[\x80-\x9f]")  # in UTF-8

# Characters that no IRI may contain (RFC 3987 §2.2), as feeds nevertheless write them.
_ESCAPED = str.maketrans({character: f"%{ord(character):02X}" for character in ' "<>\\^`{|}'})


def legal(text: str) -> str:
    """Return text without what can't be stored, or written in XML: control characters, halves of characters."""
    return _ILLEGAL.sub("", text) if _may_be_illegal(text) else text


def _may_be_illegal(text: str) -> bool:
    """Tell in a fifth of the time that looking for all of them takes; nearly always there are none."""
    try:
        encoded = text.encode()
    except UnicodeEncodeError:  # halves of characters
        return True
    if len(encoded.translate(None, _ASCII_CONTROLS)) < len(encoded):
        return True
    return not text.isascii() and ("\ufffe" in text or "\uffff" in text or _C1_CONTROLS.search(encoded) is not None)


def visible(address: str) -> str:
    """Return an address in which nothing is that readers can't see, such as what turns the direction of a line.

    It is percent-encoded, as whoever asks for the address does: the address stays the same (RFC 3987 §3.1).
    """
    if address.isprintable():
        return address
    return "".join(each if each.isprintable() else quote(each, errors="replace") for each in address)


def web_address(url: str | None) -> str | None:
    """Return an address that a link may carry: absolute, http or https, without user and password; else None.

    Nothing in it is unseen.
    """
    if url is None:
        return None
    try:
        parts = urlsplit(legal(url).strip())
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return visible(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().translate(_ESCAPED))
