"""Unchanged: the configuration that the sources were last made from, so that a poll sees that it is still the same."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("site", sa.Column("configured_from", sa.Text(), nullable=True))
