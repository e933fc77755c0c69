"""Subscriptions: the hubs that sources name, what was agreed with them, and what they sent."""

import sqlalchemy as sa
from alembic import op

from aggregator.store.columns import Text, Utc

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("sources", sa.Column("hub", Text, nullable=True))
    op.add_column("sources", sa.Column("topic", Text, nullable=True))
    op.add_column("sources", sa.Column("told_until", Utc, nullable=True))
    op.create_table(
        "subscriptions",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("source_pk", sa.Integer, sa.ForeignKey("sources.pk", ondelete="CASCADE"), nullable=False),
        sa.Column("hub", Text, nullable=False),
        sa.Column("topic", Text, nullable=False),
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
    op.create_table(
        "pushes",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("source_pk", sa.Integer, sa.ForeignKey("sources.pk", ondelete="CASCADE"), nullable=False),
        sa.Column("received", Utc, nullable=False),
        sa.Column("topic", Text, nullable=False),
        sa.Column("content_type", Text),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("source_pk", "hash"),
    )
