"""What kind of document is this? Judged by what it holds; the media type that a server gives is too often wrong."""

from __future__ import annotations

import re

from aggregator.errors import NotAFeed
from aggregator.parse.repair import FEED_ROOTS, Document, open_document

_MEANT_FOR_BROWSERS = {
    "html", "head", "body", "title", "meta", "link", "script", "style", "div", "p", "a", "h1", "center",
}  # fmt: skip
_OTHER_XML = {
    "opml": "this is an OPML list of feeds, not a feed",
    "urlset": "this is a sitemap, not a feed (`kind: sitemap` reads it)",
    "sitemapindex": "this is a sitemap, not a feed (`kind: sitemap` reads it)",
    "svg": "this is an image (SVG), not a feed",
    "opensearchdescription": "this is a search description, not a feed",
}
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_SIGNATURES = (("%PDF", "a PDF"), ("‰PNG", "an image"), ("GIF8", "an image"), ("PK", "a ZIP archive"))


def is_json(text: str) -> bool:
    """Whether a document can be meant as JSON: an object or a list."""
    return text.lstrip()[:1] in {"{", "["}


def refuse_text(text: str) -> None:
    """Raise NotAFeed for what is neither XML nor JSON."""
    if not text.strip():
        raise NotAFeed("the answer is empty")
    for signature, kind in _SIGNATURES:
        if text.startswith(signature):
            raise NotAFeed(f"this is {kind}, not a feed")
    if "<" not in text:
        raise NotAFeed("this is plain text, not a feed")


def refuse_root(document: Document) -> None:
    """Raise NotAFeed for XML and HTML documents that are known to be something else."""
    if document.kind in _MEANT_FOR_BROWSERS:
        raise NotAFeed("this is a web page (HTML), not a feed")
    if document.kind in _OTHER_XML:
        raise NotAFeed(_OTHER_XML[document.kind])


def is_feed(text: str) -> bool:
    """Tell by the root element whether a document is a feed, perhaps a broken one, without reading it."""
    if is_json(text):
        return '"items"' in text
    try:
        refuse_text(text)
        document = open_document(text)
        refuse_root(document)
    except NotAFeed:
        return False
    return document.kind in FEED_ROOTS or _ENTRY.search(document.text) is not None
