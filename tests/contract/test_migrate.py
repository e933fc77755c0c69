"""New databases get their tables at once, old ones by migration: both must come to the same."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import command

from aggregator.store import Store
from aggregator.store.migrate import HEAD, alembic_config, known_revisions


def test_the_newest_migration_is_the_one_that_the_program_names(store: Store) -> None:
    with store._write() as connection:
        revisions = known_revisions(alembic_config(connection))

    assert revisions[0] == HEAD
    assert revisions == sorted(revisions, reverse=True)


def test_a_new_database_has_the_schema_of_a_migrated_one(store: Store) -> None:
    with store._write() as connection:
        new = _described(connection)
        sa.MetaData().reflect(connection)
        everything = sa.MetaData()
        everything.reflect(connection)
        everything.drop_all(connection)
        command.upgrade(alembic_config(connection), "head")
        migrated = _described(connection)

    assert new == migrated
    assert new


def _described(connection: sa.Connection) -> list[str]:
    """Return all tables and indexes in the database's own words."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").scalars()
        return sorted(" ".join(sorted(re.findall(r"[^\s,]+", row))) for row in rows)
    columns = connection.exec_driver_sql(
        "SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, '') "
        "FROM information_schema.columns WHERE table_schema = 'public'"
    )
    indexes = connection.exec_driver_sql("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'").scalars()
    constraints = connection.exec_driver_sql(
        "SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace"
    ).scalars()
    return sorted([*(" ".join(row) for row in columns), *indexes, *constraints])
