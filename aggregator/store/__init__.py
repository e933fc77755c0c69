"""The database: SQLite by default, PostgreSQL for many workers. Everything that must not be lost is a row here."""

from aggregator.store.engine import database_exists, file_of
from aggregator.store.issues import IssueTransaction
from aggregator.store.known import Look
from aggregator.store.polls import PollTransaction
from aggregator.store.store import Store

__all__ = ["IssueTransaction", "Look", "PollTransaction", "Store", "database_exists", "file_of"]
