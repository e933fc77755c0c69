"""Read the subscription lists of other readers (OPML 1.0 to 2.0)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from aggregator.errors import ParseError


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlSubscription:
    """One feed of a list. ``folders`` are the names of the outlines around it, outermost first."""

    url: str
    title: str | None
    folders: tuple[str, ...]


def parse_opml(body: bytes) -> tuple[OpmlSubscription, ...]:
    """Return the feeds of an OPML document in its order, each address once.

    Reads liberally (RULES E42): any case of ``type``, ``title`` in place of ``text``, undeclared entities. Raises
    ParseError for what is no OPML.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(f"this can't be read as OPML: {error}") from error
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise ParseError("this is not OPML: its outermost element must be <opml>")
    found: dict[str, OpmlSubscription] = {}
    for outline in root.iter("outline"):
        attributes = {str(name).lower(): str(value).strip() for name, value in outline.attrib.items()}
        url = attributes.get("xmlurl", "")
        if urlsplit(url).scheme.lower() not in {"http", "https"}:
            continue
        title = attributes.get("title") or attributes.get("text")
        around = list(outline.iterancestors("outline"))
        folders = tuple(name for each in reversed(around) if (name := each.get("text") or each.get("title")))
        found.setdefault(url, OpmlSubscription(url=url, title=title or None, folders=folders))
    return tuple(found.values())
