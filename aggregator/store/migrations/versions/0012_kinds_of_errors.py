"""Kinds of errors: what the last error of a source was, beside its sentence; known from the next poll on."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("sources", sa.Column("last_error_kind", sa.Text(), nullable=True))
    op.add_column("sources", sa.Column("last_error_status", sa.Integer(), nullable=True))
