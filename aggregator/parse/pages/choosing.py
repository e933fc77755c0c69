"""Which of a page's series is the list that it is about, and is it one at all?"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from aggregator.parse.pages.extents import Record
from aggregator.parse.pages.found_dates import Dates
from aggregator.parse.pages.likely_lists import FEW_LEADS, MIXED, Candidate, folder_of, is_sure, target_of
from aggregator.parse.pages.outline import NAVIGATION, Outline
from aggregator.parse.pages.phrases import names_another_list
from aggregator.parse.pages.records import Row, length_of

_MOST_IN_PARTS = 40  # records of a list of which a part may be meant
_MOSTLY = 0.6
_PARAGRAPH = 80  # characters of a running text
_WHOLE_IS_WORTH = 0.6  # of what its best part is worth, at least


def best_of(page: Outline, candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the best list; of one that is a part of another, the whole, unless that is much worse."""
    best = max(candidates, key=_with_length, default=None)
    if best is None:
        return None
    best = _dated_part(page, _behind_leads(page, best, candidates), candidates)
    own = _targets(page, best)
    wholes = [
        each
        for each in candidates
        if len(each.records) > len(best.records)
        and each.worth >= best.worth * _WHOLE_IS_WORTH
        and len(own - _targets(page, each)) <= len(own) * 0.1
        and _is_more_of_it(page, each, best, own)
    ]
    return _without_others(page, max(wholes, key=lambda each: each.worth, default=best))


def _without_others(page: Outline, whole: Candidate) -> Candidate:
    """Leave out what stands under a heading that names another list ("Upcoming events"), unless most of it does."""
    kept, heading, before = [], "", 0
    for number, record in enumerate(whole.records):
        between = page.cells_between(before, record.first)
        heading = next((cell.text for cell in reversed(between) if cell.heading), heading)
        if not (number and names_another_list(heading)):
            kept.append(number)
        before = max(before, record.last)
    if len(kept) == len(whole.records) or len(kept) < max(len(whole.records) * _MOSTLY, 2):
        return whole
    rows = [number for number in kept if number < len(whole.rows)]
    return replace(
        whole,
        records=[whole.records[number] for number in kept],
        rows=[whole.rows[number] for number in rows],
        dates=Dates([whole.dates.rows[number] for number in rows], whole.dates.only),
    )


def _with_length(candidate: Candidate) -> float:
    """Return a list's worth, and of two that are as good a little more for the longer one."""
    return candidate.worth * (1 + 0.02 * math.log2(1 + len(candidate.records)))


def _dated_part(page: Outline, best: Candidate, candidates: Sequence[Candidate]) -> Candidate:
    """Return the part of a list that has all of its dates where the rest has none: what is dated is what is news."""
    if not 0.15 <= best.dated <= MIXED or len(best.records) > _MOST_IN_PARTS:
        return best
    own = _targets(page, best)
    parts = [
        each
        for each in candidates
        if each.dated > MIXED
        and each.worth >= best.worth * _WHOLE_IS_WORTH * 0.8
        and len(each.records) >= best.dated * len(best.records) * 0.9
        and not _targets(page, each) - own
    ]
    return max(parts, key=lambda each: each.worth, default=best)


def _behind_leads(page: Outline, best: Candidate, candidates: Sequence[Candidate]) -> Candidate:
    """Return the list behind a few lead stories, where these look better than it: longer, as dated, into one folder."""
    if len(best.records) > FEW_LEADS:
        return best
    own = _targets(page, best)
    folders = {folder_of(each) for each in own}
    if len(folders) != 1 or len(own) < len(best.records):
        return best
    behind = [
        each
        for each in candidates
        if len(each.records) > len(best.records)
        and each.records[0].root >= best.records[-1].stop
        and each.worth >= best.worth * _WHOLE_IS_WORTH
        and (each.dated > MIXED) == (best.dated > MIXED)
        and all(folder_of(target) in folders for target in _targets(page, each))
    ]
    return max(behind, key=_with_length, default=best)


def _is_more_of_it(page: Outline, whole: Candidate, part: Candidate, own: set[str]) -> bool:
    """Tell whether what a whole adds looks like its part: dated if that is, with titles about as long.

    And stands beside its records: a second link within each, to a speaker, is none.
    """
    added = [
        (row.title, any(map(is_sure, found)))
        for row, found in zip(whole.rows, whole.dates.rows, strict=True)
        if target_of(page, row.record) not in own
    ]
    if not added or _is_pinned(page, whole, own):
        return True
    if _inside(page, whole, part, own) > len(added) / 2:
        return False
    dated = sum(is_dated for _, is_dated in added) / len(added)
    length = sum(length_of(title.text) if title else 0.0 for title, _ in added) / len(added)
    return dated >= part.dated * 0.6 and length >= part.length * 0.5


def _inside(page: Outline, whole: Candidate, part: Candidate, own: set[str]) -> int:
    """Return how many links that a whole adds stand within records of its part."""
    roots = [record.root for record in part.records]
    count = 0
    for row in whole.rows:
        anchor = row.record.anchor
        place = bisect_right(roots, anchor) - 1
        count += place >= 0 and anchor < part.records[place].stop and target_of(page, row.record) not in own
    return count


def _is_pinned(page: Outline, whole: Candidate, own: set[str]) -> bool:
    """Tell whether a whole adds but the first record, which stands beside the others and has a title as they have."""
    if len(whole.rows) < 2 or {target_of(page, record) for record in whole.records[1:]} - own:
        return False
    first, second = whole.rows[0], whole.rows[1]
    if first.title is None or second.title is None:
        return False
    is_beside = page.parent[first.record.root] == page.parent[second.record.root]
    return is_beside and first.title.heading == second.title.heading and _folder(page, first) == _folder(page, second)


def _folder(page: Outline, row: Row) -> str:
    return folder_of(page.hrefs.get(row.link, ""))


def _targets(page: Outline, candidate: Candidate) -> set[str]:
    return {target_of(page, record) for record in candidate.records} - {""}


def is_beside_a_text(page: Outline, records: Sequence[Record], *, is_doubted: bool) -> bool:
    """Tell whether a page's middle has so much running text outside of these records that it is about the text."""
    inside = bytearray(len(page.chunks) + 1)
    for record in records:
        inside[record.first : record.last] = b"\1" * (record.last - record.first)
    outside = sum(
        length_of(cell.text)
        for cell in page.cells
        if len(cell.text) > _PARAGRAPH
        and cell.link < 0
        and not inside[cell.first_chunk]
        and not page.region[cell.owner] & NAVIGATION
    )
    least, share = (400.0, 0.7) if is_doubted else (900.0, 1.5)
    if outside <= least:
        return False
    return outside > share * sum(length_of(cell.text) for cell in page.cells if inside[cell.first_chunk])
