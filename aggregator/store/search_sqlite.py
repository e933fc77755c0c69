"""The full-text index in SQLite: FTS5, which keeps no second copy of the texts.

Its rows are numbered by when an entry counts as news, then by ``pk``: so it hands out what it finds in the order of the
lists, the newest first, and stops when there is enough.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from aggregator.model import Selection
from aggregator.store.cursors import Position
from aggregator.store.query import Query, Term
from aggregator.store.rows import Indexed
from aggregator.store.search_words import fold

_PK_BITS = 31
_LARGEST = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_CREATE = (
    "CREATE VIRTUAL TABLE entry_words USING fts5(title, body, content='', columnsize=0, tokenize='ascii')",
    # each poll adds a segment: fewer and larger merges
    "INSERT INTO entry_words (entry_words, rank) VALUES ('automerge', 8)",
)
_INSERT = "INSERT INTO entry_words (rowid, title, body) VALUES (?, ?, ?)"
_DELETE = "INSERT INTO entry_words (entry_words, rowid, title, body) VALUES ('delete', ?, ?, ?)"
_FIND = (
    "SELECT rowid FROM entry_words WHERE entry_words MATCH ? AND rowid < ? AND rowid >= ? ORDER BY rowid DESC LIMIT ?"
)
_AMONG = "SELECT rowid FROM entry_words WHERE entry_words MATCH ? AND rowid IN (SELECT value FROM json_each(?))"
_BETWEEN = "SELECT rowid FROM entry_words WHERE entry_words MATCH ? AND rowid BETWEEN ? AND ?"


def create(connection: sa.Connection) -> None:
    for statement in _CREATE:
        connection.exec_driver_sql(statement)


def insert(connection: sa.Connection, indexed: Sequence[Indexed]) -> None:
    # in the order of the index: it writes out what it has in memory when it must go back
    ordered = sorted((_rowid(Position(each.listed_at, each.pk)), each.title, each.body) for each in indexed)
    connection.exec_driver_sql(_INSERT, [(rowid, fold(title), fold(body)) for rowid, title, body in ordered])


def forget(connection: sa.Connection, indexed: Sequence[Indexed]) -> None:
    """Take entries out; FTS5 without the texts must be told them."""
    ordered = sorted((_rowid(Position(each.listed_at, each.pk)), each.title, each.body) for each in indexed)
    connection.exec_driver_sql(_DELETE, [(rowid, fold(title), fold(body)) for rowid, title, body in ordered])


def find(
    connection: sa.Connection, query: Query, selection: Selection, *, before: Position | None, limit: int
) -> list[Position]:
    """Return the newest places of what is found, in the period of the selection; its other conditions remain."""
    ends = [_rowid(before)] if before is not None else [_LARGEST]
    if selection.listed_before is not None:
        ends.append(_rowid(Position(selection.listed_before, 0)))
    start = _rowid(Position(selection.listed_since, 0)) if selection.listed_since is not None else -_LARGEST
    found = connection.exec_driver_sql(_FIND, (_expression(query), min(ends), start, limit)).scalars()
    return [_position(rowid) for rowid in found]


def meeting(connection: sa.Connection, query: Query, places: Collection[Position]) -> set[int]:
    if not places:
        return set()
    if not query.wanted:
        unwanted = _matching(connection, " OR ".join(map(_term, query.unwanted)), query.unwanted, places)
        return {place.pk for place in places} - unwanted
    return _matching(connection, _expression(query), (*query.wanted, *query.unwanted), places)


def _matching(
    connection: sa.Connection, expression: str, terms: Sequence[Term], places: Collection[Position]
) -> set[int]:
    rowids = {_rowid(place): place.pk for place in places}
    if any(term.is_prefix for term in terms):  # a prefix is collected anew for each row that is asked for
        found = connection.exec_driver_sql(_BETWEEN, (expression, min(rowids), max(rowids))).scalars()
    else:
        found = connection.exec_driver_sql(_AMONG, (expression, json.dumps(sorted(rowids)))).scalars()
    return {rowids[rowid] for rowid in found if rowid in rowids}


def _expression(query: Query) -> str:
    wanted = " AND ".join(map(_term, query.wanted))
    return " NOT ".join((f"({wanted})", *map(_term, query.unwanted)))


def _term(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.is_prefix else ""}'


def _rowid(place: Position) -> int:
    return ((place.listed_at - _EPOCH) // timedelta(seconds=1) << _PK_BITS) + place.pk


def _position(rowid: int) -> Position:
    return Position(_EPOCH + timedelta(seconds=rowid >> _PK_BITS), rowid & ((1 << _PK_BITS) - 1))
