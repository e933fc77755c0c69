"""Bring the schema to this program's version, forward only, with Alembic."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from aggregator.errors import StoreTooNew

# Two programs that start at once on PostgreSQL: one migrates, the other waits, then finds nothing to do.
_MIGRATING = 0x61676773


def upgrade(connection: sa.Connection) -> tuple[str | None, str]:
    """Run the missing migrations inside the caller's transaction; return the revisions before and after."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    script = ScriptDirectory.from_config(config)
    head = script.get_current_head()
    if head is None:
        raise AssertionError("the package has no migrations")
    before = MigrationContext.configure(connection).get_current_revision()
    if before == head:
        return before, head
    if before is not None and before not in {revision.revision for revision in script.walk_revisions()}:
        raise StoreTooNew(
            f"the database has schema {before}, this program knows schemas up to {head}: it was written by a newer "
            "aggregator. Update this one; nothing was changed"
        )
    command.upgrade(config, "head")
    return before, head
