"""Fetch: what a server answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from aggregator.model.sources import Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How long the server asked us not to come back, and in which of its words ("max-age", "Retry-After")."""

    wait: timedelta
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A 200: ``body`` decoded from its transfer and content encodings, nothing else done to it.

    ``url`` is the address that answered, ``moved_to`` the end of the permanent redirects that started at the
    address asked for (None when there were none). ``took`` is how long the exchange was, redirects among it.
    ``is_cut``: it was compressed, the compressed data ended before its end, and so did the document.

    What was fetched beside it (steps/complete.py): ``found_at`` is where it is when a page named it; ``pages`` are
    further ones of the same list, or the parts of a sitemap. ``links`` are the Link headers. What ``is_pushed`` came
    from a hub: it may be a part of the document, and says nothing of what is not in it.
    """

    url: str
    body: bytes
    content_type: str | None
    is_cut: bool = False
    content_location: str | None = None
    validators: Validators | None = None
    moved_to: str | None = None
    freshness: Freshness | None = None
    took: timedelta | None = None
    found_at: str | None = None
    pages: tuple[Fetched, ...] = ()
    links: str = ""
    is_pushed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The page that an entry links to: as it was ``fetched``, or its main text as it is stored (clean HTML)."""

    fetched: Fetched | None = None
    content: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304: what we have is current. ``validators`` are the ones to send next time."""

    url: str
    validators: Validators | None = None
    moved_to: str | None = None
    freshness: Freshness | None = None
    took: timedelta | None = None
