"""Sources: what is configured of them, what polling found, and what hubs send of them."""

from __future__ import annotations

import sqlalchemy as sa

from aggregator.store.columns import Json, Text, Utc
from aggregator.store.tables.metadata import metadata

# For indexes of active sources alone: word for word what queries say, or SQLite does not use them.
_ACTIVE = {"where": {"sqlite": "is_active = 1", "postgresql": "is_active"}}
_CLAIMED = {"where": dict.fromkeys(("sqlite", "postgresql"), "claim_token IS NOT NULL")}

# One row: who we are in ids, and a number that moves whenever something that outputs show changed.
site = sa.Table(
    "site",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("authority", sa.Text, nullable=False),
    sa.Column("since", Utc, nullable=False),
    sa.Column("content_version", sa.Integer, nullable=False, server_default="0"),
    # entries up to this one are in the full-text index
    sa.Column("indexed_pk", sa.Integer, nullable=False, server_default="0"),
    # the files and variables that the sources were last made from (``config.Basis``); NULL where others count too
    sa.Column("configured_from", sa.Text),
)

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    # what the operator configured: options that queries ask for
    sa.Column("name", Text, nullable=False),
    sa.Column("url", Text, nullable=False, index=True),
    sa.Column("title", Text),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("politeness_group", sa.Text),
    # all others that are not at their defaults (rows.py)
    sa.Column("options", Json, nullable=False, server_default="{}"),
    # False when it is no longer configured: nothing of it is polled or published, all of it is kept
    sa.Column("is_active", sa.Boolean, nullable=False),
    # what polling found
    sa.Column("seed", Text, nullable=False, unique=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("moved_to", Text, index=True),
    sa.Column("validators_url", Text),
    sa.Column("etag", Text),
    sa.Column("last_modified", Text),
    sa.Column("body_hash", sa.Text),
    sa.Column("entry_hashes", sa.LargeBinary, nullable=False, server_default=sa.text("''")),
    sa.Column("feed_id", Text),
    sa.Column("feed_title", Text),
    sa.Column("feed_updated", Utc),
    sa.Column("site_url", Text),
    sa.Column("language", Text),
    sa.Column("last_checked", Utc),
    sa.Column("last_success", Utc),
    sa.Column("watched_since", Utc),
    sa.Column("next_check", Utc),
    sa.Column("next_check_reason", Text, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_error", Text),
    sa.Column("last_error_kind", sa.Text),
    sa.Column("last_error_status", sa.Integer),
    sa.Column("usual_gap_s", sa.Integer),
    sa.Column("feed_wait_s", sa.Integer),
    sa.Column("skip_hours", Json, nullable=False),
    sa.Column("skip_days", Json, nullable=False),
    sa.Column("recent", sa.JSON, nullable=False),
    sa.Column("response_times_ms", sa.JSON, nullable=False, server_default=sa.text("'[]'")),
    # how many there are, kept in step: nobody counts a million rows for a page
    sa.Column("poll_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("entry_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("duplicate_count", sa.Integer, nullable=False, server_default="0"),
    # entries of the latest days (activity.py)
    sa.Column("activity", sa.LargeBinary, nullable=False, server_default=sa.text("''")),
    sa.Column("read_as", sa.Text),
    sa.Column("found_at", Text),
    sa.Column("listed", Json(none_as_null=True)),
    sa.Column("watched", sa.LargeBinary, nullable=False, server_default=sa.text("''")),
    # the hub that its feed names, and until when that has agreed to tell us
    sa.Column("hub", Text),
    sa.Column("topic", Text),
    sa.Column("told_until", Utc),
    # the claim of the worker that polls it now
    sa.Column("claim_token", sa.Text),
    sa.Column("claimed_until", Utc),
    # what it shares the limits of politeness by: one worker at a time has claims there
    sa.Column("host", Text, nullable=False, server_default=""),
    sa.Index("ix_sources_claimed_host", "host", info=_CLAIMED),
    sa.Index("ix_sources_active_next_check", "next_check", "pk", info=_ACTIVE),
    sa.Index("uq_sources_active_name", "name", unique=True, info=_ACTIVE),
)

# What workers tell each other of the hosts that they ask.
hosts = sa.Table(
    "hosts",
    metadata,
    sa.Column("key", Text, primary_key=True),
    # the token of who had claims there last
    sa.Column("worker", sa.Text),
    sa.Column("not_before", Utc),
    sa.Column("why", Text, nullable=False),
    sa.Column("troubles", sa.Integer, nullable=False),
)

# The latest polls of each source, in a ring: one more takes the place of the oldest.
polls = sa.Table(
    "polls",
    metadata,
    sa.Column("source_pk", sa.Integer, sa.ForeignKey("sources.pk"), primary_key=True),
    sa.Column("slot", sa.Integer, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("took_ms", sa.Integer),
    sa.Column("size", sa.Integer),
    sa.Column("new", sa.Integer, nullable=False),
    sa.Column("updated", sa.Integer, nullable=False),
    sa.Column("duplicates", sa.Integer, nullable=False),
    sa.Column("error", Text),
    sqlite_with_rowid=False,
)

# The rankings of watched pages, one row for each time that they changed.
editions = sa.Table(
    "editions",
    metadata,
    sa.Column("source_pk", sa.Integer, sa.ForeignKey("sources.pk"), primary_key=True),
    sa.Column("taken_at", Utc, primary_key=True),
    # title, columns and rows, JSON, compressed
    sa.Column("content", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# WebSub hubs that tell us of a source's news.
subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("source_pk", sa.Integer, sa.ForeignKey("sources.pk", ondelete="CASCADE"), nullable=False),
    sa.Column("hub", Text, nullable=False),
    sa.Column("topic", Text, nullable=False),
    # the end of the address that the hub sends to; what it signs with
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("lease_until", Utc),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_attempt", Utc),
    sa.Column("last_error", Text),
    sa.UniqueConstraint("source_pk"),
    sa.UniqueConstraint("token"),
)

# What they sent, until it is read.
pushes = sa.Table(
    "pushes",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("source_pk", sa.Integer, sa.ForeignKey("sources.pk", ondelete="CASCADE"), nullable=False),
    sa.Column("received", Utc, nullable=False),
    sa.Column("topic", Text, nullable=False),
    sa.Column("content_type", Text),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("source_pk", "hash"),
)
