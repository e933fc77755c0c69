"""A tree → its outline, in one walk: what stands where, and what tags, classes and roles say it is."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lxml import html

from aggregator.parse.pages.cells import gather
from aggregator.parse.pages.outline import (
    FORMATTING,
    HEADINGS,
    INLINE,
    IS_AUTHOR,
    IS_DATE,
    IS_SUMMARY,
    IS_TITLE,
    NAVIGATION,
    REGIONS,
    RELATED,
    SIDE,
    Outline,
    words,
)
from aggregator.parse.pages.words import (
    AUTHOR_CLASSES,
    DATE_CLASSES,
    FURNITURE,
    RELATED_CLASSES,
    SIDE_CLASSES,
    SUMMARY_CLASSES,
    TITLE_CLASSES,
)

_SKIPPED = words(
    "script style noscript template svg math iframe object select button textarea head canvas video audio map"
)
_MAY_DATE = frozenset(("datetime", "data-date", "itemprop", "title"))
_HIDDEN = re.compile(r"(?:^|\s)(?:sr-only|visually-hidden|visuallyhidden|screen-reader-text|element-invisible)(?:$|\s)")
_VARIANT = re.compile(r"\d|^(?:odd|even|first|last|active|current|new|sticky|clearfix)$|[-_](?:odd|even|first|last)$")
_PER_RECORD = ("category-", "tag-", "has-", "is-", "no-", "status-", "format-")
_KEPT_CLASSES = 2
_REGION_OF_ROLE = {"navigation": NAVIGATION, "complementary": SIDE}
_NO_ADDRESS = ("#", "javascript:", "mailto:", "tel:", "data:", "whatsapp:", "sms:", "fax:", "about:")
_REMEMBERED = 200  # characters of class names that are judged once for all pages

_UNKNOWN = (-1, -1)
_MOST = 0.6  # of a page's text
_MENU = re.compile("nav|menu|foot|head")


def has_address(href: str | None) -> bool:
    """Tell whether a link leads to a page, another one than that it stands on."""
    href = (href or "").strip()
    return bool(href) and not href.lower().startswith(_NO_ADDRESS)


def outline(root: html.HtmlElement) -> Outline:
    """Flatten a page's body. Linear in its size; what is not shown (scripts, hidden text) is left out."""
    page = Outline()
    gather(page, _Walk(page).through(_body(root)))
    return page


class _Walk:
    """Goes through a tree and writes down what is where. What is asked of each element is asked once."""

    def __init__(self, page: Outline) -> None:
        self.page = page
        self._kinds: dict[tuple[str, str], int] = {}
        self._known: dict[tuple[str, str | None], tuple[int, int] | None] = {}
        self._link = -1
        self._block = 0
        self._has_gap = False

    def through(self, body: html.HtmlElement) -> list[int]:  # noqa: PLR0912, PLR0915 - see below
        """Write down all below ``body``, and return the IS_… and regions of each element.

        One loop, with what is inherited carried along: it sees everything that is on a page, and calls of functions for
        each element took half of its time.
        """
        page, known, add = self.page, self._known, self._add
        stops, lasts, chunks = page.stop, page.last, page.chunks
        paths: dict[tuple[int, int], int] = {}
        looses: dict[tuple[int, str], int] = {}
        rows: list[tuple[html.HtmlElement, str, str | None, int, int, int, int, int, int, int]] = []
        named: list[int] = []
        above: list[tuple[Iterator[html.HtmlElement], int, int, int, int]] = []
        children: Iterator[html.HtmlElement] = iter((body,))
        node, path, loose, hints = -1, -1, -1, 0
        while True:
            for element in children:
                tag = element.tag
                given = dict(element.items())
                classes = given.get("class")
                meaning = known.get((tag, classes), _UNKNOWN)
                if meaning is _UNKNOWN:
                    meaning = known[tag, classes] = self._meaning(tag, classes)
                if meaning is None or "hidden" in given:
                    if (tail := element.tail) and node >= 0:
                        add(tail, node)
                    continue
                kind, own = meaning
                number = len(rows)
                if own & REGIONS and tag not in _HINTS_OF_TAG:
                    named.append(number)
                is_inline = tag in INLINE
                if len(given) > (classes is not None):
                    own |= self._said(given, tag, number, is_inline=is_inline)
                if tag == "main":
                    page.mains.append(number)
                said = own & REGIONS
                own |= hints & (0xFF if is_inline else REGIONS)
                own_path = paths.setdefault((path, kind), len(paths))
                own_loose = loose
                if tag not in FORMATTING:
                    own_loose = looses.setdefault((loose, "h" if tag in HEADINGS else tag), len(looses))
                rows.append((element, tag, classes, node, kind, own_path, own_loose, len(chunks), own, said))
                stops.append(number + 1)
                lasts.append(0)
                if not is_inline:
                    self._block += 1
                if text := element.text:
                    add(text, number)
                if len(element):
                    above.append((children, node, path, loose, hints))
                    children, node, path, loose, hints = iter(element), number, own_path, own_loose, own
                    break
                lasts[number] = len(chunks)
                if self._link == number:
                    self._link = -1
                if not is_inline:
                    self._block += 1
                if (tail := element.tail) and node >= 0:
                    add(tail, node)
            else:
                if node < 0:
                    break
                left, tag = rows[node][0], rows[node][1]
                stops[node], lasts[node] = len(rows), len(chunks)
                if self._link == node:
                    self._link = -1
                if tag not in INLINE:
                    self._block += 1
                children, node, path, loose, hints = above.pop()
                if (tail := left.tail) and node >= 0:
                    add(tail, node)
        if not rows:
            return []
        columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
        page.nodes, page.tags, page.classes, page.parent, page.kind, page.path, page.loose, page.first = columns[:8]
        page.region = [own & REGIONS for own in columns[8]]
        if named:
            _trust_less(page, named, columns[9])
        return columns[8]

    def _said(self, given: dict[str, str], tag: str, node: int, *, is_inline: bool) -> int:
        """Note what an element's attributes are good for, and return what they say it is."""
        page, own = self.page, 0
        if tag == "a":
            href = given.get("href")
            if href:
                self._link = node
                page.links.append(node)
                page.hrefs[node] = href
                if has_address(href):
                    page.leading.add(node)
        elif tag == "img":
            page.images.append(node)
        if not is_inline and (identifier := given.get("id")):
            own |= _names(identifier, is_part=tag not in _WHOLES)[1]
        role = given.get("role")
        if role is not None:
            own |= _REGION_OF_ROLE.get(role, 0)
            if role == "main" and tag != "main":
                page.mains.append(node)
        if not _MAY_DATE.isdisjoint(given):
            page.stamped.append(node)
            prop = given.get("itemprop")
            if prop in {"datePublished", "dateCreated"}:
                own |= IS_DATE
            elif prop in {"headline", "name"} and tag != "time":
                own |= IS_TITLE
        return own

    def _meaning(self, tag: str, classes: str | None) -> tuple[int, int] | None:
        """Return an element's kind, and what its tag and classes say it is; None for what isn't shown."""
        if tag in _SKIPPED or (classes and _HIDDEN.search(classes)):
            return None
        lasting, own = _names(classes, is_part=tag not in _WHOLES) if classes else ("", 0)
        return self._kinds.setdefault((tag, lasting), len(self._kinds)), own | _HINTS_OF_TAG.get(tag, 0)

    def _add(self, text: str, node: int) -> None:
        if text.isspace():
            self._has_gap = True
            return
        page = self.page
        page.chunks.append(text)
        page.owner.append(node)
        page.link.append(self._link)
        page.block.append(self._block)
        page.gap.append(self._has_gap)
        self._has_gap = False


_HINTS_OF_TAG = {"nav": NAVIGATION, "menu": NAVIGATION, "footer": NAVIGATION, "aside": SIDE, "time": IS_DATE}
_WHOLES = frozenset(("body", "html", "main"))
_NAMES = (
    (FURNITURE, NAVIGATION),
    (SIDE_CLASSES, SIDE),
    (RELATED_CLASSES, RELATED),
    (TITLE_CLASSES, IS_TITLE),
    (DATE_CLASSES, IS_DATE),
    (SUMMARY_CLASSES, IS_SUMMARY),
    (AUTHOR_CLASSES, IS_AUTHOR),
)


def _trust_less(page: Outline, named: list[int], said: list[int]) -> None:
    """Take from elements that hold what a page is about what their classes say: "with-sidebar" is a layout, no sidebar.

    ``named`` are those whose classes say where they stand, ``said`` is what each element says of itself. Where neither
    ``main`` nor the first heading is in it, an element of most of the text may still be what is beside an article.
    """
    headings = [node for node, tag in enumerate(page.tags) if tag == "h1"]
    upto = list(itertools.accumulate(map(len, page.chunks), initial=0))
    for node in named:
        is_menu = _MENU.search((page.classes[node] or "").lower())
        if _holds(page, node, page.mains) or (not is_menu and _holds(page, node, headings)):
            said[node] = 0
        elif not is_menu and upto[page.last[node]] - upto[page.first[node]] > upto[-1] * _MOST:
            said[node] &= ~NAVIGATION
    for node, parent in enumerate(page.parent):
        page.region[node] = said[node] | (page.region[parent] if parent >= 0 else 0)


def _holds(page: Outline, node: int, others: list[int]) -> bool:
    """Tell whether one of these elements, which are in order, is within an element."""
    place = bisect_right(others, node)
    return place < len(others) and others[place] < page.stop[node]


def _body(root: html.HtmlElement) -> html.HtmlElement:
    """Return the body, or all of it where a frameset or broken markup left more than one or none."""
    bodies = root.findall("body")
    return bodies[0] if len(bodies) == 1 else root


def _names(names: str, *, is_part: bool) -> tuple[str, int]:
    """Return which classes are the same for all records of a list, and what they (or an id) say an element is.

    Those of the whole page don't say where it stands.
    """
    lasting, own = _judged(names) if len(names) <= _REMEMBERED else _judged.__wrapped__(names)
    return lasting, own if is_part else own & ~REGIONS


@lru_cache(maxsize=10_000)
def _judged(names: str) -> tuple[str, int]:
    kept = [each for each in names.split() if not _VARIANT.search(each) and not each.startswith(_PER_RECORD)]
    lower = names.lower()
    marks = [mark for named, mark in _NAMES if named.search(lower)]
    return " ".join(kept[:_KEPT_CLASSES]), sum(marks)
