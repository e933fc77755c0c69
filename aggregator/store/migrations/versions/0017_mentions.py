"""Mentions: duplicates that only point to their original, and don't count as the article."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("entries", sa.Column("is_mention", sa.Boolean(), nullable=False, server_default=sa.false()))
