"""Signatures and marks that copies and stories are found by; an entry's story."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("entries", sa.Column("story", sa.Text(), nullable=True))
    op.add_column("entries", sa.Column("story_evidence", sa.Text(), nullable=True))
    op.create_index(
        "ix_entries_story",
        "entries",
        ["story"],
        unique=False,
        sqlite_where=sa.text("story IS NOT NULL"),
        postgresql_where=sa.text("story IS NOT NULL"),
    )
    op.create_table(
        "signatures",
        sa.Column("entry_pk", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry_pk"], ["entries.pk"], name=op.f("fk_signatures_entry_pk"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_pk", name=op.f("pk_signatures")),
    )
    op.create_table(
        "entry_marks",
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("mark", "entry_pk", name=op.f("pk_entry_marks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "vocabularies",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("learned_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("language", name=op.f("pk_vocabularies")),
    )
