"""The page of one source: how it is, and the newest that it brought."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.publish.health import SourceRow
from aggregator.publish.river import Day


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage:
    """A source in words, and its stories, newest first."""

    row: SourceRow
    days: tuple[Day, ...]
