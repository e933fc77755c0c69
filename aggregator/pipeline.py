"""The whole flow on one screen. Read this first.

    config ─► sources ─► fetch ─► parse ─► normalize ─► categorize ─► dedupe ─► store ─► publish

``Aggregator.ask`` and ``read_and_record`` are that line for one source: up to its answer, and from there to the store,
as recording.py has it (workers.py runs them for all that are due); ``feed_document`` goes from the store to one output
feed. Only this and the files beside it know two stages: digests.py and delivering.py from the store to the readers,
feeds.py and pinging.py from the store to archives and hubs, finding.py for addresses that are looked at once,
recategorize.py for edited rules.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from aggregator.categorize import categorize, compile_filter, explain_rules, is_wanted
from aggregator.config import Config, FeedConfig, Where
from aggregator.dedupe import expired_marks
from aggregator.errors import AggregatorError, SourceError, UsageError
from aggregator.fetch import HostGate, fetch_source, key_of
from aggregator.gathering import Gathering
from aggregator.http import HttpClient, user_agent
from aggregator.model import (
    CategoryMatch,
    Claim,
    Entry,
    FeedDocument,
    Fetched,
    Meter,
    PollSummary,
    PublishedEntry,
    Selection,
    Span,
    StoredEntry,
    Worker,
    unmeasured,
)
from aggregator.notify import beginning
from aggregator.reading import needs_more
from aggregator.recording import Recorder, Seen, crashed, hash_of, is_taken, read
from aggregator.sources import Credentials, configured_sources
from aggregator.store import Store

# Documents read at a time: Python computes in one thread anyway, so that more would only take memory.
_READERS = 4

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
    )


def open_gate(config: Config) -> HostGate:
    """Return a gate with the limits of ``fetch.politeness``."""
    limits = config.fetch.politeness
    return HostGate(connections=limits.connections, spacing=limits.spacing)


def selection_of(where: Where) -> Selection:
    """Return the conditions that the store can look up: all but the text."""
    return Selection(categories=where.categories, sources=where.sources, language=where.language)


def fits_text(text: str, published: PublishedEntry) -> bool:
    """Tell whether a filter fits one of those that were published as one."""
    wanted = compile_filter(text)
    return any(
        is_wanted(as_entry(each), wanted, source=f"{each.source}\n{each.feed.title}")
        for each in (published.entry, *published.also)
    )


def as_entry(stored: StoredEntry) -> Entry:
    """Return the part of a stored entry that rules and filters look at."""
    return Entry(
        key=stored.id,
        url=stored.url,
        title=stored.title,
        summary=stored.summary,
        content=stored.content,
        tags=stored.tags,
        language=stored.language,
    )


class Processes(Protocol):
    """Where answers are read and recorded when that is not done here (see processes.py)."""

    def use(self, config: Config) -> None: ...

    def read_and_record(self, claim: Claim, answer: Fetched) -> PollSummary | None: ...


class Aggregator:
    """The program put together. Commands, the scheduler and the web page drive it; threads may share it."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Callable[[], datetime] = utc_now,
        processes: Processes | None = None,
        meter: Meter = unmeasured,
    ) -> None:
        """Open the store and bring its schema up to date; raises StoreError. ``meter`` is told how long things take."""
        self.clock = clock
        self._meter = meter
        self._token = secrets.token_hex(8)  # claims that have it are ours
        self.gate = open_gate(config)
        self._reading = threading.Semaphore(_READERS)
        self._processes = processes
        self.store = Store(config.storage.url, pool_size=config.fetch.workers + 4, meter=meter)
        self.store.upgrade()
        self.identity = self.store.open_site(url=config.site.url, now=clock())
        self.use(config)

    def use(self, config: Config) -> None:
        """Work with this configuration from now on: at the start, and after each edit of the files."""
        self.sources = configured_sources(config)
        self._sources_by_name = {source.name: source for source in self.sources}
        self.credentials = Credentials(config, self.sources)
        self.client = open_client(config)
        self._article_client = open_client(config, max_body=_LARGEST_ARTICLE)
        self.gate.limit(connections=config.fetch.politeness.connections, spacing=config.fetch.politeness.spacing)
        self.worker = Worker(token=self._token, per_host=config.fetch.politeness.connections)
        per = config.fetch.politeness.per
        self.store.sync_sources(self.sources, lambda group, address: key_of(group, address, per))
        now = self.clock()
        self.store.ledger.sync_digests([beginning(each, config.site.tz, now) for each in config.digests])
        self.recorder = Recorder(self.store, config.fetch, config.categories, clock=self.clock)
        if self._processes is not None:
            self._processes.use(config)
        self.config = config

    def close(self) -> None:
        self.client.close()
        self._article_client.close()
        self.store.close()

    # --- polling -----------------------------------------------------------------------------------------------------

    def ask(self, claim: Claim) -> Fetched | Seen:
        """Ask one claimed source. Returns what is to be read, else what was seen at once: an error, nothing new."""
        key = claim.host.key
        began = time.perf_counter()
        try:
            answer = fetch_source(self.client, claim, secrets=self.credentials.of(claim.source))
        except SourceError as error:
            self.gate.learn(key, error)
            return Seen(error=error)
        except Exception as error:  # noqa: BLE001 - as in Recorder.read
            return Seen(error=crashed(claim, error))
        finally:
            self._meter(Span.FETCH, time.perf_counter() - began)
        self.gate.learn(key)
        if isinstance(answer, Fetched) and hash_of(answer) != claim.state.body_hash:
            return answer
        return read(claim, answer, self.clock())

    def read_and_record(self, claim: Claim, answer: Fetched) -> PollSummary:
        """Parse ─► … ─► store, in a process of its own where there is one. Raises StoreError, ClaimLost."""
        answer = self._completed(claim, answer)
        began = time.perf_counter()
        try:
            return self._read_and_record(claim, answer)
        finally:
            self._meter(Span.RECORD, time.perf_counter() - began)

    def _read_and_record(self, claim: Claim, answer: Fetched) -> PollSummary:
        try:
            done = self._processes.read_and_record(claim, answer) if self._processes is not None else None
        except SourceError as error:
            return self.recorder.record(claim, Seen(answer=answer, error=error))
        if done is not None:
            return done
        with self._reading:
            seen = self.recorder.read(claim, answer)
        return self.recorder.record(claim, seen)

    def _completed(self, claim: Claim, answer: Fetched) -> Fetched:
        """Return an answer with what else is to be asked for: for most sources nothing. Raises StoreError."""
        if not needs_more(claim):
            return answer
        gathering = Gathering(
            claim,
            client=self.client,
            articles=self._article_client,
            gate=self.gate,
            per=self.config.fetch.politeness.per,
            secrets=self.credentials.of(claim.source),
            now=self.clock(),
        )
        try:
            return gathering.completed(answer, self.store.whole_articles, lambda entry: is_taken(claim, entry))
        except AggregatorError:
            raise
        except Exception as error:  # noqa: BLE001 - as in Recorder.read; what the source itself said is read yet
            crashed(claim, error)
            return answer

    # --- categories --------------------------------------------------------------------------------------------------

    def categories_of(self, stored: StoredEntry) -> tuple[CategoryMatch, ...] | None:
        """Return the categories that a stored entry would get now; None when its source is not configured."""
        source = self._sources_by_name.get(stored.source)
        return None if source is None else categorize(as_entry(stored), source, self.recorder.rules)

    def explained_categories(self, stored: StoredEntry) -> tuple[str, ...]:
        """Return what each rule says of a stored entry, in words; nothing when its source is not configured."""
        source = self._sources_by_name.get(stored.source)
        return () if source is None else explain_rules(as_entry(stored), source, self.recorder.rules)

    # --- publishing --------------------------------------------------------------------------------------------------

    def feed(self, name: str) -> FeedConfig:
        """Return a configured feed; raises UsageError for a name that is not configured."""
        feed = next((each for each in self.config.feeds if each.name == name), None)
        if feed is None:
            names = ", ".join(each.name for each in self.config.feeds)
            raise UsageError(f"no feed is named {name!r}; there are: {names}")
        return feed

    def feed_document(self, name: str, *, token: str | None = None, base: str | None = None) -> FeedDocument:
        """Return one configured feed, ready to render; raises UsageError for a name that is not configured.

        ``token`` goes into its addresses; ``base`` is the folder that it is published in (see ``build_document``).
        """
        from aggregator.publish import build_document  # not what a poll, or most commands, should wait for

        feed = self.feed(name)
        return build_document(
            feed,
            self.config,
            self.published(feed.where, limit=feed.limit),
            identity=self.identity,
            base=base,
            token=token,
            last_archive=self.store.feeds.last_archive(name),
        )

    def published(self, where: Where, *, limit: int) -> tuple[PublishedEntry, ...]:
        """Return the newest that meet all conditions; a text is looked for in no more than _MOST_LOOKED_AT."""
        selection = selection_of(where)
        if where.text is None:
            return self.store.published(selection, limit=limit).items
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
        now = self.clock()
        before = now - self.config.storage.keep
        self.store.ledger.forget(before=before)
        self.store.forget_marks(expired_marks(now))
        self.store.feeds.forget(before=before)
        return self.store.forget(before=before, is_stopping=is_stopping)
