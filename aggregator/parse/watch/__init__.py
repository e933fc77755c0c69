"""A page watched as a whole → an entry for each change of it: tables by row and cell, text by sentence. Pure.

Inside: ``snapshot`` is what stands on a page, as it is kept until the next time; ``noise`` what changes without being
news; ``tables`` and ``sentences`` what changed between two of them; ``report`` the entry that says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model import Fetched, ParsedEntry, ParsedFeed
from aggregator.parse.watch.report import report
from aggregator.parse.watch.sentences import compare_sentences
from aggregator.parse.watch.snapshot import pack, take_snapshot, unpack
from aggregator.parse.watch.table_changes import compare_tables

__all__ = ["Watched", "read_watched"]


@dataclass(frozen=True, slots=True)
class Watched:
    """``document`` has one entry when something changed, else none; ``memory`` is what to compare with next time."""

    document: ParsedFeed
    memory: bytes


def read_watched(fetched: Fetched, memory: bytes, *, select: str | None, now: datetime) -> Watched:
    """Compare a page with what stood on it when ``memory`` was made; without one it is only read.

    ``select`` is the part that counts, in CSS; all but menus when None. Raises ParseError when nothing is there.
    """
    after = take_snapshot(fetched, select=select, now=now)
    before = unpack(memory)
    entries: tuple[ParsedEntry, ...] = ()
    if before is not None:
        tables = compare_tables(before, after)
        sentences = compare_sentences(before, after)
        if tables or sentences:
            entries = (report(before, after, tables, sentences, url=fetched.url, now=now),)
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
    return Watched(document=document, memory=pack(after))
