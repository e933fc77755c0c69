"""Days: entries of which the day is known and no time; what is stored already is taken to have one."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("entries", sa.Column("is_day", sa.Boolean(), nullable=False, server_default=sa.false()))
