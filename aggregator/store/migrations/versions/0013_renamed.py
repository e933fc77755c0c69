"""Renamed entries: a source's entries by the publisher's time, to find one that has another id and address."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("ix_entries_source_pk_published", "entries", ["source_pk", "published"])
