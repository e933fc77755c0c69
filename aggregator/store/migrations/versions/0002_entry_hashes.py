"""What was in a source's last document: its entries are not worked on again when they come again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("sources", sa.Column("entry_hashes", sa.LargeBinary(), nullable=False, server_default=sa.text("''")))
