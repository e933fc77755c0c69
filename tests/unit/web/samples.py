"""The web application over a store that is a list, with a clock that stands still until it is moved."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from aggregator.config import CategoryConfig, Config, FeedConfig, Site, SourceConfig
from aggregator.entrypoints.metrics import Metrics
from aggregator.entrypoints.web.application import create_app
from aggregator.errors import AggregatorError, NotHere, StoreError
from aggregator.model import (
    Backlog,
    Exchange,
    FeedDocument,
    Found,
    Identity,
    Order,
    Page,
    Poll,
    PollOutcome,
    PublishedEntry,
    Results,
    Selection,
    Source,
    SourceHealth,
    SourceState,
    StoredEntry,
    Totals,
)
from aggregator.model.issues import Delivery, DeliveryStatus, DigestState, Issue, Stop
from aggregator.sources.configured import configured_sources
from tests.unit.publish.samples import IDENTITY, NOON, make_document

with warnings.catch_warnings():
    # newer versions of Starlette would rather have the successor of httpx, which older ones don't know
    warnings.filterwarnings("ignore", message=".*httpx2")
    from starlette.testclient import TestClient

CONFIG = Config(
    site=Site(title="Space & talent", url="https://news.example.org/", timezone="Europe/Luxembourg"),
    sources=(
        SourceConfig(url="https://first.example/feed", name="first"),
        SourceConfig(url="https://second.example/feed", name="second", categories=("jobs",)),
    ),
    categories=(CategoryConfig(name="space", title="Space", any=("lunar",)),),
    feeds=(FeedConfig(name="all", title="Everything"), FeedConfig(name="space")),
)


KEY = b"the key that signs addresses to unsubscribe"


@dataclass
class ListLedger:
    """What the web page asks of a ledger in which nothing is but who has unsubscribed."""

    stopped: dict[tuple[str, str], Stop] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    states: dict[str, DigestState] = field(default_factory=dict)

    def key_for(self, _purpose: str) -> bytes:
        return KEY

    def stop(self, stop: Stop) -> None:
        self.stopped[stop.endpoint.digest, stop.endpoint.key] = stop

    def resume(self, digest: str, endpoint: str) -> None:
        self.stopped.pop((digest, endpoint), None)

    def latest_issues(self, digest: str, *, limit: int) -> list[Issue]:
        return [issue for issue in reversed(self.issues) if issue.digest == digest][:limit]

    def find_issue(self, digest: str, number: int | None = None) -> Issue | None:
        (number or 0).to_bytes(8, signed=True)  # as databases do, which have no larger ones
        return next(
            (each for each in self.latest_issues(digest, limit=99) if number is None or each.number == number), None
        )

    def deliveries_of(self, _issue: Issue) -> list[Delivery]:
        return []

    def counts(self) -> dict[tuple[str, DeliveryStatus], int]:
        return {}

    def digests(self) -> dict[str, DigestState]:
        return self.states

    def deliveries(self, **_conditions: Any) -> list[Delivery]:
        return []

    def stops(self) -> list[Stop]:
        return []


@dataclass
class ListStore:
    """What the web page asks of a store; with ``error`` set, it is away. ``asked`` and ``read`` are the
    selections and the stories that were asked for so far, ``counted`` selections of which news were counted,
    ``orders`` those of searches."""

    items: list[PublishedEntry] = field(default_factory=list)
    version: int = 1
    error: StoreError | None = None
    asked: list[Selection] = field(default_factory=list)
    counted: list[Selection] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    ledger: ListLedger = field(default_factory=ListLedger)

    def content_version(self) -> int:
        self.ping()
        return self.version

    def ping(self) -> None:
        if self.error:
            raise self.error

    def published(self, selection: Selection, *, limit: int, cursor: str | None = None) -> Page[PublishedEntry]:
        self.ping()
        self.asked.append(selection)
        if cursor is not None and not cursor.isdigit():
            raise NotHere("“%(cursor)s” is not a page of this list", cursor=cursor)
        start = int(cursor or 0)
        following = start + limit
        return Page(
            items=tuple(self.items[start:following]), next=str(following) if following < len(self.items) else None
        )

    def front(
        self, selection: Selection, *, limit: int, cursor: str | None = None, language: str = "en"
    ) -> Page[PublishedEntry]:
        page = self.published(selection, limit=limit, cursor=cursor)
        return replace(page, newest=cursor or "0")

    def search(
        self, selection: Selection, *, limit: int, order: Order, cursor: str | None = None, language: str
    ) -> Results:
        self.orders.append(order)
        page = self.published(selection, limit=limit, cursor=cursor)
        items = tuple(Found(published=item) for item in page.items)
        return Results(items=items, count=len(self.items) - int(cursor or 0), next=page.next)

    def count_newer(self, selection: Selection, cursor: str | None, *, limit: int = 100) -> int:
        self.counted.append(selection)
        if cursor is None or not cursor.isdigit():
            raise NotHere("“%(cursor)s” is not a page of this list", cursor=cursor)
        return min(limit, len(self.items) - int(cursor))

    def stories(self, ids: Sequence[str]) -> dict[str, tuple[StoredEntry, ...]]:
        self.read += ids
        found: dict[str, list[StoredEntry]] = {}
        for item in self.items:
            if item.entry.story in ids:
                found.setdefault(item.entry.story, []).extend((item.entry, *item.also))
        return {story: tuple(entries) for story, entries in found.items()}

    def find_entries(self, *, entry_id: str, url: str, canonical_url: str | None) -> list[StoredEntry]:
        return [item.entry for item in self.items if item.id == entry_id]

    def sources(self) -> tuple[SourceHealth, ...]:
        self.ping()
        state = SourceState(feed_title="First News")
        sources = (
            Source(name="first", url="https://first.example/feed"),
            Source(name="second", url="https://b.example/"),
        )
        return tuple(SourceHealth(source=source, state=state, entries=3) for source in sources)

    def activity(self, *, today: date) -> dict[str, tuple[int, ...]]:
        return {"first": (0, 2, 1)}

    def polls(self, source_name: str) -> list[Poll]:
        exchange = Exchange(status=200, took=timedelta(milliseconds=140), size=34_567)
        return [Poll(at=NOON, outcome=PollOutcome.NEWS, exchange=exchange, new=3, duplicates=1)]

    def backlog(self, *, now: datetime, overdue_after: timedelta) -> Backlog:
        self.ping()
        return Backlog(due=2, overdue=1, undelivered_since=now - overdue_after, size_bytes=1234)

    def totals(self) -> Totals:
        self.ping()
        return Totals(entries=7, duplicates=2)


@dataclass
class SmallAggregator:
    """The part of the program that the web page sees."""

    store: ListStore
    config: Config = CONFIG
    now: datetime = NOON
    rendered: int = 0
    identity: Identity = IDENTITY
    rejected: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[Source, ...]:
        return configured_sources(self.config)

    def clock(self) -> datetime:
        return self.now

    def feed(self, name: str) -> FeedConfig:
        feed = next((feed for feed in self.config.feeds if feed.name == name), None)
        if feed is None:
            raise NotHere(f"no feed is named {name!r}; there are: {', '.join(each.name for each in self.config.feeds)}")
        return feed

    def feed_document(self, name: str, *, token: str | None = None) -> FeedDocument:
        feed = self.feed(name)
        self.rendered += 1
        return make_document(*self.store.items, feed=feed, config=self.config, token=token)


def make_aggregator(*items: PublishedEntry, **values: Any) -> SmallAggregator:
    return SmallAggregator(store=ListStore(items=list(items)), **values)


def client_of(
    aggregator: SmallAggregator,
    *,
    peer: tuple[str, int] = ("testclient", 50000),
    is_stopping: bool = False,
    is_polling: bool = True,
    failure: AggregatorError | None = None,
    metrics: Metrics | None = None,
) -> TestClient:
    # the test client would ask for gzip by itself
    return TestClient(
        create_app(
            aggregator,  # type: ignore[arg-type]
            metrics=metrics,
            is_stopping=lambda: is_stopping,
            is_polling=lambda: is_polling,
            failure=lambda: failure,
        ),
        base_url="http://localhost",
        headers={"Accept-Encoding": "identity"},
        raise_server_exceptions=False,
        client=peer,
    )
