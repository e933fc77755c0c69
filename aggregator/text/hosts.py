"""The host of an address: whom it belongs to, in a form that compares."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


# Fragments that name a part of every page, or tell where a reader came from (docs/explanation/normalization.md, N13).
_NO_PLACE = re.compile(
    r"(?::~:|(?:xtor|utm_\w+|at_\w+|mtm_\w+|pk_\w+|wt_\w+|ref|source|fbclid|gclid|cmp|icid|rss)=).*|rss|top|main|content|more|comments|respond",
    re.IGNORECASE,
)


# An address by numbers: 192.0.2.1, 2001:db8::1.
_NUMBERS = re.compile(r"[\d.]+|[0-9a-f:.]*:[0-9a-f:.]*", re.IGNORECASE)


# Of a document's entries, the feed's address is asked for with each, and their own several times.
@lru_cache(maxsize=1_024)
def host_of(url: str | None) -> str | None:
    """Return the host of an address, in small letters and without port or user; None for what has none."""
    try:
        return urlsplit((url or "").strip()).hostname or None
    except ValueError:  # an id may look like an address and be none
        return None


def site_of(url: str | None) -> str | None:
    """Return the host without its ``www.``: "www.example.org" and "example.org" are one site."""
    host = host_of(url)
    return host.removeprefix("www.") if host else None


def names_an_article(canonical_url: str) -> bool:
    """Whether a canonical address can be that of one article: a site's front page is of none."""
    host, _, path = canonical_url.removeprefix("https://").partition("/")
    return bool(path.strip("/")) or "?" in host


@lru_cache(maxsize=1_024)
def domain_of(url: str | None) -> str | None:
    """Return whom an address belongs to: the domain that somebody registered, a bare number with its port."""
    host = host_of(url)
    if host is None:
        return None
    if not _NUMBERS.fullmatch(host) and "." in host.rstrip("."):
        return registered_domain(host)
    try:
        port = urlsplit((url or "").strip()).port
    except ValueError:
        return host
    return f"{host}:{port}" if port else host


def share_domain(one: str | None, other: str | None) -> bool:
    """Whether two addresses have one domain. Mostly their hosts tell, without the Public Suffix List."""
    first, second = host_of(one), host_of(other)
    if first is None or second is None:
        return False
    if first == second and "." in first.rstrip(".") and not _NUMBERS.fullmatch(first):
        return True
    # what somebody registered has two labels, be the list as it may
    ends = [host.rstrip(".").rsplit(".", 2)[-2:] for host in (first, second)]
    return ends[0] == ends[1] and domain_of(one) == domain_of(other)


@lru_cache(maxsize=4_096)
def registered_domain(host: str) -> str:
    """Return the part of a host that somebody registered, by the Public Suffix List; the host when there is none."""
    return _suffixes().privatesuffix(host.rstrip(".")) or host


@cache
def _suffixes() -> PublicSuffixList:
    """The list that comes with the library; nothing is fetched."""
    from publicsuffixlist import PublicSuffixList  # reading it takes longer than most commands

    return PublicSuffixList()


def fragment_of(url: str | None) -> str:
    """Return the fragment of an address when it leads to another article, or another part of one; else nothing."""
    fragment = (url or "").partition("#")[2]
    return "" if _NO_PLACE.fullmatch(fragment) else fragment
