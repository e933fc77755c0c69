"""An XML document as it came → one that an XML parser can read, where a small mistake is all that is wrong.

Publishers use HTML's entities without declaring them, leave ampersands bare, and have warnings of their server, or half
a web page, before the feed's first tag or behind its last. Here those are mended in linear time, and the document type
goes: with it go external entities and entities made of entities, so that nothing is left that could expand without end.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.entities import html5

from aggregator.errors import ParseError
from aggregator.parse.decode import without_forbidden
from aggregator.parse.markup import is_html_name

MAX_EXPANSION_CHARS = 1_000_000  # of all uses of a document's own entities together

_CONTENT = re.compile(r"\S")
_NAME = re.compile(r"<([A-Za-z_][\w.:-]*)")
_FEED_ROOT = re.compile(
    r"<(?:rss\b[^<>]*\sversion\s*=|feed\b[^<>]*\sxmlns|(?:\w+:)?RDF\b[^<>]*/purl\.org/rss/)", re.IGNORECASE
)
FEED_ROOTS = frozenset(("rss", "feed", "rdf"))
_ENTITY = re.compile(r"""<!ENTITY\s+([A-Za-z_][\w.-]*)\s+(?:"([^"]*)"|'([^']*)')\s*>""")
_OF_XML = re.compile("&(?:amp|lt|gt|quot|apos);")
_REFERENCE = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:(?:#([0-9]{1,8}|[xX][0-9a-fA-F]{1,7})|([A-Za-z_][\w.-]{0,63}));)?"
)
_BARE = re.compile(
    r"""<(?![!?/])(?:(?:([A-Za-z_][\w:.-]*)|(?=[^<>A-Za-z_]))(?=[^<>"'=]*<)"""  # another one follows before its ">"
    r"""|([A-Za-z_][\w:.-]*)(?=\s[^<>="'/]*>))"""  # words without a value follow
)
_END_NAME = re.compile(r"</([A-Za-z_][\w:.-]*)")
_CUT_END = re.compile(r"</([\w:.-]+)\s*$")
_NOT_BEHIND = re.compile(r"]]>|-->|<(?:\w+:)?(?:item|entry)\b", re.IGNORECASE)  # the root may not have ended before it
_CDATA = "<![CDATA["
_END_TAG = re.compile(r"\s*</")
_SECOND_END = re.compile(r"((?:[^\]<]++|\](?!\](?:>|&gt;))|<(?!!\[CDATA\[))*+)\]\](?:>|&gt;)(?=\s*</)")
_PUNCTUATION = re.compile(r"""["'\[\]>]""")
_HEAD_CHARS = 4096  # how far a server's own noise before a feed may reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An XML document without its prolog. ``root`` is its first tag's name as written, "" when there is none.

    ``line`` is how many lines were cut off before it; ``entities`` are those that it declares, simple ones only.
    """

    text: str
    root: str
    line: int
    entities: dict[str, str]

    @property
    def kind(self) -> str:
        """The root's name in lower case, without a prefix."""
        return local_name(self.root)


def local_name(written: str) -> str:
    """Return the name of an element in lower case, without its prefix."""
    return written.lower().rpartition(":")[2]


def open_document(text: str) -> Document:
    """Find the root element behind declarations, comments, a document type, or noise before a feed."""
    start, doctype = _skip_prolog(text)
    name = _NAME.match(text, start)
    if name is None or local_name(name[1]) not in FEED_ROOTS:
        behind_noise = _FEED_ROOT.search(text, start, start + _HEAD_CHARS)
        if behind_noise:
            start = behind_noise.start()
            name = _NAME.match(text, start)
        elif doctype.lower().startswith("html"):
            return Document(text=text, root="html", line=0, entities={})
    root = name[1] if name else ""
    return Document(
        text=_unnested(text[start:]), root=root, line=text.count("\n", 0, start), entities=_declared(doctype)
    )


def find_root(document: bytes) -> tuple[int, str] | None:
    """Return where the root element of a feed is behind its prolog, and its name.

    None where that is not plain from the beginning, and ``open_document`` has to look closer.
    """
    head = document[:_HEAD_CHARS].decode("utf-8", "surrogateescape")
    start, _ = _skip_prolog(head)
    name = _NAME.match(head, start)
    if name is None or local_name(name[1]) not in FEED_ROOTS:
        return None
    return len(head[:start].encode("utf-8", "surrogateescape")), name[1]


def mend(document: Document) -> str:
    """Return the document's text with every entity and character reference in it one that XML knows.

    A "<" that starts no tag is escaped, as in "x<y" and "x <y and y> z": nothing closes what would be its element.
    References to characters that XML forbids are taken out; what stands in CDATA sections stays as it is. Raises
    ParseError when the document's own entities would grow beyond MAX_EXPANSION_CHARS.
    """
    budget = MAX_EXPANSION_CHARS

    def resolve(reference: re.Match[str]) -> str:
        nonlocal budget
        number, name = reference[1], reference[2]
        if number:
            return _character(number)
        if name is None:
            return "&amp;"
        if name in document.entities:
            value = document.entities[name]
            budget -= len(value)
            if budget < 0:
                raise ParseError(f"its entities expand to more than {MAX_EXPANSION_CHARS:,} characters")
            return value
        known = html5.get(f"{name};")
        return html.escape(known) if known else f"&amp;{name};"

    closed: set[str] | None = None

    def escape(bare: re.Match[str]) -> str:
        nonlocal closed
        name = bare[1] or bare[2]
        if name and closed is None:
            closed = set(_END_NAME.findall(document.text))
        is_tag = name and closed is not None and (name in closed or (bare[2] and is_html_name(name)))
        return bare[0] if is_tag else "&lt;" + bare[0][1:]

    return "".join(
        section if is_cdata else _BARE.sub(escape, _REFERENCE.sub(resolve, section))
        for section, is_cdata in sections(_with_end(document))
    )


@lru_cache(maxsize=1024)
def code_of(number: str) -> int | None:
    """Return the code of a character that a reference names, None where ``mend`` would write another one for it.

    It does where XML and HTML read a reference differently, and for a carriage return, which only a reference keeps.
    """
    if not _REFERENCE.fullmatch(f"&#{number};"):  # too long
        return None
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    is_alike = code != 13 and code <= sys.maxunicode and html.unescape(_character(number)) == chr(code)
    return code if is_alike else None


def has_more_tags(text: str, limit: int) -> bool:
    """Whether a document has more than ``limit`` tags; what looks like tags in CDATA sections is text."""
    if text.count("<") <= limit:
        return False
    return sum(section.count("<") for section, is_cdata in sections(text) if not is_cdata) > limit


def _with_end(document: Document) -> str:
    """Return the text of a document with the last ">" of its last tag, and without a script or the like behind that."""
    text, root = document.text, document.root
    found = _CUT_END.search(text, max(0, len(text) - 200))
    if found and found[1] == root:
        return f"{text.rstrip()}>"
    whole, end, behind = text.rpartition(f"</{root}>")
    is_noise = document.kind in FEED_ROOTS and not _NOT_BEHIND.search(behind)
    return whole + end if end and is_noise else text


def _skip_prolog(text: str) -> tuple[int, str]:
    """Return where the root element should start, and what stands in the document type before it."""
    position, doctype = 0, ""
    while True:
        found = _CONTENT.search(text, position)
        position = found.start() if found else len(text)
        if text.startswith("<?", position):
            end = _after(text, "?>", position)
        elif text.startswith("<!--", position):
            end = _after(text, "-->", position)
        elif text[position : position + 9].upper() == "<!DOCTYPE":
            end = _end_of_doctype(text, position)
            doctype = text[position + 9 : end].strip()
        else:
            return position, doctype
        if end < 0:
            return position, doctype
        position = end


def _after(text: str, closing: str, position: int) -> int:
    end = text.find(closing, position)
    return end + len(closing) if end >= 0 else -1


def _end_of_doctype(text: str, position: int) -> int:
    """Return the position behind ``<!DOCTYPE … [ … ]>``; quotes may hold brackets."""
    inside, quote = False, ""
    for found in _PUNCTUATION.finditer(text, position):
        character = found[0]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "[":
            inside = True
        elif character == "]":
            inside = False
        elif not inside:
            return found.end()
    return -1


def _declared(doctype: str) -> dict[str, str]:
    """Return the entities that stand for plain text; those made of other entities or of markup are left out.

    XML's own five are plain: they are read where the entity is used (XML 1.0 §4.4.7).
    """
    entities: dict[str, str] = {}
    for name, double, single in _ENTITY.findall(doctype):
        written = double or single
        if not set(html.unescape(_OF_XML.sub("", written))) & set("&<%"):
            entities.setdefault(name, html.escape(html.unescape(written)))
    return entities


@lru_cache(maxsize=1024)  # some publishers write whole alphabets so
def _character(number: str) -> str:
    """Return what HTML reads in a character reference: 128 to 159 are windows-1252, what can't be is nothing."""
    return html.escape(without_forbidden(html.unescape(f"&#{number};")))


def _unnested(text: str) -> str:
    """Return a document without the marks of CDATA sections that stand within one, put there by a program of its own.

    The first "]]>" ends such a section for XML. It is taken for the inner one's where the element goes on behind it,
    and ends behind the next.
    """
    kept, position = [], 0
    while (start := text.find(_CDATA, position)) >= 0:
        outer = text.find("]]>", start)
        inner = text.find(_CDATA, start + len(_CDATA), max(outer, 0))
        if inner >= 0 and not _END_TAG.match(text, outer + 3) and (found := _SECOND_END.match(text, outer + 3)):
            kept += [text[position:inner], text[inner + len(_CDATA) : outer], found[1], "]]>"]
            position = found.end()
        else:
            after = outer + 3 if outer >= 0 else len(text)
            kept.append(text[position:after])
            position = after
    return "".join([*kept, text[position:]]) if position else text


def sections(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a text into what is outside of CDATA sections and what is inside, each with its brackets."""
    position = 0
    while (start := text.find("<![CDATA[", position)) >= 0:
        end = _after(text, "]]>", start)
        if end < 0:
            break
        yield text[position:start], False
        yield text[start:end], True
        position = end
    yield text[position:], False
