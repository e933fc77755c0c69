"""The full-text index in PostgreSQL: a tsvector of each entry's words, made here, and a GIN index over them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from aggregator.model import Selection
from aggregator.store.columns import Utc
from aggregator.store.cursors import Position
from aggregator.store.query import Query, Term
from aggregator.store.rows import Indexed
from aggregator.store.search_words import words
from aggregator.store.selections import conditions, is_before

# Apart, so that no phrase begins in the title and ends in the text.
_GAP = 2

# With what lists are chosen by, so that a word which very many entries have takes no look at each of them.
_CREATE = """
CREATE TABLE entry_words (
    pk integer NOT NULL CONSTRAINT pk_entry_words PRIMARY KEY,
    source_pk integer NOT NULL,
    language text,
    first_seen timestamptz NOT NULL,
    listed_at timestamptz NOT NULL,
    words tsvector NOT NULL,
    CONSTRAINT fk_entry_words_pk FOREIGN KEY (pk) REFERENCES entries (pk) ON DELETE CASCADE
)
"""
_CREATE_INDEX = "CREATE INDEX ix_entry_words_words ON entry_words USING gin (words)"
# What very many entries have is found sooner by going through the newest ones: the planner knows how many have a word.
_CREATE_ORDER = "CREATE INDEX ix_entry_words_listed_at_pk ON entry_words (listed_at, pk)"
_TABLE = sa.table(
    "entry_words",
    sa.column("pk", sa.Integer),
    sa.column("source_pk", sa.Integer),
    sa.column("language", sa.Text),
    sa.column("first_seen", Utc),
    sa.column("listed_at", Utc),
    sa.column("words", sa.Text),
)
_INSERT = sa.text(
    "INSERT INTO entry_words (pk, source_pk, language, first_seen, listed_at, words)"
    " VALUES (:pk, :source_pk, :language, :first_seen, :listed_at, CAST(:words AS tsvector))"
)
_DELETE = sa.text("DELETE FROM entry_words WHERE pk = ANY(:pks)")
_MATCHES = sa.text("entry_words.words @@ CAST(:query AS tsquery)")
_MEETING = sa.select(_TABLE.c.pk).where(_MATCHES, sa.text("entry_words.pk = ANY(:pks)"))


def create(connection: sa.Connection) -> None:
    connection.exec_driver_sql(_CREATE)
    connection.exec_driver_sql(_CREATE_INDEX)
    connection.exec_driver_sql(_CREATE_ORDER)


def insert(connection: sa.Connection, indexed: Sequence[Indexed]) -> None:
    values = [each._asdict() | {"words": _vector(each)} for each in indexed]
    connection.execute(_INSERT, values)


def forget(connection: sa.Connection, indexed: Sequence[Indexed]) -> None:
    """Take entries out."""
    connection.execute(_DELETE, {"pks": [each.pk for each in indexed]})


def find(
    connection: sa.Connection, query: Query, selection: Selection, *, before: Position | None, limit: int
) -> list[Position]:
    """Return the newest places of what is found and meets the selection."""
    chosen = sa.select(_TABLE.c.listed_at, _TABLE.c.pk).where(_MATCHES, *conditions(_TABLE, selection))
    if before is not None:
        chosen = chosen.where(is_before(_TABLE, before))
    chosen = chosen.order_by(_TABLE.c.listed_at.desc(), _TABLE.c.pk.desc()).limit(limit)
    return [Position(*row) for row in connection.execute(chosen, {"query": _expression(query)})]


def meeting(connection: sa.Connection, query: Query, places: Collection[Position]) -> set[int]:
    given = {"query": _expression(query), "pks": [place.pk for place in places]}
    return set(connection.execute(_MEETING, given).scalars())


def _vector(indexed: Indexed) -> str:
    """Return a tsvector in PostgreSQL's notation; words are letters and digits, so that none needs quotes."""
    title, body = words(indexed.title), words(indexed.body)
    said = [f"{word}:{place}" for place, word in enumerate(title, 1)]
    said += [f"{word}:{place}" for place, word in enumerate(body, len(title) + _GAP)]
    return " ".join(said)


def _expression(query: Query) -> str:
    """Return a tsquery in PostgreSQL's notation."""
    return " & ".join((*map(_term, query.wanted), *(f"!({_term(term)})" for term in query.unwanted)))


def _term(term: Term) -> str:
    *others, last = term.words
    return f"({' <-> '.join((*others, f'{last}:*' if term.is_prefix else last))})"
