"""A page of the list of sources: those that are looked for, or in trouble, so many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aggregator.publish.pages.source_table import SourceRow
from aggregator.text.folding import fold

# More rows than this make a page that is slow on a phone, and larger than 100 kB.
_ROWS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceList:
    """A page of sources. ``total``, ``troubled`` and ``silent`` count all that are configured; ``found`` those that
    were asked for by ``query`` and ``only_troubled``. ``page`` is one of ``pages``, counted from 1.
    """

    rows: tuple[SourceRow, ...]
    total: int
    troubled: int
    silent: int
    found: int
    query: str = ""
    only_troubled: bool = False
    page: int = 1
    pages: int = 1

    @property
    def named(self) -> dict[str, str]:
        """What is asked for, as an address has it."""
        shown = {"show": "troubled"} if self.only_troubled else {}
        return ({"q": self.query} if self.query else {}) | shown


def list_sources(
    sources: Sequence[SourceRow], *, query: str = "", only_troubled: bool = False, page: int = 1
) -> SourceList:
    """Return a page of sources whose title, name or address has all the words; the last one for a page behind it."""
    wanted = fold(query).split()
    found = [
        row
        for row in sources
        if (row.needs_attention or row.is_silent or not only_troubled)
        and all(word in fold(f"{row.title} {row.name} {row.url or ''} {row.address}") for word in wanted)
    ]
    pages = max(-(-len(found) // _ROWS), 1)
    page = min(max(page, 1), pages)
    return SourceList(
        rows=tuple(found[(page - 1) * _ROWS : page * _ROWS]),
        total=len(sources),
        troubled=sum(row.needs_attention for row in sources),
        silent=sum(row.is_silent and not row.needs_attention for row in sources),
        found=len(found),
        query=query,
        only_troubled=only_troubled,
        page=page,
        pages=pages,
    )
