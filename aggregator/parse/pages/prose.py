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
# The beginning of a sentence that a link goes on with: "The [first flight] was …", "In [the report] it says …".
_BEGINS = re.compile(
    r"\W{0,3}(?:The|A|An|In|On|At|For|From|With|By|Our|This|Der|Die|Das|Ein|Eine|Im|Am|Mit|Auf|Für|Bei|Nach|Unsere?"
    r"|Le|La|Les|Un|Une|Dans|Sur|Pour|Avec|Par|Notre|Ce|Cette|En)\s+$"
)
_CLOSES = re.compile(r"\s*(?:[,.;)]|[^\W\d_A-ZÀ-ÖØ-Þ])")  # behind "here" or "more"
_SMALL_WORD = re.compile(r"\s+[^\W\d_A-ZÀ-ÖØ-Þ]+\s")
_ENDS = re.compile(r"[^\W\d_]{2}[.!?](?:\s|$)")
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
    start, stop = first, last
    while start > 0 and page.block[start - 1] == block and first - start < _REACH:
        start -= 1
    while stop < len(page.chunks) and page.block[stop] == block and stop - last < _REACH:
        stop += 1
    before, behind = "".join(page.chunks[start:first])[-_REACH:], "".join(page.chunks[last:stop])
    if _BEGINS.match(before):
        return _SMALL_WORD.match(behind) is not None and _ENDS.search(behind) is not None
    goes_on = _CLOSES if leads_on("".join(page.chunks[first:last])) else _GOES_ON
    is_led_to = len(before.strip()) >= _SHORTEST and _LEADS_TO.search(before)
    return bool(is_led_to and goes_on.match(behind))


def _is_prose(text: str) -> bool:
    return len(text) > _LONG or (len(text) > _SHORTEST and text.endswith("."))
