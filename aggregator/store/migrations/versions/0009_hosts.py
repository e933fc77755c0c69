"""Hosts: what sources share the limits of politeness by, so that one worker at a time asks each."""

import sqlalchemy as sa
from alembic import op

from aggregator.store.columns import Utc

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # the next start says which host each source has
    op.add_column("sources", sa.Column("host", sa.Text(), server_default="", nullable=False))
    op.execute("CREATE INDEX ix_sources_claimed_host ON sources (host) WHERE claim_token IS NOT NULL")
    op.create_table(
        "hosts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("not_before", Utc(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("troubles", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_hosts")),
    )
