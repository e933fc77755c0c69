"""The latest polls of each source; numbers of its entries, and of those of each of the latest days."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from aggregator.store import activity
from aggregator.store.columns import Utc

revision = "0006"
down_revision = "0005"

_SOURCES = sa.table(
    "sources",
    sa.column("pk", sa.Integer),
    sa.column("entry_count", sa.Integer),
    sa.column("duplicate_count", sa.Integer),
    sa.column("activity", sa.LargeBinary),
)
_ENTRIES = sa.table(
    "entries",
    sa.column("source_pk", sa.Integer),
    sa.column("id", sa.Text),
    sa.column("original", sa.Text),
    sa.column("listed_at", Utc),
)


def upgrade() -> None:
    for name in ("poll_count", "entry_count", "duplicate_count"):
        op.add_column("sources", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("sources", sa.Column("response_times_ms", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("sources", sa.Column("activity", sa.LargeBinary(), server_default=sa.text("''"), nullable=False))
    op.create_table(
        "polls",
        sa.Column("source_pk", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["source_pk"], ["sources.pk"], name=op.f("fk_polls_source_pk")),
        sa.PrimaryKeyConstraint("source_pk", "slot", name=op.f("pk_polls")),
        sqlite_with_rowid=False,
    )
    _count(op.get_bind())


def _count(connection: sa.Connection) -> None:
    totals: Counter[int] = Counter()
    duplicates: Counter[int] = Counter()
    is_duplicate = _ENTRIES.c.id != _ENTRIES.c.original
    counts = sa.select(_ENTRIES.c.source_pk, is_duplicate, sa.func.count()).group_by(_ENTRIES.c.source_pk, is_duplicate)
    for source_pk, is_one, count in connection.execute(counts):
        totals[source_pk] += count
        duplicates[source_pk] += count if is_one else 0
    recent: dict[int, list[datetime]] = defaultdict(list)
    since = datetime.now(UTC) - timedelta(days=activity.DAYS)
    listed = sa.select(_ENTRIES.c.source_pk, _ENTRIES.c.listed_at).where(_ENTRIES.c.listed_at >= since)
    for source_pk, listed_at in connection.execute(listed):
        recent[source_pk].append(listed_at)
    for source_pk, total in totals.items():
        values = {
            "entry_count": total,
            "duplicate_count": duplicates[source_pk],
            "activity": activity.added(b"", recent[source_pk]) if recent[source_pk] else b"",
        }
        connection.execute(_SOURCES.update().where(_SOURCES.c.pk == source_pk).values(values))
