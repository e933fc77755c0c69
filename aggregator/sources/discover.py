"""Find the feeds that a web page names, and guess where one may lie when it names none. Touches nothing."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

_FEED_TYPES = {
    "application/atom+xml": 0,
    "application/rss+xml": 1,
    "application/feed+json": 2,
    "application/rdf+xml": 3,
    "application/json": 4,
    "application/xml": 5,
    "text/xml": 5,
}

# Where the wide-spread systems keep theirs (WordPress, Ghost, Drupal, Hugo, Jekyll, Blogger, …).
_COMMON_PATHS = ("feed/", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json", "feeds/posts/default")

_FEED_WORDS = ("/feed", "/rss", "rss.", "atom.xml", ".rss", ".atom", "feed.xml", "feed.json", ".rdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that a page names. ``title`` is the page's word for it, ``type`` None for what only looks like one."""

    url: str
    title: str | None
    type: str | None

    @property
    def is_about_comments(self) -> bool:
        return "comment" in self.url.lower() or "comment" in (self.title or "").lower()


def find_feeds(body: bytes, *, url: str) -> tuple[FoundFeed, ...]:
    """Return the feeds a page names with ``link rel=alternate``, in its order, those for comments last.

    When there are none, what its links look like feeds is returned instead. Empty for what is not HTML.
    """
    try:
        page = html.document_fromstring(body, parser=html.HTMLParser(huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ()
    bases = (each.get("href", "").strip() for each in page.iter("base"))
    base = urljoin(url, next((each for each in bases if each), url))
    found: dict[str, FoundFeed] = {}
    for link in page.iter("link"):
        kind = link.get("type", "").split(";")[0].strip().lower()
        relations = link.get("rel", "").lower().split()
        if "alternate" in relations and kind in _FEED_TYPES and "hreflang" not in link.attrib:
            _add(found, base, link.get("href"), link.get("title"), kind)
    if not found:
        for anchor in page.iter("a"):
            href = anchor.get("href", "").lower()
            if any(word in href for word in _FEED_WORDS):
                _add(found, base, anchor.get("href"), "".join(map(str, anchor.itertext())), None)
    return tuple(sorted(found.values(), key=lambda feed: feed.is_about_comments))


def _add(found: dict[str, FoundFeed], base: str, href: str | None, title: str | None, kind: str | None) -> None:
    try:
        address = urljoin(base, (href or "").strip())
    except ValueError:
        return
    if href and urlsplit(address).scheme in {"http", "https"}:
        found.setdefault(address, FoundFeed(url=address, title=" ".join((title or "").split()) or None, type=kind))


def common_places(url: str) -> tuple[str, ...]:
    """Return addresses to try when a page names no feed: below it first, then at the root of its site."""
    below = urljoin(url, urlsplit(url).path.rsplit("/", 1)[0] + "/")
    root = urljoin(url, "/")
    return tuple(dict.fromkeys(urljoin(place, path) for place in (below, root) for path in _COMMON_PATHS))
