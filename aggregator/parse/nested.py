"""What stands in an entry's parts is not the entry's: a related article's title, the author's page, a picture's text.

feedparser takes the fields of an entry wherever they are within it. Here those of parts are taken out of the document
before it reads it, in one pass over its tags; the fast reader passes over them as it comes to them. An element that
isn't closed is no part: where it ends is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_TOKEN: Final = re.compile(
    r"""<!\[CDATA\[|<!--|<(/?)([A-Za-z_][\w:.-]*)((?:[^<>"']++|"[^"<]*"|'[^'<]*')*+)>"""  # the rest of a tag
)
_ENDS: Final = {"<![CDATA[": "]]>", "<!--": "-->"}
ENTRIES: Final = frozenset(("item", "entry"))
# Fields of an entry that don't count within a part of it, by their local names.
FIELDS: Final = frozenset((
    "title", "link", "guid", "id", "description", "summary", "content", "encoded", "category", "subject",
    "keywords", "author", "creator", "pubdate", "published", "updated", "date", "issued", "modified", "created",
    "comments", "subtitle", "enclosure", "source",
))  # fmt: skip
# What is a text, with markup perhaps, or is read with all that it holds.
_WHOLE: Final = frozenset((
    "title", "description", "summary", "content", "encoded", "subtitle", "rights", "source", "fullitem", "body",
    "div", "tagline", "info", "copyright", "abstract", "category",
))  # fmt: skip
# What only holds several of them.
_LISTS: Final = frozenset(("categories", "tags", "authors", "creators", "contributors", "links", "enclosures"))
_MEDIA_PARTS: Final = frozenset(("group", "content"))
# In a text that was written as HTML and is read as XML.
_OFTEN_UNCLOSED: Final = frozenset(("br", "hr", "img", "p", "li", "td", "tr", "dt", "dd", "input", "wbr"))
_DEEPEST: Final = 1_000  # no entry of a publisher is; one that is stays as it is
MAX_DEPTH: Final = 50  # elements at once: what an entry has is not nested deeper

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


def without_foreign_fields(text: str) -> str:
    """Return a document without the fields that belong to parts of its entries."""
    kept, position = [], 0
    for start, end in _foreign(text):
        kept.append(text[position:start])
        position = end
    return "".join([*kept, text[position:]])


def _foreign(text: str) -> Iterator[_Span]:
    """Yield where the foreign fields of all entries are, in their order; none is within another."""
    entry: list[_Open] = []  # what is open of an entry, itself first
    for start, end, closing, name, is_alone in tags_of(text):
        if not closing and not is_alone:
            if _names(name)[1] in ENTRIES:  # also where the one before it was never closed
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
        if not any(each.name == name for each in entry[-MAX_DEPTH:]):
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


def is_whole(prefix: str, local: str) -> bool:
    """Whether all that is in an element of this name is a part of it, and no fields of the entry's parts."""
    return local in _WHOLE and not is_media_part(prefix, local)


def is_media_part(prefix: str, local: str) -> bool:
    return prefix == "media" and local in _MEDIA_PARTS


def belongs_to_part(prefix: str, local: str, *, part_prefix: str, part_local: str) -> bool:
    """Whether a field in a part of an entry is that part's alone. Names are in lower case, as written."""
    if local not in FIELDS:
        return False
    if is_media_part(part_prefix, part_local):
        return prefix != "media" or local == "category"
    return prefix != "media" and part_local not in _LISTS


def _is_foreign(element: _Open, around: list[_Open]) -> bool:
    """Tell whether an element is a field of a part of the entry: ``around`` are the entry and what is open in it."""
    if not 1 < len(around) <= MAX_DEPTH or any(is_whole(each.prefix, each.local) for each in around[1:]):
        return False
    part = around[-1]
    return belongs_to_part(element.prefix, element.local, part_prefix=part.prefix, part_local=part.local)


def _outermost(spans: list[_Span]) -> Iterator[_Span]:
    position = -1
    for start, end in sorted(spans):
        if start >= position:
            yield start, end
            position = end


def _names(written: str) -> tuple[str, str]:
    prefix, _, local = written.lower().rpartition(":")
    return prefix, local
