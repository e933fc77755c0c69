"""Migrations, one after the other, make the tables that the program knows."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from aggregator.store import Store
from aggregator.store.schema import metadata


def test_the_migrated_schema_is_that_of_the_program(store: Store) -> None:
    with store._read() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata, "compare_type": False})

        assert compare_metadata(context, metadata) == []
