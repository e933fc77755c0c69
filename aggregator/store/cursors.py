"""Where an entry stands in lists, and how a page says where the next one begins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from aggregator.errors import NotHere
from aggregator.text.locales import marked


class Position(NamedTuple):
    """When an entry counts as news, and after which others of that second it was stored."""

    listed_at: datetime
    pk: int


class Listed(NamedTuple):
    """An entry as far as it takes to put it in its place."""

    position: Position
    original: str
    story: str


def to_cursor(position: Position) -> str:
    return f"{int(position.listed_at.timestamp() * 1_000_000):x}-{position.pk:x}"


def from_cursor(cursor: str | None) -> Position | None:
    """Return the place that a cursor names; raises NotHere for one that is not of ours."""
    if cursor is None:
        return None
    try:
        time, pk = (int(part, 16) for part in cursor.split("-"))
        pk.to_bytes(8, signed=True)  # what no database has in a column is no cursor of ours
        return Position(datetime.fromtimestamp(time // 1_000_000, UTC).replace(microsecond=time % 1_000_000), pk)
    except (ValueError, OverflowError, OSError) as error:
        raise _not_here(cursor) from error


def from_number(cursor: str | None, *, most: int) -> int:
    """Return how many items stand before a page of a list that has up to ``most``; raises NotHere for another text."""
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > len(str(most)) or int(cursor) > most:
        raise _not_here(cursor)
    return int(cursor)


def _not_here(cursor: str) -> NotHere:
    return NotHere(marked("“%(cursor)s” is not a page of this list"), cursor=cursor[:40])
