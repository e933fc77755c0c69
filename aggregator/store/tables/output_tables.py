"""Output feeds: what has been shown, and what must outlive that (docs/decisions/0020); whom to tell of it."""

from __future__ import annotations

import sqlalchemy as sa

from aggregator.store.columns import Text, Utc
from aggregator.store.tables.metadata import metadata

_UNARCHIVED = {"where": dict.fromkeys(("sqlite", "postgresql"), "archive IS NULL")}

feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("considered_pk", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("mark", sa.Text, nullable=False),
    # stays when the archive itself is forgotten: no number is given twice
    sa.Column("last_archive", sa.Integer, nullable=False),
)

# What a feed has ever had, by original, and in which of its archives that is; NULL while it waits for one.
feed_entries = sa.Table(
    "feed_entries",
    metadata,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("original", sa.Text, primary_key=True),
    sa.Column("listed_at", Utc, nullable=False),
    sa.Column("archive", sa.Integer),
    sa.Index("ix_feed_entries_unarchived", "feed", "listed_at", "original", info=_UNARCHIVED),
    sa.Index("ix_feed_entries_archive", "feed", "archive"),
    sqlite_with_rowid=False,
)

archives = sa.Table(
    "archives",
    metadata,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed_at", Utc, nullable=False, index=True),
    # its entries as they were, JSON, compressed
    sa.Column("content", sa.LargeBinary, nullable=False),
)

pings = sa.Table(
    "pings",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("hub", Text, nullable=False),
    sa.Column("base", Text, nullable=False),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("change", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("parts_sent", sa.Integer, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("next_attempt", Utc),
    sa.Column("sent_at", Utc),
    sa.Column("last_error", sa.Text),
    sa.Column("claim_token", sa.Text),
    sa.Column("claimed_until", Utc),
    sa.UniqueConstraint("hub", "base", "feed"),
)
