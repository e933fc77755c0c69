"""What to try with a page on which no list was found: a table to watch, or the likeliest records to pin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lxml import html

from aggregator.errors import ParseError
from aggregator.model import Fetched
from aggregator.parse.pages.choosing import candidates_of
from aggregator.parse.pages.flatten import outline
from aggregator.parse.pages.selecting import describe, is_name
from aggregator.parse.pages.tree import open_page

_FEWEST_ROWS = 5
_FEWEST_RECORDS = 3
_LEAST = 0.8  # what a list is worth that may be meant
_TITLE = 60


def hints_for(fetched: Fetched, *, now: datetime) -> tuple[str, ...]:
    """Return what the operator may try, the likeliest first; nothing for what is no page."""
    try:
        document = open_page(fetched)
    except ParseError:
        return ()
    return (*_table(document.root), *_records(fetched, now))


def _table(root: html.HtmlElement) -> Iterator[str]:
    """Yield how to watch the largest table of a page."""
    tables = [each for each in root.iter("table") if next(each.iterdescendants("table"), None) is None]
    sizes = [(sum(1 for row in each.iter("tr") if row.find("td") is not None), each) for each in tables]
    rows, table = max(sizes, key=lambda each: each[0], default=(0, None))
    if table is not None and rows >= _FEWEST_ROWS:
        select = _selector(root, table)
        yield f"there is a table of {rows} rows: to watch it, `kind: watch` and `select: {select}`"


def _selector(root: html.HtmlElement, element: html.HtmlElement) -> str:
    """Return a selector of an element by its id or class, else by its tag."""
    if is_name(identifier := element.get("id") or ""):
        return f"{element.tag}#{identifier}"
    names = [name for name in (element.get("class") or "").split() if is_name(name)]
    for name in names:
        same = [each for each in root.iter(element.tag) if name in (each.get("class") or "").split()]
        if len(same) == 1:
            return f"{element.tag}.{name}"
    return f"{element.tag}.{names[0]}" if names else str(element.tag)


def _records(fetched: Fetched, now: datetime) -> Iterator[str]:
    """Yield how to pin the likeliest list that was refused."""
    document = open_page(fetched)
    page = outline(document.root)
    candidates = candidates_of(page, language=document.language, now=now)
    for each in sorted(candidates, key=lambda candidate: candidate.worth, reverse=True)[:2]:
        place = describe(page, [record.root for record in each.records])
        if place is not None and len(each.records) >= _FEWEST_RECORDS and each.worth >= _LEAST:
            title = next((row.title.text for row in each.rows if row.title), "")
            first = f" (the first is {title[:_TITLE]!r})" if title else ""
            pin = f"`page: {{items: {place!r}}}` pins them"
            yield f"if the {len(each.records)} records in {place} are meant{first}: {pin}"
            return
