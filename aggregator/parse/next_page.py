"""Which page of a list comes after this one: where the operator says, else what the page itself calls the next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import html
from lxml.cssselect import CSSSelector

from aggregator.model import Fetched
from aggregator.parse.pages import open_page

# What links to older entries are called, without signs around it.
_WORDS: Final = frozenset({
    "next", "next page", "older", "older posts", "older entries", "older news", "previous entries", "load more",
    "more news", "weiter", "nächste", "nächste seite", "ältere beiträge", "ältere meldungen", "mehr laden", "suivant",
    "suivante", "page suivante", "articles plus anciens", "plus anciens", "voir plus", "volgende", "volgende pagina",
    "siguiente", "página siguiente", "successivo", "successiva", "pagina successiva", "próxima", "seguinte",
})  # fmt: skip
_SIGNS: Final = frozenset({"›", "»", ">", ">>", "→"})
_AROUND: Final = re.compile(r"^[\s«‹<←]+|[\s›»>→…]+$")


def next_page(fetched: Fetched, *, select: str | None = None) -> str | None:
    """Return the address of the page with the older entries; None when there is none. Raises NotAList for no page.

    ``select`` is where the link stands, in CSS. Else ``rel=next`` counts, then a link in a pager that says so.
    """
    page = open_page(fetched)
    for element in _candidates(page.root, select):
        address = _address(page.base, element)
        if address is not None and address != fetched.url:
            return address
    return None


def _candidates(root: html.HtmlElement, select: str | None) -> Iterator[html.HtmlElement]:
    if select is not None:
        found = CSSSelector(select, translator="html")(root)
        for each in found if isinstance(found, list) else ():
            if isinstance(each, html.HtmlElement):
                yield each if each.get("href") else next((link for link in each.iter("a") if link.get("href")), each)
        return
    links = [each for each in root.iter("a", "link") if each.get("href")]
    yield from (each for each in links if "next" in each.get("rel", "").lower().split())
    yield from (each for each in links if each.tag == "a" and _says_next(each))


def _says_next(link: html.HtmlElement) -> bool:
    """Whether a link is called so, by its text or by what it is read out as; a sign alone only among page numbers."""
    text = " ".join("".join(map(str, link.itertext())).split())
    names = {_AROUND.sub("", each).casefold() for each in (text, link.get("aria-label", ""), link.get("title", ""))}
    if names & _WORDS:
        return True
    around = link.getparent()
    above = around.getparent() if around is not None else None
    numbers = [each for each in (above if above is not None else around or ()) if _is_number(each)]
    return text in _SIGNS and len(numbers) >= 1


def _is_number(element: html.HtmlElement) -> bool:
    return isinstance(element.tag, str) and "".join(map(str, element.itertext())).strip().isdigit()


def _address(base: str, element: html.HtmlElement) -> str | None:
    try:
        address = urljoin(base, (element.get("href") or "").strip()).partition("#")[0]
        is_page = bool(element.get("href")) and urlsplit(address).scheme in {"http", "https"}
    except ValueError:
        return None
    return address if is_page else None
