"""Stories are judged by rounds: which entries wait for it, ids that stories had before they were merged, vectors."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("signatures", sa.Column("story_marks", sa.LargeBinary(), nullable=True))
    op.create_table(
        "ungrouped",
        sa.Column("entry_pk", sa.Integer(), sa.ForeignKey("entries.pk", ondelete="CASCADE"), primary_key=True),
    )
    op.create_table(
        "vectors",
        sa.Column("entry_pk", sa.Integer(), sa.ForeignKey("entries.pk", ondelete="CASCADE"), primary_key=True),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_vectors_published", "vectors", ["published"])
    op.create_table(
        "story_aliases",
        sa.Column("alias", sa.Text(), primary_key=True),
        sa.Column("story", sa.Text(), nullable=False),
    )
    op.create_index("ix_story_aliases_story", "story_aliases", ["story"])
