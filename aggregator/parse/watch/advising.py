"""How to watch a page on which no list was found: its largest table, or ranking built of other elements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import html

from aggregator.errors import ParseError
from aggregator.model import Fetched
from aggregator.parse.pages import is_name, open_page
from aggregator.parse.watch.grids import grid_of

_FEWEST_ROWS: Final = 5
_LONGEST_PLACE: Final = 60  # characters of what stands at a place of a numbered list
_AROUND: Final = frozenset({"nav", "footer", "aside", "header"})


def how_to_watch(fetched: Fetched) -> tuple[str, ...]:
    """Return how to watch the largest table of a page; nothing for what is no page, or has none."""
    try:
        root = open_page(fetched).root
    except ParseError:
        return ()
    rows, kind, element = max(_tables(root), key=lambda each: each[0], default=(0, "", root))
    if rows < _FEWEST_ROWS:
        return ()
    return (f"there is a {kind} of {rows} rows: to watch it, `kind: watch` and `select: {_selector(root, element)}`",)


def _tables(root: html.HtmlElement) -> Iterator[tuple[int, str, html.HtmlElement]]:
    """Yield what a page has of tables: how many rows of data, what it is called, where it stands."""
    for table in root.iter("table"):
        if next(table.iterdescendants("table"), None) is None:
            yield sum(1 for row in table.iter("tr") if row.find("td") is not None), "table", table
    for element in root.iter("div", "ul", "ol", "section", "main", "article"):
        if any(above.tag in _AROUND for above in element.iterancestors()):
            continue
        if element.tag == "ol":
            places = [_text_of(each) for each in element.iterchildren("li")]
            if all(0 < len(each) <= _LONGEST_PLACE for each in places):
                yield len(places), "numbered list", element
                continue
        lines = grid_of(element, _text_of)
        if lines is not None:
            has_header = not any(map(str.isdigit, "".join(lines[0])))
            yield len(lines) - has_header, "ranking", element


def _text_of(element: html.HtmlElement) -> str:
    return " ".join(" ".join(map(str, element.itertext())).split())


def _selector(root: html.HtmlElement, element: html.HtmlElement) -> str:
    """Return a selector that fits an element alone: by its id or a class, or by those of what it stands in."""
    path = ""
    for each in (element, *element.iterancestors()):
        for own in _names(each):
            selector = f"{own} > {path}" if path else own
            if root.cssselect(selector) == [element]:
                return selector
        parent = each.getparent()
        same = [] if parent is None else [other for other in parent if other.tag == each.tag]
        own = str(each.tag) if len(same) < 2 else f"{each.tag}:nth-of-type({same.index(each) + 1})"
        path = f"{own} > {path}" if path else own
    return path


def _names(element: html.HtmlElement) -> Iterator[str]:
    """Yield an element's own selectors: its id, its classes, its tag."""
    if is_name(identifier := element.get("id") or ""):
        yield f"{element.tag}#{identifier}"
    for name in (element.get("class") or "").split():
        if is_name(name):
            yield f"{element.tag}.{name}"
    yield str(element.tag)
