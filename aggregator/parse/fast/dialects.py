"""The outline of a feed: which elements are its head and which its entries, in RSS, RDF and Atom."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from aggregator.parse.fast.doubt import Doubt
from aggregator.parse.fast.names import Names
from aggregator.parse.fast.place import Place, join
from aggregator.parse.fast.walker import Walk
from aggregator.parse.raw import RawFeed

_RSS_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_ATOM_VERSIONS = {"0.1": "atom01", "0.2": "atom02", "0.3": "atom03"}
_BASES = etree.XPath("boolean(//@*[translate(local-name(), 'BASE', 'base') = 'base'])")
_IN_BOX = {"title", "link", "description", "url", "href", "width", "height"}
_IN_FORM = {"title", "link", "description", "name"}


def read_document(root: etree._Element, names: Names, document: bytes, *, base: str | None, is_tidy: bool) -> RawFeed:
    """Read a document from its root; ``is_tidy`` as ``Walk`` has it. Raises Doubt."""
    outline = _OUTLINES.get(names[root.tag].full)
    if outline is None or not (len(root) or root.text):
        raise Doubt("a root that is none of a feed's, or with nothing in it")
    attributes = names.attributes(root)
    place = Place(join(base or "", base or ""), None).within(attributes)
    if not place.base and b"base" in document and _BASES(root):
        raise Doubt("feedparser lets a base without one around it count for what follows")
    walk = Walk(names, place, version=_version(root, names), is_atom=outline is _read_atom, is_tidy=is_tidy)
    if place.language and names[root.tag].full != "rdf_rdf":
        walk.head.values["language"] = place.language
    outline(walk, root)
    return RawFeed(reader="fast", version=walk.version, head=walk.head.finish(), entries=[*walk.entries])


def _version(root: etree._Element, names: Names) -> str:
    """Return feedparser's name of the format: what the namespaces say, then the root's ``version``."""
    found = _version_by_namespace(root)
    written = names.attributes(root).get("version", "")
    name = names[root.tag].full
    if name == "rss" and not found.startswith("rss"):
        return _RSS_VERSIONS.get(written) or ("rss20" if written.startswith("2.") else "rss")
    if name == "feed":
        found = found or _ATOM_VERSIONS.get(written) or "atom"
    elif not found:  # RDF whose parts declare their namespaces themselves
        found = next((version for each in root.iter() if (version := _version_by_namespace(each))), "")
    if found.startswith("rss") != (name != "feed"):
        raise Doubt("a root and a namespace of different formats")
    return found


def _version_by_namespace(element: etree._Element) -> str:
    for prefix, address in element.nsmap.items():
        if (prefix, address.lower()) == (None, "http://my.netscape.com/rdf/simple/0.9/"):
            return "rss090"
        if address.lower() == "http://purl.org/rss/1.0/":
            return "rss10"
        if address.lower() == "http://www.w3.org/2005/atom":
            return "atom10"
    return ""


def _read_rss(walk: Walk, root: etree._Element) -> None:
    """Read RSS and RDF: a channel with items in it, or beside it."""
    has_channel = False
    for child in root:
        name = walk.names[child.tag].full
        if name == "item":
            walk.entry(child, depth=2)
        elif name == "channel" and not has_channel:
            has_channel = True
            _read_channel(walk, child)
        elif name in {"image", "textinput"} and has_channel:
            _read_box(walk, child, name, depth=2)
        elif any(walk.names[each.tag].meaning for each in child.iter()):
            raise Doubt("parts of a feed in an odd place")


def _read_channel(walk: Walk, channel: etree._Element) -> None:
    attributes = walk.names.attributes(channel)
    if "lastmod" in attributes or "href" in attributes:
        raise Doubt("a channel of CDF")
    before, walk.place = walk.place, walk.place.within(attributes)
    for child in channel:
        name = walk.names[child.tag].full
        if name == "item":
            walk.entry(child, depth=3)
        elif name in {"image", "textinput"}:
            _read_box(walk, child, name, depth=3)
        else:
            walk.element(child, walk.head, 3)
    walk.place = before


def _read_atom(walk: Walk, root: etree._Element) -> None:
    for child in root:
        if walk.names[child.tag].full == "entry":
            walk.entry(child, depth=2)
        else:
            walk.element(child, walk.head, 2)


def _read_box(walk: Walk, box: etree._Element, name: str, *, depth: int) -> None:
    """Pass over a channel's picture or form; a title in it lets a second title of the channel count."""
    known = _IN_BOX if name == "image" else _IN_FORM
    walk.title_depth = -1
    for child in box:
        inner = walk.names[child.tag].full
        if inner not in known or len(child):
            raise Doubt(f"more than usual in <{name}>")
        if inner == "title" and (child.text or "").strip():
            walk.title_depth = depth + 1


_OUTLINES: dict[str, Callable[[Walk, etree._Element], None]] = {
    "rss": _read_rss,
    "rdf_rdf": _read_rss,
    "feed": _read_atom,
}
