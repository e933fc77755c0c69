"""The database as the rest of the program sees it: few verbs, records in and out, each one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa

from aggregator.model import (
    Article,
    Claim,
    Identity,
    Meter,
    Plan,
    PollResult,
    Source,
    unmeasured,
)
from aggregator.model.issues import DigestState
from aggregator.store import clock, issues, retention
from aggregator.store import entries as stored_entries
from aggregator.store import sources as stored_sources
from aggregator.store.claims import Claims
from aggregator.store.columns import Utc
from aggregator.store.engine import inode_of, translated
from aggregator.store.feeds import Feeds
from aggregator.store.known import Look
from aggregator.store.ledger import Ledger
from aggregator.store.lookups import Lookups
from aggregator.store.migrate import migrate, rehearse
from aggregator.store.pings import Pings
from aggregator.store.polls import PollTransaction, bump_content_version, refused_as_unstorable, write_quiet
from aggregator.store.presence import Work, among, one_main_job
from aggregator.store.recategorize import Recategorizing
from aggregator.store.rounds import Rounds
from aggregator.store.signatures import forget_marks
from aggregator.store.subscriptions import Subscriptions
from aggregator.store.tables import site
from aggregator.text.hosts import host_of

# RFC 4151 wants a date on which the authority was ours; it is part of every id, so it never changes.
_TAG_YEAR = "2026"

_BATCH = 500

# Of several that open a new database at once, one inserts and the others wait for it. Both databases know this form;
# SQLAlchemy's own would want to know which of them it is.
_OPEN_SITE = sa.text(
    "INSERT INTO site (pk, authority, since, content_version) VALUES (1, :authority, :since, 0) ON CONFLICT DO NOTHING"
).bindparams(sa.bindparam("since", type_=Utc))

# Built once: nothing is asked as often.
_CONFIGURED_FROM = sa.select(site.c.configured_from)

# Between two transactions of housekeeping: a lock goes to whoever asks first, and its holder would be that.
_PAUSE_S = 0.02


def _host_of(group: str | None, address: str) -> str:
    return group or address


class Store(Lookups):
    """One database. Threads may share it. All methods raise StoreError (see ``engine.translated``)."""

    def __init__(self, url: str, *, pool_size: int = 8, meter: Meter = unmeasured) -> None:
        super().__init__(url, pool_size=pool_size, meter=meter)
        self._inode: tuple[int, int] | None = None
        self.claims = Claims(self._read, self._write)
        self.ledger = Ledger(self._read, self._write_durably)
        self.feeds = Feeds(self._read, self._write_durably)
        self.rounds = Rounds(self._read, self._write)
        self.pings = Pings(self._read, self._write_durably)
        self.recategorizing = Recategorizing(self._read, self._write)
        self.subscriptions = Subscriptions(self._read, self._write_durably)

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
        with translated(), among(self._engine, Work.POLLING, self.claims.take_back_claims):
            yield

    @contextmanager
    def delivering(self) -> Iterator[None]:
        """Be among those that deliver; as ``polling``."""
        with translated(), among(self._engine, Work.DELIVERING, self._take_back_deliveries):
            yield

    def _take_back_deliveries(self) -> None:
        self.ledger.take_back_claims()
        self.pings.take_back_claims()

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

    def forget_marks(self, expired: Sequence[tuple[int, int]]) -> None:
        """Delete the marks from a first to a last one, in small transactions: nobody looks for them any more."""
        for first, last in expired:
            count = None
            while count != 0:
                with self._write() as connection:
                    count = forget_marks(connection, first=first, last=last)

    def correct_times(self, now: datetime) -> int:
        """Make due what was planned by a clock that was ahead of ``now``; return how much that was."""
        with self._write() as connection:
            return clock.correct(connection, now)
