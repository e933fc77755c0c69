"""Alembic's entry point: runs on the connection, and in the transaction, that ``migrate.upgrade`` passes."""

from alembic import context

from aggregator.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
