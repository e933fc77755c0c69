"""The schema of release 0.1."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "site",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_version", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_site")),
    )
    op.create_table(
        "sources",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("every_s", sa.Integer(), nullable=True),
        sa.Column("keep", sa.Text(), nullable=True),
        sa.Column("drop", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("politeness_group", sa.Text(), nullable=True),
        sa.Column("throttled_by", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("validators_url", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.Text(), nullable=True),
        sa.Column("feed_id", sa.Text(), nullable=True),
        sa.Column("feed_title", sa.Text(), nullable=True),
        sa.Column("feed_updated", sa.DateTime(timezone=True), nullable=True),
        sa.Column("site_url", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("last_checked", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_check", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_check_reason", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("usual_gap_s", sa.Integer(), nullable=True),
        sa.Column("feed_wait_s", sa.Integer(), nullable=True),
        sa.Column("skip_hours", sa.JSON(), nullable=False),
        sa.Column("skip_days", sa.JSON(), nullable=False),
        sa.Column("recent", sa.JSON(), nullable=False),
        sa.Column("claim_token", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_sources")),
        sa.UniqueConstraint("seed", name=op.f("uq_sources_seed")),
    )
    op.create_index(
        "ix_sources_active_next_check",
        "sources",
        ["next_check", "pk"],
        unique=False,
        sqlite_where=sa.text("is_active = 1"),
        postgresql_where=sa.text("is_active"),
    )
    op.create_index(op.f("ix_sources_moved_to"), "sources", ["moved_to"], unique=False)
    op.create_index(op.f("ix_sources_url"), "sources", ["url"], unique=False)
    op.create_index(
        "uq_sources_active_name",
        "sources",
        ["name"],
        unique=True,
        sqlite_where=sa.text("is_active = 1"),
        postgresql_where=sa.text("is_active"),
    )
    op.create_table(
        "entries",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source_pk", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("canonical_url", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("enclosures", sa.JSON(), nullable=False),
        sa.Column("origin", sa.JSON(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("published", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_entries_source_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_entries")),
        sa.UniqueConstraint("id", name=op.f("uq_entries_id")),
        sa.UniqueConstraint("source_pk", "key", name=op.f("uq_entries_source_pk_key")),
    )
    op.create_index(op.f("ix_entries_canonical_url"), "entries", ["canonical_url"], unique=False)
    op.create_index(op.f("ix_entries_first_seen"), "entries", ["first_seen"], unique=False)
    op.create_index("ix_entries_listed_at_pk", "entries", ["listed_at", "pk"], unique=False)
    op.create_index(op.f("ix_entries_original"), "entries", ["original"], unique=False)
    op.create_index("ix_entries_source_pk_listed_at_pk", "entries", ["source_pk", "listed_at", "pk"], unique=False)
    op.create_table(
        "forgotten",
        sa.Column("source_pk", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_forgotten_source_pk")),
        sa.PrimaryKeyConstraint("source_pk", "key", name=op.f("pk_forgotten")),
    )
    op.create_table(
        "entry_categories",
        sa.Column("entry_pk", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_pk"], ["entries.pk"], name=op.f("fk_entry_categories_entry_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_pk", "category", name=op.f("pk_entry_categories")),
    )
