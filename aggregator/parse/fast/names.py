"""lxml's tags → the names by which feedparser knows elements, such as ``media_content`` or ``pubdate``.

Namespaces that it knows have their short name whatever their prefix; others keep the prefix of the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from lxml import etree

from aggregator.parse.fast.doubt import Doubt
from aggregator.parse.nested import ENTRIES, FIELDS
from aggregator.parse.slips import MEDIA_RSS
from aggregator.parse.tolerant import MAX_PREFIXES

if TYPE_CHECKING:
    from aggregator.parse.fast.draft import Draft
    from aggregator.parse.fast.walker import Walk

_DECLARATION = re.compile(rb"""xmlns(?::([^\s=<>"']+))?\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_USERLAND = "http://backend.userland.com/rss"
_XLINK = "http://www.w3.org/1999/xlink"

# By their addresses in lower case.
SHORT_NAMES = {
    "": "",
    _USERLAND: "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://example.com/newformat#": "",
    "http://example.com/necho": "",
    "http://purl.org/echo/": "",
    "uri/of/echo/namespace#": "",
    "http://purl.org/pie/": "",
    "http://purl.org/atom/ns#": "",
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://webns.net/mvcb/": "admin",
    "http://purl.org/rss/1.0/modules/aggregation/": "ag",
    "http://purl.org/rss/1.0/modules/annotate/": "annotate",
    "http://media.tangent.org/rss/1.0/": "audio",
    "http://backend.userland.com/blogchannelmodule": "blogChannel",
    "http://creativecommons.org/ns#license": "cc",
    "http://web.resource.org/cc/": "cc",
    "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html": "creativeCommons",
    "http://backend.userland.com/creativecommonsrssmodule": "creativeCommons",
    "http://purl.org/rss/1.0/modules/company": "co",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://my.theinfo.org/changed/1.0/rss/": "cp",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/email/": "email",
    "http://purl.org/rss/1.0/modules/event/": "ev",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://freshmeat.net/rss/fm/": "fm",
    "http://xmlns.com/foaf/0.1/": "foaf",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo",
    "http://www.georss.org/georss": "georss",
    "http://www.opengis.net/gml": "gml",
    "http://postneo.com/icbm/": "icbm",
    "http://purl.org/rss/1.0/modules/image/": "image",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://purl.org/rss/1.0/modules/link/": "l",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://madskills.com/public/xml/rss/module/pingback/": "pingback",
    "http://prismstandard.org/namespaces/1.2/basic/": "prism",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs",
    "http://purl.org/rss/1.0/modules/reference/": "ref",
    "http://purl.org/rss/1.0/modules/richequiv/": "reqv",
    "http://purl.org/rss/1.0/modules/search/": "search",
    "http://purl.org/rss/1.0/modules/slash/": "slash",
    "http://schemas.xmlsoap.org/soap/envelope/": "soap",
    "http://purl.org/rss/1.0/modules/servicestatus/": "ss",
    "http://hacks.benhammersley.com/rss/streaming/": "str",
    "http://purl.org/rss/1.0/modules/subscription/": "sub",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://schemas.pocketsoap.com/rss/mydescmodule/": "szf",
    "http://purl.org/rss/1.0/modules/taxonomy/": "taxo",
    "http://purl.org/rss/1.0/modules/threading/": "thr",
    "http://purl.org/rss/1.0/modules/textinput/": "ti",
    "http://madskills.com/public/xml/rss/module/trackback/": "trackback",
    "http://wellformedweb.org/commentapi/": "wfw",
    "http://purl.org/rss/1.0/modules/wiki/": "wiki",
    "http://www.w3.org/1999/xhtml": "xhtml",
    _XLINK: "xlink",
    "http://www.w3.org/xml/1998/namespace": "xml",
    "http://podlove.org/simple-chapters": "psc",
}
_IN_LOWER_CASE = ("rel", "type")
_RESERVED = {name.lower(): name for name in SHORT_NAMES.values()}

# An element's attributes by lxml's names, in their order; without a DTD they are strings.
items = cast("Callable[[etree._Element], list[tuple[str, str]]]", etree._Element.items)

Meaning = Callable[["Walk", etree._Element, "Draft", int], None]  # the last one is how deep the element is


class Name(NamedTuple):
    """An element's name as feedparser knows it, and its prefix and local name as ``parse.nested`` reads them.

    ``meaning`` is what to do for it; None for what means nothing but what is in it. A ``media:description`` is that of
    a picture, and called ``media_caption`` so that nothing takes it for the entry's.
    """

    full: str
    prefix: str
    local: str
    is_field: bool
    meaning: Meaning | None


class Names(dict[str, Name]):
    """The names of a document's elements by lxml's tags ("{address}local"), each worked out once."""

    def __init__(
        self, meanings: Mapping[str, Meaning], prefixes: dict[str, str], *, has_xlink: bool, at_root: bool
    ) -> None:
        """``meanings`` are by the names in full, ``prefixes`` by the addresses that feedparser doesn't know.

        ``has_xlink`` where XLink may be declared, which feedparser takes for an attribute; ``at_root`` where nothing is
        declared beyond the root element.
        """
        super().__init__()
        self._meanings = meanings
        self._prefixes = prefixes
        self._keys: dict[str, str] = {}
        self.has_xlink = has_xlink
        self.at_root = at_root

    @classmethod
    def declared_in(cls, root: etree._Element, document: bytes, meanings: Mapping[str, Meaning]) -> Names:
        """Collect what a document declares. Raises Doubt where feedparser, or ``parse.nested``, mixes namespaces up.

        They do where one prefix means different things in different places, where a prefix is the short name of
        another namespace that is declared too, and where Media RSS has another prefix than its own.
        """
        declared = {((prefix or "").lower(), address or "") for prefix, address in root.nsmap.items()}
        at_root = document.count(b"xmlns") == len(declared)
        if not at_root:
            found = set(_DECLARATION.findall(document))
            declared = {(prefix.decode().lower(), (double or single).decode()) for prefix, double, single in found}
        known: dict[str, str] = {}
        prefixes: dict[str, str] = {}
        borrowed: set[str] = set()
        for prefix, address in declared:
            short = short_name(address)
            if short is None and prefixes.setdefault(address, prefix) != prefix:
                raise Doubt("one namespace, two prefixes")
            if prefix and known.setdefault(prefix, short or address) != (short or address):
                raise Doubt("one prefix, two namespaces")
            if prefix and short is not None and _RESERVED.get(prefix, short) != short:
                borrowed.add(_RESERVED[prefix])
            if prefix != "media" and (short == "media" or MEDIA_RSS.fullmatch(address)):
                raise Doubt("Media RSS by another prefix")
        if borrowed & {short_name(address) for _, address in declared}:
            raise Doubt("a known prefix for another known namespace")
        if len(known) > MAX_PREFIXES:
            raise Doubt("more prefixes than feedparser can cope with")
        return cls(meanings, prefixes, has_xlink=any(_XLINK in address for _, address in declared), at_root=at_root)

    def __missing__(self, tag: str) -> Name:
        address, _, written = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
        if not written.isascii():
            raise Doubt("a name that expat may not accept")
        short = short_name(address)
        prefix = self._prefixes.get(address) if short is None else short
        if prefix is None:
            raise Doubt("a namespace that is declared in an odd way")
        prefix, local = prefix.lower(), written.lower()
        is_caption = prefix == "media" and written == "description" and MEDIA_RSS.fullmatch(address) is not None
        full = "media_caption" if is_caption else f"{prefix}_{local}" if prefix else local
        meaning = self._meanings.get("item" if local in ENTRIES else full)
        if meaning and not prefix and "_" in local:
            raise Doubt("a name that looks as if it had a prefix")
        self[tag] = name = Name(
            full=full,
            prefix=prefix,
            local=local,
            is_field=local in FIELDS,
            meaning=meaning,
        )
        return name

    def attributes(self, element: etree._Element) -> dict[str, str]:
        """Return an element's attributes by feedparser's names: ``xml:lang``, ``rdf:about``, ``href``."""
        found: dict[str, str] = {}
        if element.keys():
            keys = self._keys
            for name, value in items(element):
                found[keys.get(name) or self._key(name)] = value
            for key in _IN_LOWER_CASE:
                if key in found:
                    found[key] = found[key].lower()
        return found

    def _key(self, name: str) -> str:
        address, _, local = name[1:].rpartition("}") if name.startswith("{") else ("", "", name)
        short = short_name(address)
        if not local.isascii() or (short is None and self._prefixes.get(address) in {"rdf", "xml"}):
            raise Doubt("an attribute that feedparser may see otherwise")
        self._keys[name] = key = f"{short}:{local}".lower() if short else local.lower()
        return key


def short_name(address: str) -> str | None:
    """Return feedparser's name of a namespace, "" for those of the feed formats, None for one that it doesn't know."""
    address = address.lower()
    return SHORT_NAMES.get(_USERLAND if _USERLAND[7:] in address else address)
