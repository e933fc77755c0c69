"""Indexes along which lists of a language and of a rare category are read, and searches for a common word."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_index("ix_entries_language_listed_at_pk", "entries", ["language", "listed_at", "pk"])
    op.create_index("ix_entry_categories_category_entry_pk", "entry_categories", ["category", "entry_pk"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX IF NOT EXISTS ix_entry_words_listed_at_pk ON entry_words (listed_at, pk)")
