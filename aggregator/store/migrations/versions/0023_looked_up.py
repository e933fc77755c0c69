"""Looked up: entries without a canonical address by the one they have, and deliveries counted by digest and status."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    is_bare = sa.text("canonical_url IS NULL")
    op.create_index("ix_entries_bare_url", "entries", ["url"], sqlite_where=is_bare, postgresql_where=is_bare)
    op.create_index("ix_deliveries_digest_status", "deliveries", ["digest", "status"])
