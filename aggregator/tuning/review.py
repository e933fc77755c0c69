"""The rules on disk against what is stored: what they would change, and doing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from aggregator.app import Aggregator
from aggregator.model import CategoryMatch, Selection, StoredEntry


@dataclass(frozen=True, slots=True)
class Move:
    """An entry that gains or loses a category, and why: as it is now, or for a lost one what the rule says now."""

    entry: StoredEntry
    category: str
    is_gained: bool
    reason: str


@dataclass(slots=True)
class Review:
    """What became of the entries looked at so far; ``reworded`` kept their categories and got other reasons."""

    looked_at: int = 0
    changed: int = 0
    reworded: int = 0


def compare(aggregator: Aggregator, *, since: datetime | None, review: Review) -> Iterator[Move]:
    """Yield what the rules would change in the store, newest entries first; change nothing."""
    for entry in aggregator.store.entries(Selection(since=since)):
        review.looked_at += 1
        categories = aggregator.categories_of(entry)
        if categories is not None and categories != entry.categories:
            yield from _counted(aggregator, entry, categories, review)


def apply(aggregator: Aggregator, *, since: datetime | None, review: Review) -> Iterator[Move]:
    """Give stored entries the categories that the rules say, in small transactions, and yield what changed."""
    for batch in aggregator.store.recategorizing.entries(Selection(since=since), aggregator.categories_of):
        review.looked_at += batch.looked_at
        for entry, categories in batch.changed:
            yield from _counted(aggregator, entry, categories, review)


def _counted(
    aggregator: Aggregator, entry: StoredEntry, categories: tuple[CategoryMatch, ...], review: Review
) -> list[Move]:
    moves = list(_moves(aggregator, entry, categories))
    review.changed += bool(moves)
    review.reworded += not moves
    return moves


def _moves(aggregator: Aggregator, entry: StoredEntry, categories: tuple[CategoryMatch, ...]) -> Iterator[Move]:
    before = {match.category for match in entry.categories}
    after = {match.category for match in categories}
    for match in categories:
        if match.category not in before:
            yield Move(entry, match.category, is_gained=True, reason="; ".join(match.reasons))
    if before - after:
        said = dict(line.split(": ", 1) for line in aggregator.explained_categories(entry))
        for category in sorted(before - after):
            yield Move(
                entry, category, is_gained=False, reason=said.get(category, "there is no such category any more")
            )
