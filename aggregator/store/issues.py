"""Making issues: what is new to a digest, and all that one issue changes, in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from aggregator.model import PublishedEntry, Selection
from aggregator.model.issues import DeliveryStatus, DigestState, Endpoint, Issue, SentVersion
from aggregator.store import entries as stored_entries
from aggregator.store import renamed_digests
from aggregator.store.arrays import among, array
from aggregator.store.selections import conditions, counts
from aggregator.store.tables import deliveries, digests, entries, issue_entries, issues, stops

# Entries first seen shortly before the last issue are looked at again, in case that they were committed after it by a
# worker that was held up; what is in an issue already is passed over anyway (docs/decisions/0016).
_LATE = timedelta(days=1)


def sync(connection: sa.Connection, configured: Sequence[DigestState]) -> None:
    """Make the stored digests those configured. One that is new, or back again, begins as its record here says."""
    stored = {row.name: row for row in connection.execute(sa.select(digests))}
    names = [state.name for state in configured]
    gone = [row.name for row in stored.values() if row.is_active and row.name not in names]
    if gone:
        connection.execute(digests.update().where(digests.c.name.in_(gone)).values(is_active=False))
    for state in configured:
        known = stored.get(state.name)
        begins = {
            "is_active": True,
            "set_up_at": state.set_up_at,
            "begins_at": state.begins_at,
            "considered_until": state.begins_at,
            "last_slot": state.last_slot,
            "told": [],
        }
        if known is None:
            values = begins | {"name": state.name, "considered_pk": 0, "last_number": 0}
            connection.execute(digests.insert().values(values))
        elif not known.is_active:
            connection.execute(digests.update().where(digests.c.name == state.name).values(begins))
        if known is None or not known.is_active:
            renamed_digests.take_over(connection, state, gone)


def are_synced(connection: sa.Connection, configured: Sequence[DigestState]) -> bool:
    active = connection.execute(sa.select(digests.c.name).where(digests.c.is_active)).scalars()
    return set(active) == {state.name for state in configured}


class IssueTransaction:
    """What making an issue reads and writes. The digest's row is locked: nobody else makes one meanwhile."""

    def __init__(self, connection: sa.Connection, digest: str) -> None:
        self._connection = connection
        query = sa.select(digests).where(digests.c.name == digest).with_for_update()
        self._row = connection.execute(query).one()
        self.state = to_state(self._row)
        # before anything is looked at: what is inserted meanwhile has not been considered
        self._last_pk = connection.execute(sa.select(sa.func.coalesce(sa.func.max(entries.c.pk), 0))).scalar_one()

    def pending(self, selection: Selection, *, until: datetime) -> list[PublishedEntry]:
        """Return what is new to the digest, first seen up to a time: duplicates together, oldest first.

        New is what is in no issue of it, neither itself nor a duplicate, and was first seen since the digest began.
        """
        state, candidate = self.state, entries.alias("candidate")
        # each along its index, and their keys given to the next one: no planner is to guess how many they are
        late = sa.select(candidate.c.pk).where(candidate.c.first_seen > state.considered_until - _LATE)
        newer = sa.select(candidate.c.pk).where(candidate.c.pk > self._row.considered_pk)
        unconsidered = {pk for way in (late, newer) for pk in self._connection.execute(way).scalars()}
        query = (
            sa.select(candidate.c.original, sa.func.min(candidate.c.listed_at).label("listed_at"))
            .where(
                among(candidate.c.pk, "unconsidered"),
                counts(candidate),
                *conditions(candidate, selection),
                candidate.c.first_seen >= state.begins_at,
                candidate.c.first_seen <= until,
            )
            .group_by(candidate.c.original)
            .order_by(sa.func.min(candidate.c.first_seen), sa.func.min(candidate.c.pk))
        )
        given = {"unconsidered": array(sorted(unconsidered))}
        listed = {row.original: row.listed_at for row in self._connection.execute(query, given)}
        known = self._known(list(listed), selection)
        news = {original: listed_at for original, listed_at in listed.items() if original not in known}
        return stored_entries.published_by_id(self._connection, news)

    def _known(self, originals: Sequence[str], selection: Selection) -> set[str]:
        """Return those that an issue has, or that are older than the digest, be it by a duplicate.

        From the candidate to its duplicates to the key of what was sent: never through all that the digest ever sent.
        """
        member = entries.alias("member")
        is_sent = sa.select(issue_entries.c.entry_id).where(
            issue_entries.c.digest == self.state.name, issue_entries.c.entry_id == member.c.id
        )
        is_old = sa.and_(member.c.first_seen < self.state.begins_at, *conditions(member, selection))
        of_candidates = sa.and_(among(member.c.original, "candidates"), counts(member))  # a mere mention is neither
        query = sa.select(member.c.original).where(of_candidates, is_old | is_sent.exists()).distinct()
        return set(self._connection.execute(query, {"candidates": array(originals)}).scalars())

    def changed(self, selection: Selection, *, since: datetime) -> list[tuple[PublishedEntry, SentVersion]]:
        """Return what an issue made after a time has and what has changed since, with what was sent of it."""
        # by their issues: through the digest's own key all that it ever sent would be read
        recent = self._connection.execute(
            sa.select(issues.c.pk).where(issues.c.digest == self.state.name, issues.c.made_at > since)
        ).scalars()
        of_recent = sa.select(issue_entries.c.entry_id, issue_entries.c.title, issue_entries.c.updated).where(
            among(issue_entries.c.issue_pk, "recent")
        )
        versions = {
            row.entry_id: SentVersion(entry_id=row.entry_id, title=row.title, updated=row.updated)
            for row in self._connection.execute(of_recent, {"recent": array(recent)})
        }
        query = (
            sa.select(entries.c.id, entries.c.original, entries.c.listed_at, entries.c.updated)
            .where(among(entries.c.id, "sent"), *conditions(entries, selection))
            .order_by(entries.c.updated.desc(), entries.c.pk)
        )
        sent: dict[str, list[SentVersion]] = {}
        listed: dict[str, datetime] = {}
        for row in self._connection.execute(query, {"sent": array(versions)}):
            if row.updated > versions[row.id].updated:
                listed[row.original] = min(row.listed_at, listed.get(row.original, row.listed_at))
                sent.setdefault(row.original, []).append(versions[row.id])
        found = stored_entries.published_by_id(self._connection, listed)
        # what readers saw is the preferred one: a change of a duplicate that isn't shown is none
        pairs = ((each, version) for each in found for version in sent[each.id] if version.entry_id == each.entry.id)
        return list(pairs)

    def pass_over(self, slot: datetime) -> None:
        """Note that a time of the schedule was dealt with and there was nothing to send."""
        values = {"last_slot": slot}
        self._connection.execute(digests.update().where(digests.c.name == self.state.name).values(values))

    def write(
        self,
        issue: Issue,
        *,
        slot: datetime | None,
        until: datetime,
        entries_: Iterable[SentVersion],
        updated: Iterable[SentVersion],
        endpoints: Sequence[tuple[Endpoint, str]],
        told: Sequence[str],
    ) -> None:
        """Write an issue, the entries in it, and a delivery for each endpoint with its message id."""
        inserted = self._connection.execute(
            issues.insert().values(
                id=issue.id,
                digest=issue.digest,
                number=issue.number,
                slot=slot,
                made_at=issue.made_at,
                content=_codec().dump_python(issue, mode="json"),
            )
        )
        issue_pk = inserted.inserted_primary_key[0] if inserted.inserted_primary_key else 0
        self._write_entries(issue_pk, entries_)
        for version in updated:
            row = (issue_entries.c.digest == issue.digest) & (issue_entries.c.entry_id == version.entry_id)
            values: dict[str, Any] = {"title": version.title, "updated": version.updated}
            self._connection.execute(issue_entries.update().where(row).values(values))
        count = self._write_deliveries(issue, issue_pk, endpoints)
        values = {
            "delivery_count": digests.c.delivery_count + count,
            "considered_until": until,
            "considered_pk": self._last_pk,
            "last_number": issue.number,
            "told": list(told),
        }
        if slot is not None:
            values["last_slot"] = slot
        self._connection.execute(digests.update().where(digests.c.name == issue.digest).values(values))

    def _write_entries(self, issue_pk: int, versions: Iterable[SentVersion]) -> None:
        values = [
            {
                "digest": self.state.name,
                "entry_id": version.entry_id,
                "issue_pk": issue_pk,
                "title": version.title,
                "updated": version.updated,
            }
            for version in versions
        ]
        if values:  # a mention may have been in an issue before the article that it is shown with now
            mentions = sa.select(entries.c.id).where(among(entries.c.id, "ids"), ~counts(entries))
            again = (issue_entries.c.digest == self.state.name) & issue_entries.c.entry_id.in_(mentions)
            ids = {"ids": array(str(value["entry_id"]) for value in values)}
            self._connection.execute(issue_entries.delete().where(again), ids)
            self._connection.execute(issue_entries.insert(), values)

    def _write_deliveries(self, issue: Issue, issue_pk: int, endpoints: Sequence[tuple[Endpoint, str]]) -> int:
        """Write a delivery for each endpoint that still gets any; return how many."""
        query = sa.select(stops.c.endpoint).where(stops.c.digest == issue.digest)
        stopped = set(self._connection.execute(query).scalars())
        values = [
            {
                "issue_pk": issue_pk,
                "digest": issue.digest,
                "kind": endpoint.kind.value,
                "endpoint": endpoint.key,
                "label": endpoint.label,
                "message_id": message_id,
                "status": DeliveryStatus.WAITING.value,
                "attempts": 0,
                "parts_sent": 0,
                "made_at": issue.made_at,
                "next_attempt": issue.made_at,
            }
            for endpoint, message_id in endpoints
            if endpoint.key not in stopped
        ]
        if values:
            self._connection.execute(deliveries.insert(), values)
        return len(values)


@cache
def _codec() -> TypeAdapter[Issue]:
    return TypeAdapter(Issue)


def to_issue(content: Any) -> Issue:  # noqa: ANN401 - JSON
    return _codec().validate_python(content)


def to_state(row: Any) -> DigestState:  # noqa: ANN401 - a row
    return DigestState(
        name=row.name,
        set_up_at=row.set_up_at,
        begins_at=row.begins_at,
        considered_until=row.considered_until,
        last_slot=row.last_slot,
        last_number=row.last_number,
        told=tuple(row.told),
    )
