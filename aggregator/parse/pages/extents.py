"""How far does each record reach around its link?

It is the largest element that holds no other link of the same series, or, where the records of a list stand flat beside
each other (``dt dd dt dd``, rows of a table, lines between ``br``), the stretch of siblings that goes with it.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from aggregator.parse.pages.outline import Outline

_REACH = 8  # siblings before and behind a record's link that may belong to it
_MOST_BETWEEN = 2 * _REACH
_PINNED = 3  # records at the top of a list whose classes may differ from those of the others
_OFTEN = 0.5  # of the groups that hold one record alone: so many records stand in larger ones
_SHARE = 0.2  # of the records that are of one kind, where they are of several
_TEXT = -1  # what stands for a piece of text among the kinds of siblings


@dataclass(slots=True)
class Record:
    """One record: elements ``root`` to ``stop``, pieces of text ``first`` to ``last``, found by the link ``anchor``."""

    anchor: int
    root: int
    stop: int
    first: int
    last: int


def records_of(page: Outline, series: Sequence[int], targets: dict[int, str], siblings_in: Siblings) -> list[Record]:
    runs: list[list[int]] = []
    for link in series:
        if runs and targets[runs[-1][-1]] == targets[link]:
            runs[-1].append(link)
        else:
            runs.append([link])
    if len(runs) < 2:
        return []
    ends = [-1, *(run[0] for run in runs), len(page.nodes)]
    lasts = [-1, *(run[-1] for run in runs)]
    roots = [_widest(page, run[0], lasts[each], ends[each + 2]) for each, run in enumerate(runs)]
    anchors = [run[0] for run in runs]
    roots = _alike(page, anchors, _within_groups(page, anchors, roots))
    return _stretch(page, anchors, roots, siblings_in)


def _is_headed(page: Outline, link: int) -> bool:
    first = page.first[link]
    return first < page.last[link] and page.cells[page.cell_of_chunk[first]].heading > 0


def _widest(page: Outline, link: int, after: int, before: int) -> int:
    """Return the largest element around a link that holds neither its predecessor nor its successor."""
    node, parent, stop = link, page.parent, page.stop
    while (above := parent[node]) > after and above > 0 and stop[above] <= before:
        node = above
    return node


def _within_groups(page: Outline, anchors: Sequence[int], roots: Sequence[int]) -> list[int]:
    """Let a record that is alone in its group be what the records of larger groups are: the ``li``, not the ``ul``."""
    kind, parent = page.kind, page.parent
    if len({kind[root] for root in roots}) == 1:
        return list(roots)
    within = Counter((kind[above], kind[root]) for root in roots if (above := parent[root]) >= 0)
    alone = Counter(kind[root] for root in roots)
    inner = {
        group: kind_of
        for (group, kind_of), count in within.items()
        if alone[group] > 1 and 1 < count >= alone[group] * _OFTEN
    }
    found = []
    for anchor, root in zip(anchors, roots, strict=True):
        wanted, node = inner.get(kind[root]), anchor
        while node != root and wanted is not None and not (kind[node] == wanted and parent[node] == root):
            node = parent[node]
        found.append(node if wanted is not None else root)
    return found


def _alike(page: Outline, anchors: Sequence[int], roots: Sequence[int]) -> list[int]:
    """Let all records be of the kind that most are of: the first and last of a list tend to be taken too wide.

    Those beside them stay as they are where records are of several kinds: "odd" and "even", in other words.
    """
    kinds = Counter(page.kind[root] for root in roots)
    usual, count = kinds.most_common(1)[0]
    if count == len(roots):
        return list(roots)
    usual_tag = page.tags[next(root for root in roots if page.kind[root] == usual)]
    if count < 2:
        return list(roots)
    places = {page.parent[root] for root in roots if page.kind[root] == usual}
    several = {kind for kind, times in kinds.items() if count <= len(roots) / 2 or times >= len(roots) * _SHARE}
    found = []
    for number, (anchor, root) in enumerate(zip(anchors, roots, strict=True)):
        is_beside = page.tags[root] == usual_tag and page.parent[root] in places
        if is_beside and (number < _PINNED or page.kind[root] in several):
            found.append(root)
            continue
        node, inner = anchor, -1
        while page.kind[root] != usual and node != root:
            if page.kind[node] == usual or (inner < 0 and page.tags[node] == usual_tag and node != anchor):
                inner = node
                if page.kind[node] == usual:
                    break
            node = page.parent[node]
        found.append(inner if inner >= 0 else root)
    return found


@dataclass(slots=True)
class _Sibling:
    kind: int
    node: int
    first: int
    last: int


class Siblings(dict[int, list[_Sibling]]):
    """What stands in an element, in order, pieces of text among it; found once, as many series share a parent."""

    def __init__(self, page: Outline) -> None:
        super().__init__()
        self._page = page

    def __missing__(self, parent: int) -> list[_Sibling]:
        page = self._page
        found, chunk = [], page.first[parent]
        for child in page.children(parent):
            if page.first[child] > chunk:
                found.append(_Sibling(_TEXT, -1, chunk, page.first[child]))
            found.append(_Sibling(page.kind[child], child, page.first[child], page.last[child]))
            chunk = page.last[child]
        if page.last[parent] > chunk:
            found.append(_Sibling(_TEXT, -1, chunk, page.last[parent]))
        self[parent] = found
        return found


def _stretch(page: Outline, anchors: Sequence[int], roots: Sequence[int], siblings_in: Siblings) -> list[Record]:
    """Return the records around these elements, with the siblings that go with each."""
    plain = [
        Record(anchor, root, page.stop[root], page.first[root], page.last[root])
        for anchor, root in zip(anchors, roots, strict=True)
    ]
    # most lists are elements with nothing between them, which needn't be looked at closely
    beside = sum(
        page.stop[one] == other and page.last[one] == page.first[other] and page.parent[one] == page.parent[other]
        for one, other in itertools.pairwise(roots)
    )
    if beside * 2 >= len(roots):
        return plain
    by_parent: dict[int, list[int]] = defaultdict(list)
    for each, root in enumerate(roots):
        by_parent[page.parent[root]].append(each)
    families = [(siblings_in[parent], members) for parent, members in by_parent.items() if parent >= 0]
    places = [
        (siblings, members, _places(siblings, [roots[each] for each in members])) for siblings, members in families
    ]
    between = Counter(
        tuple(each.kind for each in siblings[one + 1 : min(other, one + _MOST_BETWEEN)])
        for siblings, _, at in places
        for one, other in itertools.pairwise(at)
    )
    if not between:
        return plain
    usual, count = between.most_common(1)[0]
    total = between.total()
    common = Counter(kind for kinds, times in between.items() for kind in set(kinds) for _ in range(times))
    if between[()] * 2 > total or (not usual and count * 3 > total):
        return plain
    regular = {kind for kind, times in common.items() if times * 4 >= total}
    if not regular:
        return plain
    lead = _lead(places, usual, is_headed=_is_headed(page, anchors[len(anchors) // 2]))
    for siblings, members, at in places:
        _widen(page, plain, (siblings, members, at), regular, lead, max(len(usual) - lead, 0))
    return plain


def _places(siblings: Sequence[_Sibling], roots: Sequence[int]) -> list[int]:
    where = {each.node: place for place, each in enumerate(siblings) if each.node >= 0}
    return [where[root] for root in roots]


def _lead(
    places: Sequence[tuple[list[_Sibling], list[int], list[int]]], usual: tuple[int, ...], *, is_headed: bool
) -> int:
    """Return how many siblings before its link's element belong to a record: the date before the headline …

    What stands before the first record of each family and behind its last one tells where records begin. Where both
    fit, a heading begins one.
    """
    leading, trailing = [], []
    for siblings, _, at in places:
        kinds = [each.kind for each in siblings]
        before = kinds[max(0, at[0] - _REACH) : at[0]][::-1]
        leading.append(_shared(before, usual[::-1]))
        trailing.append(_shared(kinds[at[-1] + 1 : at[-1] + 1 + _REACH], usual))
    lead, trail = median_low(leading), median_low(trailing)
    if lead + trail <= len(usual):
        return lead
    return 0 if is_headed and trail == len(usual) else max(len(usual) - trail, 0)


def _shared(kinds: Sequence[int], usual: Sequence[int]) -> int:
    """Return how many kinds are the usual ones before the first that isn't."""
    length = 0
    for one, other in zip(kinds, usual, strict=False):
        if one != other:
            break
        length += 1
    return length


def _widen(
    page: Outline,
    records: list[Record],
    place: tuple[list[_Sibling], list[int], list[int]],
    regular: set[int],
    lead: int,
    trail: int,
) -> None:
    siblings, members, at = place
    for number, (member, where) in enumerate(zip(members, at, strict=True)):
        floor = at[number - 1] + 1 if number else 0
        start = max(floor, where - lead)
        while start < where and siblings[start].kind not in regular:
            start += 1
        ceiling = at[number + 1] - lead if number + 1 < len(at) else min(len(siblings), where + 1 + trail)
        stop = where + 1
        while stop < ceiling and siblings[stop].kind in regular:
            stop += 1
        record = records[member]
        record.first, record.last = siblings[start].first, siblings[stop - 1].last
        nodes = [each.node for each in siblings[start:stop] if each.node >= 0]
        record.root, record.stop = nodes[0], page.stop[nodes[-1]]
