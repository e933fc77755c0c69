"""The ledger: what was, and is to be, sent to whom."""

from __future__ import annotations

import sqlalchemy as sa

from aggregator.store.columns import Json, Text, Utc
from aggregator.store.tables.metadata import metadata

_CLAIMED = {"where": dict.fromkeys(("sqlite", "postgresql"), "claim_token IS NOT NULL")}
_WAITING = {"where": dict.fromkeys(("sqlite", "postgresql"), "status = 'waiting'")}
_UNSENT = {"where": dict.fromkeys(("sqlite", "postgresql"), "status <> 'sent'")}

digests = sa.Table(
    "digests",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("set_up_at", Utc, nullable=False),
    sa.Column("begins_at", Utc, nullable=False),
    sa.Column("considered_until", Utc, nullable=False),
    # entries inserted after this one were not there yet when the last issue was made, whatever their times say
    sa.Column("considered_pk", sa.Integer, nullable=False),
    sa.Column("last_slot", Utc),
    sa.Column("last_number", sa.Integer, nullable=False),
    sa.Column("told", Json, nullable=False),
    # of all its issues that are not forgotten; most of them were sent, and are counted no other way
    sa.Column("delivery_count", sa.Integer, nullable=False, server_default="0"),
)

issues = sa.Table(
    "issues",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    # the time of the schedule that it was made for; NULL when there was none
    sa.Column("slot", Utc),
    sa.Column("made_at", Utc, nullable=False, index=True),
    sa.Column("content", Json, nullable=False),
    sa.UniqueConstraint("digest", "number"),
    sa.UniqueConstraint("digest", "slot"),
    sa.Index("ix_issues_digest_made_at", "digest", "made_at"),
)

# Every entry that an issue has, its duplicates among them: in one issue of a digest, and no more.
issue_entries = sa.Table(
    "issue_entries",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("entry_id", sa.Text, primary_key=True),
    sa.Column("issue_pk", sa.Integer, sa.ForeignKey("issues.pk", ondelete="CASCADE"), nullable=False, index=True),
    # as it was when it was last sent
    sa.Column("title", Text, nullable=False),
    sa.Column("updated", Utc, nullable=False),
    sa.Index("ix_issue_entries_entry_id", "entry_id"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("issue_pk", sa.Integer, sa.ForeignKey("issues.pk", ondelete="CASCADE"), nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("endpoint", sa.Text, nullable=False),
    sa.Column("label", Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False, unique=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("parts_sent", sa.Integer, nullable=False),
    sa.Column("made_at", Utc, nullable=False),
    sa.Column("next_attempt", Utc),
    sa.Column("sent_at", Utc),
    sa.Column("last_error", Text),
    sa.Column("claim_token", sa.Text),
    sa.Column("claimed_until", Utc),
    sa.UniqueConstraint("issue_pk", "endpoint"),
    sa.Index("ix_deliveries_waiting_next_attempt", "next_attempt", "pk", info=_WAITING),
    sa.Index("ix_deliveries_endpoint", "endpoint"),
    sa.Index("ix_deliveries_unsent", "digest", "status", info=_UNSENT),
    sa.Index("ix_deliveries_claimed", "claimed_until", info=_CLAIMED),
)

# Endpoints that get nothing more of a digest: the reader unsubscribed, or the other side refused for good.
stops = sa.Table(
    "stops",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("endpoint", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("label", Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("reason", Text, nullable=False),
    sa.Column("since", Utc, nullable=False),
)

# Keys of this database's own, made when they are first needed.
keys = sa.Table(
    "keys",
    metadata,
    sa.Column("purpose", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
