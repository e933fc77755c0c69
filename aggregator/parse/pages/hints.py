"""What to try with a page on which no list was found: the likeliest records to pin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from aggregator.errors import ParseError
from aggregator.model import Fetched
from aggregator.parse.pages.flatten import outline
from aggregator.parse.pages.likely_lists import candidates_of
from aggregator.parse.pages.selecting import describe
from aggregator.parse.pages.tree import PageDocument, open_page

_FEWEST_RECORDS = 3
_LEAST = 0.8  # what a list is worth that may be meant
_TITLE = 60


def hints_for(fetched: Fetched, *, now: datetime) -> tuple[str, ...]:
    """Return what the operator may try; nothing for what is no page."""
    try:
        return tuple(_records(open_page(fetched), now))
    except ParseError:
        return ()


def _records(document: PageDocument, now: datetime) -> Iterator[str]:
    """Yield how to pin the likeliest list that was refused."""
    page = outline(document.root)
    candidates = candidates_of(page, language=document.language, now=now)
    for each in sorted(candidates, key=lambda candidate: candidate.worth, reverse=True)[:2]:
        place = describe(page, [record.root for record in each.records])
        if place is not None and len(each.records) >= _FEWEST_RECORDS and each.worth >= _LEAST:
            title = next((row.title.text for row in each.rows if row.title), "")
            first = f" (the first is {title[:_TITLE]!r})" if title else ""
            pin = f"`page: {{items: {place!r}}}` pins them"
            yield f"if the {len(each.records)} records in {place} are meant{first}: {pin}"
            return
