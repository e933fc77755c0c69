"""Pages without a feed: what is configured of them, what was found, and whole articles."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for column in (
        sa.Column("page_rules", sa.JSON(), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("links", sa.Text(), nullable=True),
        sa.Column("select", sa.Text(), nullable=True),
        sa.Column("is_full", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("read_as", sa.Text(), nullable=True),
        sa.Column("found_at", sa.Text(), nullable=True),
        sa.Column("listed", sa.JSON(), nullable=True),
        sa.Column("watched", sa.LargeBinary(), nullable=False, server_default=sa.text("''")),
    ):
        op.add_column("sources", column)
    op.add_column("entries", sa.Column("is_full", sa.Boolean(), nullable=False, server_default=sa.false()))
    # what was polled so far was a feed, and shall not be taken for a page on a day when it answers with one
    sources = sa.table("sources", sa.column("read_as", sa.Text()), sa.column("last_success", sa.DateTime()))
    op.execute(sources.update().where(sources.c.last_success.is_not(None)).values(read_as="feed"))
