"""One poll: all that it changes, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.model.entries import Decision
from aggregator.model.rankings import Edition
from aggregator.model.sources import SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What asking a server came to: its status, None when no answer came; how long it took; bytes of the body."""

    status: int | None = None
    took: timedelta | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """All that one poll changes, written in one transaction: decisions, validators, health, next check.

    ``host`` is the source's from now on, None when that is the one it was claimed with. ``remembered`` are keys of
    entries that are known from now on and not kept. ``edition`` is that of a ranking that is new or changed.
    ``found_out`` is why an address of kind "auto" is read as it is, where this poll found that out.
    """

    source: str
    state: SourceState
    decisions: tuple[Decision, ...] = ()
    unchanged: int = 0
    error: str | None = None
    exchange: Exchange = Exchange()
    host: str | None = None
    remembered: tuple[str, ...] = ()
    edition: Edition | None = None
    found_out: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollSummary:
    """What came of one poll, in numbers of entries. ``duplicates`` are among the ``new``, ``found_out`` as above."""

    source: str
    state: SourceState
    new: int = 0
    updated: int = 0
    duplicates: int = 0
    unchanged: int = 0
    error: str | None = None
    found_out: str | None = None


class PollOutcome(StrEnum):
    """What a poll brought: entries, an answer with nothing new in it, a 304, or no answer that could be used."""

    NEWS = "news"
    NOTHING_NEW = "nothing new"
    NOT_MODIFIED = "not modified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One of a source's latest polls, as it was recorded. Numbers of entries; ``duplicates`` are among the ``new``."""

    at: datetime
    outcome: PollOutcome
    exchange: Exchange
    new: int = 0
    updated: int = 0
    duplicates: int = 0
    error: str | None = None
