"""Editions: the rankings of watched pages as data, one for each time that they changed."""

import sqlalchemy as sa
from alembic import op

from aggregator.store.columns import Utc

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "editions",
        sa.Column("source_pk", sa.Integer(), nullable=False),
        sa.Column("taken_at", Utc(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_editions_source_pk")),
        sa.PrimaryKeyConstraint("source_pk", "taken_at", name=op.f("pk_editions")),
        sqlite_with_rowid=False,
    )
