"""A page as flat lists: elements in their order, and pieces of text that know what they stand in.

What follows compares thousands of places with each other; over numbers in lists that takes milliseconds, over a tree
of objects it would take seconds. A subtree is an interval of elements, and so is a record.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from lxml import html


def words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


INLINE = words(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr q s samp "
    "small span strike strong sub sup time tt u var wbr input picture source"
)
FORMATTING = words("b big em font i nobr small strong tt u span tbody thead center s mark")
BOLD = frozenset(("b", "strong"))
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}

# What a place is in, and what an element's classes say it is.
NAVIGATION, SIDE, RELATED = 1, 2, 4
IS_TITLE, IS_DATE, IS_SUMMARY, IS_AUTHOR = 8, 16, 32, 64
REGIONS = NAVIGATION | SIDE | RELATED


@dataclass(slots=True)
class Cell:
    """A piece of text that reads as one: the text of a link, of a heading, of a paragraph's part outside links.

    ``link`` is the element it is linked by, -1 for none; ``block`` is shared by the pieces of one line or paragraph;
    ``hints`` are the IS_… of what it stands in; ``way`` numbers its path with all classes. What it is ``worth``
    as a title and what it ``says`` of a date are found once, when asked for, as a cell belongs to many series.
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
    way: int
    worth: float = -1.0
    says: object = None


@dataclass
class Outline:
    """Elements by number in document order, each list with one place for each; then the pieces of text.

    ``stop`` is the first element behind the subtree; ``first`` and ``last`` are the pieces of text where it begins
    and behind its end; ``mains`` are the page's main parts, ``stamped`` the elements whose attributes may hold a time,
    ``stamps`` what was found when one of these was looked at, as each belongs to many series.
    ``tags``, ``classes`` and ``hrefs`` are what the tree has, which takes longer to ask; ``leading`` are the links to
    other pages, ``images`` the pictures. ``path`` numbers the way from the root by tags and classes; of each path,
    ``loose`` numbers it by tags alone, and ``emphasis`` tells the level of the heading that a text there is in (0 for
    none), and whether it is bold. ``bold_titles`` are the paths of what is bold and reads as a title, None before they
    were looked for.
    """

    nodes: list[html.HtmlElement] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    classes: list[str | None] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    stop: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    path: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    region: list[int] = field(default_factory=list)
    loose: list[int] = field(default_factory=list)
    emphasis: list[tuple[int, bool]] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    hrefs: dict[int, str] = field(default_factory=dict)
    leading: set[int] = field(default_factory=set)
    images: list[int] = field(default_factory=list)
    mains: list[int] = field(default_factory=list)
    stamped: list[int] = field(default_factory=list)
    stamps: dict[int, object] = field(default_factory=dict)
    chunks: list[str] = field(default_factory=list)
    owner: list[int] = field(default_factory=list)
    link: list[int] = field(default_factory=list)
    block: list[int] = field(default_factory=list)
    gap: list[bool] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    cell_of_chunk: list[int] = field(default_factory=list)
    bold_titles: frozenset[int] | None = None

    @cached_property
    def numbers(self) -> dict[html.HtmlElement, int]:
        """Each element's number."""
        return {element: node for node, element in enumerate(self.nodes)}

    @cached_property
    def upto(self) -> list[int]:
        """How many characters stand before each piece of text, and in the end all."""
        return list(itertools.accumulate(map(len, self.chunks), initial=0))

    @cached_property
    def headings(self) -> list[int]:
        """The headings, in the page's order."""
        return [node for node, tag in enumerate(self.tags) if tag in HEADINGS]

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
