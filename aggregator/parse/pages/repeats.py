"""Which parts of a page repeat? Links that stand in like places, and around each the piece that is its record.

A record is found from its link: it is the largest element that holds no other link of the same series, or, where the
records of a list stand flat beside each other (``dt dd dt dd``, rows of a table, lines between ``br``), the stretch of
siblings that goes with it.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median_low

from aggregator.parse.pages.outline import NAVIGATION, RELATED, SIDE, Outline

_LEVELS = 4  # above a link, in which a list may end
_SAMPLE = 24  # links that the first look at a series is at
_LINE = 40  # characters that say as much as being a heading
_LONGEST = 100  # of a link's text, as far as they count
_TRIED = 12  # series that are looked at closely, the likeliest first
_REACH = 8  # siblings before and behind a record's link that may belong to it
_MOST_BETWEEN = 2 * _REACH
_MOST_RECORDS = 3000
_PINNED = 3  # records at the top of a list whose classes may differ from those of the others
_MOST_BESIDE = 600  # characters around a link without a text
_SEVERAL = 2  # links in the same place of each record: "pdf", "other formats"
_TEXT = -1  # what stands for a piece of text among the kinds of siblings


@dataclass(slots=True)
class Record:
    """One record: elements ``root`` to ``stop``, pieces of text ``first`` to ``last``, found by the link ``anchor``."""

    anchor: int
    root: int
    stop: int
    first: int
    last: int


def find_series(page: Outline) -> Iterator[tuple[float, list[Record]]]:
    """Yield the series of records that a page may be a list of, the likeliest first, with how likely by a first look.

    That is said as a part of what the likeliest one promises.
    """
    leading, first, last = page.leading, page.first, page.last
    targets = {
        link: target
        for link, href in page.hrefs.items()
        if link in leading
        and (target := href.partition("#")[0].strip())
        and (first[link] < last[link] or not _is_blank_twin(page, link))
    }
    ranked = sorted(_series(page, targets), key=lambda each: (-each[0], each[1][0]))
    seen: set[tuple[int, ...]] = set()
    siblings_in = _Siblings(page)
    for promise, series in ranked[:_TRIED]:
        records = _records(page, series[:_MOST_RECORDS], targets, siblings_in)
        roots = tuple([each.root for each in records])
        if len(records) >= 2 and roots not in seen:
            seen.add(roots)
            yield promise / ranked[0][0], records


def _is_blank_twin(page: Outline, link: int) -> bool:
    """Tell whether a link shows nothing and stands directly beside one that does: what an editor left behind.

    Without such a one it may be the layer that makes a card a link.
    """
    if page.stop[link] > link + 1:
        return False
    first, above = page.first[link], page.parent[link]
    for chunk in (first - 1, first):
        if 0 <= chunk < len(page.link) and (other := page.link[chunk]) >= 0 and page.parent[other] == above:
            return True
    return False


def _series(page: Outline, targets: dict[int, str]) -> Iterator[tuple[float, list[int]]]:
    """Yield the groups of links that stand in like places, each with what it promises."""
    groups = _by_place(page, targets)
    looks = {link: _look(page, link) for link in targets}
    seen: set[tuple[int, ...]] = set()
    for fewest, group in groups:
        if len(group) < fewest or (same := tuple(group)) in seen:
            continue
        seen.add(same)
        distinct = len(set(map(targets.__getitem__, group)))
        if distinct >= fewest:
            sample = group[:_SAMPLE]
            look = 0.2 + sum(map(looks.__getitem__, sample)) / len(sample) / _LINE
            yield math.log2(1 + distinct) * look * region_weight(page, group[0]), group


def _by_place(page: Outline, targets: dict[int, str]) -> Iterator[tuple[int, list[int]]]:
    """Group links by the place they stand in: by tags and classes, by tags alone, by the nearest three.

    And those of one place by the part of the page that holds them: lists that are alike stand side by side. Each group
    comes with the fewest targets that make it a series.
    """
    parent, kind, path, region, loose = page.parent, page.kind, page.path, page.region, page.loose
    alike: dict[tuple[int, int], list[int]] = defaultdict(list)
    by_tags: dict[tuple[int, int], list[int]] = defaultdict(list)
    near: dict[tuple[int, int, int, int], list[int]] = defaultdict(list)
    within: dict[tuple[int, int], list[int]] = defaultdict(list)
    for link in targets:
        above = parent[link]
        over = parent[above] if above >= 0 else -1
        out, way = region[link], path[link]
        tags = loose[way]
        alike[out, way].append(link)
        by_tags[out, tags].append(link)
        near[out, kind[over] if over >= 0 else -1, kind[above] if above >= 0 else -1, kind[link]].append(link)
        ancestor = over
        for _ in range(_LEVELS):
            if ancestor < 0:
                break
            within[ancestor, tags].append(link)
            ancestor = parent[ancestor]
    for group in itertools.chain(alike.values(), by_tags.values(), near.values()):
        yield 2, group
    for group in itertools.chain(within.values(), (_ends(page, group, targets) for group in alike.values())):
        yield 3, group


def _ends(page: Outline, group: Sequence[int], targets: dict[int, str]) -> list[int]:
    """Return the first or last of the links that stand side by side in each record, [] where these are not several."""
    if len(group) < 3 * _SEVERAL:
        return []
    parent = page.parent
    first = [one for before, one in itertools.pairwise([-1, *group]) if before < 0 or parent[before] != parent[one]]
    if not 3 <= len(first) <= len(group) / _SEVERAL:
        return []
    if len({targets[one] for one in first}) > len(first) / _SEVERAL:
        return first
    # the first ones lead to sections
    return [one for one, after in itertools.pairwise([*group, -1]) if after < 0 or parent[after] != parent[one]]


def _look(page: Outline, link: int) -> int:
    """Return how much a link looks like a title: its length as far as that counts, and whether it is a heading.

    One without a text (a picture, a layer on a card) has a part of what is beside it.
    """
    first, last, upto = page.first[link], page.last[link], page.upto
    if first < last:
        length = min(upto[last] - upto[first], _LONGEST)
        return length + _LINE if page.cells[page.cell_of_chunk[first]].heading else length
    above = page.parent[link]
    beside = upto[page.last[above]] - upto[page.first[above]] if above >= 0 else 0
    return min(beside // 2, _LONGEST) if beside <= _MOST_BESIDE else 0


def _is_headed(page: Outline, link: int) -> bool:
    first = page.first[link]
    return first < page.last[link] and page.cells[page.cell_of_chunk[first]].heading > 0


WEIGHTS = {NAVIGATION: 0.15, SIDE: 0.45, RELATED: 0.35}


def region_weight(page: Outline, node: int) -> float:
    """Return how likely a place is to hold the list of a page: 1 in its middle, less beside and below it."""
    region, weight = page.region[node], 1.0
    for each, factor in WEIGHTS.items():
        if region & each:
            weight *= factor
    return weight


def _records(page: Outline, series: Sequence[int], targets: dict[int, str], siblings_in: _Siblings) -> list[Record]:
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
    inner = {group: kind_of for (group, kind_of), count in within.items() if count > 1 and alone[group] > 1}
    found = []
    for anchor, root in zip(anchors, roots, strict=True):
        wanted, node = inner.get(kind[root]), anchor
        while node != root and wanted is not None and not (kind[node] == wanted and parent[node] == root):
            node = parent[node]
        found.append(node if wanted is not None else root)
    return found


def _alike(page: Outline, anchors: Sequence[int], roots: Sequence[int]) -> list[int]:
    """Let all records be of the kind that most are of: the first and last of a list tend to be taken too wide."""
    usual, count = Counter(page.kind[root] for root in roots).most_common(1)[0]
    if count == len(roots):
        return list(roots)
    usual_tag = page.tags[next(root for root in roots if page.kind[root] == usual)]
    if count < 2:
        return list(roots)
    places = {page.parent[root] for root in roots if page.kind[root] == usual}
    found = []
    for number, (anchor, root) in enumerate(zip(anchors, roots, strict=True)):
        if number < _PINNED and page.tags[root] == usual_tag and page.parent[root] in places:
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


class _Siblings(dict[int, list[_Sibling]]):
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


def _stretch(page: Outline, anchors: Sequence[int], roots: Sequence[int], siblings_in: _Siblings) -> list[Record]:
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
