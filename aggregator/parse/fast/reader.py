"""Reads the elements of a document one after the other and knows where it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from lxml import etree

from aggregator.parse.fast.constructs import construct, plain, tidy
from aggregator.parse.fast.context import Context
from aggregator.parse.fast.doubt import Doubt
from aggregator.parse.fast.names import Names
from aggregator.parse.fast.place import Place, join
from aggregator.parse.fields import Fields

MAX_DEPTH = 100  # of elements in each other; Python's stack has room for a few times as many

# Elements that feedparser takes for a content, always or as the second of their kind.
_CONTENTS = {"content", "dc_description", "description", "itunes_summary", "media_description", "summary"}

# Elements whose text feedparser takes for that of the one around them: always, or when they have attributes, as those
# without a meaning then do.
_ALWAYS_LOOSE = {"cc_license", "enclosure", "media_content", "media_group"}
_OFTEN_LOOSE = {
    "date", "feedburner_origlink", "itunes_keywords", "link", "media_keywords", "sy_updatefrequency", "sy_updateperiod",
    "ttl",
}  # fmt: skip


class At(NamedTuple):
    """One element, how deep it is, and what it says something about."""

    element: etree._Element
    attributes: dict[str, str]
    depth: int
    context: Context


class Reader:
    """Reads a document element by element into ``channel`` and ``entries``. Its methods raise Doubt."""

    def __init__(self, names: Names, meanings: Mapping[str, Meaning], place: Place, *, version: str) -> None:
        """``meanings`` are what to do for elements by their names; others mean nothing but what is in them."""
        self.names = names
        self.meanings = meanings
        self.place = place
        self.version = version
        self.channel = Context()
        self.entries: list[Fields] = []
        self.title_depth = -1  # of the title that counts, -1 while there is none
        self.has_content = False
        self.person = ""  # whose name and address are read: "author", "owner", nobody's

    def entry(self, element: etree._Element, *, depth: int) -> None:
        """Read an entry, which is ``depth`` elements deep in the document."""
        attributes = self.names.attributes(element)
        if "lastmod" in attributes or "href" in attributes:
            raise Doubt("an entry of CDF")
        before, self.place = self.place, self.place.within(attributes)
        entry = Context(is_entry=True)
        if attributes.get("rdf:about"):
            entry.values["id"] = attributes["rdf:about"]
        self.title_depth = -1
        self.inside(At(element, attributes, depth, entry))
        self.entries.append(entry.fields())
        self.has_content = False
        self.place = before

    def inside(self, at: At) -> None:
        """Read what is in an element."""
        for child in at.element:
            self.element(child, at.depth + 1, at.context)

    def element(self, element: etree._Element, depth: int, context: Context) -> None:
        """Read one element; of one that means nothing, what is in it."""
        if depth > MAX_DEPTH:
            raise Doubt("elements in elements in elements")
        name = self.names[element.tag]
        attributes = self.names.attributes(element)
        before = self.place
        if attributes:
            self.place = before.within(attributes)
        at = At(element, attributes, depth, context)
        meaning = self.meanings.get(name)
        if meaning:
            meaning(self, at)
        else:
            self.inside(at)
        self.place = before

    def address(self, element: etree._Element) -> str:
        written = plain(element)
        return tidy(join(self.place.base, written)) if written else ""

    def text_of(self, element: etree._Element) -> str:
        """Return the text that an element has beside others. Raises Doubt where feedparser adds that of others to it.

        It does so for elements that it has no rules for and that have attributes; behind a content it loses the text.
        """
        for each in element.iterdescendants():
            name = self.names[each.tag]
            if name in _CONTENTS:
                raise Doubt("a content in what has a text of its own")
            is_loose = name in _ALWAYS_LOOSE or (
                bool(each.items()) and (name not in self.meanings or name in _OFTEN_LOOSE)
            )
            if is_loose and _text_beside_elements(each):
                raise Doubt("a text that feedparser adds to that around it")
        return _text_beside_elements(element)

    def read_person(self, person: str, at: At) -> None:
        if self.person:
            raise Doubt("a person in a person")
        self.person = person
        self.inside(at)
        self.person = ""

    def construct(self, at: At, default: str) -> Fields:
        """Read a text construct; ``default`` is the type of one that names none."""
        if self.names.has_xlink and len(at.element):
            raise Doubt("feedparser shows declarations of XLink as attributes")
        text = construct(at.element, at.attributes, default=default, is_atom_1=self.version == "atom10")
        return {**text, "base": self.place.base, "language": self.place.text_language}


Meaning = Callable[[Reader, At], None]


def _text_beside_elements(element: etree._Element) -> str:
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
