"""The program itself: how its database is, how long things take, what a migration would do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What a database holds: its schema's revision ("": none of ours), and how many rows each of our tables has."""

    schema: str
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a database is. ``schema`` is None when it is empty, ``head`` the one that this program works with.

    ``clock`` is the server's own time, None for a file; ``newest`` the latest time that the program noted as now. The
    times are None while the schema is another one, ``due_since`` and ``undelivered_since`` when nothing waits.
    """

    product: str
    schema: str | None
    head: str
    is_newer: bool
    is_half_copied: bool
    problems: tuple[str, ...]
    clock: datetime | None
    newest: datetime | None
    due_since: datetime | None
    undelivered_since: datetime | None
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits: sources that are due, those of them that have been for long, since when a delivery does, if any."""

    due: int
    overdue: int
    undelivered_since: datetime | None
    size_bytes: int


class Span(StrEnum):
    """What is timed: asking a server, from its answer to the store, transactions that read and that write."""

    FETCH = "fetch"
    RECORD = "record"
    READ = "read"
    WRITE = "write"


# Takes note of how many seconds something took. Called from many threads.
Meter = Callable[[Span, float], None]


def unmeasured(_span: Span, _seconds: float) -> None:
    """Take no note: where nobody asks for figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an upgrade does: revisions before (None: an empty database) and after, its steps in words, and its SQL."""

    before: str | None
    after: str
    steps: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
