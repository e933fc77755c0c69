"""The ledger as the rest of the program sees it: issues, deliveries, and who gets nothing more; written durably."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa

from aggregator.model.issues import DigestState, Issue
from aggregator.store.deliveries import Deliveries
from aggregator.store.issues import IssueTransaction, to_issue, to_state
from aggregator.store.tables import deliveries, digests, entries, issue_entries, issues, keys

_CHUNK = 400


class Ledger(Deliveries):
    """What was, and is to be, sent to whom. Made by ``Store``; raises StoreError like it."""

    def digests(self) -> dict[str, DigestState]:
        """Return the configured digests by name."""
        with self._read() as connection:
            found = connection.execute(sa.select(digests).where(digests.c.is_active))
            return {row.name: to_state(row) for row in found}

    @contextmanager
    def making(self, digest: str) -> Iterator[IssueTransaction]:
        """Read, decide, write an issue: one transaction, rolled back by any exception; one at a time of a digest."""
        with self._write() as connection:
            yield IssueTransaction(connection, digest)

    def issue(self, pk: int) -> Issue:
        with self._read() as connection:
            return to_issue(connection.execute(sa.select(issues.c.content).where(issues.c.pk == pk)).scalar_one())

    def find_issue(self, digest: str, number: int | None = None) -> Issue | None:
        """Return an issue of a digest by its number, the latest without one."""
        query = _latest(digest).limit(1)
        if number is not None:
            query = query.where(issues.c.number == number)
        with self._read() as connection:
            content = connection.execute(query).scalar_one_or_none()
        return None if content is None else to_issue(content)

    def latest_issues(self, digest: str, *, limit: int) -> list[Issue]:
        """Return the latest issues of a digest, the newest first."""
        with self._read() as connection:
            return [to_issue(content) for content in connection.execute(_latest(digest).limit(limit)).scalars()]

    def issues_with(self, original: str) -> list[tuple[str, int, datetime]]:
        """Return which issues have an entry or a duplicate of it: digest, number, when it was made."""
        query = (
            sa.select(issues.c.digest, issues.c.number, issues.c.made_at)
            .join(issue_entries, issue_entries.c.issue_pk == issues.c.pk)
            .join(entries, entries.c.id == issue_entries.c.entry_id)
            .where(entries.c.original == original)
            .distinct()
            .order_by(issues.c.made_at, issues.c.digest)
        )
        with self._read() as connection:
            return [(row.digest, row.number, row.made_at) for row in connection.execute(query)]

    def forget(self, *, before: datetime) -> None:
        """Purge issues made before a time, with their deliveries, in small transactions."""
        while True:
            with self._write() as connection:
                if _forget(connection, before=before) == 0:
                    return

    def key_for(self, purpose: str) -> bytes:
        """Return this database's own key for a purpose, made when it is first asked for."""
        with self._read() as connection:
            known = _known_key(connection, purpose)
        if known is not None:
            return known
        with self._write() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("LOCK TABLE keys IN SHARE ROW EXCLUSIVE MODE")
            known = _known_key(connection, purpose)
            if known is None:
                known = secrets.token_bytes(32)
                connection.execute(keys.insert().values(purpose=purpose, value=known.hex()))
        return known


def _latest(digest: str) -> sa.Select[tuple[object]]:
    return sa.select(issues.c.content).where(issues.c.digest == digest).order_by(issues.c.number.desc())


def _forget(connection: sa.Connection, *, before: datetime) -> int:
    """Delete issues of one digest made before a time, with their deliveries; return how many. 0: there are no more."""
    old = sa.select(issues.c.digest).where(issues.c.made_at < before).order_by(issues.c.made_at).limit(1)
    digest = connection.execute(old).scalar_one_or_none()
    if digest is None:
        return 0
    # its row is locked first, as by those who make issues
    connection.execute(sa.select(digests.c.name).where(digests.c.name == digest).with_for_update())
    of_digest = sa.select(issues.c.pk).where(issues.c.digest == digest, issues.c.made_at < before)
    pks = connection.execute(of_digest.order_by(issues.c.made_at).limit(_CHUNK)).scalars().all()
    count = sa.select(sa.func.count()).where(deliveries.c.issue_pk.in_(pks)).scalar_subquery()
    fewer = digests.update().where(digests.c.name == digest).values(delivery_count=digests.c.delivery_count - count)
    connection.execute(fewer)
    connection.execute(issues.delete().where(issues.c.pk.in_(pks)))
    return len(pks)


def _known_key(connection: sa.Connection, purpose: str) -> bytes | None:
    found: str | None = connection.execute(
        sa.select(keys.c.value).where(keys.c.purpose == purpose)
    ).scalar_one_or_none()
    return None if found is None else bytes.fromhex(found)
