"""Giving stored entries other categories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from aggregator.model import CategoryMatch, Selection, StoredEntry
from aggregator.store import entries as stored_entries
from aggregator.store.polls import decide_alone
from aggregator.store.tables import entries, entry_categories

Categories = tuple[CategoryMatch, ...]


class Recategorized(NamedTuple):
    """An entry as it was before, and the categories that it has now."""

    entry: StoredEntry
    categories: Categories

    @property
    def moved(self) -> bool:
        """Whether it has other categories than before, and not only other reasons."""
        return names(self.categories) != names(self.entry.categories)


class Batch(NamedTuple):
    """Some entries in a row: those that changed, how many were looked at, and where to go on (None at the end)."""

    changed: list[Recategorized]
    looked_at: int
    before: tuple[datetime, int] | None


def names(categories: Categories) -> list[str]:
    return [match.category for match in categories]


def recategorize(
    connection: sa.Connection,
    selection: Selection,
    decide: Callable[[StoredEntry], Categories | None],
    *,
    limit: int,
    before: tuple[datetime, int] | None,
) -> Batch:
    """Give a batch of entries the categories that ``decide`` returns; None leaves an entry as it is.

    Reading and writing are one transaction, in which no poll edits an entry.
    """
    decide_alone(connection)
    found, following = stored_entries.select(connection, selection, limit=limit, before=before)
    decided = ((entry, decide(entry)) for entry in found)
    changed = [
        Recategorized(entry, categories)
        for entry, categories in decided
        if categories is not None and categories != entry.categories
    ]
    _write(connection, changed)
    return Batch(changed, len(found), following)


def recategorize_article(
    connection: sa.Connection, original: str, decide: Callable[[StoredEntry], Categories | None]
) -> list[Recategorized]:
    """Give an original and its duplicates the categories that ``decide`` returns; None leaves an entry as it is."""
    decide_alone(connection)
    changed = [
        Recategorized(entry, categories)
        for entry in stored_entries.duplicates_of(connection, original)
        if (categories := decide(entry)) is not None and categories != entry.categories
    ]
    _write(connection, changed)
    return changed


def _write(connection: sa.Connection, changed: Sequence[Recategorized]) -> None:
    if not changed:
        return
    ids = [each.entry.id for each in changed]
    pks = {
        row.id: row.pk for row in connection.execute(sa.select(entries.c.id, entries.c.pk).where(entries.c.id.in_(ids)))
    }
    connection.execute(entry_categories.delete().where(entry_categories.c.entry_pk.in_(pks.values())))
    values = [
        {"entry_pk": pks[each.entry.id], "category": match.category, "position": position, "reasons": match.reasons}
        for each in changed
        for position, match in enumerate(each.categories)
    ]
    if values:
        connection.execute(entry_categories.insert(), values)
