"""What is read of the database: for pages, feeds, commands and judgement. Records out, nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from aggregator.model import (
    Backlog,
    Condition,
    Edition,
    Meter,
    Nearby,
    Order,
    Page,
    Poll,
    Probes,
    PublishedEntry,
    Ranking,
    Results,
    Selection,
    SourceHealth,
    StoredEntry,
    Totals,
    Vocabulary,
    unmeasured,
)
from aggregator.store import condition, editions, history, hits, published, rounds, search
from aggregator.store import entries as stored_entries
from aggregator.store import sources as stored_sources
from aggregator.store.nearby import nearby
from aggregator.store.polls import decide_alone
from aggregator.store.signatures import Vocabularies
from aggregator.store.tables import site
from aggregator.store.transactions import Transactions

_BATCH = 500

# Built once: nothing is asked as often.
_CONTENT_VERSION = sa.select(site.c.content_version)


class Lookups(Transactions):
    """The verbs of ``Store`` that read. Of them, those that search bring the full-text index up to date first."""

    def __init__(self, url: str, *, pool_size: int, meter: Meter = unmeasured) -> None:
        super().__init__(url, pool_size=pool_size, meter=meter)
        self._vocabularies = Vocabularies()

    def sources(self) -> tuple[SourceHealth, ...]:
        with self._read() as connection:
            return stored_sources.all_health(connection)

    def polls(self, source_name: str, *, limit: int = history.KEPT) -> list[Poll]:
        """Return the latest polls of a source, the last one first."""
        with self._read() as connection:
            return history.latest(connection, source_name, limit=limit)

    def rankings(self) -> list[Ranking]:
        """Return the ranking of each source that watches one, by name."""
        with self._read() as connection:
            return editions.rankings(connection)

    def editions(self, source_name: str) -> list[Edition]:
        """Return the latest editions of a source's ranking, the last one first."""
        with self._read() as connection:
            return editions.of_source(connection, source_name)

    def activity(self, *, today: date) -> dict[str, tuple[int, ...]]:
        """Return how many entries each source had on each of the 30 days (UTC) that end ``today``, oldest first."""
        with self._read() as connection:
            return stored_sources.activity(connection, today=today)

    def published(self, selection: Selection, *, limit: int, cursor: str | None = None) -> Page[PublishedEntry]:
        """Return what is published once, newest first; raises UsageError for a cursor that is not one of ours."""
        self._prepare(selection)
        with self._read() as connection:
            return published.articles(connection, selection, limit=limit, cursor=cursor)

    def front(
        self, selection: Selection, *, limit: int, cursor: str | None = None, language: str = "en"
    ) -> Page[PublishedEntry]:
        """Return stories, each by that of its articles which meets the selection and leads; as ``published`` otherwise.

        ``language`` is the site's.
        """
        self._prepare(selection)
        with self._read() as connection:
            return published.front(connection, selection, limit=limit, cursor=cursor, language=language)

    def search(
        self,
        selection: Selection,
        *,
        limit: int,
        order: Order = Order.TIME,
        cursor: str | None = None,
        language: str = "en",
    ) -> Results:
        """Return the stories in which the ``search`` of a selection finds something; ``language`` is the site's."""
        self._prepare(selection)
        with self._read() as connection:
            return hits.stories(connection, selection, order=order, limit=limit, cursor=cursor, language=language)

    def count_newer(self, selection: Selection, cursor: str | None, *, limit: int = 100) -> int:
        """Return how many stories ``front`` has by now before a page's ``newest``, counted up to ``limit``."""
        self._prepare(selection)
        with self._read() as connection:
            return published.count_newer(connection, selection, cursor=cursor, limit=limit)

    def entries(self, selection: Selection, *, limit: int | None = None) -> Iterator[StoredEntry]:
        """Yield entries, duplicates among them, newest first seen first, read in batches; see ``entries.select``."""
        self._prepare(selection)
        before: tuple[datetime, int] | None = None
        left = limit
        while left is None or left > 0:
            size = _BATCH if left is None else min(_BATCH, left)
            with self._read() as connection:
                found, before = stored_entries.select(connection, selection, limit=size, before=before)
            yield from found
            left = None if left is None else left - len(found)
            if before is None:
                return

    def _prepare(self, selection: Selection) -> None:
        """Let a search find the entries that came since the last one."""
        if selection.search is not None:
            self.index()

    def index(self, *, is_stopping: Callable[[], bool] = lambda: False) -> None:
        """Put new entries into the full-text index, in small transactions. ``is_stopping`` ends it early."""
        with self._read() as connection:
            is_behind = search.is_behind(connection)
        while is_behind and not is_stopping():
            with self._write() as connection:
                decide_alone(connection)
                is_behind = search.put_in_next(connection)

    def find_entries(self, *, entry_id: str, url: str | None, canonical_url: str | None) -> list[StoredEntry]:
        """Return the entries with this id, address or canonical URL, oldest first."""
        with self._read() as connection:
            return stored_entries.find(connection, entry_id=entry_id, url=url, canonical_url=canonical_url)

    def published_as(self, original: str) -> PublishedEntry | None:
        """Return what is published under an id; None when that is nothing, as its sources are not configured."""
        with self._read() as connection:
            return stored_entries.published_as(connection, original)

    def duplicates_of(self, original: str) -> list[StoredEntry]:
        """Return an original and its duplicates, oldest first."""
        with self._read() as connection:
            return stored_entries.duplicates_of(connection, original)

    def vocabularies(self) -> Mapping[str, Vocabulary]:
        """Return how common words are in headlines, by language."""
        with self._read() as connection:
            return self._vocabularies.current(connection)

    def nearby(self, probes: Sequence[Probes]) -> Nearby:
        """Return the stored entries that resemble these the most."""
        with self._read() as connection:
            return nearby(connection, probes)

    def stories(self, ids: Sequence[str]) -> dict[str, tuple[StoredEntry, ...]]:
        """Return all entries of each of these stories, duplicates among them, oldest first; inactive sources' too.

        The id of a story that was merged into another is one of its names.
        """
        with self._read() as connection:
            merged = rounds.resolve(connection, ids)
            found = stored_entries.stories(connection, [merged.get(each, each) for each in ids])
        return {each: found[merged.get(each, each)] for each in ids if merged.get(each, each) in found}

    def content_version(self) -> int:
        """Return a number that moves whenever anything that outputs show changes."""
        with self._read() as connection:
            return int(connection.execute(_CONTENT_VERSION).scalar_one())

    def totals(self) -> Totals:
        with self._read() as connection:
            return stored_sources.totals(connection)

    def examine(self, *, is_thorough: bool) -> Condition:
        """Look at how the database is; nothing is changed, and nothing of its schema is taken for granted."""
        with self._read() as connection:
            return condition.examine(connection, is_thorough=is_thorough)

    def backlog(self, *, now: datetime, overdue_after: timedelta) -> Backlog:
        """Return what waits to be done, and how large the database is."""
        with self._read() as connection:
            return condition.backlog(connection, now=now, overdue_after=overdue_after)

    def ping(self) -> None:
        """Return when the database answers; raises StoreError when it doesn't."""
        with self._read() as connection:
            connection.execute(sa.select(1))
