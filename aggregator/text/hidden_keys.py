"""Addresses of sources as everybody may see them: without the keys that come from the environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlsplit

from aggregator.text.legal import web_address


class _Hidden:
    """What stands in addresses and is nobody's business: keys that are part of the address of a source."""

    by_host: Mapping[str, re.Pattern[str]] = {}


# What is as long, or of letters and digits, is a key and no word: wherever it stands.
_KEY = re.compile(r".{16,}|(?=.*[0-9])(?=.*[A-Za-z]).{8,}", re.DOTALL)


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def hide_in_addresses(hidden: Iterable[tuple[str, str]]) -> None:
    """Let no address of a source that is shown have these texts behind its host; each comes with the host it is for.

    A word is hidden on that host, what looks like a key on all.
    """
    texts: dict[str, set[str]] = {}
    for host, text in hidden:
        texts.setdefault("" if is_key(text) else host, set()).update((text, quote(text), quote(text, safe="")))
    everywhere = texts.pop("", set())
    hosts = {host: _any_of(some | everywhere) for host, some in texts.items()}
    _Hidden.by_host = hosts | ({"": _any_of(everywhere)} if everywhere else {})


def _any_of(texts: set[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(texts, key=len, reverse=True))))


def discreet(address: str) -> str:
    """Return a source's address without what ``hide_in_addresses`` was told."""
    if not _Hidden.by_host:
        return address
    try:
        parts = urlsplit(address)
        hidden = _Hidden.by_host.get(parts.hostname or "") or _Hidden.by_host.get("")
    except ValueError:
        return address
    if hidden is None:
        return address
    path, query, fragment = (hidden.sub("***", part) for part in (parts.path, parts.query, parts.fragment))
    return parts._replace(path=path, query=query, fragment=fragment).geturl()


def source_address(url: str | None) -> str | None:
    """Return the address of a source as everybody may see it: as ``web_address`` does, and without keys."""
    return web_address(discreet(url)) if url else None
