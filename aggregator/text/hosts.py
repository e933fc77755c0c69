"""The host of an address: whom it belongs to, in a form that compares."""

from __future__ import annotations

from urllib.parse import urlsplit


def host_of(url: str | None) -> str | None:
    """Return the host of an address, in small letters and without port or user; None for what has none."""
    try:
        return urlsplit((url or "").strip()).hostname or None
    except ValueError:  # an id may look like an address and be none
        return None


def is_below(host: str, site: str) -> bool:
    """Whether a host is a site's, or below it: "press.example.org" is below "example.org"."""
    return host == site or host.endswith(f".{site}")


def site_of(url: str | None) -> str | None:
    """Return the host without its ``www.``: "www.example.org" and "example.org" are one site."""
    host = host_of(url)
    return host.removeprefix("www.") if host else None


def names_an_article(canonical_url: str) -> bool:
    """Whether a canonical address can be that of one article: a site's front page is of none."""
    host, _, path = canonical_url.removeprefix("https://").partition("/")
    return bool(path.strip("/")) or "?" in host
