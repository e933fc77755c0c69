"""Bytes → a page as a tree: the charset that HTML's own rules give, and bounds on what is read at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from aggregator.errors import NotAList
from aggregator.model import Fetched
from aggregator.parse.decode import decode_as_utf8
from aggregator.text.languages import language_code

MAX_CHARS = 6_000_000
MAX_TAGS = 60_000  # starts and ends; a page of 800 headlines has 17,000
_SHORTEST_TAG = 3
_LONG = 20_000  # characters of a tag that is looked at closely
_LONG_TAG = re.compile(rf"<[A-Za-z][^<>]{{{_LONG},}}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_MAX_ATTRIBUTES = 1000  # of one element; libxml2 compares each with all before it

# lxml.html asks a function of its own for the class of each element, which takes as long as parsing.
_ELEMENTS = etree.ElementDefaultClassLookup(element=html.HtmlElement)

_OF_HEAD = frozenset({"title", "meta", "link", "base", "style", "script", "noscript", "template", "object"})
_SAID = ("meta", "base", "title")
_HEAD_BYTES = 4096  # browsers look into 1024 bytes for the charset; some pages have more before it
_META_CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([\w.:+-]{2,40})""", re.IGNORECASE)
_LABEL = re.compile(r"charset\s{0,5}=", re.IGNORECASE)
_LANG = re.compile(rb"""<html[^>]{0,500}?\slang\s{0,5}=\s{0,5}["']?([A-Za-z]{2})""", re.IGNORECASE)
# What browsers take where nothing is said (https://html.spec.whatwg.org/#determining-the-character-encoding, step 9).
_CHARSET_OF_LANGUAGE = {
    b"ja": "shift_jis", b"zh": "gb18030", b"ko": "euc-kr", b"ru": "windows-1251", b"uk": "windows-1251",
    b"bg": "windows-1251", b"el": "iso-8859-7", b"tr": "windows-1254", b"pl": "iso-8859-2", b"cs": "windows-1250",
    b"hu": "iso-8859-2", b"he": "windows-1255", b"ar": "windows-1256", b"th": "windows-874",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDocument:
    """A page that was read. ``base`` is what its links are relative to, ``url`` the address that answered.

    ``source`` is its HTML in UTF-8: what doesn't stand there needn't be looked for in the tree.
    """

    source: bytes
    root: html.HtmlElement
    url: str
    base: str
    title: str | None
    language: str | None
    metas: dict[str, str]


def open_page(fetched: Fetched) -> PageDocument:
    """Read an answer as HTML, however broken. Raises NotAList for what is none, is empty, or is too much to read."""
    text, source = decode_as_utf8(fetched.body, _with_charset(fetched))
    if "<" not in text:
        raise NotAList("this is not a web page" if text.strip() else "the page is empty")
    if len(text) > MAX_CHARS:
        raise NotAList(f"the page is larger than {MAX_CHARS // 1_000_000} million characters")
    if len(source) > MAX_TAGS * _SHORTEST_TAG and source.count(b"<") > MAX_TAGS:
        raise NotAList(f"the page has more than {MAX_TAGS} tags")
    if _may_have_long_tags(text) and any(
        len(_QUOTED.sub("", tag).split()) > _MAX_ATTRIBUTES for tag in _LONG_TAG.findall(text)
    ):
        raise NotAList(f"an element of the page has more than {_MAX_ATTRIBUTES} attributes")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    parser.set_element_class_lookup(_ELEMENTS)
    try:
        root = html.document_fromstring(source, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise NotAList(f"the page can't be read: {error}") from error
    _give_to_body(root)
    said = list(_said(root, source))
    metas = _metas(said)
    return PageDocument(
        source=source,
        root=root,
        url=fetched.url,
        base=_base(said, fetched.url),
        title=_title(said, metas),
        language=language_code(root.get("lang") or metas.get("content-language") or metas.get("og:locale")),
        metas=metas,
    )


def _said(root: html.HtmlElement, source: bytes) -> Iterator[html.HtmlElement]:
    """Yield the meta, base and title elements, of which those of the body are looked for where the source has more."""
    head = root.find("head")
    found = [each for each in head if each.tag in _SAID] if head is not None else []
    has_more = source.count(b"<meta") > sum(each.tag == "meta" for each in found)
    yield from root.iter(*_SAID) if has_more or not found else found


def _may_have_long_tags(text: str) -> bool:
    """Tell, without looking at each of them, whether a tag and the text behind it may be longer than ``_LONG``."""
    start = 0
    while len(text) - start > _LONG:
        further = text.rfind("<", start + 1, start + _LONG + 1)
        if further < 0:
            return True
        start = further
    return False


def _give_to_body(root: html.HtmlElement) -> None:
    """Move what is shown out of the head: where no ``body`` is written, libxml2 leaves ``main`` and the like in it."""
    head, body = root.find("head"), root.find("body")
    children = list(head) if head is not None else []
    first = next((place for place, each in enumerate(children) if each.tag not in _OF_HEAD), None)
    if first is None:
        return
    if body is None:
        body = etree.SubElement(root, "body")
    shown = children[first:]
    shown[-1].tail = (shown[-1].tail or "") + (body.text or "")
    body.text = None
    body[:0] = shown


def _with_charset(fetched: Fetched) -> str:
    """Return a media type that names the charset: the server's, else the page's own, else that of its language."""
    content_type = fetched.content_type or "text/html"
    head = fetched.body[:_HEAD_BYTES]
    declared = _META_CHARSET.search(head)
    if _LABEL.search(content_type) and not ("utf-8" in content_type.lower() and declared and not _is_utf8(fetched)):
        return content_type
    if declared:
        label = declared[1].decode("ascii", "replace")
        return f"text/html; charset={'utf-8' if label.lower().startswith('utf-16') else label}"
    if not _is_utf8(fetched):
        language = _LANG.search(head)
        return f"text/html; charset={_CHARSET_OF_LANGUAGE.get(language[1].lower() if language else b'', 'utf-8')}"
    return "text/html; charset=utf-8"


def _is_utf8(fetched: Fetched) -> bool:
    try:
        fetched.body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _base(said: Sequence[html.HtmlElement], url: str) -> str:
    for element in said:
        if element.tag == "base":
            try:
                address: str = urljoin(url, (element.get("href") or "").strip())
                if urlsplit(address).scheme in {"http", "https"}:
                    return address
            except ValueError:
                continue
    return url


def _metas(said: Sequence[html.HtmlElement]) -> dict[str, str]:
    """Return what the page says of itself, the first of each name, names in lower case."""
    metas: dict[str, str] = {}
    for element in said:
        if element.tag == "meta":
            name = element.get("property") or element.get("name") or element.get("http-equiv")
            content = " ".join((element.get("content") or "").split())
            if name and content:
                metas.setdefault(name.strip().lower(), content)
    return metas


def _title(said: Sequence[html.HtmlElement], metas: dict[str, str]) -> str | None:
    for element in said:
        written = " ".join("".join(element.itertext()).split()) if element.tag == "title" else ""
        if written:
            return written
    return metas.get("og:title")
