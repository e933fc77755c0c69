"""Rules: records and their parts by CSS selectors, as the operator pins them."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from statistics import median_low

from cssselect import SelectorError
from lxml import etree, html
from lxml.cssselect import CSSSelector

from aggregator.errors import NotAList
from aggregator.model import PageRules
from aggregator.parse.pages.extents import Record
from aggregator.parse.pages.found_dates import Dates, Found, read_attribute
from aggregator.parse.pages.outline import INLINE, Outline
from aggregator.parse.pages.records import Row
from aggregator.parse.pages.written_dates import find_relative, find_written


@lru_cache(maxsize=1000)
def compiled(css: str) -> CSSSelector:
    """Return a selector ready for use. Raises NotAList for one that can't be read."""
    try:
        return CSSSelector(css, translator="html")
    except (SelectorError, etree.XPathError, ValueError) as error:
        raise NotAList(f"the selector {css!r} can't be read: {error}") from error


def select(root: html.HtmlElement, css: str) -> list[html.HtmlElement]:
    try:
        found = compiled(css)(root)
    except etree.XPathError as error:
        raise NotAList(f"the selector {css!r} can't be used: {error}") from error
    return [each for each in found if isinstance(each, html.HtmlElement)] if isinstance(found, list) else []


def select_records(page: Outline, rules: PageRules) -> list[Record]:
    """Return the records that ``rules.items`` selects; those within another one are parts of it.

    Where records stand flat beside each other (``dt dd dt dd``), the item is a record's first element, and what stands
    between it and the next one belongs to it.
    """
    number = page.numbers
    found = sorted(
        number[each] for each in select(page.nodes[0].getroottree().getroot(), rules.items) if each in number
    )
    nodes: list[int] = []
    for node in found:
        if not nodes or node >= page.stop[nodes[-1]]:
            nodes.append(node)
    if not nodes:
        raise NotAList(f"nothing on the page matches items: {rules.items!r}")
    stops, lasts = _spread(page, nodes)
    return [
        Record(anchor=-1, root=node, stop=stop, first=page.first[node], last=last)
        for node, stop, last in zip(nodes, stops, lasts, strict=True)
    ]


def _spread(page: Outline, nodes: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return where each record ends: at its element's end, or before the next record among its siblings."""
    between = [other if page.parent[node] == page.parent[other] else -1 for node, other in itertools.pairwise(nodes)]
    counts = [_count(page, page.stop[node], other) for node, other in zip(nodes, between, strict=False) if other >= 0]
    stops = [page.stop[node] for node in nodes]
    lasts = [page.last[node] for node in nodes]
    if not counts or sum(count > 0 for count in counts) * 5 < len(counts) * 3:
        return stops, lasts
    usual = median_low(sorted(counts))
    for each, node in enumerate(nodes):
        other = between[each] if each < len(between) else -1
        limit = other if other >= 0 else page.stop[page.parent[node]]
        for _ in range(_count(page, stops[each], other) if other >= 0 else usual):
            if stops[each] >= limit:
                break
            lasts[each] = page.last[stops[each]]
            stops[each] = page.stop[stops[each]]
        if other >= 0:
            lasts[each] = page.first[other]
    return stops, lasts


def _count(page: Outline, start: int, stop: int) -> int:
    count = 0
    while start < stop:
        count, start = count + 1, page.stop[start]
    return count


def part_of(page: Outline, row: Row, css: str) -> html.HtmlElement | None:
    """Return the first element of a record that a selector finds."""
    node = row.record.root
    while node < row.record.stop:
        found = select(page.nodes[node], css)
        if found:
            return found[0]
        node = page.stop[node]
    return None


def text_of(element: html.HtmlElement) -> str:
    """Return the text of an element; where its parts are lines of their own, a blank stands between them."""
    parts = [element.text or ""]
    for event, each in etree.iterwalk(element, events=("start", "end")):
        if each is element or not isinstance(each.tag, str):
            continue
        if each.tag not in INLINE:
            parts.append(" ")
        parts.append((each.text if event == "start" else each.tail) or "")
    return " ".join("".join(parts).split())


def select_link(page: Outline, row: Row, css: str) -> str | None:
    """Return the address that a record's link has: that of the element itself, or of the first link in it."""
    element = part_of(page, row, css)
    if element is None:
        return None
    holder = element if element.get("href") else next((each for each in element.iter("a") if each.get("href")), None)
    return holder.get("href") if holder is not None else None


def select_dates(page: Outline, rows: Sequence[Row], rules: PageRules, language: str | None, now: datetime) -> Dates:
    """Return the dates that stand where the rules say; with a format only those that fit it."""
    dates = Dates()
    for row in rows:
        element = part_of(page, row, rules.date or "") if rules.date else None
        found = _read(element, rules.date_format, language, now) if element is not None else None
        dates.rows.append([found] if found is not None else [])
    return dates


def _read(element: html.HtmlElement, form: str | None, language: str | None, now: datetime) -> Found | None:
    text = text_of(element)
    column = ("rule", 0)
    if form is not None:
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - a format may have no zone
        except ValueError:
            return None
        return Found(column, None, moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC), 9.0)
    inner = [element, *element.iter("time")]
    attribute = next((found for each in inner if (found := read_attribute(each))), None)
    if attribute is not None:
        return Found(column, None, attribute, 9.0)
    written = find_written(text, language)
    if written is not None:
        return Found(column, written, None, 9.0)
    relative = find_relative(text, now=now)
    return Found(column, None, relative, 9.0) if relative is not None else None


# --- the rules that find a list again --------------------------------------------------------------------------------

_HIGHEST = 5  # elements above a record that its selector may name


def describe(page: Outline, nodes: Sequence[int]) -> str | None:
    """Return a selector that finds just these elements; None where there is no short one."""
    css, level = "", list(nodes)
    found: list[tuple[int, int]] | None = None  # what the selector finds so far, each with the element it began at
    for _ in range(_HIGHEST):
        own = _common(page, level)
        if own is None:
            return None
        css = f"{own} > {css}" if css else own
        matching = _matching(page, own)
        if found is None:
            found = [(node, node) for node in sorted(matching)]
        else:
            found = [(node, above) for node, below in found if (above := page.parent[below]) in matching]
        if len(found) == len(nodes):
            return css
        level = sorted({page.parent[node] for node in level})
        if level[0] < 0:
            return None
    return None


def _matching(page: Outline, own: str) -> set[int]:
    """Return the elements that fit a selector which ``_common`` made."""
    tag, mark, identifier = own.partition("#")
    tag, *names = tag.split(".")
    alike = [node for node, each in enumerate(page.tags) if each == tag]
    if mark:
        return {node for node in alike if page.nodes[node].get("id") == identifier}
    if not names:
        return set(alike)
    wanted = set(names)
    return {node for node in alike if (given := page.classes[node]) and wanted.issubset(given.split())}


def _common(page: Outline, nodes: Sequence[int]) -> str | None:
    """Return a selector of what elements have in common: their tag, their classes, a single one's id."""
    tags = {page.tags[node] for node in nodes}
    if len(tags) > 1:
        return None
    [tag] = tags
    if len(nodes) == 1 and is_name(identifier := page.nodes[nodes[0]].get("id") or ""):
        return f"{tag}#{identifier}"
    counts = Counter(name for node in nodes for name in dict.fromkeys((page.classes[node] or "").split()))
    names = [name for name, count in counts.items() if count == len(nodes) and is_name(name)]
    return "".join([tag, *(f".{name}" for name in names[:2])])


def is_name(word: str) -> bool:
    """Tell whether a class or id can stand in a selector as it is, and looks as if somebody had chosen it."""
    plain = word.replace("-", "").replace("_", "")
    return bool(word) and plain.isascii() and plain.isalnum() and word[0].isalpha() and sum(map(str.isdigit, word)) <= 2


def rules_of(page: Outline, rows: Sequence[Row]) -> PageRules | None:
    """Return rules for records that were found, as far as they can be put in selectors."""
    items = describe(page, [row.record.root for row in rows])
    if items is None:
        return None
    rules = PageRules(items=items)
    title = _inner(page, rows, [row.holder if row.title else -1 for row in rows])
    return replace(rules, title=title) if title else rules


def _inner(page: Outline, rows: Sequence[Row], owners: Sequence[int]) -> str | None:
    """Return the selector of a part, where it is the first of its kind in each record that has it."""
    present = [(row, owner) for row, owner in zip(rows, owners, strict=True) if owner >= 0]
    if len(present) < len(rows) or not present:
        return None
    own = _common(page, [owner for _, owner in present])
    return own if own is not None and _is_first(page, present, own) else None


def _is_first(page: Outline, present: Sequence[tuple[Row, int]], css: str) -> bool:
    """Tell whether a selector finds these elements as the first in their records. It is asked of the page once."""
    found = select(page.nodes[0].getroottree().getroot(), css)
    numbers = [page.numbers.get(element, -1) for element in found]
    if -1 in numbers:  # it finds what isn't shown too
        return all(part_of(page, row, css) is page.nodes[owner] for row, owner in present)
    return all(
        (place := bisect_left(numbers, row.record.root)) < len(numbers) and numbers[place] == owner
        for row, owner in present
    )
