"""Bring the schema to this program's version, forward only, with Alembic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from aggregator.errors import StoreTooNew
from aggregator.store.schema import metadata

if TYPE_CHECKING:
    from alembic.config import Config

# The newest migration; a test holds it against the files.
HEAD = "0004"

# Two programs that start at once on PostgreSQL: one migrates, the other waits, then finds nothing to do.
_MIGRATING = 0x61676773

_HERE = Path(__file__).parent / "migrations"

# As Alembic makes it.
_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def upgrade(connection: sa.Connection) -> tuple[str | None, str]:
    """Run the missing migrations inside the caller's transaction; return the revisions before and after.

    An empty database gets the tables as they are now at once. Raises StoreTooNew for one that a newer program wrote.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))
    before = revision(connection)
    if before == HEAD:
        return before, HEAD
    if before is None:
        metadata.create_all(connection)
        _VERSION.create(connection)
        connection.execute(_VERSION.insert().values(version_num=HEAD))
        return before, HEAD
    if not is_known(before):
        raise StoreTooNew(
            f"the database has schema {before}, this program knows schemas up to {HEAD}: it was written by a newer "
            "aggregator. Update this one; nothing was changed"
        )
    from alembic import command

    command.upgrade(alembic_config(connection), "head")
    return before, HEAD


def alembic_config(connection: sa.Connection) -> Config:
    """Return what Alembic needs to run our migrations over a connection, in the caller's transaction."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config


def known_revisions(config: Config) -> list[str]:
    """Return all revisions, newest first."""
    from alembic.script import ScriptDirectory

    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]


def is_known(revision: str) -> bool:
    """Whether this program has a migration of that name; those of newer programs it has not."""
    return any(path.name.startswith(f"{revision}_") for path in (_HERE / "versions").glob("*.py"))


def revision(connection: sa.Connection) -> str | None:
    """Return what Alembic noted; None in an empty database. Alembic itself takes a tenth of a second to load."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar()
