"""Which parts of a page repeat? Links that stand in like places; what goes with each is its record (extents.py)."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from aggregator.parse.pages.extents import Record, Siblings, records_of
from aggregator.parse.pages.outline import NAVIGATION, RELATED, SIDE, Outline

_ONE_KIND = 0.8  # of a group
_CELLS = frozenset(("td", "th"))
_LEVELS = 4  # above a link, in which a list may end
_SAMPLE = 24  # links that the first look at a series is at
_LINE = 40  # characters that say as much as being a heading
_LONGEST = 100  # of a link's text, as far as they count
_TRIED = 12  # series that are looked at closely, the likeliest first
_MOST_RECORDS = 3000
_MOST_BESIDE = 600  # characters around a link without a text
_CODE = 8  # characters of a link that names a language or a kind of file
_SEVERAL = 2  # links in the same place of each record: "pdf", "other formats"


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
    siblings_in = Siblings(page)
    for promise, series in ranked[:_TRIED]:
        records = records_of(page, series[:_MOST_RECORDS], targets, siblings_in)
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

    And by the nearest two with their tags, as classes above them may differ between records ("card card--research"),
    and by the column of a table. And those of one place by the part of the page that holds them: lists that are alike
    stand side by side. Each group comes with the fewest targets that make it a series.
    """
    parent, kind, path, region, loose = page.parent, page.kind, page.path, page.region, page.loose
    alike: dict[tuple[int, int], list[int]] = defaultdict(list)
    by_tags: dict[tuple[int, int], list[int]] = defaultdict(list)
    near: dict[tuple[int, int, int, int], list[int]] = defaultdict(list)
    in_columns: dict[tuple[int, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    in_cells: dict[int, int] = {}
    within: dict[tuple[int, int], list[int]] = defaultdict(list)
    has_cells = "td" in page.tags
    for link in targets:
        above = parent[link]
        over = parent[above] if above >= 0 else -1
        out, way = region[link], path[link]
        tags = loose[way]
        alike[out, way].append(link)
        by_tags[out, tags].append(link)
        near[out, kind[over] if over >= 0 else -1, kind[above] if above >= 0 else -1, kind[link]].append(link)
        cell = in_cells.get(way) if has_cells else 0
        if cell is None:  # of links in one place all stand in a cell, or none
            cell = in_cells[way] = _levels_to_cell(page, link)
        if cell:
            in_columns[out, tags][_column(page, link, cell)].append(link)
        ancestor = over
        for _ in range(_LEVELS):
            if ancestor < 0:
                break
            within[ancestor, tags].append(link)
            ancestor = parent[ancestor]
    for group in itertools.chain(alike.values(), by_tags.values(), near.values()):
        yield 2, group
    columns = (each for several in in_columns.values() if len(several) > 1 for each in several.values())
    for group in itertools.chain(columns, _of_several_kinds(page, near.values())):
        yield 3, group
    for group in itertools.chain(within.values(), (_ends(page, group, targets) for group in alike.values())):
        yield 3, group


def _of_several_kinds(page: Outline, groups: Iterable[list[int]]) -> Iterator[list[int]]:
    """Yield links that stand alike but for the classes of what holds both: not one kind and a few of another."""
    alike: dict[tuple[int, int, int], list[list[int]]] = defaultdict(list)
    for group in groups:
        link = group[0]
        above = page.parent[link]
        if above >= 0:
            alike[page.region[link], page.kind[above], page.loose[page.path[link]]].append(group)
    for several in alike.values():
        whole = list(itertools.chain(*several)) if len(several) > 1 else ()
        if whole and max(map(len, several)) <= len(whole) * _ONE_KIND:
            yield sorted(whole)


def _levels_to_cell(page: Outline, link: int) -> int:
    """Return how many elements a cell of a table is above a link; 0 where none is near."""
    node = link
    for level in range(1, _LEVELS + 1):
        node = page.parent[node]
        if node < 0:
            return 0
        if page.tags[node] in _CELLS:
            return level
    return 0


def _column(page: Outline, link: int, levels: int) -> int:
    """Return how many cells of its row stand before that of a link, which is so many levels above it."""
    node = link
    for _ in range(levels):
        node = page.parent[node]
    count, each = 0, page.parent[node] + 1
    while each < node:
        count, each = count + 1, page.stop[each]
    return count


def _ends(page: Outline, group: Sequence[int], targets: dict[int, str]) -> list[int]:
    """Return the first or last of the links that stand side by side in each record, [] where these are not several.

    They stand in one element, or each in an item of a list within the record where they are codes: "FR", "PDF".
    """
    if len(group) < 3 * _SEVERAL:
        return []
    parent = page.parent
    level = 2 if page.tags[parent[group[0]]] == "li" and _are_codes(page, group[:_SAMPLE]) else 1
    for _ in range(level):
        holders = [parent[link] for link in group] if level == 1 else [parent[parent[link]] for link in group]
        first = [one for number, one in enumerate(group) if not number or holders[number - 1] != holders[number]]
        if 3 <= len(first) <= len(group) / _SEVERAL:
            if len({targets[one] for one in first}) > len(first) / _SEVERAL:
                return first
            # the first ones lead to sections
            last = len(group) - 1
            return [one for number, one in enumerate(group) if number == last or holders[number + 1] != holders[number]]
        level -= 1
    return []


def _are_codes(page: Outline, links: Sequence[int]) -> bool:
    return all(page.upto[page.last[link]] - page.upto[page.first[link]] <= _CODE for link in links)


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


WEIGHTS = {NAVIGATION: 0.15, SIDE: 0.45, RELATED: 0.35}


def region_weight(page: Outline, node: int) -> float:
    """Return how likely a place is to hold the list of a page: 1 in its middle, less beside and below it."""
    region, weight = page.region[node], 1.0
    for each, factor in WEIGHTS.items():
        if region & each:
            weight *= factor
    return weight
