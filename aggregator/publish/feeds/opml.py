"""The list of sources as OPML 2.0, for other readers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from aggregator.model import SourceHealth, SourceKind
from aggregator.publish.parts import source_title
from aggregator.text.hidden_keys import source_address
from aggregator.text.legal import legal, web_address
from aggregator.text.one_line import one_line


def render_opml(title: str, sources: Sequence[SourceHealth], *, updated: datetime | None = None) -> bytes:
    """Return an OPML document: folders, nested as they are, then the sources that are in none.

    A source is written once, in its ``folder``, else in that of its first category, and names all its categories in
    ``category`` (E40–E42). Mailboxes are the operator's alone.
    ``updated`` is left out when it isn't known.
    """
    sources = [each for each in sources if each.source.kind is not SourceKind.MAILBOX]
    opml = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(opml, "head"), etree.SubElement(opml, "body")
    etree.SubElement(head, "title").text = one_line(title)
    if updated is not None:
        etree.SubElement(head, "dateModified").text = format_datetime(updated, usegmt=True)
    folders: dict[tuple[str, ...], etree._Element] = {(): body}
    for health in sources:
        names = _folder_of(health)
        for depth, name in enumerate(names, 1):
            if names[:depth] not in folders:
                around = folders[names[: depth - 1]]
                folders[names[:depth]] = etree.SubElement(around, "outline", text=name, title=name)
    for health in sources:
        etree.SubElement(folders[_folder_of(health)], "outline", _outline(health))
    return etree.tostring(opml, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _folder_of(health: SourceHealth) -> tuple[str, ...]:
    names = health.source.folder or health.source.categories[:1]
    return tuple(filter(None, map(one_line, names)))


def _outline(health: SourceHealth) -> dict[str, str]:
    source, state = health.source, health.state
    url = source_address(state.moved_to) or source_address(state.found_at) or source_address(source.url) or ""
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
