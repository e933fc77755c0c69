"""An output feed as RSS 2.0, after the Best Practices Profile of the RSS Advisory Board."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from aggregator import __version__
from aggregator.model import FeedDocument, FeedFormat, PublishedEntry
from aggregator.publish import parts
from aggregator.publish.text import one_line, web_address

if TYPE_CHECKING:
    from feedgen.feed import FeedGenerator

# feedgen switches the locale of the whole process for each date it writes; two threads would undo each other's.
_LOCALE = threading.Lock()


def render_rss(document: FeedDocument) -> bytes:
    """Return the document as RSS 2.0; the same document gives the same bytes."""
    from feedgen.feed import FeedGenerator

    title = one_line(document.title) or document.name
    feed = FeedGenerator()
    feed.load_extension("dc", atom=False)
    feed.title(title)
    feed.description(title)
    feed.link(href=document.urls[FeedFormat.RSS], rel="self", type="application/rss+xml")
    feed.link(href=document.home_url, rel="alternate")
    feed.language(document.language)
    feed.generator(f"aggregator {__version__}")
    feed.lastBuildDate(document.updated)
    for item in document.entries:
        _add_item(feed, document, item)
    with _LOCALE:
        return bytes(feed.rss_str(pretty=True))


def _add_item(feed: FeedGenerator, document: FeedDocument, item: PublishedEntry) -> None:
    written, entry = feed.add_entry(order="append"), item.entry
    written.title(parts.title_of(entry))
    written.guid(parts.entry_id(document, item), permalink=False)
    written.published(entry.published)
    written.dc.dc_creator(list(parts.authors_of(entry)))
    for term in parts.terms_of(document, item):
        domain = {"scheme": term.scheme} if term.scheme else {}
        written.category(term=term.label or term.term, **domain)
    url = web_address(entry.url)
    if url is not None:
        written.link(href=url)
    for enclosure in parts.enclosures_of(entry)[:1]:  # "one enclosure per item": most readers see no second one
        written.enclosure(enclosure.url, enclosure.length or 0, enclosure.type)
    summary, content = parts.summary_html(entry), parts.content_of(item)
    if summary:
        written.description(summary)
    if content:
        written.content(content)
    source = parts.source_of(entry)
    source_url = web_address(source.feed_url) or web_address(source.site_url)
    if source_url is not None:
        written.source(source_url, source.title)
