"""Find the feeds that a web page names, and guess where one may lie when it names none. Touches nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from aggregator.sources.sites import feed_of_channel
from aggregator.sources.typed import natural_address

_FEED_TYPES: Final = frozenset(
    {"application/atom+xml", "application/rss+xml", "application/feed+json", "application/rdf+xml"}
)
# Types that feeds have as well as other things; where the link is for another language they are those.
_OTHER_TYPES: Final = frozenset({"application/json", "application/xml", "text/xml"})

# Where the wide-spread systems keep theirs (WordPress, Ghost, Drupal, Hugo, Jekyll, Blogger, …).
_COMMON_PATHS: Final = (
    "feed/", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json", "feeds/posts/default",
)  # fmt: skip

_LOOKS_LIKE_A_FEED: Final = re.compile(
    r"/(?:feeds?|rss|atom)(?:[/.?]|$)|(?:^|[/._-])(?:rss|atom|feed)\.(?:xml|json|php|aspx)|\.(?:rss|atom|rdf)(?:$|\?)"
    r"|^https?://(?:feeds?|rss)\d?\.|[?&](?:feed|format|type)=(?:rss|atom)",
    re.IGNORECASE,
)
_SAYS_FEED: Final = re.compile(r"^\W*(?:rss|atom|(?:rss|podcast)[ -]feed|flux rss|rss[ -]?2\.0)\W*$", re.IGNORECASE)
_IS_ABOUT_COMMENTS: Final = re.compile(r"comment|kommentar|comentari|commento|commenti|reacties", re.IGNORECASE)
# What pages of podcasts and the like have in the data for their scripts.
_IN_DATA: Final = re.compile(
    r'\\?"(?:feed_?url|rss_?url|rss_?feed_?url|feedUri)\\?"\s*:\s*\\?"(http[^"\s]{8,2000}?)\\?"', re.IGNORECASE
)

# A page may have very many links that look like feeds; each is a request.
MOST_NAMED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that a page names. ``title`` is the page's word for it, ``type`` None for what only looks like one."""

    url: str
    title: str | None
    type: str | None

    @property
    def is_about_comments(self) -> bool:
        return bool(_IS_ABOUT_COMMENTS.search(self.url) or _IS_ABOUT_COMMENTS.search(self.title or ""))


def find_feeds(body: bytes, *, url: str) -> tuple[FoundFeed, ...]:
    """Return the feeds a page names with ``link rel=alternate``, in its order, those for comments last.

    When there are none: what its data calls its feed, and what its links look like. At most ``MOST_NAMED``; empty for
    what is not HTML.
    """
    try:
        page = html.document_fromstring(body, parser=html.HTMLParser(huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ()
    bases = (each.get("href", "").strip() for each in page.iter("base"))
    base = _joined(url, next((each for each in bases if each), url)) or url
    found: dict[str, FoundFeed] = {}
    for look in (_linked, _in_data, _anchored):
        for href, title, kind in look(page, body):
            address = _joined(base, href)
            if address:
                found.setdefault(address, FoundFeed(url=address, title=" ".join(title.split()) or None, type=kind))
        if found:
            break
    return tuple(sorted(found.values(), key=lambda feed: feed.is_about_comments))[:MOST_NAMED]


_Named = tuple[str, str, str | None]  # address as written, title, type


def _linked(page: html.HtmlElement, _body: bytes) -> Iterator[_Named]:
    """Yield what ``link`` elements name; those for other languages last."""
    for_others: list[_Named] = []
    for link in page.iter("link"):
        kind = link.get("type", "").split(";")[0].strip().lower()
        relations = link.get("rel", "").lower().split()
        is_other = "hreflang" in link.attrib
        is_feed = kind in _FEED_TYPES or (kind in _OTHER_TYPES and not is_other) or (not kind and "feed" in relations)
        if is_feed and not {"alternate", "feed"}.isdisjoint(relations):
            named = (link.get("href", ""), link.get("title", ""), kind or None)
            if is_other:
                for_others.append(named)
            else:
                yield named
        elif "canonical" in relations and (channel := feed_of_channel(link.get("href", "").strip())):
            for_others.append((channel, "", None))
    yield from for_others


def _in_data(_page: html.HtmlElement, body: bytes) -> Iterator[_Named]:
    for found in _IN_DATA.finditer(body.decode("utf-8", "replace")):
        try:
            yield str(json.loads(f'"{found[1].replace(chr(92) * 2, chr(92))}"')), "", None
        except ValueError:
            continue


def _anchored(page: html.HtmlElement, _body: bytes) -> Iterator[_Named]:
    """Yield the links that look like feeds, or are called so."""
    for anchor in page.iter("a"):
        href = anchor.get("href", "").strip()
        text = "".join(map(str, anchor.itertext()))
        says_so = any(_SAYS_FEED.match(each) for each in (text, anchor.get("title", ""), anchor.get("aria-label", "")))
        if says_so or _LOOKS_LIKE_A_FEED.search(href) or re.match(r"(?:feed|pcast|itpc|podcast):", href, re.IGNORECASE):
            yield href, text, None


def _joined(base: str, href: str) -> str | None:
    """Return an address of the web; None for what is none."""
    if not href.strip():
        return None
    try:
        return natural_address(urljoin(base, href.strip()))
    except ValueError:
        return None


def common_places(url: str) -> tuple[str, ...]:
    """Return addresses to try when a page names no feed: below it first, then at the root of its site."""
    below = urljoin(url, urlsplit(url).path.rsplit("/", 1)[0] + "/")
    root = urljoin(url, "/")
    return tuple(dict.fromkeys(urljoin(place, path) for place in (below, root) for path in _COMMON_PATHS))
