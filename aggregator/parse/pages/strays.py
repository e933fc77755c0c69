"""What joined a list by its tags alone: links without the date, heading and text that all others have."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from aggregator.parse.pages.found_dates import Dates
from aggregator.parse.pages.likely_lists import folder_of, is_sure
from aggregator.parse.pages.outline import Outline
from aggregator.parse.pages.records import Row, length_of

_FEWEST = 4  # rows, of which one may be a stray
_USUAL = 0.6  # of the rows have it: then the others lack it
_DATED = 0.8
_SHORT = 25  # letters of a link of a menu
_SHORTER = 0.6  # than the titles usually are
_RUN = 5  # links of a menu in a row
_MENU = 1.5  # times as long as the longest of them are the titles of the list
_PROMOTED = re.compile(
    r"-(?:promo|promoted|promotion|promotional|cta|call-?to-?action|callout|banner|advert|advertisement|ads?|sponsor"
    r"|sponsored|newsletter|subscribe|sign-?up)(?=$|[\s-])"
)
# What pages of a site's own are called in their addresses.
_SERVICES = frozenset(
    "newsletter newsletters subscribe subscription abonnement abonnements abonnieren contact contact-us kontakt jobs "  # noqa: SIM905
    "career careers karriere carriere carrieres recrutement join join-us register registration login sign-in signin "
    "sign-up signup donate spenden support-us membership about about-us advertise mediakit media-kit press-kit".split()
)
_SAYS_MORE = 20  # characters of text beside a title


def without_strays(page: Outline, rows: Sequence[Row], dates: Dates) -> tuple[list[Row], Dates]:
    """Return the rows of a list without those that lack what most others have, at least two things of it.

    At the ends of the list, where menus are, one is enough for a title that is much shorter than the others.
    """
    lacks = [0] * len(rows)
    if len(rows) < _FEWEST:
        return list(rows), dates
    features = (
        ([any(map(is_sure, found)) for found in dates.rows], _DATED),
        ([bool(row.title and row.title.heading) for row in rows], _DATED),
        ([_says_more(row, dates.only) for row in rows], _USUAL),
    )
    for present, share in features:
        if sum(present) >= len(rows) * share:
            lacks = [count + (not has) for count, has in zip(lacks, present, strict=True)]
    usual = (
        median(length_of(row.headline) for row, count in zip(rows, lacks, strict=True) if not count)
        if 0 in lacks
        else 0
    )
    strays = {number for number, count in enumerate(lacks) if count > 1}
    for way in (range(len(rows)), range(len(rows) - 1, -1, -1)):
        for number in way:
            length = length_of(rows[number].headline)
            if not lacks[number] or length > min(_SHORT, usual * _SHORTER):
                break
            strays.add(number)
    if len(strays) > len(rows) * (1 - _USUAL) + 1:
        strays = set()
    strays.update(_menus(rows, dates))
    strays.update(_promotions(page, rows, dates))
    if not strays:
        return list(rows), dates
    kept = [number for number in range(len(rows)) if number not in strays]
    return [rows[number] for number in kept], Dates([dates.rows[number] for number in kept], dates.only)


def _menus(rows: Sequence[Row], dates: Dates) -> Iterator[int]:
    """Yield the records of a menu that goes on where a list of long titles ends, or that leads to it.

    It is a run of short, bare links: as one short title may be among long ones, but not many in a row.
    """
    lengths = [length_of(row.headline) for row in rows]
    bare = [
        length <= _SHORT and not found and not (row.title and row.title.heading) and not _says_more(row, dates.only)
        for row, length, found in zip(rows, lengths, dates.rows, strict=True)
    ]
    for way in (range(len(rows)), range(len(rows) - 1, -1, -1)):
        run = list(itertools.takewhile(bare.__getitem__, way))
        others = [length for number, length in enumerate(lengths) if number not in run]
        if (
            len(run) >= _RUN
            and len(others) >= _FEWEST
            and _MENU * max(lengths[number] for number in run) <= median(others)
        ):
            yield from run


def _promotions(page: Outline, rows: Sequence[Row], dates: Dates) -> Iterator[int]:
    """Yield the records that promote something between the others: "Get our newsletter", "We are hiring".

    They have no date, and lead to a page of the site's own, or elsewhere than the others by a class that says so.
    """
    targets = [page.hrefs.get(row.link, "") for row in rows]
    folders = [folder_of(target) for target in targets]
    usual, count = Counter(folders).most_common(1)[0]
    undated = [number for number, found in enumerate(dates.rows) if not any(map(is_sure, found))]
    promoted = {number for number in undated if _leads_to_service(targets[number])}
    elsewhere = [number for number in undated if folders[number] != usual]
    if elsewhere and count >= len(rows) * _USUAL:
        called_so = {number for number, row in enumerate(rows) if _PROMOTED.search(_classes(page, row))}
        if len(called_so) <= len(rows) * (1 - _USUAL):  # else it says something else: "node--promoted"
            promoted.update(called_so.intersection(elsewhere))
    if len(promoted) <= len(rows) * (1 - _USUAL):
        yield from promoted


def _leads_to_service(target: str) -> bool:
    path = target.partition("#")[0].partition("?")[0].rstrip("/")
    return path.rpartition("/")[2].partition(".")[0].lower() in _SERVICES and "/" in path


def _classes(page: Outline, row: Row) -> str:
    names = page.nodes[max(row.record.root, 0)].get("class") or ""
    return "-" + " -".join(names.lower().replace("_", "-").split())


def _says_more(row: Row, only: set[int]) -> bool:
    return any(
        cell is not row.title
        and cell.first_chunk not in only
        and len(cell.text) >= _SAYS_MORE
        and (row.title is None or cell.text != row.title.text)
        for cell in row.cells
    )
