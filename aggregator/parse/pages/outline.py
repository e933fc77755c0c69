"""A page as flat lists: elements in their order, and pieces of text that know what they stand in.

What follows compares thousands of places with each other; over numbers in lists that takes milliseconds, over a tree
of objects it would take seconds. A subtree is an interval of elements, and so is a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree, html

from aggregator.parse.pages.words import (
    AUTHOR_CLASSES,
    DATE_CLASSES,
    FURNITURE,
    RELATED_CLASSES,
    SIDE_CLASSES,
    SUMMARY_CLASSES,
    TITLE_CLASSES,
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_SKIPPED = _words(
    "script style noscript template svg math iframe object select button textarea head canvas video audio map"
)
_INLINE = _words(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr q s samp "
    "small span strike strong sub sup time tt u var wbr input picture source"
)
_FORMATTING = _words("b big em font i nobr small strong tt u span tbody thead center s mark")
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_MAY_DATE = frozenset(("datetime", "data-date", "itemprop", "title"))
_BOLD = frozenset(("b", "strong"))
_BOLD_TITLE = 20  # characters; fewer stress a word of a sentence
_HIDDEN = re.compile(r"(?:^|\s)(?:sr-only|visually-hidden|visuallyhidden|screen-reader-text|element-invisible)(?:$|\s)")
_VARIANT = re.compile(r"\d|^(?:odd|even|first|last|active|current|new|sticky|clearfix)$|[-_](?:odd|even|first|last)$")
_PER_RECORD = ("category-", "tag-", "has-", "is-", "no-", "status-", "format-")
_KEPT_CLASSES = 2

# What a place is in, and what an element's classes say it is.
NAVIGATION, SIDE, RELATED = 1, 2, 4
IS_TITLE, IS_DATE, IS_SUMMARY, IS_AUTHOR = 8, 16, 32, 64
_REGION_OF_ROLE = {"navigation": NAVIGATION, "complementary": SIDE}
_REGIONS = NAVIGATION | SIDE | RELATED


@dataclass(slots=True)
class Cell:
    """A piece of text that reads as one: the text of a link, of a heading, of a paragraph's part outside links.

    ``link`` is the element it is linked by, -1 for none; ``block`` is shared by the pieces of one line or paragraph;
    ``hints`` are the IS_… of what it stands in.
    """

    text: str
    first_chunk: int
    owner: int
    link: int
    block: int
    heading: int
    is_bold: bool
    hints: int
    path: int


@dataclass(slots=True)
class Outline:
    """Elements by number in document order, each list with one place for each; then the pieces of text.

    ``stop`` is the first element behind the subtree; ``first`` and ``last`` are the pieces of text where it begins
    and behind its end; ``mains`` are the page's main parts, ``stamped`` the elements whose attributes may hold a time.
    ``path`` numbers the way from the root by tags and classes, ``loose`` by tags alone.
    """

    nodes: list[html.HtmlElement] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    stop: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    path: list[int] = field(default_factory=list)
    loose: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    region: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    mains: list[int] = field(default_factory=list)
    stamped: list[int] = field(default_factory=list)
    chunks: list[str] = field(default_factory=list)
    owner: list[int] = field(default_factory=list)
    link: list[int] = field(default_factory=list)
    block: list[int] = field(default_factory=list)
    gap: list[bool] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    cell_of_chunk: list[int] = field(default_factory=list)

    def children(self, node: int) -> Iterable[int]:
        child, stop = node + 1, self.stop[node]
        while child < stop:
            yield child
            child = self.stop[child]

    def cells_between(self, first_chunk: int, last_chunk: int) -> list[Cell]:
        """Return the cells that begin with one of these pieces of text."""
        if first_chunk >= last_chunk:
            return []
        start = self.cell_of_chunk[first_chunk]
        if start and self.cells[start].first_chunk < first_chunk:
            start += 1
        stop = self.cell_of_chunk[last_chunk - 1] + 1
        return self.cells[start:stop]


class _Numbers:
    """Numbers for what is seen, in order of appearance."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, object], int] = {}

    def of(self, first: object, second: object) -> int:
        return self._known.setdefault((first, second), len(self._known))


def outline(root: html.HtmlElement) -> Outline:
    """Flatten a page's body. Linear in its size; what is not shown (scripts, hidden text) is left out."""
    walker = _Walker()
    walk = etree.iterwalk(_body(root), events=("start", "end"))
    for event, element in walk:
        if event == "end":
            walker.leave(element)
        elif not walker.enter(element):
            walk.skip_subtree()
    _gather(walker.page, walker.hints)
    return walker.page


class _Walker:
    """Goes through a tree and writes down what is where."""

    def __init__(self) -> None:
        self.page = Outline()
        self.hints: list[int] = []
        self._kinds, self._paths, self._looses = _Numbers(), _Numbers(), _Numbers()
        self._known: dict[tuple[str, str | None, str | None], tuple[int, int]] = {}
        self._stack: list[int] = []
        self._link = -1
        self._block = 0
        self._has_gap = False

    def enter(self, element: html.HtmlElement) -> bool:
        """Write down an element; False for one that isn't shown."""
        tag = element.tag
        if tag in _SKIPPED:
            return False
        given = dict(element.items())
        classes = given.get("class")
        if "hidden" in given or (classes and _HIDDEN.search(classes)):
            return False
        page, node = self.page, len(self.page.nodes)
        kind, own = self._meaning(given, tag, classes)
        parent = self._stack[-1] if self._stack else -1
        inherited = self.hints[parent] if parent >= 0 else 0
        own |= inherited & (_REGIONS if tag not in _INLINE else 0xFF)
        loose = page.loose[parent] if parent >= 0 else -1
        self.hints.append(own)
        page.nodes.append(element)
        page.parent.append(parent)
        page.stop.append(0)
        page.kind.append(kind)
        page.path.append(self._paths.of(page.path[parent] if parent >= 0 else -1, kind))
        page.loose.append(loose if tag in _FORMATTING else self._looses.of(loose, "h" if tag in _HEADINGS else tag))
        page.first.append(len(page.chunks))
        page.last.append(0)
        page.region.append(own & _REGIONS)
        self._stack.append(node)
        if tag not in _INLINE:
            self._block += 1
        if tag == "a" and given.get("href"):
            self._link = node
            page.links.append(node)
        if tag == "main" or given.get("role") == "main":
            page.mains.append(node)
        if given and not _MAY_DATE.isdisjoint(given):
            page.stamped.append(node)
        self._add(element.text)
        return True

    def leave(self, element: html.HtmlElement) -> None:
        page = self.page
        if self._stack and page.nodes[self._stack[-1]] is element:  # else it was skipped
            node = self._stack.pop()
            page.stop[node], page.last[node] = len(page.nodes), len(page.chunks)
            if self._link == node:
                self._link = -1
            if element.tag not in _INLINE:
                self._block += 1
        self._add(element.tail)

    def _meaning(self, given: dict[str, str], tag: str, classes: str | None) -> tuple[int, int]:
        """Return an element's kind, and what its tag, classes and roles say it is."""
        marks = (tag, classes, given.get("id") if tag not in _INLINE else None)
        seen = self._known.get(marks)
        if seen is None:
            seen = self._known[marks] = (self._kinds.of(tag, _lasting(classes)), _hints(*marks))
        kind, own = seen
        role, prop = given.get("role"), given.get("itemprop")
        if role is not None:
            own |= _REGION_OF_ROLE.get(role, 0)
        if tag == "time" or prop in {"datePublished", "dateCreated"}:
            own |= IS_DATE
        elif prop in {"headline", "name"}:
            own |= IS_TITLE
        return kind, own

    def _add(self, text: str | None) -> None:
        if not text or not self._stack:
            return
        if text.isspace():
            self._has_gap = True
            return
        page = self.page
        page.chunks.append(text)
        page.owner.append(self._stack[-1])
        page.link.append(self._link)
        page.block.append(self._block)
        page.gap.append(self._has_gap)
        self._has_gap = False


def _body(root: html.HtmlElement) -> html.HtmlElement:
    """Return the body, or all of it where a frameset or broken markup left more than one or none."""
    bodies = root.findall("body")
    return bodies[0] if len(bodies) == 1 else root


def _lasting(classes: str | None) -> str:
    """Return those classes that are the same for all records of a list, as far as one can tell."""
    if not classes:
        return ""
    kept = [each for each in classes.split() if not _VARIANT.search(each) and not each.startswith(_PER_RECORD)]
    return " ".join(kept[:_KEPT_CLASSES])


def _hints(tag: str, classes: str | None, identifier: str | None) -> int:
    found = 0
    if tag in {"nav", "menu", "footer"}:
        found |= NAVIGATION
    elif tag == "aside":
        found |= SIDE
    if not classes and not identifier:
        return found
    names = f"{classes or ''} {identifier or ''}".lower()
    if tag not in {"body", "html", "main"}:
        for words, mark in ((FURNITURE, NAVIGATION), (SIDE_CLASSES, SIDE), (RELATED_CLASSES, RELATED)):
            if words.search(names):
                found |= mark
    for words, mark in (
        (TITLE_CLASSES, IS_TITLE),
        (DATE_CLASSES, IS_DATE),
        (SUMMARY_CLASSES, IS_SUMMARY),
        (AUTHOR_CLASSES, IS_AUTHOR),
    ):
        if words.search(names):
            found |= mark
    return found


def _gather(page: Outline, hints: list[int]) -> None:
    """Join the pieces of text that read as one."""
    heading_of: dict[int, tuple[int, bool, int]] = {}
    for chunk, text in enumerate(page.chunks):
        owner = page.owner[chunk]
        if page.cells and _continues(page, chunk):
            cell = page.cells[-1]
            cell.text = f"{cell.text}{' ' if page.gap[chunk] else ''}{text}"
            page.cell_of_chunk.append(len(page.cells) - 1)
            continue
        heading, is_bold, inherited = _context(page, hints, owner, heading_of)
        page.cell_of_chunk.append(len(page.cells))
        page.cells.append(
            Cell(
                text=text,
                first_chunk=chunk,
                owner=owner,
                link=page.link[chunk],
                block=page.block[chunk],
                heading=heading,
                is_bold=is_bold,
                hints=inherited,
                path=page.path[owner],
            )
        )
    for cell in page.cells:
        cell.text = " ".join(cell.text.split())


def _continues(page: Outline, chunk: int) -> bool:
    """Tell whether a piece of text goes on where the one before it stopped: one line, one link, one sentence.

    Elements side by side ("12", "March") are pieces of their own; an element within a sentence is not.
    """
    before = chunk - 1
    if page.block[chunk] != page.block[before] or page.link[chunk] != page.link[before]:
        return False
    one, other = page.owner[before], page.owner[chunk]
    if page.nodes[one].tag == "time" or page.nodes[other].tag == "time":
        return False
    if one == other or page.parent[other] == one:
        return True
    if page.parent[one] == other:
        return not _is_bold_start(page, one)
    if _is_plain(page, one) and _is_plain(page, other):
        return bool(page.nodes[one].tag == page.nodes[other].tag)
    return _is_plain(page, one) or _is_plain(page, other)


def _is_bold_start(page: Outline, node: int) -> bool:
    """Tell whether a line begins with what reads as its title: a few words in bold, outside of headings."""
    cell = page.cells[-1]
    return (
        page.nodes[node].tag in _BOLD
        and page.owner[cell.first_chunk] == node
        and not cell.heading
        and len(cell.text) >= _BOLD_TITLE
        and (cell.first_chunk == 0 or page.block[cell.first_chunk - 1] != cell.block)
    )


def _is_plain(page: Outline, node: int) -> bool:
    return page.nodes[node].tag in _FORMATTING and not page.nodes[node].get("class")


def _context(
    page: Outline, hints: list[int], owner: int, known: dict[int, tuple[int, bool, int]]
) -> tuple[int, bool, int]:
    """Return the level of the heading that an element is in (0 for none), whether it is bold, and what it is."""
    found = known.get(owner)
    if found is None:
        element, parent = page.nodes[owner], page.parent[owner]
        tag = element.tag
        own = hints[owner]
        if tag in _HEADINGS:
            found = (_HEADINGS[tag], True, own)
        elif tag in _INLINE or tag in {"div", "p"}:
            inherited = _context(page, hints, parent, known) if parent >= 0 and tag in _INLINE else (0, False, 0)
            level = inherited[0] or _heading_above(page, owner)
            found = (level, inherited[1] or tag in _BOLD, own | inherited[2])
        else:
            found = (0, tag in {"th", "dt"}, own)
        known[owner] = found
    return found


def _heading_above(page: Outline, node: int) -> int:
    """Return the level of a heading one or two elements above (``<h3><div>…``)."""
    for _ in range(2):
        node = page.parent[node]
        if node < 0:
            return 0
        level = _HEADINGS.get(page.nodes[node].tag)
        if level:
            return level
    return 0
