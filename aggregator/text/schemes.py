"""Addresses that lack a part which everybody would add in their place."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin

# "https//e.example", "https:/e.example", "http://https://e.example", "http;//e.example", "https:\\e.example", "ttps://…"
_SCHEMES: Final = re.compile(
    r"(?:h?t?tps?(?:[:;][/\\]{1,3}|[/\\]{2,3}))+(?=[\w-]+(?:\.[\w-]+)+|localhost\b)", re.IGNORECASE
)
_SCHEME: Final = re.compile(r"h?t?tps?", re.IGNORECASE)
_HOST_FIRST: Final = re.compile(
    r"((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+([a-z]{2,}))(?::\d+)?(?=[/?#]|$)", re.IGNORECASE
)
# What no file is called, however addresses end.
_ENDINGS: Final = frozenset((
    "com", "org", "net", "edu", "gov", "int", "info", "eu", "io", "de", "fr", "lu", "be", "nl", "uk", "us", "ch",
    "at", "it", "es", "pt", "dev", "app", "news", "blog",
))  # fmt: skip
_FILES: Final = frozenset((
    "html", "htm", "xhtml", "php", "php5", "asp", "aspx", "jsp", "cgi", "pl", "py", "cfm", "xml", "rss", "atom",
    "json", "jpg", "jpeg", "png", "gif", "pdf",
))  # fmt: skip


def joined(base: str, address: str) -> str | None:
    """Return an address in full as it is meant where ``base`` is; None for what can't be one."""
    try:
        return urljoin(base, address)
    except ValueError:
        return None


def repaired(address: str, *, beside: str | None = None) -> str:
    """Return an address with its scheme, where that is missing or mistyped and a host is there; else as it is.

    "e.example/a" may be a file in a folder: it is a host where it is ``beside``'s, or ends as only hosts do.
    """
    schemes = _SCHEMES.match(address)
    if schemes:
        last = _SCHEME.findall(schemes[0])[-1].lower()
        return f"{'https' if last.endswith('s') else 'http'}://{address[schemes.end() :]}"
    found = _HOST_FIRST.match(address)
    if found is None:
        return address
    host, ending = found[1].lower(), found[2].lower()
    is_known = beside is not None and _site(host) == _site(beside.lower())
    if (
        host.startswith("www.")
        or is_known
        or (ending in _ENDINGS and ending not in _FILES and len(address) > len(host))
    ):
        return f"https://{address}"
    return address


def _site(host: str) -> str:
    return ".".join(host.split(".")[-2:])
