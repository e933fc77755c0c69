"""The whole flow on one screen. Read this first.

    config ─► sources ─► fetch ─► parse ─► normalize ─► dedupe ─► categorize ─► store ─► publish

``poll_source`` is that line for one source and ``poll`` runs it for all that are due; ``feed_document`` goes from the
store to one output feed. ``look`` asks one address and stores nothing. This is the only file that knows two stages.
"""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from aggregator import __version__
from aggregator.categorize import categorize, compile_filter, compile_rules, is_wanted
from aggregator.config import Config
from aggregator.dedupe import decide
from aggregator.errors import AggregatorError, ClaimLost, NotAFeed, SourceError, UsageError
from aggregator.fetch import after_failure, after_success, fetch_source
from aggregator.http import HttpClient
from aggregator.model import (
    Claim,
    Entry,
    FeedDocument,
    Fetched,
    NotModified,
    ParsedFeed,
    PollResult,
    Selection,
    Source,
    SourceState,
)
from aggregator.normalize import normalize_feed
from aggregator.parse import parse_feed
from aggregator.publish import build_document
from aggregator.sources import common_places, configured_sources, find_feeds
from aggregator.store import PollTransaction, Store

log = structlog.get_logger()

# A worker that died is given this long, beside the time that one exchange may take, before another takes over.
_LEASE_MARGIN = timedelta(minutes=5)


def utc_now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one look at a source brought: an answer with its entries, or an error."""

    answer: Fetched | NotModified | None = None
    document: ParsedFeed | None = None
    body_hash: str | None = None
    entries: tuple[Entry, ...] = ()
    error: SourceError | None = None


def open_client(config: Config) -> HttpClient:
    """Return a client that says who asks, with the limits of ``fetch``."""
    return HttpClient(
        user_agent=f"aggregator/{__version__}" + (f" (+{config.fetch.contact})" if config.fetch.contact else ""),
        timeout=config.fetch.timeout,
        max_body=config.fetch.max_body,
        allow_private=config.fetch.allow_private,
    )


def look(client: HttpClient, claim: Claim, now: datetime) -> Seen:
    """Fetch ─► parse ─► normalize; a body that is the same as the last one goes no further. Raises SourceError."""
    answer = fetch_source(client, claim)
    if isinstance(answer, NotModified):
        return Seen(answer=answer)
    body_hash = hashlib.sha256(answer.body).hexdigest()
    if body_hash == claim.state.body_hash:
        return Seen(answer=answer, body_hash=body_hash)
    document = parse_feed(answer)
    entries = tuple(each for each in normalize_feed(document, now=now) if _passes(claim.source, each))
    return Seen(answer=answer, document=document, body_hash=body_hash, entries=entries)


def claim_once(source: Source, now: datetime) -> Claim:
    """Return a claim on a source that is not in the store, to look at it once."""
    return Claim(source=source, state=SourceState(seed=source.url), token="", until=now + _LEASE_MARGIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed that could be read, at ``url``; ``is_direct`` when that is the address that was asked for."""

    url: str
    document: ParsedFeed
    entries: tuple[Entry, ...]
    is_direct: bool


def find_feed(client: HttpClient, url: str, now: datetime) -> Found:
    """Find the feed behind an address: itself, one that the page names, or one in a common place. Raises SourceError."""

    def ask(address: str) -> Fetched:
        answer = fetch_source(client, claim_once(Source(name="asked", url=address), now))
        if isinstance(answer, NotModified):
            raise NotAFeed(f"{address} answered 304 to a request without conditions")
        return answer

    def read(address: str, answer: Fetched) -> Found:
        document = parse_feed(answer)
        entries = normalize_feed(document, now=now)
        return Found(url=answer.moved_to or address, document=document, entries=entries, is_direct=address == url)

    answer = ask(url)
    try:
        return read(url, answer)
    except NotAFeed as error:
        named = [feed.url for feed in find_feeds(answer.body, url=answer.url)]
        for address in named or common_places(answer.url):
            with suppress(SourceError):
                return read(address, ask(address))
        where = "the feeds it names can't be read" if named else "it names no feed, and none lies in the usual places"
        raise NotAFeed(f"{error}; {where}") from error


def _passes(source: Source, entry: Entry) -> bool:
    keep = compile_filter(source.keep) if source.keep else None
    drop = compile_filter(source.drop) if source.drop else None
    return is_wanted(entry, keep, drop)


class Aggregator:
    """The program put together. Commands, the scheduler and the web page drive it; threads may share it."""

    def __init__(self, config: Config, *, clock: Callable[[], datetime] = utc_now) -> None:
        """Open the store and bring its schema up to date; raises StoreError."""
        self.clock = clock
        self.store = Store(config.storage.url, pool_size=config.fetch.workers + 4)
        self.store.upgrade()
        self.identity = self.store.open_site(url=config.site.url, now=clock())
        self.use(config)

    def use(self, config: Config) -> None:
        """Work with this configuration from now on: at the start, and after each edit of the files."""
        self.rules = compile_rules(config.categories)
        self.client = open_client(config)
        self.store.sync_sources(configured_sources(config))
        self.config = config

    def close(self) -> None:
        self.store.close()

    # --- polling -----------------------------------------------------------------------------------------------------

    def poll_source(self, claim: Claim) -> PollResult:
        """Look at one claimed source, then read, decide and write in one transaction. Raises StoreError, ClaimLost."""
        now = self.clock()
        try:
            return self._record(claim, look(self.client, claim, now), now)
        except SourceError as error:
            failure = error
        except AggregatorError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug that one source's input brings out must not stop the others
            log.exception("source.crashed", source=claim.source.name)
            failure = SourceError(f"this program failed on it: {type(error).__name__}: {error}")
        return self._record(claim, Seen(error=failure), now)

    def _record(self, claim: Claim, seen: Seen, now: datetime) -> PollResult:
        """Read, decide, write: dedupe ─► categorize ─► store, in one transaction."""
        with self.store.poll(claim) as poll:
            result = self._judge(claim, seen, poll, now)
            poll.write(result)
        return result

    def _judge(self, claim: Claim, seen: Seen, poll: PollTransaction, now: datetime) -> PollResult:
        settings, jitter = self.config.fetch, random.random()  # noqa: S311 - spreads requests, keeps no secret
        if seen.answer is None:
            error = seen.error or SourceError("no answer")
            state = after_failure(claim, error, settings=settings, now=now, jitter=jitter)
            return PollResult(source=claim.source.name, state=state, error=str(error))
        judged = decide(seen.entries, poll.known(seen.entries), claim=claim, now=now)
        decisions = tuple(
            replace(each, categories=categorize(each.entry, claim.source, self.rules)) for each in judged.decisions
        )
        published = (*(each.published for each in decisions if each.is_new), *poll.recently_published())
        state = after_success(
            claim,
            seen.answer,
            seen.document,
            body_hash=seen.body_hash,
            published=sorted(published, reverse=True),
            has_news=bool(decisions),
            settings=settings,
            now=now,
            jitter=jitter,
        )
        return PollResult(source=claim.source.name, state=state, decisions=decisions, unchanged=judged.unchanged)

    def poll(
        self, names: Collection[str] | None = None, *, stop: threading.Event | None = None
    ) -> Iterator[PollResult]:
        """Poll all that is due (with ``names``: those, due or not), each once, and yield results as they come.

        ``stop`` ends it early: what is under way is finished, nothing more is begun. Raises StoreError, after what is
        under way has ended.
        """
        due_by, workers = self.clock(), self.config.fetch.workers
        lease = 2 * self.config.fetch.timeout + _LEASE_MARGIN
        left = None if names is None else set(names)
        queue: list[Claim] = []
        running: set[Future[PollResult | None]] = set()
        with self.store.polling(), ThreadPoolExecutor(workers, thread_name_prefix="poll") as pool:
            try:
                while not (stop and stop.is_set()):
                    if len(queue) < workers:
                        now, limit = self.clock(), 2 * workers
                        claims = self.store.claim_due_sources(
                            now=now, lease=lease, limit=limit, due_by=due_by, names=None if left is None else list(left)
                        )
                        queue += claims
                        left = None if left is None else left - {each.source.name for each in claims}
                    while queue and len(running) < workers:
                        running.add(pool.submit(self._poll_one, queue.pop(0)))
                    if not running:
                        return
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from (result for each in done if (result := each.result()) is not None)
                for each in running:
                    if (result := each.result()) is not None:
                        yield result
            finally:
                if queue:
                    self.store.release(queue)

    def _poll_one(self, claim: Claim) -> PollResult | None:
        try:
            return self.poll_source(claim)
        except ClaimLost as error:
            log.warning("source.claim_lost", source=claim.source.name, error=str(error))
            return None

    # --- publishing --------------------------------------------------------------------------------------------------

    def feed_document(self, name: str) -> FeedDocument:
        """Return one configured feed, ready to render; raises UsageError for a name that is not configured."""
        config = self.config
        feed = next((each for each in config.feeds if each.name == name), None)
        if feed is None:
            raise UsageError(f"no feed is named {name!r}; there are: {', '.join(each.name for each in config.feeds)}")
        where = feed.where
        selection = Selection(categories=where.categories, sources=where.sources, language=where.language)
        entries = self.store.published(selection, limit=feed.limit).items
        return build_document(feed, config, entries, authority=self.identity.authority, since=self.identity.since)

    def forget_old(self) -> int:
        """Purge what is older than ``storage.keep``; return how many entries that were."""
        return self.store.forget(before=self.clock() - self.config.storage.keep)
