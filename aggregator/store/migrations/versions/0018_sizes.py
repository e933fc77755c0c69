"""Sizes: indexes for what else reads more as more was sent and archived: recent issues, claims, what waits in feeds."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_CLAIMED = sa.text("claim_token IS NOT NULL")
_UNARCHIVED = sa.text("archive IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_claimed",
        "deliveries",
        ["claimed_until"],
        unique=False,
        sqlite_where=_CLAIMED,
        postgresql_where=_CLAIMED,
    )
    op.create_index("ix_issues_digest_made_at", "issues", ["digest", "made_at"], unique=False)
    op.drop_index("ix_feed_entries_unarchived", table_name="feed_entries")
    op.create_index(
        "ix_feed_entries_unarchived",
        "feed_entries",
        ["feed", "listed_at", "original"],
        unique=False,
        sqlite_where=_UNARCHIVED,
        postgresql_where=_UNARCHIVED,
    )
