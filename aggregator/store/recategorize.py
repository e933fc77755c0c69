"""Giving stored entries other categories."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from aggregator.model import CategoryMatch, Selection, StoredEntry
from aggregator.store import entries as stored_entries
from aggregator.store.polls import bump_content_version, decide_alone
from aggregator.store.tables import entries, entry_categories
from aggregator.store.transactions import Section

_BATCH = 500

Categories = tuple[CategoryMatch, ...]
Decide = Callable[[StoredEntry], Categories | None]


class Recategorized(NamedTuple):
    """An entry as it was before, and the categories that it has now."""

    entry: StoredEntry
    categories: Categories

    @property
    def moved(self) -> bool:
        """Whether it has other categories than before, and not only other reasons."""
        before, now = ([match.category for match in each] for each in (self.entry.categories, self.categories))
        return before != now


class Batch(NamedTuple):
    """Some entries in a row: those that changed, and how many were looked at."""

    changed: list[Recategorized]
    looked_at: int


class Recategorizing(Section):
    """Gives entries the categories that ``decide`` returns; None leaves one as it is. Made by ``Store``, as the others.

    Reading and writing are one transaction, in which no poll edits an entry.
    """

    def entries(self, selection: Selection, decide: Decide) -> Iterator[Batch]:
        """Go through a selection in small transactions, newest first seen first; what comes in meanwhile is left out.

        Yields each batch when it is written.
        """
        before: tuple[datetime, int] | None = None
        while True:
            with self._write() as connection:
                decide_alone(connection)
                found, before = stored_entries.select(connection, selection, limit=_BATCH, before=before)
                changed = _recategorized(connection, found, decide)
            yield Batch(changed, len(found))
            if before is None:
                return

    def article(self, original: str, decide: Decide) -> list[Recategorized]:
        """Go through an original and its duplicates, and return what changed."""
        with self._write() as connection:
            decide_alone(connection)
            return _recategorized(connection, stored_entries.duplicates_of(connection, original), decide)


def _recategorized(connection: sa.Connection, found: Sequence[StoredEntry], decide: Decide) -> list[Recategorized]:
    changed = [
        Recategorized(entry, categories)
        for entry in found
        if (categories := decide(entry)) is not None and categories != entry.categories
    ]
    _write(connection, changed)
    if any(each.moved for each in changed):
        bump_content_version(connection)
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
