"""A program with a clock that is set by hand, and news that come when a test says so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.app import Aggregator
from aggregator.config import Config
from aggregator.digests.delivering import Attempted, deliver_due
from aggregator.digests.issuing import Digests
from aggregator.model import CategoryMatch, PollResult
from aggregator.model.issues import DeliveryStatus, Issue
from tests.builders import make_decision, make_entry

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday


_DAILY: dict[str, Any] = {"name": "daily", "every": "day at 07:30", "to": [{"email": ["a@example.org"]}]}


class Clock:
    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


def make_config(url: str, *digests: dict[str, Any], **sections: Any) -> Config:
    """Return a configuration with two sources and a category; a digest needs no more than what matters to a test."""
    usual: dict[str, Any] = {
        "site": {"title": "News", "url": "https://news.example.org/", "timezone": "Europe/Luxembourg"},
        "storage": {"url": url.replace("postgresql+psycopg:", "postgresql:")},
        "fetch": {"allow_private": ["127.0.0.0/8"], "timeout": "30s", "workers": 4},
        "sources": [
            {"url": "https://orbit.example/feed", "name": "orbit", "title": "Orbit"},
            {"url": "https://wire.example/feed", "name": "wire", "title": "Wire", "priority": 5},
        ],
        "categories": [{"name": "space", "title": "Space"}, {"name": "talent", "title": "Talent"}],
        "digests": [
            {"name": "daily", "every": "day at 07:30", "to": [{"email": ["a@example.org"]}], **each} for each in digests
        ],
        "email": {"from": "News <news@example.org>"},
    }
    return Config.model_validate(usual | sections)


class Newsroom:
    """The program put together, on a real database."""

    def __init__(self, config: Config, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.aggregator = Aggregator(config, clock=self.clock)
        self.digests = Digests(self.aggregator)
        self.ledger = self.aggregator.store.ledger

    def close(self) -> None:
        self.aggregator.close()

    def publish(
        self,
        *titles: str,
        source: str = "orbit",
        categories: Sequence[str] = (),
        seen_at: datetime | None = None,
        **entry: Any,
    ) -> list[str]:
        """Store entries as one poll of a source brings them; return their ids."""
        now = self.clock()
        decisions = []
        for title in titles:
            values = {"published": now - timedelta(hours=1), "key": f"{source}:{title}"} | entry
            made = make_entry(title, **values)
            entry_id = hashlib.sha256(f"{source}{title}".encode()).hexdigest()[:16]
            decisions.append(
                make_decision(
                    made,
                    id=entry_id,
                    first_seen=seen_at or now,
                    listed_at=seen_at or now,
                    categories=tuple(CategoryMatch(category=name, reasons=("because",)) for name in categories),
                )
            )
        self.write(source, *decisions)
        return [each.id for each in decisions]

    def write(self, source: str, *decisions: Any, **state: Any) -> None:
        store = self.aggregator.store
        [claim] = store.claims.take(now=self.clock(), lease=timedelta(minutes=5), limit=1, names=[source])
        with store.poll(claim) as poll:
            result = PollResult(source=source, state=replace(claim.state, **state), decisions=decisions)
            poll.write(result)

    def issues(self, *, on: datetime | None = None) -> list[Issue]:
        """Let the clock show a time, and make what is due."""
        if on is not None:
            self.clock.now = on
        return self.digests.make_due()

    def deliver(self) -> list[Attempted]:
        return list(deliver_due(self.aggregator))

    def statuses(self) -> list[DeliveryStatus]:
        return [each.status for each in reversed(list(self.ledger.deliveries()))]


def titles_of(issue: Issue | None) -> list[str]:
    return [] if issue is None else [entry.title for story in issue.stories for entry in story.entries]
