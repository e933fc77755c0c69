"""What every output format demands of its texts: legal characters, absolute addresses, dates."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

# What XML 1.0 §2.2 leaves out; lone surrogates among it, which UTF-8 can't carry either.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Characters that no IRI may contain (RFC 3987 §2.2), as feeds nevertheless write them.
_ESCAPED = str.maketrans({character: f"%{ord(character):02X}" for character in ' "<>\\^`{|}'})


def legal(text: str) -> str:
    """Return a text without the characters that XML can't contain."""
    return _ILLEGAL.sub("", text)


def one_line(text: str) -> str:
    """Return a text as titles and names want it: legal, and without line breaks or runs of space."""
    return " ".join(legal(text).split())


def web_address(url: str | None) -> str | None:
    """Return an address that a link may carry: absolute, http or https, without user and password; else None."""
    if url is None:
        return None
    try:
        parts = urlsplit(legal(url).strip())
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().translate(_ESCAPED)


def rfc3339(when: datetime) -> str:
    """Return a time as Atom and JSON Feed want it, to the second: ``2026-03-01T12:00:00Z``."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
