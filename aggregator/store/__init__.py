"""The database: SQLite by default, PostgreSQL for many workers. Everything that must not be lost is a row here."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from aggregator.store.engine import database_exists, file_of
from aggregator.store.issues import IssueTransaction
from aggregator.store.known import Look
from aggregator.store.polls import PollTransaction
from aggregator.store.store import Store

if TYPE_CHECKING:
    from aggregator.store.backup import back_up, restore
    from aggregator.store.copying import copy_database

__all__ = [
    "IssueTransaction",
    "Look",
    "PollTransaction",
    "Store",
    "back_up",
    "copy_database",
    "database_exists",
    "file_of",
    "restore",
]

# Loaded by the first who wants it: a poll that brings nothing new needs none of it.
_MODULES = {
    "back_up": "backup",
    "restore": "backup",
    "copy_database": "copying",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever it is
    if name not in _MODULES:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
