"""Watched since: when a source answered first; of those that are there that is not known, and long ago."""

import sqlalchemy as sa
from alembic import op

from aggregator.store.columns import Utc

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("sources", sa.Column("watched_since", Utc(), nullable=True))
