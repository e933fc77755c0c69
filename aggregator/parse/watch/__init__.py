"""A page watched as a whole → an entry for each change of it: tables by row and cell, text by sentence. Pure.

Inside: ``snapshot`` is what stands on a page, as it is kept until the next time; ``noise`` what changes without being
news; ``table_changes`` and ``sentences`` what changed between two of them; ``report`` the entry that says so;
``advising`` how to watch a page that is read as something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator.errors import PageChanged
from aggregator.model import Edition, Fetched, ParsedEntry, ParsedFeed
from aggregator.parse.watch.advising import how_to_watch
from aggregator.parse.watch.ranking_table import edition_of
from aggregator.parse.watch.report import report
from aggregator.parse.watch.sentences import compare_sentences
from aggregator.parse.watch.snapshot import Snapshot, has_edition, pack, size_of, take_snapshot, unpack, with_names_of
from aggregator.parse.watch.split_tables import with_whole_rankings
from aggregator.parse.watch.table_changes import TableChange, compare_tables

__all__ = ["how_to_watch", "read_watched"]


_MOST_ROWS: Final = 0.5
_MUCH: Final = 400  # characters
_LEAST: Final = 0.1  # of them
_WHAT_TO_DO: Final = "look at the page, and see whether select still fits"


@dataclass(frozen=True, slots=True)
class Watched:
    """``document`` has one entry when something changed, else none; ``memory`` is what to compare with next time.

    ``edition`` is the page's ranking, where it has one that is new or changed.
    """

    document: ParsedFeed
    memory: bytes
    edition: Edition | None = None


def read_watched(
    fetched: Fetched, memory: bytes, *, select: str | None, follow: str | None = None, now: datetime
) -> Watched:
    """Compare a page with what stood on it when ``memory`` was made; without one it is only read.

    ``select`` is the part that counts, in CSS; all but menus when None; ``follow`` is the row that leads the title.
    Raises ParseError when nothing is there, PageChanged when hardly anything is left of what was there.
    """
    before = unpack(memory)
    before = with_whole_rankings(before) if before is not None else None
    taken = take_snapshot(fetched, select=select, now=now, known_as=(before.title,) if before else ())
    after = with_whole_rankings(taken)
    before = with_names_of(before, after) if before is not None else None
    entries: tuple[ParsedEntry, ...] = ()
    tables: tuple[TableChange, ...] = ()
    if before is not None:
        tables = compare_tables(before, after)
        _refuse_ruins(before, after, tables)
        sentences = compare_sentences(before, after)
        if tables or sentences:
            entries = (report(before, after, tables, sentences, url=fetched.url, follow=follow, now=now),)
    document = ParsedFeed(
        format="watch",
        reader="watch",
        url=fetched.url,
        id=fetched.url,
        title=after.title or None,
        link=fetched.url,
        updated=now if entries else None,
        language=after.language,
        entries=entries,
    )
    is_new = before is None or not has_edition(memory) or bool(tables)
    return Watched(document=document, memory=pack(after), edition=edition_of(after) if is_new else None)


def _refuse_ruins(before: Snapshot, after: Snapshot, tables: Sequence[TableChange]) -> None:
    """Raise PageChanged for a page that went bad: most rows of a table are gone, or most of all text."""
    worst = max((each.lost for each in tables), default=0.0)
    if worst > _MOST_ROWS:
        raise PageChanged(f"{worst:.0%} of the rows of its table are gone, and none came in their place; {_WHAT_TO_DO}")
    chars = size_of(before)
    if chars >= _MUCH and size_of(after) < chars * _LEAST:
        raise PageChanged(f"hardly anything is left of what stood on the page; {_WHAT_TO_DO}")
