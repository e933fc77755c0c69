"""The story before a list that is shown larger than its others, and in another layout, but is one of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from aggregator.parse.pages.choosing import Candidate, is_sure, read_rows
from aggregator.parse.pages.outline import IS_TITLE, Outline
from aggregator.parse.pages.repeats import Record

_LEVELS = 3  # elements around a list before which its lead story may stand
_BACK = 2  # elements before the list, or before what it stands in
_MOST_CHARS = 1500
_MOST_TARGETS = 4  # of its links: itself, its tags, its author
_DATED = 0.8  # of the list's records; without dates nothing tells a story from an introduction
_DIGITS = re.compile(r"\d+")


def lead_of(page: Outline, best: Candidate, *, language: str | None, now: datetime) -> Record | None:
    """Return the lead story of a list: one with a title, a date and a link into the same folder, directly before it."""
    if best.dated < _DATED or best.records[0].root < 0:
        return None
    known = {_target(page, record.anchor) for record in best.records}
    folders = Counter(_folder(target) for target in known)
    usual, count = folders.most_common(1)[0]
    if count * 2 <= len(known):
        return None
    for node in _before(page, best.records[0].root, best.records[-1].stop):
        record = Record(node, node, page.stop[node], page.first[node], page.last[node])
        links = [link for link in page.links if node <= link < record.stop and link in page.leading]
        targets = {_target(page, link) for link in links}
        chars = sum(map(len, page.chunks[record.first : record.last]))
        if not links or targets & known or len(targets) > _MOST_TARGETS or chars > _MOST_CHARS or page.region[node]:
            continue
        record.anchor = links[0]
        (row,), dates = read_rows(page, [record], language=language, now=now)
        title = row.title
        if title is None or not (title.heading > 1 or title.hints & IS_TITLE) or not any(map(is_sure, dates.rows[0])):
            continue
        target = _target(page, row.link)
        if _folder(target) == usual and (len(targets) == 1 or title.link == row.link):
            record.anchor = row.link
            return record
    return None


def _before(page: Outline, first: int, stop: int) -> Iterator[int]:
    """Yield the elements with text that stand before a list, the nearest first."""
    node = page.parent[first]
    branch = first
    while node >= 0 and page.stop[node] < stop:
        branch, node = node, page.parent[node]
    for _ in range(_LEVELS):
        if node <= 0:
            return
        before = [each for each in page.children(node) if each < branch and page.last[each] > page.first[each]]
        yield from before[: -_BACK - 1 : -1]
        branch, node = node, page.parent[node]


def _target(page: Outline, link: int) -> str:
    return page.hrefs.get(link, "").partition("#")[0].strip()


def _folder(target: str) -> str:
    return _DIGITS.sub("", target.partition("?")[0].rpartition("/")[0] or target.partition("?")[0])
