"""Bring the schema to this program's version, forward only, with Alembic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from aggregator.errors import StoreError, StoreTooNew
from aggregator.model import Plan
from aggregator.store import search
from aggregator.store.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

# The newest migration; a test holds it against the files.
HEAD = "0024"

# What the schema of a database is called while it is being filled (copying.py).
COPYING = "copying"

# Two programs that start at once on PostgreSQL: one migrates, the other waits, then finds nothing to do.
_MIGRATING = 0x61676773

_BROKEN = "PRAGMA foreign_key_check"

# What begins so changes nothing.
_READING = ("SELECT", "PRAGMA", "SHOW", "EXPLAIN")

_HERE = Path(__file__).parent / "migrations"

# As Alembic makes it.
_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def migrate(engine: sa.Engine) -> tuple[str | None, str]:
    """Run the missing migrations in one transaction; return the revisions before and after. Raises StoreTooNew."""
    with _without_references(engine) as connection, connection.begin():
        return upgrade(connection)


def rehearse(engine: sa.Engine) -> Plan:
    """Run the missing migrations on what is stored, take all of it back, and return what they did.

    It takes as long, and locks as much, as doing it would. Raises what ``migrate`` raises.
    """
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, _p: object, _context: object, many: bool) -> None:
        if not statement.lstrip().upper().startswith(_READING):
            statements.append(("-- for each of many rows\n" if many else "") + statement.strip())

    with _without_references(engine) as connection:
        transaction = connection.begin()
        try:
            sa.event.listen(connection, "before_cursor_execute", note)
            before, after = upgrade(connection)
        finally:
            transaction.rollback()
    return Plan(before=before, after=after, steps=_steps(before), statements=tuple(statements))


@contextmanager
def _without_references(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection on which SQLite leaves references alone: a migration may rebuild a table that others refer to.

    To SQLite that is to drop it, whereupon it would delete what refers to it (https://sqlite.org/lang_altertable.html).
    """
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            yield connection
            return
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys = OFF")  # does nothing inside of a transaction
        try:
            yield connection
        finally:
            raw.execute("PRAGMA foreign_keys = ON")


def upgrade(connection: sa.Connection) -> tuple[str | None, str]:
    """Run the missing migrations inside the caller's transaction, one process at a time.

    An empty database gets the tables as they are now at once. Raises StoreTooNew for one that a newer program wrote.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))
    before = revision(connection)
    if before == HEAD:
        return before, HEAD
    if before is None:
        metadata.create_all(connection)
        search.create(connection)
        _VERSION.create(connection)
        connection.execute(_VERSION.insert().values(version_num=HEAD))
        return before, HEAD
    if before == COPYING:
        raise StoreError(
            "a copy into this database has not been finished; `aggregator db copy` with the same --to, where it came "
            "from, goes on with it"
        )
    if not is_known(before):
        raise StoreTooNew(
            f"the database has schema {before}, this program knows schemas up to {HEAD}: it was written by a newer "
            "aggregator. Update this one; nothing was changed"
        )
    from alembic import command

    command.upgrade(alembic_config(connection), "head")
    if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql(_BROKEN).first()):
        raise StoreError(f"the migration would leave rows of {broken[0]} without theirs of {broken[2]}; it was undone")
    return before, HEAD


def _steps(before: str | None) -> tuple[str, ...]:
    """Return the missing migrations, oldest first, each with what it says of itself."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    if before is None:
        return ("all tables, as this program has them",)
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    scripts = ScriptDirectory.from_config(config).iterate_revisions("head", before)
    return tuple(f"{script.revision}: {(script.doc or '').splitlines()[0]}" for script in scripts)[::-1]


def alembic_config(connection: sa.Connection) -> Config:
    """Return what Alembic needs to run our migrations over a connection, in the caller's transaction."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config


def is_known(revision: str) -> bool:
    """Whether this program has a migration of that name; those of newer programs it has not."""
    return any(path.name.startswith(f"{revision}_") for path in (_HERE / "versions").glob("*.py"))


def set_revision(connection: sa.Connection, revision: str) -> None:
    """Call the schema something else."""
    connection.execute(_VERSION.update().values(version_num=revision))


def revision(connection: sa.Connection) -> str | None:
    """Return what Alembic noted; None in an empty database. Alembic itself takes a tenth of a second to load."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar()
