"""A tree → its outline, in one walk: what stands where, and what tags, classes and roles say it is."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import Any

from lxml import etree, html

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
from aggregator.parse.pages.phrases import (
    AUTHOR_CLASSES,
    DATE_CLASSES,
    FURNITURE,
    RELATED_CLASSES,
    SIDE_CLASSES,
    SUMMARY_CLASSES,
    TITLE_CLASSES,
    UTILITY,
)

_SKIPPED = words("script style noscript template svg math iframe select button textarea head canvas video audio map")
_IN_HEADING = ("span", None)  # what a button in a heading is, which opens what stands under that
_MEDIUM = frozenset(("data", "type"))  # without them an object is a wrapper: it lets cards that are links hold links
_STAMPS = frozenset(("datetime", "data-date"))
_MAY_DATE = _STAMPS | {"itemprop", "title"}
_IS_PUBLISHED = frozenset(("datePublished", "dateCreated"))
_YEAR = re.compile(r"\s?(?:19|20)\d\d-")
_HIDDEN = re.compile(r"(?:^|\s)(?:sr-only|visually-hidden|visuallyhidden|screen-reader-text|element-invisible)(?:$|\s)")
_VARIANT = re.compile(r"\d|^(?:odd|even|first|last|active|current|new|sticky|clearfix)$|[-_](?:odd|even|first|last)$")
_PER_RECORD = ("category-", "tag-", "has-", "is-", "no-", "status-", "format-")
_KEPT_CLASSES = 2
REGION_OF_ROLE = {"navigation": NAVIGATION, "complementary": SIDE}
_ADDRESS = ("/", "https://", "http://")
_NO_ADDRESS = ("#", "javascript:", "mailto:", "tel:", "data:", "whatsapp:", "sms:", "fax:", "about:")
_REMEMBERED = 200  # characters of class names that are judged once for all pages

# Of a tag with these classes: its kind, the IS_… and regions, is it inline, what it is for ``loose`` (None: nothing),
# and do classes say where it stands.
_Meaning = tuple[int, int, bool, str | None, bool]
_UNKNOWN: _Meaning = (-1, -1, False, None, False)
_MOST = 0.6  # of a page's text
_MENU = re.compile("nav|menu|foot|head")


def has_address(href: str | None) -> bool:
    """Tell whether a link leads to a page, another one than that it stands on."""
    if href and href.startswith(_ADDRESS):
        return True
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
        self._known: dict[tuple[str, str | None], _Meaning | None] = {}

    def through(self, body: html.HtmlElement) -> list[int]:  # noqa: PLR0912, PLR0915 - see below
        """Write down all below ``body``, and return the IS_… and regions of each element.

        One loop, with what is inherited carried along: it sees everything that is on a page, and calls of functions for
        each element and text took half of its time.
        """
        page, known = self.page, self._known
        stops, lasts = page.stop, page.last
        paths: dict[tuple[int, int], int] = {}
        looses: dict[tuple[int, str], int] = {}
        rows: list[tuple[html.HtmlElement, str, str | None, int, int, int, int, int, int, int]] = []
        pieces: list[tuple[str, int, int, int, bool]] = []
        named: list[int] = []
        above: list[tuple[int, int, int, int, bool]] = []
        node, path, loose, hints, is_inline = -1, -1, -1, 0, False
        link, block, has_gap, is_shown = -1, 0, False, True
        walk = etree.iterwalk(body, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                tag = element.tag
                given = dict(element.items())
                classes = given.get("class")
                meaning = known.get((tag, classes), _UNKNOWN)
                if meaning is _UNKNOWN:
                    meaning = known[tag, classes] = self._meaning(tag, classes)
                if meaning is None and tag == "button" and node >= 0 and rows[node][1] in HEADINGS:
                    meaning = known[_IN_HEADING] = known.get(_IN_HEADING) or self._meaning(*_IN_HEADING)
                if meaning is None or "hidden" in given or (tag == "object" and any(map(given.get, _MEDIUM))):
                    walk.skip_subtree()  # the next event is its end
                    is_shown = False
                    continue
                above.append((node, path, loose, hints, is_inline))
                parent, node = node, len(rows)
                kind, own, is_inline, loose_tag, is_named = meaning
                if is_named:
                    named.append(node)
                if len(given) > (classes is not None):
                    if tag == "a" and (href := given.get("href")):
                        link = node
                        self._note_link(node, href)
                    own |= self._said(given, tag, node, is_inline=is_inline)
                if tag == "main":
                    page.mains.append(node)
                said = own & REGIONS
                hints = own | hints & (0xFF if is_inline else REGIONS)
                path = paths.setdefault((path, kind), len(paths))
                if loose_tag is not None:
                    loose = looses.setdefault((loose, loose_tag), len(looses))
                rows.append((element, tag, classes, parent, kind, path, loose, len(pieces), hints, said))
                stops.append(0)
                lasts.append(0)
                if not is_inline:
                    block += 1
                text = element.text
            else:
                if is_shown:
                    stops[node], lasts[node] = len(rows), len(pieces)
                    if link == node:
                        link = -1
                    if not is_inline:
                        block += 1
                    node, path, loose, hints, is_inline = above.pop()
                is_shown = True
                text = element.tail
            if text and node >= 0:
                if text.isspace():
                    has_gap = True
                    continue
                pieces.append((text, node, link, block, has_gap))
                has_gap = False
        if not rows:
            return []
        columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
        page.nodes, page.tags, page.classes, page.parent, page.kind, page.path, page.loose, page.first = columns[:8]
        if pieces:
            texts: list[list[Any]] = [list(column) for column in zip(*pieces, strict=True)]
            page.chunks, page.owner, page.link, page.block, page.gap = texts
        page.region = [own & REGIONS for own in columns[8]]
        if named:
            _trust_less(page, named, columns[9])
        return columns[8]

    def _note_link(self, node: int, href: str) -> None:
        page = self.page
        page.links.append(node)
        page.hrefs[node] = href
        if has_address(href):
            page.leading.add(node)

    def _said(self, given: dict[str, str], tag: str, node: int, *, is_inline: bool) -> int:
        """Note what an element's attributes are good for, and return what they say it is."""
        page, own = self.page, 0
        if tag == "img":
            page.images.append(node)
        if not is_inline and (identifier := given.get("id")):
            own |= _names(identifier, is_part=tag not in _WHOLES)[1]
        role = given.get("role")
        if role is not None:
            own |= REGION_OF_ROLE.get(role, 0)
            if role == "main" and tag != "main":
                page.mains.append(node)
        if not _MAY_DATE.isdisjoint(given):
            prop = given.get("itemprop")
            if prop in _IS_PUBLISHED:
                own |= IS_DATE
            elif prop in {"headline", "name"} and tag != "time":
                own |= IS_TITLE
            if prop in _IS_PUBLISHED or not _STAMPS.isdisjoint(given) or _YEAR.match(given.get("title", "")):
                page.stamped.append(node)
        return own

    def _meaning(self, tag: str, classes: str | None) -> _Meaning | None:
        """Return what an element's tag and classes say it is; None for what isn't shown."""
        if tag in _SKIPPED or (classes and _HIDDEN.search(classes)):
            return None
        lasting, own = _names(classes, is_part=tag not in _WHOLES) if classes else ("", 0)
        if tag == "a":  # what holds a list says where it stands, no link in it
            own &= ~REGIONS
        own |= _HINTS_OF_TAG.get(tag, 0)
        kind = self._kinds.setdefault((tag, lasting), len(self._kinds))
        loose = None if tag in FORMATTING else "h" if tag in HEADINGS else tag
        return kind, own, tag in INLINE, loose, bool(own & REGIONS) and tag not in _HINTS_OF_TAG


REGION_OF_TAG = {"nav": NAVIGATION, "menu": NAVIGATION, "footer": NAVIGATION, "aside": SIDE}
_HINTS_OF_TAG = {**REGION_OF_TAG, "time": IS_DATE}
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
    headings = [node for node in page.headings if page.tags[node] == "h1"]
    upto = page.upto
    for node in named:
        is_menu = _MENU.search((page.classes[node] or "").lower())
        if _holds(page, node, page.mains) or (not is_menu and _holds(page, node, headings)):
            said[node] = 0
        elif not is_menu and upto[page.last[node]] - upto[page.first[node]] > upto[-1] * _MOST:
            said[node] &= ~NAVIGATION
    region: list[int] = []
    for own, parent in zip(said, page.parent, strict=True):
        region.append(own | region[parent] if parent >= 0 else own)
    page.region = region


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
    lower = UTILITY.sub(" ", names.lower())
    marks = [mark for named, mark in _NAMES if named.search(lower)]
    return " ".join(kept[:_KEPT_CLASSES]), sum(marks)
