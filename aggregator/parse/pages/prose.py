"""Running text: a link in the middle of a sentence names no record."""

from __future__ import annotations

import re

from aggregator.parse.pages.outline import Outline
from aggregator.parse.pages.phrases import leads_on
from aggregator.parse.pages.records import Row

_REACH = 200  # characters before and behind a link that are looked at
_SHORTEST = 12
# A small word that leads to the link, and what goes on behind it: "… brings a safety officer, [as guide 7], so that …".
_LEADS_TO = re.compile(r"\S\s+[^\W\d_A-ZÀ-ÖØ-Þ][^\W\d_]*['’,]?\s*[„“‚«\"(]?\s*$")
_CLOSES = re.compile(r"\s*(?:[,.;)]|[^\W\d_A-ZÀ-ÖØ-Þ])")  # behind "here" or "more"
_LONG = 90  # characters of a title that is none
_GOES_ON = re.compile(r"\s*(?:[,.;:!?)“”\"»’]|[^\W\d_A-ZÀ-ÖØ-Þ])")


def in_sentences(page: Outline, rows: list[Row]) -> float:
    """Return the share of records whose link stands in a sentence, with no title of their own elsewhere."""
    return sum(_is_in_sentence(page, row) for row in rows) / len(rows)


def _is_in_sentence(page: Outline, row: Row) -> bool:
    link, title = row.record.anchor, row.title
    if link < 0 or page.first[link] >= page.last[link]:
        return False
    first, last = page.first[link], page.last[link]
    block = page.block[first]
    if first == 0 or page.block[first - 1] != block:
        return False
    if title is not None and (title.heading or (title.block != block and not _is_prose(title.text))):
        return False
    start = first
    while start > 0 and page.block[start - 1] == block and first - start < _REACH:
        start -= 1
    if start == first:
        return False
    before = "".join(page.chunks[start:first])[-_REACH:]
    if len(before.strip()) < _SHORTEST or not _LEADS_TO.search(before):
        return False
    stop = last
    while stop < len(page.chunks) and page.block[stop] == block and stop - last < _REACH:
        stop += 1
    goes_on = _CLOSES if leads_on("".join(page.chunks[first:last])) else _GOES_ON
    return goes_on.match("".join(page.chunks[last:stop])) is not None


def _is_prose(text: str) -> bool:
    return len(text) > _LONG or (len(text) > _SHORTEST and text.endswith("."))
