"""An output feed as Atom (RFC 4287)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lxml import etree

from aggregator.model import FeedDocument, PublishedEntry
from aggregator.publish import parts
from aggregator.text.hidden_keys import source_address
from aggregator.text.legal import legal, web_address
from aggregator.text.moments import rfc3339
from aggregator.text.one_line import one_line

if TYPE_CHECKING:
    from feedgen.entry import FeedEntry
    from feedgen.feed import FeedGenerator

# The namespace of RFC 5005.
HISTORY = "http://purl.org/syndication/history/1.0"

_UNDETERMINED = "und"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def render_atom(document: FeedDocument, addresses: parts.Addresses) -> bytes:
    """Return the document as Atom; the same document gives the same bytes."""
    from feedgen.feed import FeedGenerator

    feed = FeedGenerator()
    feed.id(document.id)
    feed.title(one_line(document.title) or document.name)
    feed.updated(document.updated)
    feed.language(document.language)
    feed.link(href=addresses.own, rel="self", type="application/atom+xml")
    feed.link(href=document.home_url, rel="alternate", type="text/html")
    for link in addresses.links:
        feed.link(href=link.url, rel=link.rel)
    feed.generator("aggregator", version=parts.generator_version(document))
    feed.register_extension("house", partial(_FeedRest, document), _Nothing, rss=False)
    for item in document.entries:
        _add_entry(feed, document, item)
    return bytes(feed.atom_str(pretty=True))


def _add_entry(feed: FeedGenerator, document: FeedDocument, item: PublishedEntry) -> None:
    written, entry = feed.add_entry(order="append"), item.entry
    written.id(parts.entry_id(document, item))
    written.title(parts.title_in(document, entry))
    written.updated(item.updated)
    written.published(entry.published)
    written.author([{"name": name} for name in parts.authors_of(document, entry)])
    written.category([_category(term) for term in parts.terms_of(document, item)])
    url = web_address(entry.url)
    if url is not None:
        written.link(href=url, rel="alternate")
    _add_texts(written, document, item)
    written.register_extension("rest", partial(_EntryRest, item), rss=False)


def _add_texts(written: FeedEntry, document: FeedDocument, item: PublishedEntry) -> None:
    content = parts.content_of(document, item)
    summary = legal(item.entry.summary)
    if not summary and not content:  # readers, and the W3C's validator, want some text: whose headline this is
        summary = one_line(item.entry.feed.title) or item.entry.source
    if summary:
        written.summary(summary, type="text")
    if content or web_address(item.entry.url) is None:  # RFC 4287 §4.1.2: what has no alternate link has content
        written.content(content or parts.summary_html(item.entry), type="html")


def _category(term: parts.Term) -> dict[str, str]:
    values = {"term": term.term, "scheme": term.scheme, "label": term.label}
    return {name: value for name, value in values.items() if value}


class _Nothing:
    """An extension of entries that adds nothing; feedgen wants one beside each extension of feeds."""

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        return entry


class _FeedRest:
    """Writes the feed's time the way readers expect it: feedgen would write +00:00 for Z, and fractions.

    And that a document is an archive (RFC 5005 §4), before its entries.
    """

    def __init__(self, document: FeedDocument) -> None:
        self._document = document

    def extend_ns(self) -> dict[str, str]:
        return {"fh": HISTORY} if self._document.is_sealed else {}

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        _set_time(feed, "updated", rfc3339(self._document.updated))
        if self._document.is_sealed:
            etree.SubElement(feed, f"{{{HISTORY}}}archive")
        return feed


class _EntryRest:
    """Writes what feedgen leaves out of an entry: its language, times with Z, a complete ``atom:source``.

    And the links but for their addresses: feedgen 1.0 loses what else it was told of an entry's links.
    """

    def __init__(self, item: PublishedEntry) -> None:
        self._item = item

    def extend_atom(self, written: etree._Element) -> etree._Element:
        item, entry = self._item, self._item.entry
        _set_time(written, "updated", rfc3339(item.updated))
        _set_time(written, "published", rfc3339(entry.published))
        # what is not known to be in the feed's language must not inherit it; RFC 4287 has no empty tag
        written.set(_XML_LANG, legal(entry.language or "") or _UNDETERMINED)
        self._write_links(written)
        self._write_source(written)
        return written

    def _write_links(self, written: etree._Element) -> None:
        for alternate in written.iterfind("link"):
            alternate.set("rel", "alternate")
        for other in parts.related_to(self._item):
            _link(written, "related", other.url, hreflang=other.language, title=other.title)
        if via := parts.via(self._item.entry):
            _link(written, via.rel, via.url, title=one_line(self._item.entry.feed.title))
        for enclosure in parts.enclosures_of(self._item.entry):
            length = None if enclosure.length is None else str(enclosure.length)
            _link(
                written,
                "enclosure",
                enclosure.url,
                type=enclosure.type,
                length=length,
                title=one_line(enclosure.title or ""),
            )

    def _write_source(self, written: etree._Element) -> None:
        source = parts.source_of(self._item.entry)
        element = etree.SubElement(written, "source")
        for name, value in (("id", source.id), ("title", source.title), ("updated", rfc3339(source.updated))):
            etree.SubElement(element, name).text = value
        _link(element, "self", source_address(source.feed_url))
        _link(element, "alternate", web_address(source.site_url))


def _link(parent: etree._Element, rel: str, url: str | None, **values: str | None) -> None:
    if url is not None:
        given = {name: value for name, value in values.items() if value}
        etree.SubElement(parent, "link", {"rel": rel, "href": url, **given})


def _set_time(parent: etree._Element, name: str, value: str) -> None:
    for element in parent.iterfind(name):
        element.text = value
