"""Records that a page marks in its own elements: microdata and RDFa with schema.org's names, microformats 1 and 2.

Of each record its own properties count: what is marked within it (an author, a publisher) keeps its own.
https://html.spec.whatwg.org/multipage/microdata.html · https://www.w3.org/TR/rdfa-lite/ ·
https://microformats.org/wiki/h-entry · https://microformats.org/wiki/hatom
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree, html

from aggregator.parse.pages.tree import PageDocument

MOST_RECORDS: Final = 1_000
_SKIPPED: Final = frozenset(("script", "style", "noscript", "template"))
_LINKS: Final = {"a": "href", "link": "href", "img": "src"}
_ADDRESSES: Final = frozenset(("url", "image", "thumbnailUrl", "mainEntityOfPage"))
_DATES: Final = frozenset(("datePublished", "dateCreated", "dateModified"))
# Microformats, 2 and 1, by the names that schema.org has for the same.
_FORMATS: Final = {
    "p-name": "headline", "entry-title": "headline", "u-url": "url", "dt-published": "datePublished",
    "published": "datePublished", "entry-date": "datePublished", "p-summary": "description",
    "entry-summary": "description", "u-featured": "image", "u-photo": "image",
}  # fmt: skip
_ENTRIES: Final = frozenset(("h-entry", "hentry"))
_OTHERS: Final = ("h-card", "vcard", "h-cite", "h-feed", "hfeed", "h-event", "vevent")


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """How records are marked: where, what kinds an element says it is (() for none), and which properties it has.

    A page without one of the ``signs`` in its source has none: looking at each element is a tenth of reading a page.
    ``hint`` is a part of all signs, of no more than five letters: these are found in a fraction of the time.
    """

    hint: bytes
    signs: tuple[bytes, ...]
    places: Callable[[html.HtmlElement], Iterable[html.HtmlElement]]
    kinds: Callable[[html.HtmlElement], tuple[str, ...]]
    properties: Callable[[html.HtmlElement], list[str]]


def _last_names(written: str | None) -> tuple[str, ...]:
    return tuple(each.rstrip("/").rpartition("/")[2].rpartition(":")[2].lower() for each in (written or "").split())


def _kinds_of_microdata(element: html.HtmlElement) -> tuple[str, ...]:
    return (_last_names(element.get("itemtype")) or ("thing",)) if element.get("itemscope") is not None else ()


def _kinds_of_classes(element: html.HtmlElement) -> tuple[str, ...]:
    classes = (element.get("class") or "").split()
    if not _ENTRIES.isdisjoint(classes):
        return ("article",)
    return ("thing",) if any(each in classes for each in _OTHERS) else ()


def _formats(element: html.HtmlElement) -> list[str]:
    found = [_FORMATS[each] for each in (element.get("class") or "").split() if each in _FORMATS]
    return [*found, "url"] if "bookmark" in (element.get("rel") or "").split() else found


def _itemprops(element: html.HtmlElement) -> list[str]:
    return (element.get("itemprop") or "").split()


def _kinds_of_rdfa(element: html.HtmlElement) -> tuple[str, ...]:
    return _last_names(element.get("typeof"))


def _rdfa_properties(element: html.HtmlElement) -> list[str]:
    return [each.rpartition("/")[2].rpartition(":")[2] for each in (element.get("property") or "").split()]


def _found(written: str) -> Callable[[html.HtmlElement], Iterable[html.HtmlElement]]:
    path = etree.XPath(written)

    def places(root: html.HtmlElement) -> Iterable[html.HtmlElement]:
        found = path(root)
        return [each for each in found if isinstance(each, html.HtmlElement)] if isinstance(found, list) else []

    return places


def _entries(root: html.HtmlElement) -> Iterable[html.HtmlElement]:
    for element in root.iter("*"):
        classes = element.get("class")
        if classes and ("hentry" in classes or "h-entry" in classes):
            yield element


_VOCABULARIES: Final = {
    "microdata": _Vocabulary(
        b"emsco",
        (b"itemscope",),
        _found("/descendant::*[@itemscope]"),
        _kinds_of_microdata,
        _itemprops,
    ),
    "RDFa": _Vocabulary(
        b"ypeof",
        (b"typeof=", b"typeof ="),  # scripts have the word too, but nothing is set to it
        _found("/descendant::*[@typeof]"),
        _kinds_of_rdfa,
        _rdfa_properties,
    ),
    "microformats": _Vocabulary(
        b"entry",
        (b"h-entry", b"hentry"),
        _entries,
        _kinds_of_classes,
        _formats,
    ),
}


def marked_records(
    document: PageDocument, source: bytes, wanted: set[str]
) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Yield for each way of marking its name, and the records of the wanted kinds: properties by schema.org's names.

    ``source`` is the page's in lower case.
    """
    for name, vocabulary in _VOCABULARIES.items():
        if vocabulary.hint not in source or not any(sign in source for sign in vocabulary.signs):
            continue
        records = [each for each in vocabulary.places(document.root) if wanted.intersection(vocabulary.kinds(each))]
        yield name, [_properties(each, vocabulary) for each in records[:MOST_RECORDS]]


def _properties(record: html.HtmlElement, vocabulary: _Vocabulary) -> dict[str, str]:
    found: dict[str, str] = {}
    address = record.get("itemid") or record.get("resource") or record.get("about")
    if address:
        found["@id"] = address
    waiting = list(reversed(record))
    while waiting:
        element = waiting.pop()
        if element.tag in _SKIPPED or not isinstance(element.tag, str):
            continue
        is_another = bool(vocabulary.kinds(element))
        for name in vocabulary.properties(element):
            if is_another and name not in {"image", "mainEntityOfPage"}:  # the name of an author
                continue
            value = _value(element, name)
            if value:
                found.setdefault(name, value)
            if name in {"headline", "name"} and "link" not in found and (href := _link_at(element, record)):
                found["link"] = href
        if not is_another:
            waiting += reversed(element)
    return found


def _value(element: html.HtmlElement, name: str) -> str:
    """Return what an element says for a property: an address where that is one, a time for machines, else its text."""
    given = element.get("content")
    if given is None and name in _ADDRESSES:
        places = (each.get(_LINKS[each.tag]) for each in element.iter(*_LINKS))
        given = next((each for each in places if each), "")
    if given is None and name in _DATES:
        given = next((each.get("datetime") for each in element.iter() if each.get("datetime")), None)
    return " ".join(("".join(element.itertext()) if given is None else given).split())


def _link_at(element: html.HtmlElement, record: html.HtmlElement) -> str | None:
    """Return where a title's link leads: the title is a link, is in one, or has one in it."""
    links = list(element.iter("a"))
    above = element.getparent()
    while above is not None and above is not record:
        links += [above] if above.tag == "a" else []
        above = above.getparent()
    return next((str(href) for link in links if (href := link.get("href"))), None)
