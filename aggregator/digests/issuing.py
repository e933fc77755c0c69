"""The other half of the flow, up to the ledger: from what is new in the store to issues that are fixed.

    store ─► what is new ─► compose ─► an issue and its deliveries, in one transaction ─► delivering.py

Like pipeline.py it knows several stages, which know nothing of each other.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from aggregator.app import Aggregator
from aggregator.categorize import fits_text
from aggregator.config import DigestConfig, WhenEmpty
from aggregator.errors import AggregatorError, UsageError
from aggregator.model import PublishedEntry, Selection, SourceHealth, StoredEntry
from aggregator.model.issues import ChannelKind, DigestState, Issue, SentVersion, Update
from aggregator.notify import Target, compose, schedule_of, targets_of, troubles_of
from aggregator.publish import category_labels, issue_entries, published_links
from aggregator.store import IssueTransaction
from aggregator.text.locales import Locale

# News stay fresh for so long after the last issue, in case that they were committed late.
_FRESH_FOR: Final = timedelta(days=1)

# Corrections of what was sent longer ago are no news any more.
_UPDATES_FOR: Final = timedelta(days=7)


# The stories of what came in are judged at the end of a round; a digest waits for that, but not for longer.
_ROUND_AT_MOST: Final = timedelta(minutes=3)


class Digests:
    """The issues of a running program. Threads may share it."""

    def __init__(self, aggregator: Aggregator) -> None:
        self._aggregator = aggregator
        self._ledger = aggregator.store.ledger
        self._looks: dict[str, tuple[DigestConfig, int]] = {}

    def make_due(self) -> list[Issue]:
        """Make the issues whose time has come, each once, whoever else makes them. Raises StoreError.

        A bug of ours that one digest brings out is logged, and keeps the others waiting for nothing.
        """
        config, now = self._aggregator.config, self._aggregator.clock()
        states = self._ledger.digests() if config.digests else {}
        made = []
        for digest in config.digests:
            try:
                issue = self._make_due(digest, states[digest.name], now) if digest.name in states else None
            except AggregatorError:
                raise
            except Exception as error:  # noqa: BLE001 - as the docstring says
                structlog.get_logger().error("digest.crashed", digest=digest.name, exc_info=error)
                continue
            if issue is not None:
                made.append(issue)
        return made

    def _make_due(self, digest: DigestConfig, state: DigestState, now: datetime) -> Issue | None:
        schedule = schedule_of(digest, self._aggregator.config.site.tz)
        if schedule.is_now:
            return self._make_of_news(digest, now)
        slot = schedule.latest(now, set_up_at=state.set_up_at)
        is_due = slot is not None and (state.last_slot is None or slot > state.last_slot)
        return self._make(digest, slot, now) if is_due else None

    def _make_of_news(self, digest: DigestConfig, now: datetime) -> Issue | None:
        """Make an issue when anything changed since the last look, or has settled; a look that failed is none."""
        if self._aggregator.store.rounds.awaits_stories(since=now - _ROUND_AT_MOST):
            return None  # the articles of one story go out together: its round ends soon
        look = (digest, self._aggregator.store.content_version())
        if self._looks.get(digest.name) == look and digest.settle is None:
            return None
        issue = self._make(digest, None, now)
        self._looks[digest.name] = look
        return issue

    def make_now(self, name: str) -> Issue | None:
        """Make an issue of what is new now, whatever the schedule says; None when nothing is."""
        return self._make(self.digest(name), None, self._aggregator.clock())

    def draft(self, name: str) -> Issue:
        """Return what the next issue would be now; nothing is written."""
        digest, now = self.digest(name), self._aggregator.clock()
        sources = self._aggregator.store.sources()
        with self._ledger.making(name) as making:
            return self._draft(digest, making, sources, now).issue

    def latest(self, name: str, number: int | None = None) -> Issue | None:
        """Return an issue that was made, the last one without a number. Raises UsageError."""
        return self._ledger.find_issue(self.digest(name).name, number)

    def digest(self, name: str) -> DigestConfig:
        """Return a configured digest; raises UsageError for another name."""
        config = self._aggregator.config
        found = next((each for each in config.digests if each.name == name), None)
        if found is None:
            names = ", ".join(each.name for each in config.digests) or "none"
            raise UsageError(f"no digest is named {name!r}; there are: {names}")
        return found

    def _make(self, digest: DigestConfig, slot: datetime | None, now: datetime) -> Issue | None:
        sources = self._aggregator.store.sources()
        with self._ledger.making(digest.name) as making:
            last_slot = making.state.last_slot
            if slot is not None and last_slot is not None and slot <= last_slot:
                return None  # another process was quicker
            draft = self._draft(digest, making, sources, now)
            if draft.is_empty and digest.when_empty is WhenEmpty.SKIP:
                if slot is not None:
                    making.pass_over(slot)
                return None
            issue = draft.issue
            targets = targets_of(digest).values()
            domain = self._message_domain()
            making.write(
                issue,
                slot=slot,
                until=draft.until,
                entries_=draft.versions,
                updated=draft.updated,
                endpoints=[(each.endpoint, _message_id(issue, each, domain)) for each in targets],
                told=draft.told,
            )
        return issue

    def _draft(
        self, digest: DigestConfig, making: IssueTransaction, sources: Sequence[SourceHealth], now: datetime
    ) -> _Draft:
        config, where = self._aggregator.config, digest.where
        until = now - digest.settle if digest.settle else now
        selection = Selection(categories=where.categories, sources=where.sources, language=where.language)
        pending = making.pending(selection, until=until) if digest.entries else []
        changed = making.changed(selection, since=now - _UPDATES_FOR) if digest.updates else []
        if where.text is not None:
            pending = [each for each in pending if fits_text(where.text, each)]
        by_name = {health.source.name: health for health in sources}
        locale = config.locale_of(digest)
        labels = category_labels(config, locale)
        order = {name: labels.get(name, name) for name in where.categories or labels}
        sections = compose(
            issue_entries(published_links(pending, config), by_name, locale),
            categories=order,
            limit=digest.limit,
            language=locale.language,
            other=locale.gettext("Other"),
            per_source=digest.per_source,
            fresh_since=making.state.considered_until - _FRESH_FOR,
            gaps={name: health.state.usual_gap for name, health in by_name.items() if health.state.usual_gap},
        )
        troubles = troubles_of(sources, self._ledger.stops(), now=now, locale=locale) if digest.tells_health else ()
        told = making.state.told
        number = making.state.last_number + 1
        issue = Issue(
            id=_issue_id(self._aggregator.identity.authority, digest.name, number, now),
            digest=digest.name,
            number=number,
            title=digest.title or f"{config.site.title}: {digest.name}",
            made_at=now,
            sections=sections,
            updates=tuple(
                _update(published, sent, by_name, locale)
                for published, sent in zip(
                    published_links((each for each, _ in changed), config), (sent for _, sent in changed), strict=True
                )
            ),
            troubles=tuple(each for each in troubles if each.key not in told),
            also_troubled=sum(each.key in told for each in troubles),
        )
        return _Draft(
            issue=issue,
            until=until,
            versions=tuple(_version(entry) for each in pending for entry in (each.entry, *each.also)),
            updated=tuple(_version(published.entry) for published, _ in changed),
            told=tuple(each.key for each in troubles),
        )

    def _message_domain(self) -> str:
        from aggregator.notify.mail.message import mail_domain

        email = self._aggregator.config.email
        return mail_domain(email) if email else "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """An issue before it is written, with what is written beside it."""

    issue: Issue
    until: datetime
    versions: tuple[SentVersion, ...]
    updated: tuple[SentVersion, ...]
    told: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Corrections alone, and troubles that were told, are no reason to write."""
        return not self.issue.sections and not self.issue.troubles


def _version(entry: StoredEntry) -> SentVersion:
    return SentVersion(entry_id=entry.id, title=entry.title, updated=entry.updated)


def _update(item: PublishedEntry, sent: SentVersion, sources: Mapping[str, SourceHealth], locale: Locale) -> Update:
    [entry] = issue_entries([item], sources, locale)
    return Update(entry=entry, was=sent.title if sent.title != item.entry.title else None)


def _issue_id(authority: str, digest: str, number: int, made_at: datetime) -> str:
    """Return an id that no other issue has, not even one of a database that was lost."""
    return _hash(authority, digest, str(number), made_at.isoformat())


def _message_id(issue: Issue, target: Target, domain: str) -> str:
    """Return what the other side knows a message by, the same at every attempt (RFC 5322 §3.6.4, RULES W1)."""
    unique = _hash(issue.id, target.endpoint.key)
    if target.endpoint.kind is ChannelKind.EMAIL:
        return f"<{issue.digest}.{issue.number}.{unique}@{domain}>"
    return f"msg_{unique}"


def _hash(*parts: str) -> str:
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return base64.b32encode(digest[:15]).decode().lower()
