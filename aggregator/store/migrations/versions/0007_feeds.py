"""Output feeds: their archives, and what hubs are to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "feeds",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("considered_pk", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("last_archive", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feeds")),
    )
    op.create_table(
        "feed_entries",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archive", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("feed", "original", name=op.f("pk_feed_entries")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_feed_entries_unarchived",
        "feed_entries",
        ["feed"],
        unique=False,
        sqlite_where=sa.text("archive IS NULL"),
        postgresql_where=sa.text("archive IS NULL"),
    )
    op.create_index("ix_feed_entries_archive", "feed_entries", ["feed", "archive"], unique=False)
    op.create_table(
        "archives",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "number", name=op.f("pk_archives")),
    )
    op.create_index(op.f("ix_archives_sealed_at"), "archives", ["sealed_at"], unique=False)
    op.create_table(
        "pings",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("parts_sent", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("claim_token", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_pings")),
        sa.UniqueConstraint("hub", "base", "feed", name=op.f("uq_pings_hub_base_feed")),
    )
