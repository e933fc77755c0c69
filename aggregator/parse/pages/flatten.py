"""A tree → its outline, in one walk: what stands where, and what tags, classes and roles say it is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from lxml import html

from aggregator.parse.pages.cells import gather
from aggregator.parse.pages.meanings import LINK, MAIN, NAMED, PICTURE, STAMPED, TOP, UNSEEN, meaning_of, said_by
from aggregator.parse.pages.outline import BOLD, FORMATTING, HEADINGS, INLINE, NAVIGATION, REGIONS, Outline

_ADDRESS = ("/", "https://", "http://")
_NO_ADDRESS = ("#", "javascript:", "mailto:", "tel:", "data:", "whatsapp:", "sms:", "fax:", "about:")
_MOST = 0.6  # of a page's text
_MENU = re.compile("nav|menu|foot|head")
_LINES = frozenset(("div", "p"))  # in which the text of a heading may stand
_LINES_DEEP = 2  # elements that aren't inline, below a heading, in which its text may stand
_STANDS_OUT = frozenset(("th", "dt", "summary"))
_INHERITED = 127  # the IS_… and regions
_OTHERS = PICTURE | STAMPED | MAIN | TOP | NAMED
_IN_HEADING = ("span", None)  # what a button in a heading is, which opens what stands under that
_SHADOW = ("div", None)  # what a template is that a browser opens as it reads it
_HIDDEN = -2
_NOT_SHOWN = (_HIDDEN, 0, 0, False)


def has_address(href: str | None) -> bool:
    """Tell whether a link leads to a page, another one than that it stands on."""
    if href and href.startswith(_ADDRESS):
        return True
    href = (href or "").strip()
    return bool(href) and not href.lower().startswith(_NO_ADDRESS)


def outline(root: html.HtmlElement, *, with_labels: bool = False) -> Outline:
    """Flatten a page's body. Linear in its size; what is not shown (scripts, hidden text) is left out.

    ``with_labels`` gives links without a text what those hear who don't see the picture in them.
    """
    page = Outline()
    gather(page, _Walk(page, with_labels=with_labels).through(_body(root)))
    return page


class _Walk:
    """Goes through a tree and writes down what is where. What is asked of each element is asked once."""

    def __init__(self, page: Outline, *, with_labels: bool) -> None:
        self.page = page
        self._with_labels = with_labels
        self._tops: list[int] = []
        self._named: list[int] = []
        self._lists = (
            (PICTURE, page.images),
            (STAMPED, page.stamped),
            (MAIN, page.mains),
            (TOP, self._tops),
            (NAMED, self._named),
        )
        self._kinds: dict[tuple[str, str], int] = {}

    def through(self, body: html.HtmlElement) -> list[int]:  # noqa: PLR0912, PLR0915 - see below
        """Write down all below ``body``, and return the IS_… and regions of each element.

        One loop, with what is inherited carried along: it sees everything that is on a page, and calls of functions for
        each element and text took half of its time. Before an element come the ends of those before it, each with the
        text that follows it.
        """
        page, outside = self.page, body.getparent()
        stops, lasts, hrefs, with_labels = page.stop, page.last, page.hrefs, self._with_labels
        known: dict[tuple[str, str | None], tuple[int, int, int, bool]] = {}
        paths: dict[tuple[int, int], int] = {}
        rows: list[tuple[html.HtmlElement, str, str | None, int, int, int, int, int, int]] = []
        pieces: list[tuple[str, int, int, int, bool]] = []
        opened: list[tuple[html.HtmlElement | None, int, int, int, bool]] = []
        within, node, path, bits, is_line = outside, -1, -1, 0, False
        link, block, has_gap, text, given = -1, 0, False, None, {}
        for element in chain(body.iter("*"), (None,)):
            parent = element.getparent() if element is not None else outside
            while True:
                if text and path >= 0:
                    if text.isspace():
                        has_gap = True
                    else:
                        pieces.append((text, node, link, block, has_gap))
                        has_gap = False
                if within is parent:
                    break
                text = within.tail
                if path >= 0:
                    if with_labels and link == node and rows[node][6] == len(pieces) and (label := _label(within)):
                        pieces.append((label, node, link, block, True))
                    stops[node], lasts[node] = len(rows), len(pieces)
                    block += is_line
                    if link == node:
                        link = -1
                within, node, path, bits, is_line = opened.pop()
            if element is None:
                break
            opened.append((within, node, path, bits, is_line))
            within, text = element, None
            if path == _HIDDEN:
                continue
            tag, items, classes, own = element.tag, element.items(), None, 0
            if items:
                if len(items) == 1 and items[0][0] == "class":
                    classes = items[0][1]
                else:
                    given = dict(items)
                    classes, own = given.get("class"), said_by(given, tag)
            meaning = known.get((tag, classes))
            if meaning is None:
                meaning = known[tag, classes] = self._meaning(tag, classes)
            if meaning is _NOT_SHOWN:
                is_shadow = tag == "template" and element.get("shadowrootmode") is not None
                if not is_shadow and (tag != "button" or node < 0 or rows[node][1] not in HEADINGS):
                    path = _HIDDEN
                    continue
                meaning = self._meaning(*(_SHADOW if is_shadow else _IN_HEADING))
            kind, said, inherited, is_line = meaning
            own |= said
            if own & UNSEEN:
                path = _HIDDEN
                continue
            path = paths.setdefault((path, kind), len(paths))
            bits = own & _INHERITED | bits & inherited
            rows.append((element, tag, classes, node, kind, path, len(pieces), bits, own))
            node = len(stops)
            stops.append(0)
            lasts.append(0)
            block += is_line
            if own > _INHERITED:
                if own & LINK:
                    link, hrefs[node] = node, given["href"]
                if own & _OTHERS:
                    self._note(node, own)
            text = element.text
        if not rows:
            return []
        columns: list[list[Any]] = list(map(list, zip(*rows, strict=True)))
        page.nodes, page.tags, page.classes, page.parent, page.kind, page.path, page.first = columns[:7]
        hints, owns = columns[7:]
        if pieces:
            page.chunks, page.owner, page.link, page.block, page.gap = map(list, zip(*pieces, strict=True))
        page.links, page.leading = list(hrefs), {link for link, href in hrefs.items() if has_address(href)}
        page.region = [each & REGIONS for each in hints]
        _note_paths(page, paths, [tag for tag, _ in self._kinds])
        _trust_less(page, self._named, self._tops, owns)
        return hints

    def _note(self, node: int, noted: int) -> None:
        for mark, nodes in self._lists:
            if noted & mark:
                nodes.append(node)

    def _meaning(self, tag: str, classes: str | None) -> tuple[int, int, int, bool]:
        """Return the number of what an element is, what it says, what it inherits, and is it a line of its own."""
        meaning = meaning_of(tag, classes)
        if meaning is None:
            return _NOT_SHOWN
        is_line = tag not in INLINE
        lasting, bits = meaning
        kind = self._kinds.setdefault((tag, lasting), len(self._kinds))
        return kind, bits, REGIONS if is_line else _INHERITED, is_line


def _label(link: html.HtmlElement) -> str:
    """Return what stands for a link without a text: its label, its title, or the text of the picture in it."""
    picture = next(link.iter("img"), None)
    given = link.get("aria-label") or link.get("title") or (picture.get("alt") if picture is not None else "")
    return (given or "").strip()


def _note_paths(page: Outline, paths: Iterable[tuple[int, int]], tags: Sequence[str]) -> None:
    """Note of each path, a longer one of an element's kind, what follows from its tags alone; ``tags`` are by kind."""
    looses: dict[tuple[int, str], int] = {}
    outside = ("", -1, 0, False, 0, 0)
    known: list[tuple[str, int, int, bool, int, int]] = []
    for above, kind in paths:
        tag = tags[kind]
        outer, loose, heading, is_bold, under, depth = known[above] if above >= 0 else outside
        if tag not in FORMATTING:
            loose = looses.setdefault((loose, "h" if tag in HEADINGS else tag), len(looses))
        if outer in HEADINGS:
            under, depth = HEADINGS[outer], 0
        elif under:
            depth += outer not in INLINE
            under = under if depth < _LINES_DEEP else 0
        if tag in HEADINGS:
            heading, is_bold = HEADINGS[tag], True
        elif tag in INLINE:
            heading, is_bold = heading or under, is_bold or tag in BOLD
        else:
            heading, is_bold = under if tag in _LINES else 0, tag in _STANDS_OUT
        known.append((tag, loose, heading, is_bold, under, depth))
        page.loose.append(loose)
        page.emphasis.append((heading, is_bold))


def _trust_less(page: Outline, named: Sequence[int], tops: Sequence[int], said: list[int]) -> None:
    """Take from elements that hold what a page is about what their classes say: "with-sidebar" is a layout, no sidebar.

    ``named`` are those whose classes say where they stand, ``tops`` the headings of all, ``said`` is what each element
    says of itself. Where neither ``main`` nor one of ``tops`` is in it, an element of most of the text may still be
    what is beside an article.
    """
    upto, changed = page.upto, []
    for node in named:
        is_menu = _MENU.search((page.classes[node] or "").lower())
        if _holds(page, node, page.mains) or (not is_menu and _holds(page, node, tops)):
            said[node] &= ~REGIONS
        elif not is_menu and upto[page.last[node]] - upto[page.first[node]] > upto[-1] * _MOST:
            said[node] &= ~NAVIGATION
        else:
            continue
        changed.append(node)
    stop = 0
    for first in changed:
        for node in range(max(first, stop), page.stop[first]):
            own, parent = said[node] & REGIONS, page.parent[node]
            page.region[node] = own | page.region[parent] if parent >= 0 else own
        stop = max(stop, page.stop[first])


def _holds(page: Outline, node: int, others: Sequence[int]) -> bool:
    """Tell whether one of these elements, which are in order, is within an element."""
    place = bisect_right(others, node)
    return place < len(others) and others[place] < page.stop[node]


def _body(root: html.HtmlElement) -> html.HtmlElement:
    """Return the body, or all of it where a frameset or broken markup left more than one or none."""
    bodies = root.findall("body")
    return bodies[0] if len(bodies) == 1 else root
