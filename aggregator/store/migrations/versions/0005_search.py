"""The full-text index, of all entries that are stored: some minutes for each million of them."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import search

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("site", sa.Column("indexed_pk", sa.Integer(), server_default="0", nullable=False))
    search.create(op.get_bind())
