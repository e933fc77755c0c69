"""An output feed as RSS 2.0, after the Best Practices Profile of the RSS Advisory Board."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from lxml import etree

from aggregator.model import FeedDocument, PublishedEntry
from aggregator.publish import parts
from aggregator.publish.feeds.atom import HISTORY
from aggregator.text.hidden_keys import source_address
from aggregator.text.legal import web_address
from aggregator.text.one_line import one_line

if TYPE_CHECKING:
    from feedgen.feed import FeedGenerator

# feedgen switches the locale of the whole process for each date it writes; two threads would undo each other's.
_LOCALE = threading.Lock()


def render_rss(document: FeedDocument, addresses: parts.Addresses) -> bytes:
    """Return the document as RSS 2.0; the same document gives the same bytes."""
    from feedgen.feed import FeedGenerator

    title = one_line(document.title) or document.name
    feed = FeedGenerator()
    feed.load_extension("dc", atom=False)
    feed.title(title)
    feed.description(title)
    feed.link(href=addresses.own, rel="self", type="application/rss+xml")
    feed.link(href=document.home_url, rel="alternate")
    feed.language(document.language)
    version = parts.generator_version(document)
    feed.generator(f"aggregator {version}" if version else "aggregator")
    feed.lastBuildDate(document.updated)
    feed.register_extension("house", partial(_ChannelRest, document, addresses), _Nothing, atom=False)
    for item in document.entries:
        _add_item(feed, document, item)
    with _LOCALE:
        return bytes(feed.rss_str(pretty=True))


def _add_item(feed: FeedGenerator, document: FeedDocument, item: PublishedEntry) -> None:
    written, entry = feed.add_entry(order="append"), item.entry
    written.title(parts.title_in(document, entry))
    written.guid(parts.entry_id(document, item), permalink=False)
    written.published(entry.published)
    written.dc.dc_creator(list(parts.authors_of(document, entry)))
    for term in parts.terms_of(document, item):
        domain = {"scheme": term.scheme} if term.scheme else {}
        written.category(term=term.label or term.term, **domain)
    url = web_address(entry.url)
    if url is not None:
        written.link(href=url)
    for enclosure in parts.enclosures_of(entry)[:1]:  # "one enclosure per item": most readers see no second one
        written.enclosure(enclosure.url, enclosure.length or 0, enclosure.type)
    summary, content = parts.summary_html(entry), parts.content_of(document, item)
    if summary:
        written.description(summary)
    if content:
        written.content(content)
    if via := parts.via(entry):
        written.register_extension("via", partial(_Via, via), atom=False)
    source = parts.source_of(entry)
    source_url = source_address(source.feed_url) or web_address(source.site_url)
    if source_url is not None:
        written.source(source_url, source.title)


class _Nothing:
    """An extension of items that adds nothing; feedgen wants one beside each extension of channels."""

    def extend_rss(self, item: etree._Element) -> etree._Element:
        return item


class _Via:
    """Names the feed that we read an item in, which names another as its source."""

    def __init__(self, link: parts.Link) -> None:
        self._link = link

    def extend_rss(self, item: etree._Element) -> etree._Element:
        etree.SubElement(item, "{http://www.w3.org/2005/Atom}link", {"href": self._link.url, "rel": self._link.rel})
        return item


class _ChannelRest:
    """Writes the links that feedgen leaves out of a channel, and that a document is an archive (RFC 5005 §4)."""

    def __init__(self, document: FeedDocument, addresses: parts.Addresses) -> None:
        self._document = document
        self._addresses = addresses

    def extend_ns(self) -> dict[str, str]:
        return {"fh": HISTORY} if self._document.is_sealed else {}

    def extend_rss(self, feed: etree._Element) -> etree._Element:
        channel = feed[0]  # feedgen hands over what stands around it
        for link in self._addresses.links:
            etree.SubElement(channel, "{http://www.w3.org/2005/Atom}link", {"href": link.url, "rel": link.rel})
        if self._document.is_sealed:
            etree.SubElement(channel, f"{{{HISTORY}}}archive")
        return feed
