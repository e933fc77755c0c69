"""One walk over the elements of a document, which knows where it is and fills in drafts of what it finds."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from aggregator.parse.fast.constructs import TEXT_TYPES, XHTML, inner_markup, tidy, type_of
from aggregator.parse.fast.doubt import Doubt
from aggregator.parse.fast.draft import Draft
from aggregator.parse.fast.names import Name, Names
from aggregator.parse.fast.place import Place, join
from aggregator.parse.nested import ENTRIES, MAX_DEPTH, belongs_to_part, is_whole
from aggregator.parse.raw import RawText

# Elements that feedparser takes for a content, always or as the second of their kind.
_CONTENTS = {"content", "dc_description", "description", "itunes_summary", "media_description", "summary"}

# Elements whose text feedparser takes for that of the one around them: always, or when they have attributes, as those
# without a meaning then do.
_ALWAYS_LOOSE = {"cc_license", "cloud", "enclosure", "media_content", "media_group", "psc_chapter", "psc_chapters"}
_OFTEN_LOOSE = {
    "date", "feedburner_origlink", "itunes_keywords", "link", "media_keywords", "sy_updatefrequency", "sy_updateperiod",
    "ttl",
}  # fmt: skip


class Walk:
    """Walks through a document element by element into ``head`` and ``entries``. Its methods raise Doubt."""

    def __init__(self, names: Names, place: Place, *, version: str, is_atom: bool, is_tidy: bool) -> None:
        """Start at the head of a document, whose root is at ``place``.

        ``is_tidy``: nothing in the document was encoded twice, or is windows-1252 under another name.
        """
        self.names = names
        self.place = place
        self.version = version
        self.is_atom = is_atom
        self._is_tidy = is_tidy
        self.head = Draft()
        self.entries: list[Draft] = []
        self.title_depth = -1  # of the title that counts, -1 while there is none
        self.has_content = False
        self.has_parts = False  # whether what is within other elements may be a field of these alone: in entries only

    def entry(self, element: etree._Element, *, depth: int) -> None:
        """Read an entry, which is ``depth`` elements deep in the document."""
        before, entry = self.place, Draft(depth=depth + 1)
        if element.keys():
            attributes = self.names.attributes(element)
            if "lastmod" in attributes or "href" in attributes:
                raise Doubt("an entry of CDF")
            self.place = before.within(attributes)
            if attributes.get("rdf:about"):
                entry.values["id"] = attributes["rdf:about"].strip()
        self.title_depth = -1
        self.has_parts = True
        names = self.names
        for child in element:  # as in ``element``: this is where the time goes
            meaning = names[child.tag].meaning
            if meaning:
                meaning(self, child, entry, entry.depth)
            elif len(child):
                self.inside(child, entry, entry.depth)
        self.has_parts = False
        self.entries.append(entry.finish())
        self.has_content = False
        self.place = before

    def element(self, element: etree._Element, draft: Draft, depth: int) -> None:
        """Read one element; of one that means nothing, what is in it."""
        meaning = self.names[element.tag].meaning
        if meaning:
            meaning(self, element, draft, depth)
        elif len(element):
            self.inside(element, draft, depth)

    def inside(self, element: etree._Element, draft: Draft, depth: int) -> None:
        """Read what is in an element; of a part of an entry, what is not that part's own."""
        if depth >= MAX_DEPTH:
            raise Doubt("elements in elements in elements")
        part = self.names[element.tag]
        before = self.place, self.has_parts
        self.place = self.place_in(element)
        self.has_parts = self.has_parts and not is_whole(part.prefix, part.local)
        for child in self.kept(element):
            self.element(child, draft, depth + 1)
        self.place, self.has_parts = before

    def kept(self, part: etree._Element) -> Iterator[etree._Element]:
        """Yield the elements in another one that are no fields of its own."""
        outer = self.names[part.tag]
        has_parts = self.has_parts and not is_whole(outer.prefix, outer.local)
        for child in part:
            if not has_parts or not _belongs(self.names[child.tag], outer):
                yield child
            elif len(child) and any(self.names[each.tag].local in ENTRIES for each in child.iterdescendants()):
                raise Doubt("an entry in an odd place")

    def place_in(self, element: etree._Element) -> Place:
        return self.place.within(self.names.attributes(element)) if element.keys() else self.place

    def text(self, element: etree._Element) -> str:
        """Return the text of an element without outer white space. Raises Doubt when there are elements in it."""
        text = element.text
        if len(element):
            if any(True for _ in self.kept(element)):
                raise Doubt("elements where text belongs")
            text = text_beside_elements(element)
        return self.tidied(text.strip()) if text else ""

    def is_loose(self, element: etree._Element) -> bool:
        """Tell whether feedparser adds the text of an element to that of the one around it.

        It does so for elements that it has no rules for and that have attributes; behind a content it loses the text.
        """
        name = self.names[element.tag]
        may_be = name.full in _ALWAYS_LOOSE or (element.keys() and (not name.meaning or name.full in _OFTEN_LOOSE))
        return name.full in _CONTENTS or (bool(may_be) and bool(text_beside_elements(element)))

    def tidied(self, text: str) -> str:
        return text if self._is_tidy else tidy(text)

    def address(self, element: etree._Element) -> str:
        written = self.text(element)
        return join(self.place_in(element).base, written) if written else ""

    def construct(self, element: etree._Element, default: str) -> RawText:
        """Read a text construct (RFC 4287 §3.1), or what takes its part in other formats.

        ``default`` is the type of one that names none.
        """
        place, media_type = self.place, default
        if element.keys():
            attributes = self.names.attributes(element)
            place, media_type = place.within(attributes), type_of(element, attributes, default)
            if attributes.get("mode") == "base64" or media_type not in TEXT_TYPES:
                raise Doubt("neither text nor HTML")
        if media_type == XHTML:
            if self.names.has_xlink and len(element):
                raise Doubt("feedparser shows declarations of XLink as attributes")
            value = self.tidied(inner_markup(element, without_div=self.version == "atom10"))
        else:
            value = self.text(element)
        return RawText(value, media_type, place.base or None, place.language)


def _belongs(field: Name, part: Name) -> bool:
    return field.is_field and belongs_to_part(field.prefix, field.local, part_prefix=part.prefix, part_local=part.local)


def text_beside_elements(element: etree._Element) -> str:
    """Return the text that an element has beside the elements in it."""
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
