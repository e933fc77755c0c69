"""What stands in an entry's parts is not the entry's: a related article's title, the author's page, a picture's text.

feedparser takes the fields of an entry wherever they are within it. Here those of parts are taken out of the document
before either reader reads it, in one pass over its tags. An element that isn't closed is no part: where it ends is not
known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from aggregator.parse.repair import sections

_TOKEN: Final = re.compile(
    r"""<!\[CDATA\[|<!--|<(/?)([A-Za-z_][\w:.-]*)((?:[^<>"']++|"[^"<]*"|'[^'<]*')*+)>"""  # the rest of a tag
)
_ENDS: Final = {"<![CDATA[": "]]>", "<!--": "-->"}
# A start tag right before another one: that it is a part with fields is likely enough to look closer.
_SIGN: Final = re.compile(r"<([A-Za-z_][\w:.-]*)(?:\s[^<>]*)?(?<!/)>\s*(?=<([A-Za-z_][\w:.-]*))")
# A person who has more than a name and addresses.
_PERSON_SIGN: Final = re.compile(
    r"<(?:[\w.-]+:)?(?:author|contributor|owner|creator)(?:\s[^<>]*)?(?<!/)>"
    r"(?:\s*<(?:[\w.-]+:)?(?:name|email|uri|url)(?:\s[^<>]*)?>[^<]*+</[^<>]*>)*+"
    r"\s*<(?!/|!|(?:[\w.-]+:)?(?:name|email|uri|url)[\s/>])"
)
# The end of such a part behind a CDATA section, and another one.
_AFTER_CDATA: Final = re.compile(r"[^<]*</(?:[\w.-]+:)?(?:name|email|uri|url)\s*>\s*<(?!/)")
_FIRST_ENTRY: Final = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_ENTRIES: Final = frozenset(("item", "entry"))
# Fields of an entry that don't count within a part of it, by their local names.
_FIELDS: Final = frozenset((
    "title", "link", "guid", "id", "description", "summary", "content", "encoded", "category", "subject",
    "keywords", "author", "creator", "pubdate", "published", "updated", "date", "issued", "modified", "created",
    "comments", "subtitle", "enclosure", "source",
))  # fmt: skip
_PERSON: Final = frozenset(("name", "email", "uri", "url"))
_PEOPLE: Final = frozenset(("author", "contributor", "owner", "creator"))
# What is a text, with markup perhaps, or is read with all that it holds.
_WHOLE: Final = frozenset((
    "title", "description", "summary", "content", "encoded", "subtitle", "rights", "source", "fullitem", "body",
    "div", "tagline", "info", "copyright", "abstract", "category",
))  # fmt: skip
# What only holds several of them.
_LISTS: Final = frozenset(("categories", "tags", "authors", "creators", "contributors", "links", "enclosures"))
_MEDIA_PARTS: Final = frozenset(("group", "content"))
_OUTER: Final = frozenset(("rss", "rdf", "feed", "channel", "items", "seq", *_ENTRIES))
_HTML: Final = frozenset((
    "p", "div", "ul", "ol", "li", "dl", "table", "thead", "tbody", "tr", "td", "th", "span", "a", "b", "i", "u",
    "em", "strong", "small", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "figure", "picture", "video",
    "font", "center", "noscript", "code", "cite", "sup", "sub", "details", "svg", "br", "hr", "figcaption", "q",
    "html", "head", "body", "iframe", "object",
))  # fmt: skip
# In a text that was written as HTML and is read as XML.
_OFTEN_UNCLOSED: Final = frozenset(("br", "hr", "img", "p", "li", "td", "tr", "dt", "dd", "input", "wbr"))
_DEEPEST: Final = 1_000  # no entry of a publisher is; one that is stays as it is
_MOST_OPEN: Final = 50  # elements at once: what an entry has is not nested deeper

_Span = tuple[int, int]


@dataclass(slots=True)
class _Open:
    """An element of an entry that is open: its names, where it starts, and where the foreign fields in it are."""

    start: int
    name: str
    foreign: list[_Span] = field(default_factory=list)
    prefix: str = ""
    local: str = ""

    def __post_init__(self) -> None:
        self.prefix, self.local = _names(self.name)

    @property
    def is_whole(self) -> bool:
        return self.local in _WHOLE and not self.is_media_part

    @property
    def is_media_part(self) -> bool:
        return self.prefix == "media" and self.local in _MEDIA_PARTS


def without_foreign_fields(text: str) -> str:
    """Return a document without the fields that belong to parts of its entries."""
    first = _FIRST_ENTRY.search(text)
    if first is None or not any(
        _may_have_parts(section) for section, is_cdata in sections(text, first.start()) if not is_cdata
    ):
        return text
    kept, position = [], 0
    for start, end in _foreign(text):
        kept.append(text[position:start])
        position = end
    return "".join([*kept, text[position:]])


def _may_have_parts(text: str) -> bool:
    signs = _SIGN.finditer(text)
    return any(_may_be_part(found[1], found[2]) for found in signs) or (
        _PERSON_SIGN.search(text) is not None or _AFTER_CDATA.match(text) is not None
    )


def _may_be_part(outer: str, inner: str) -> bool:
    """Tell whether an element that begins with another one may be a part that has foreign fields."""
    if outer.lower() in _HTML:
        return False
    prefix, local = _names(outer)
    return local not in _OUTER | _PEOPLE and (local not in _WHOLE or prefix == "media")


def _foreign(text: str) -> Iterator[_Span]:
    """Yield where the foreign fields of all entries are, in their order; none is within another."""
    entry: list[_Open] = []  # what is open of an entry, itself first
    for start, end, closing, name, is_alone in tags_of(text):
        if not closing and not is_alone:
            if _names(name)[1] in _ENTRIES:  # also where the one before it was never closed
                entry = [_Open(start, name)]
            elif len(entry) > _DEEPEST:
                entry = []
            elif entry:
                entry.append(_Open(start, name))
            continue
        if is_alone:
            if entry and _is_foreign(_Open(start, name), entry):
                entry[-1].foreign.append((start, end))
            continue
        if not any(each.name == name for each in entry[-_MOST_OPEN:]):
            continue
        while (closed := entry.pop()).name != name:
            pass  # it isn't closed: what seemed to be in it is beside it
        if not entry:
            yield from _outermost(closed.foreign)
        elif _is_foreign(closed, entry):
            entry[-1].foreign.append((closed.start, end))
        else:
            entry[-1].foreign += closed.foreign


def is_deeper(text: str, limit: int) -> bool:
    """Tell whether more than ``limit`` elements are open at once: what a tag closes closes what is left open in it."""
    depth = 0
    open_: list[str] = []
    counts: dict[str, int] = {}
    for _, _, closing, name, is_alone in tags_of(text):
        if closing and counts.get(name):
            while (closed := open_.pop()) != name:
                counts[closed] -= 1
                depth -= closed not in _OFTEN_UNCLOSED
            counts[name] -= 1
            depth -= name not in _OFTEN_UNCLOSED
        elif not closing and not is_alone:
            open_.append(name)
            counts[name] = counts.get(name, 0) + 1
            depth += name not in _OFTEN_UNCLOSED
            if depth > limit:
                return True
    return False


def tags_of(text: str) -> Iterator[tuple[int, int, bool, str, bool]]:
    """Yield the tags: where they start and end, whether they close, their names, whether they stand alone."""
    position = 0
    while found := _TOKEN.search(text, position):
        position = found.end()
        if found[2] is not None:
            yield found.start(), position, bool(found[1]), found[2], found[3].endswith("/")
        else:
            end = text.find(_ENDS[found[0]], position)
            if end < 0:  # what follows is all text
                return
            position = end


def _is_foreign(element: _Open, around: list[_Open]) -> bool:
    """Tell whether an element is a field of a part of the entry: ``around`` are the entry and what is open in it."""
    if element.local not in _FIELDS or not 1 < len(around) <= _MOST_OPEN:
        return False
    part = around[-1]
    if any(each.is_whole for each in around[1:]):
        return False
    if part.is_media_part:
        return element.prefix != "media" or element.local == "category"
    if element.prefix == "media" or part.local in _LISTS:
        return False
    return part.local not in _PEOPLE or element.local not in _PERSON


def _outermost(spans: list[_Span]) -> Iterator[_Span]:
    position = -1
    for start, end in sorted(spans):
        if start >= position:
            yield start, end
            position = end


def _names(written: str) -> tuple[str, str]:
    prefix, _, local = written.lower().rpartition(":")
    return prefix, local
