"""The list of sources as OPML 2.0, for other readers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from aggregator.model import SourceHealth, SourceKind
from aggregator.publish.parts import source_title
from aggregator.text.legal import legal, web_address
from aggregator.text.one_line import one_line


def render_opml(title: str, sources: Sequence[SourceHealth], *, updated: datetime | None = None) -> bytes:
    """Return an OPML document: a folder for each category, then the sources that have none.

    A source is written once, in the folder of its first category, and names them all in ``category`` (E40–E42).
    ``updated`` is left out when it isn't known.
    """
    opml = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(opml, "head"), etree.SubElement(opml, "body")
    etree.SubElement(head, "title").text = one_line(title)
    if updated is not None:
        etree.SubElement(head, "dateModified").text = format_datetime(updated, usegmt=True)
    folders: dict[str, etree._Element] = {}
    for health in sources:
        for category in health.source.categories[:1]:
            if category not in folders:
                folders[category] = etree.SubElement(body, "outline", text=category, title=category)
    for health in sources:
        folder = folders[health.source.categories[0]] if health.source.categories else body
        etree.SubElement(folder, "outline", _outline(health))
    return etree.tostring(opml, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _outline(health: SourceHealth) -> dict[str, str]:
    source, state = health.source, health.state
    url = web_address(state.moved_to) or web_address(state.found_at) or web_address(source.url) or ""
    is_feed = source.kind is SourceKind.FEED or (
        source.kind is SourceKind.AUTO and state.read_as is not SourceKind.PAGE
    )
    title = source_title(health)
    # a page is no feed: other readers can only open it
    address = {"type": "rss", "xmlUrl": url} if is_feed else {"type": "link", "url": url}
    site = web_address(state.site_url)
    values = {
        "text": title,
        "title": title,
        **address,
        "htmlUrl": site if is_feed else None,
        "language": legal(state.language or ""),
        "category": ",".join(f"/{category}" for category in source.categories),
    }
    return {name: value for name, value in values.items() if value}
