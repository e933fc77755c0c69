"""Addresses as people type, paste and export them, as addresses of the web."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from aggregator.errors import FetchError
from aggregator.http import parse_address

# Schemes that say "this is a feed" or "a podcast", before the address or in place of its own scheme.
_FEED_SCHEME: Final = re.compile(r"(?:feed|rss|pcast|itpc|podcast):(?://)?", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST_FIRST: Final = re.compile(r"(?:[\w-]+\.)*[\w-]+\.?(?::\d+)?(?=[/?#]|$)|\[[0-9A-Fa-f:.]+\](?::\d+)?(?=[/?#]|$)")
_HANDLE: Final = re.compile(r"@([\w.-]+)@([\w-]+(?:\.[\w-]+)+)")


def natural_address(text: str) -> str:
    """Return the address of the web that a text means. Raises ValueError, in words, when it means none."""
    return natural_addresses(text)[0]


def natural_addresses(text: str) -> tuple[str, ...]:
    """Return the addresses that a text may mean, the likelier first; two for one without a scheme: https and http.

    ``feed://host/x`` is http (as the first readers had it), ``feed:https://host/x`` what it holds, ``@name@host`` a
    profile in the fediverse. Blanks are encoded. Raises ValueError, in words, when it means none.
    """
    address = re.sub(r"[\t\r\n]+", "", text.strip())
    if handle := _HANDLE.fullmatch(address):
        address = f"https://{handle[2]}/@{handle[1]}"
    wrapped = _FEED_SCHEME.match(address)
    if wrapped:
        inner = address[wrapped.end() :]
        address = inner if re.match(r"https?:", inner, re.IGNORECASE) else f"http://{inner.lstrip('/')}"
    address = re.sub(r"^(https?):(?:/?(?!/)|//(?!/))", _scheme, address, flags=re.IGNORECASE)
    address = re.sub(r"[^\S ]|[ \x00-\x1f\x7f-\x9f]", lambda odd: quote(odd[0]), address)
    if address.startswith(("http://", "https://")):
        return (_checked(address),)
    bare = address.removeprefix("//")
    is_host = _HOST_FIRST.match(bare) and ("." in bare or ":" in bare or bare.startswith("localhost"))
    if not is_host:
        scheme = _SCHEME.match(address)
        raise ValueError(f"{scheme[0]} is no address of a feed" if scheme else "this is no address")
    return _checked(f"https://{bare}"), f"http://{bare}"


def _scheme(found: re.Match[str]) -> str:
    return f"{found[1].lower()}://"


def _checked(address: str) -> str:
    try:
        parse_address(address)
    except FetchError as error:
        raise ValueError(str(error)) from error
    return address
