"""The database: SQLite by default, PostgreSQL for many workers. Everything that must not be lost is a row here."""

from aggregator.store.backup import back_up, restore
from aggregator.store.copying import copy_database
from aggregator.store.engine import database_exists, file_of
from aggregator.store.issues import IssueTransaction
from aggregator.store.polls import PollTransaction
from aggregator.store.store import Store

__all__ = [
    "IssueTransaction",
    "PollTransaction",
    "Store",
    "back_up",
    "copy_database",
    "database_exists",
    "file_of",
    "restore",
]
