"""The stories before a list that are shown larger than its others, and in another layout, but are some of them."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from aggregator.parse.pages.extents import Record
from aggregator.parse.pages.likely_lists import Candidate, folder_of, is_sure, read_rows
from aggregator.parse.pages.outline import IS_TITLE, NAVIGATION, Outline
from aggregator.parse.pages.records import Row

_LEVELS = 3  # elements around a list before which its lead stories may stand
_BACK = 2  # elements before the list, or before what it stands in
_MOST_CHARS = 1500  # of one story
_MOST_STORIES = 6
_MOST_LINKS = 40  # in an element that may hold them
_MOST_TARGETS = 4  # of one story's links: itself, its tags, its author
_DATED = 0.8  # of the list's records: then a lead story has a date, too
_MOSTLY = 0.8


def leads_of(page: Outline, best: Candidate, *, language: str | None, now: datetime) -> list[Record]:
    """Return the lead stories of a list, in the page's order: those directly before it with a title, a date if the
    list has dates, and a link into the same folder.

    Where nothing is dated, only a heading with a link into a folder tells a story from an introduction.
    """
    if best.records[0].root < 0 or _DATED > best.dated > 1 - _DATED:
        return []
    known = {_target(page, record.anchor) for record in best.records}
    folder = _Folder(known)
    if not folder.name or (not best.dated and not folder.is_deep):
        return []
    find = partial(_leads_in, page, best=best, folder=folder, known=known, language=language, now=now)
    for node in _before(page, best.records[0].root, best.records[-1].stop):
        leads = find(node)
        if leads:
            for other in _alike_before(page, node):
                further = find(other)
                if not further or len(leads) + len(further) > _MOST_STORIES:
                    break
                leads = [*further, *leads]
            return leads
    return []


def _leads_in(
    page: Outline,
    node: int,
    *,
    best: Candidate,
    folder: _Folder,
    known: set[str],
    language: str | None,
    now: datetime,
) -> list[Record]:
    records = _stories(page, node, known) if not page.region[node] & NAVIGATION else []
    if not records:
        return []
    rows, dates = read_rows(page, records, language=language, now=now)
    is_dated = [any(map(is_sure, found)) for found in dates.rows]
    found = [
        row
        for row, dated in zip(rows, is_dated, strict=True)
        if (dated or not best.dated) and _is_story(page, row, folder)
    ]
    if not best.dated and len(found) < len(rows):
        return []
    for row in found:
        row.record.anchor = row.link
    return [row.record for row in found]


def _alike_before(page: Outline, node: int) -> Iterator[int]:
    """Yield the elements directly before one that are of its kind, the nearest first."""
    before = [each for each in page.children(page.parent[node]) if each < node]
    return itertools.takewhile(lambda each: page.kind[each] == page.kind[node], reversed(before))


class _Folder:
    """The part of the site that most links of a list lead to: their folder, else the first part of their paths."""

    def __init__(self, targets: set[str]) -> None:
        self._of: Callable[[str], str] = folder_of
        self.name, self.is_deep = "", True
        for of, share in ((folder_of, 0.5), (_first_part, _MOSTLY)):
            name, count = Counter(map(of, targets)).most_common(1)[0] if targets else ("", 0)
            if count > len(targets) * share:
                self.name, self._of = name, of
                self.is_deep = bool(name.partition("//")[2].partition("/")[2] if "//" in name else name.strip("./"))
                return

    def holds(self, target: str) -> bool:
        return self._of(target) == self.name


def _is_story(page: Outline, row: Row, folder: _Folder) -> bool:
    title = row.title
    if title is None or not (title.heading > 1 or title.hints & IS_TITLE):
        return False
    record = row.record
    targets = {_target(page, link) for link in _links(page, record.root, record.stop)}
    chars = sum(map(len, page.chunks[record.first : record.last]))
    if len(targets) > _MOST_TARGETS or chars > _MOST_CHARS:
        return False
    return folder.holds(_target(page, row.link)) and (len(targets) == 1 or title.link == row.link)


def _stories(page: Outline, node: int, known: set[str]) -> list[Record]:
    """Return what may be stories in an element: itself, or the largest parts around its titles' links."""
    links = _links(page, node, page.stop[node])
    targets = [_target(page, link) for link in links]
    if not links or len(links) > _MOST_LINKS or known.intersection(targets):
        return []
    anchors: list[int] = []
    seen: set[str] = set()
    for link, target in zip(links, targets, strict=True):
        if target not in seen and _is_headline(page, link):
            anchors.append(link)  # a link around the picture alone may stand before it
            seen.add(target)
    if len(anchors) > _MOST_STORIES:
        return []
    if len(anchors) < 2:
        return [Record(links[0], node, page.stop[node], page.first[node], page.last[node])]
    return [_widest(page, node, anchor, anchors) for anchor in anchors]


def _is_headline(page: Outline, link: int) -> bool:
    """Tell whether a link is or holds a heading or what is named a title."""
    cells = page.cells_between(page.first[link], page.last[link])
    return any(cell.heading > 1 or cell.hints & IS_TITLE for cell in cells)


def _widest(page: Outline, node: int, anchor: int, anchors: Sequence[int]) -> Record:
    root = anchor
    while (above := page.parent[root]) > node and not any(
        above <= other < page.stop[above] for other in anchors if other != anchor
    ):
        root = above
    return Record(anchor, root, page.stop[root], page.first[root], page.last[root])


def _before(page: Outline, first: int, stop: int) -> Iterator[int]:
    """Yield the elements with text that stand before a list, the nearest first."""
    node = page.parent[first]
    branch = first
    while node >= 0 and page.stop[node] < stop:
        branch, node = node, page.parent[node]
    left = _LEVELS
    while node > 0 and left:
        before = [each for each in page.children(node) if each < branch and page.last[each] > page.first[each]]
        yield from before[: -_BACK - 1 : -1]
        left -= bool(before)
        branch, node = node, page.parent[node]


def _links(page: Outline, start: int, stop: int) -> list[int]:
    begin, end = bisect_left(page.links, start), bisect_left(page.links, stop)
    return [link for link in page.links[begin:end] if link in page.leading]


def _target(page: Outline, link: int) -> str:
    return page.hrefs.get(link, "").partition("#")[0].strip()


def _first_part(target: str) -> str:
    """Return the host, if there is one, and the first part of a path."""
    start = target.find("//") + 2 if "//" in target else 0
    parts = target[start:].partition("?")[0].split("/")
    return target[:start] + "/".join(parts[:2])
