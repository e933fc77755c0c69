"""Counted: how many deliveries each digest has, of which only those that were not sent are gone through; addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("digests", sa.Column("delivery_count", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE digests SET delivery_count = (SELECT count(*) FROM deliveries WHERE deliveries.digest = digests.name)"
    )
    op.drop_index("ix_deliveries_digest_status", "deliveries")
    is_unsent = sa.text("status <> 'sent'")
    op.create_index(
        "ix_deliveries_unsent", "deliveries", ["digest", "status"], sqlite_where=is_unsent, postgresql_where=is_unsent
    )
    op.drop_index("ix_entries_bare_url", "entries")
    op.create_index("ix_entries_url", "entries", ["url"])
