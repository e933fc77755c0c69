"""Dated entries: whether the publisher gave a usable time; what is stored already is taken to have one."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("entries", sa.Column("is_dated", sa.Boolean(), nullable=False, server_default=sa.true()))
