"""The database as the rest of the program sees it: few verbs, records in and out, each one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from aggregator.model import (
    Article,
    Backlog,
    CategoryMatch,
    Claim,
    Condition,
    Edition,
    Grouping,
    HostState,
    Identity,
    Meter,
    Nearby,
    Order,
    Page,
    Plan,
    Poll,
    PollResult,
    Probes,
    PublishedEntry,
    Ranking,
    Report,
    Results,
    Selection,
    Source,
    SourceHealth,
    Span,
    StoredEntry,
    Surroundings,
    Totals,
    Vocabulary,
    Worker,
    unmeasured,
)
from aggregator.model.issues import DigestState
from aggregator.store import (
    claims,
    clock,
    condition,
    editions,
    history,
    hits,
    issues,
    published,
    retention,
    rounds,
    search,
)
from aggregator.store import entries as stored_entries
from aggregator.store import sources as stored_sources
from aggregator.store.columns import Utc
from aggregator.store.engine import create_engine, fold_in, inode_of, translated
from aggregator.store.feeds import Feeds
from aggregator.store.known import Look
from aggregator.store.ledger import Ledger
from aggregator.store.migrate import migrate, rehearse
from aggregator.store.nearby import nearby
from aggregator.store.pings import Pings
from aggregator.store.polls import (
    PollTransaction,
    bump_content_version,
    decide_alone,
    refused_as_unstorable,
    write_quiet,
)
from aggregator.store.presence import Work, WritersTurn, among, one_main_job
from aggregator.store.recategorize import Batch, Recategorized, recategorize, recategorize_article
from aggregator.store.signatures import Vocabularies, forget_marks
from aggregator.store.subscriptions import Subscriptions
from aggregator.store.tables import site
from aggregator.text.hosts import host_of

# RFC 4151 wants a date on which the authority was ours; it is part of every id, so it never changes.
_TAG_YEAR = "2026"

_BATCH = 500
_MOST_EDITIONS = 500

# Of several that open a new database at once, one inserts and the others wait for it. Both databases know this form;
# SQLAlchemy's own would want to know which of them it is.
_OPEN_SITE = sa.text(
    "INSERT INTO site (pk, authority, since, content_version) VALUES (1, :authority, :since, 0) ON CONFLICT DO NOTHING"
).bindparams(sa.bindparam("since", type_=Utc))

# Built once: nothing is asked as often.
_CONTENT_VERSION = sa.select(site.c.content_version)
_CONFIGURED_FROM = sa.select(site.c.configured_from)

# Between two transactions of housekeeping: a lock goes to whoever asks first, and its holder would be that.
_PAUSE_S = 0.02


def _host_of(group: str | None, address: str) -> str:
    return group or address


class Store:
    """One database. Threads may share it. All methods raise StoreError (see ``engine.translated``)."""

    def __init__(self, url: str, *, pool_size: int = 8, meter: Meter = unmeasured) -> None:
        self._url = url
        self._pool_size = pool_size
        self._engine = create_engine(url, pool_size=pool_size)
        self._writer = self._engine.execution_options(is_write=True)
        self._turn = WritersTurn(self._engine)
        self._inode: tuple[int, int] | None = None
        self._meter = meter
        self._vocabularies = Vocabularies()
        self.ledger = Ledger(self._read, self._write_durably)
        self.feeds = Feeds(self._read, self._write_durably)
        self.pings = Pings(self._read, self._write_durably)
        self.subscriptions = Subscriptions(self._read, self._write_durably)

    def close(self) -> None:
        fold_in(self._engine)
        self._engine.dispose()

    def resize(self, pool_size: int) -> None:
        """Have at most ``pool_size`` connections; what is under way ends on the old ones, which are closed then."""
        if pool_size == self._pool_size:
            return
        before, engine = self._engine, create_engine(self._url, pool_size=pool_size)
        self._engine, self._writer = engine, engine.execution_options(is_write=True)
        self._pool_size = pool_size
        before.dispose()

    def upgrade(self) -> tuple[str | None, str]:
        """Migrate the schema; return the revisions before and after. Raises StoreTooNew for a newer schema."""
        with self._turn(), translated():
            done = migrate(self._writer)
        self._inode = inode_of(self._url)
        return done

    def is_lost(self) -> bool:
        """Whether the file of an SQLite database was deleted, or another put in its place, since ``upgrade``."""
        return self._inode is not None and inode_of(self._url) != self._inode

    def rehearse_upgrade(self) -> Plan:
        """Migrate the schema, take it back, and return what was done; it locks like an upgrade. Raises as that does."""
        with self._turn(), translated():
            return rehearse(self._writer)

    def open_site(self, *, url: str, now: datetime) -> Identity:
        """Fix who we are in ids when the store is new; an existing one keeps what it has, whatever ``url`` says."""
        authority = f"{host_of(url) or 'localhost'},{_TAG_YEAR}"
        with self._write() as connection:
            connection.execute(_OPEN_SITE, {"authority": authority, "since": now})
        return self.identity()

    def identity(self) -> Identity:
        with self._read() as connection:
            row = connection.execute(sa.select(site.c.authority, site.c.since)).one()
        return Identity(authority=row.authority, since=row.since)

    # --- who is at work ----------------------------------------------------------------------------------------------

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold an SQLite database for one main job; raises StoreBusy when another has it. PostgreSQL is for many."""
        with one_main_job(self._engine):
            yield

    @contextmanager
    def polling(self) -> Iterator[None]:
        """Be among those that poll; whoever comes first takes back what workers held that died."""
        with translated(), among(self._engine, Work.POLLING, self._take_back_claims):
            yield

    @contextmanager
    def delivering(self) -> Iterator[None]:
        """Be among those that deliver; as ``polling``."""
        with translated(), among(self._engine, Work.DELIVERING, self._take_back_deliveries):
            yield

    def _take_back_deliveries(self) -> None:
        self.ledger.take_back_claims()
        self.pings.take_back_claims()

    def _take_back_claims(self) -> None:
        with self._read() as connection:
            are_claims = claims.are_claims(connection)
        if are_claims:
            with self._write() as connection:
                claims.take_back_claims(connection)

    # --- polling -----------------------------------------------------------------------------------------------------

    def configure(
        self,
        configured: Sequence[Source],
        host_of: Callable[[str | None, str], str] = _host_of,
        *,
        digests: Sequence[DigestState] | None = None,
        configured_from: str | None = None,
    ) -> None:
        """Make the stored sources and digests those configured, all or nothing; with None digests stay as they are.

        Nothing of a source or digest that is no longer configured is deleted. ``host_of`` says by what a source with a
        group (or None) and an address shares the limits of politeness; else that is the group, or the one address.
        ``configured_from`` says what all this follows from, for who asks whether it is still so.
        """
        with self._write() as connection:
            stored_sources.alone(connection)
            has_changed = stored_sources.sync(connection, configured)
            stored_sources.sync_hosts(connection, host_of)
            if has_changed:
                bump_content_version(connection)
            if digests is not None and not issues.are_synced(connection, digests):
                issues.sync(connection, digests)
            if connection.execute(_CONFIGURED_FROM).scalar() != configured_from:
                connection.execute(site.update().values(configured_from=configured_from))

    def source_names(self) -> dict[str, str]:
        """Return the names of the configured sources by their addresses, and by those that they have moved to."""
        with self._read() as connection:
            return stored_sources.names(connection)

    def claim_due_sources(
        self,
        *,
        now: datetime,
        lease: timedelta,
        limit: int,
        due_by: datetime | None = None,
        names: Sequence[str] | None = None,
        worker: Worker | None = None,
        without: Collection[str] = (),
    ) -> list[Claim]:
        """Claim up to ``limit`` due sources (with ``names``: those, due or not) of hosts that no other worker has.

        See ``claims.claim_due``.
        """
        with self._write() as connection:
            return claims.claim_due(
                connection,
                now=now,
                lease=lease,
                limit=limit,
                due_by=due_by,
                names=names,
                worker=worker,
                without=without,
            )

    def count_due(self, now: datetime) -> int:
        """Return how many sources are due, claimed ones among them."""
        with self._read() as connection:
            return claims.count_due(connection, now)

    def release(self, unused: Sequence[Claim]) -> None:
        """Give back claims that were not used."""
        with self._write() as connection:
            claims.release(connection, unused)

    def extend(self, held: Sequence[Claim], *, now: datetime, until: datetime) -> set[str]:
        """Let claims that have not ended last until then; return the seeds of the sources that are held."""
        with self._write() as connection:
            return claims.extend(connection, held, now=now, until=until)

    def note_rest(self, host: HostState) -> None:
        """Write how a host is, for the workers that come after this one."""
        with self._write() as connection:
            claims.note_rest(connection, host)

    def postpone(self, claim: Claim, *, until: datetime, reason: str) -> None:
        """Give a claim back unused, and let nobody ask this source before ``until``."""
        with self._write() as connection:
            claims.postpone(connection, claim, until=until, reason=reason)

    def bring_forward(self, times: Mapping[str, datetime], *, reason: str) -> None:
        """Check these sources, by name, at these times, where they would be checked later."""
        with self._write() as connection:
            claims.bring_forward(connection, times, reason=reason)

    @contextmanager
    def look(self, claim: Claim) -> Iterator[Look]:
        """Ask what a poll needs to know before it decides; nothing is locked. Raises ClaimLost."""
        with self._read() as connection:
            yield Look(connection, claim)

    @contextmanager
    def poll(self, claim: Claim) -> Iterator[PollTransaction]:
        """Read, decide, write: one transaction, rolled back by any exception. Raises ClaimLost, Unstorable."""
        with self._write() as connection, refused_as_unstorable():
            yield PollTransaction(connection, claim)

    def whole_articles(self, claim: Claim, keys: Sequence[str]) -> dict[str, Article | None]:
        """Return which of these entries of a source are known, forgotten ones too; with those stored as a whole."""
        with self._read() as connection:
            return stored_entries.whole_articles(connection, claim, keys)

    def write_quiet(self, results: Sequence[tuple[Claim, PollResult]]) -> None:
        """Write the states of sources that brought no entries, in one transaction, and end their claims.

        What belongs to a claim that was lost is passed over.
        """
        with self._write() as connection:
            write_quiet(connection, results)

    def forget(self, *, before: datetime, is_stopping: Callable[[], bool] = lambda: False) -> int:
        """Purge entries first seen before a time, in small transactions; their keys stay. Returns how many went.

        Between them, whoever waits to write has the turn. ``is_stopping`` ends it early.
        """
        total = 0
        while True:
            with self._write() as connection:
                count = retention.forget(connection, before=before, limit=_BATCH)
            total += count
            if count < _BATCH or is_stopping():
                return total
            time.sleep(_PAUSE_S)

    def recategorize(
        self, selection: Selection, decide: Callable[[StoredEntry], tuple[CategoryMatch, ...] | None]
    ) -> Iterator[Batch]:
        """Give entries the categories that ``decide`` returns, in small transactions, newest first seen first.

        None leaves an entry as it is. Yields each batch when it is written; what comes in meanwhile is not looked at.
        """
        before: tuple[datetime, int] | None = None
        while True:
            with self._write() as connection:
                batch = recategorize(connection, selection, decide, limit=_BATCH, before=before)
                if any(each.moved for each in batch.changed):
                    bump_content_version(connection)
            yield batch
            before = batch.before
            if before is None:
                return

    def recategorize_article(
        self, original: str, decide: Callable[[StoredEntry], tuple[CategoryMatch, ...] | None]
    ) -> list[Recategorized]:
        """Give an original and its duplicates the categories that ``decide`` returns, and return what changed."""
        with self._write() as connection:
            changed = recategorize_article(connection, original, decide)
            if any(each.moved for each in changed):
                bump_content_version(connection)
        return changed

    def forget_marks(self, expired: Sequence[tuple[int, int]]) -> None:
        """Delete the marks from a first to a last one, in small transactions: nobody looks for them any more."""
        for first, last in expired:
            count = None
            while count != 0:
                with self._write() as connection:
                    count = forget_marks(connection, first=first, last=last)

    # --- stories -----------------------------------------------------------------------------------------------------

    def awaits_stories(self, *, since: datetime) -> bool:
        """Whether articles that were first seen since then wait for their story to be judged."""
        with self._read() as connection:
            return rounds.awaits_stories(connection, since=since)

    def may_group(self, *, now: datetime, waits_since: datetime) -> bool:
        """Whether it is time to judge stories: something waits, and nobody is polling, or it waits for too long."""
        with self._read() as connection:
            return rounds.may_group(connection, now=now, waits_since=waits_since)

    def waiting(self, *, limit: int) -> list[Report]:
        """Return the reports whose stories aren't judged yet, those that were published first."""
        with self._read() as connection:
            return rounds.waiting(connection, limit=limit)

    def report(self, entry_id: str) -> Report | None:
        """Return an entry as its story needs it; None for one that was stored before stories were."""
        with self._read() as connection:
            return rounds.report(connection, entry_id)

    def surroundings(self, marks: Sequence[Collection[int]], links: Collection[int]) -> Surroundings:
        """Return the reports that share marks with each of these, and all others of their stories."""
        with self._read() as connection:
            return rounds.surroundings(connection, marks, links)

    def group(self, judged: Grouping, published: Mapping[int, datetime]) -> bool:
        """Write what a round's judgement changes; False, and nothing is written, when another worker was quicker."""
        with self._write() as connection:
            return rounds.write(connection, judged, published)

    def forget_vectors(self, *, before: datetime) -> None:
        """Delete the vectors of what was published before a time."""
        with self._write() as connection:
            rounds.forget_vectors(connection, before=before)

    # --- reading -----------------------------------------------------------------------------------------------------

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

    def editions(self, source_name: str, *, limit: int = _MOST_EDITIONS) -> list[Edition]:
        """Return the latest editions of a source's ranking, the last one first."""
        with self._read() as connection:
            return editions.of_source(connection, source_name, limit=limit)

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

    def correct_times(self, now: datetime) -> int:
        """Make due what was planned by a clock that was ahead of ``now``; return how much that was."""
        with self._write() as connection:
            return clock.correct(connection, now)

    def backlog(self, *, now: datetime, overdue_after: timedelta) -> Backlog:
        """Return what waits to be done, and how large the database is."""
        with self._read() as connection:
            return condition.backlog(connection, now=now, overdue_after=overdue_after)

    def ping(self) -> None:
        """Return when the database answers; raises StoreError when it doesn't."""
        with self._read() as connection:
            connection.execute(sa.select(1))

    # --- transactions ------------------------------------------------------------------------------------------------

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        with self._timed(Span.READ), translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        with self._timed(Span.WRITE), self._turn(), translated(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _write_durably(self) -> Iterator[sa.Connection]:
        """As ``_write``, and what was written outlives a power failure: what was sent can't be taken back."""
        durable = self._writer.execution_options(is_durable=True)
        with self._timed(Span.WRITE), self._turn(), translated(), durable.begin() as connection:
            yield connection

    @contextmanager
    def _timed(self, span: Span) -> Iterator[None]:
        """Measure a transaction with all that it waits for."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._meter(span, time.perf_counter() - began)
