"""The whole flow on one screen. Read this first.

    config ─► sources ─► fetch ─► parse ─► normalize ─► dedupe ─► categorize ─► store ─► publish

``look_at`` and ``record`` are that line for one source, up to and from the deciding (workers.py runs them for all that
are due); ``feed_document`` goes from the store to one output feed. This is the only file that knows two stages.
"""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from aggregator.categorize import categorize, compile_filter, compile_rules, is_wanted
from aggregator.config import Config, bare_address
from aggregator.dedupe import decide
from aggregator.errors import AggregatorError, NotAFeed, SourceError, UsageError
from aggregator.fetch import HostGate, after_failure, after_success, fetch_source, key_of
from aggregator.http import HttpClient, user_agent
from aggregator.model import (
    Claim,
    Decision,
    Entry,
    FeedDocument,
    Fetched,
    NotModified,
    ParsedFeed,
    PollResult,
    PublishedEntry,
    Selection,
    Source,
    SourceState,
    StoredEntry,
)
from aggregator.normalize import normalize_feed
from aggregator.notify import beginning
from aggregator.parse import parse_feed
from aggregator.publish import Written, build_document, static_files, write_site
from aggregator.sources import Credentials, common_places, configured_sources, find_feeds
from aggregator.store import Store

log = structlog.get_logger()

# Documents read at a time: Python computes in one thread anyway, so that more would only take memory.
_READERS = 4

# Entries read at a time when each must be looked at.
_LOOKED_AT = 500

# How many entries a static front page has.
_FRONT_PAGE = 100


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
        user_agent=user_agent(config.fetch.contact),
        timeout=config.fetch.timeout,
        max_body=config.fetch.max_body,
        allow_private=config.fetch.allow_private,
    )


def open_gate(config: Config) -> HostGate:
    """Return a gate with the limits of ``fetch.politeness``."""
    limits = config.fetch.politeness
    return HostGate(connections=limits.connections, spacing=limits.spacing)


def look(client: HttpClient, claim: Claim, now: datetime, *, secrets: Mapping[str, str]) -> Seen:
    """Fetch ─► parse ─► normalize. Raises SourceError."""
    return read(claim, fetch_source(client, claim, secrets=secrets), now)


def read(claim: Claim, answer: Fetched | NotModified, now: datetime) -> Seen:
    """Parse ─► normalize; a body that is the same as the last one goes no further. Raises SourceError."""
    if isinstance(answer, NotModified):
        return Seen(answer=answer)
    body_hash = hashlib.sha256(answer.body).hexdigest()
    if body_hash == claim.state.body_hash:
        return Seen(answer=answer, body_hash=body_hash)
    document = parse_feed(answer)
    entries = tuple(each for each in normalize_feed(document, now=now) if _passes(claim.source, each))
    return Seen(answer=answer, document=document, body_hash=body_hash, entries=entries)


def address_of(claim: Claim) -> str:
    """Return the address that is asked: the configured one, or where permanent redirects led."""
    return claim.state.moved_to or claim.source.url


def claim_once(source: Source, now: datetime) -> Claim:
    """Return a claim on a source that is not in the store, to look at it once."""
    return Claim(source=source, state=SourceState(seed=source.url), token="", until=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed that could be read, at ``url``; ``is_direct`` when that is the address that was asked for."""

    url: str
    document: ParsedFeed
    entries: tuple[Entry, ...]
    is_direct: bool


def find_feed(client: HttpClient, url: str, now: datetime) -> Found:
    """Find the feed behind an address: itself, one the page names, or one in a common place. Raises SourceError."""

    def ask(address: str) -> Fetched:
        answer = fetch_source(client, claim_once(Source(name="asked", url=address), now))
        if isinstance(answer, NotModified):
            raise NotAFeed(f"{bare_address(address)} answered 304 to a request without conditions")
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


def fits(item: PublishedEntry, text: str) -> bool:
    """Tell whether an entry, or one of its duplicates, fits a filter."""
    wanted = compile_filter(text)
    return any(is_wanted(as_entry(each), wanted, None) for each in (item.entry, *item.also))


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


def _passes(source: Source, entry: Entry) -> bool:
    keep = compile_filter(source.keep) if source.keep else None
    drop = compile_filter(source.drop) if source.drop else None
    return is_wanted(entry, keep, drop)


class Aggregator:
    """The program put together. Commands, the scheduler and the web page drive it; threads may share it."""

    def __init__(self, config: Config, *, clock: Callable[[], datetime] = utc_now) -> None:
        """Open the store and bring its schema up to date; raises StoreError."""
        self.clock = clock
        self.gate = open_gate(config)
        self._reading = threading.Semaphore(_READERS)
        self.store = Store(config.storage.url, pool_size=config.fetch.workers + 4)
        self.store.upgrade()
        self.identity = self.store.open_site(url=config.site.url, now=clock())
        self.use(config)

    def use(self, config: Config) -> None:
        """Work with this configuration from now on: at the start, and after each edit of the files."""
        self.sources = configured_sources(config)
        self.credentials = Credentials(config, self.sources)
        self.rules = compile_rules(config.categories)
        self.client = open_client(config)
        self.gate.limit(connections=config.fetch.politeness.connections, spacing=config.fetch.politeness.spacing)
        self.store.sync_sources(self.sources)
        now = self.clock()
        self.store.ledger.sync_digests([beginning(each, config.site.tz, now) for each in config.digests])
        self.config = config

    def close(self) -> None:
        self.client.close()
        self.store.close()

    # --- polling -----------------------------------------------------------------------------------------------------

    def gate_key(self, claim: Claim) -> str:
        """Return what this source shares the limits of politeness by."""
        return key_of(claim.source, address_of(claim), self.config.fetch.politeness.per)

    def look_at(self, claim: Claim) -> Seen:
        """Look at one claimed source. Raises nothing: what went wrong, a bug of ours too, is in what is returned."""
        key = self.gate_key(claim)
        try:
            answer = fetch_source(self.client, claim, secrets=self.credentials.of(claim.source))
            self.gate.learn(key)
            with self._reading:
                return read(claim, answer, self.clock())
        except SourceError as error:
            self.gate.learn(key, error)
            return Seen(error=error)
        except Exception as error:  # noqa: BLE001 - a bug that one source's input brings out must not stop the others
            return Seen(error=self._crashed(claim, error))

    def record(self, claim: Claim, seen: Seen) -> PollResult:
        """Read, decide, write: dedupe ─► categorize ─► store, in one transaction. Raises StoreError, ClaimLost."""
        now = self.clock()
        try:
            with self.store.poll(claim) as poll:
                judged = decide(seen.entries, poll.known(seen.entries), claim=claim, now=now)
                decisions = tuple(
                    replace(each, categories=categorize(each.entry, claim.source, self.rules))
                    for each in judged.decisions
                )
                result = self._result(claim, seen, decisions, judged.unchanged, now)
                poll.write(result)
                return result
        except SourceError as error:
            failed = Seen(error=error)
        except AggregatorError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            failed = Seen(error=self._crashed(claim, error))
        return self.record_quiet([(claim, failed)])[0]

    def record_quiet(self, looks: Sequence[tuple[Claim, Seen]]) -> list[PollResult]:
        """Write what became of sources that brought no entries, all in one transaction. Raises StoreError.

        A result whose claim was lost meanwhile is not written; nothing of worth is lost with it.
        """
        now = self.clock()
        results = [self._result(claim, seen, (), 0, now) for claim, seen in looks]
        self.store.write_quiet([(claim, result) for (claim, _), result in zip(looks, results, strict=True)])
        return results

    def _result(
        self, claim: Claim, seen: Seen, decisions: tuple[Decision, ...], unchanged: int, now: datetime
    ) -> PollResult:
        settings, jitter = self.config.fetch, random.random()  # noqa: S311 - spreads requests, keeps no secret
        if seen.answer is None:
            error = seen.error or SourceError("no answer")
            state = after_failure(claim, error, settings=settings, now=now, jitter=jitter)
            return PollResult(source=claim.source.name, state=state, error=str(error))
        state = after_success(
            claim,
            seen.answer,
            seen.document,
            body_hash=seen.body_hash,
            published=[each.published for each in decisions if each.is_new],
            has_news=bool(decisions),
            settings=settings,
            now=now,
            jitter=jitter,
        )
        return PollResult(source=claim.source.name, state=state, decisions=decisions, unchanged=unchanged)

    def _crashed(self, claim: Claim, error: Exception) -> SourceError:
        """Log a bug of ours whole, and return what is recorded of it on the source."""
        log.error("source.crashed", source=claim.source.name, exc_info=error)
        return SourceError(f"this program failed on it: {type(error).__name__}: {error}")

    # --- publishing --------------------------------------------------------------------------------------------------

    def feed_document(self, name: str) -> FeedDocument:
        """Return one configured feed, ready to render; raises UsageError for a name that is not configured."""
        config = self.config
        feed = next((each for each in config.feeds if each.name == name), None)
        if feed is None:
            raise UsageError(f"no feed is named {name!r}; there are: {', '.join(each.name for each in config.feeds)}")
        where = feed.where
        selection = Selection(categories=where.categories, sources=where.sources, language=where.language)
        entries = self._newest(selection, text=where.text, limit=feed.limit)
        return build_document(feed, config, entries, authority=self.identity.authority, since=self.identity.since)

    def _newest(self, selection: Selection, *, text: str | None, limit: int) -> tuple[PublishedEntry, ...]:
        """Return the newest so many entries of a selection that fit ``text``."""
        if text is None:
            return self.store.published(selection, limit=limit).items
        found: list[PublishedEntry] = []
        cursor = None
        while len(found) < limit:
            page = self.store.published(selection, limit=_LOOKED_AT, cursor=cursor)
            found += [item for item in page.items if fits(item, text)]
            cursor = page.next
            if cursor is None:
                break
        return tuple(found[:limit])

    def publish(self, out: Path) -> Written:
        """Write the feeds, the front page and the list of sources into a folder. Raises PublishError."""
        documents = [self.feed_document(feed.name) for feed in self.config.feeds]
        newest = self.store.published(Selection(), limit=_FRONT_PAGE).items
        return write_site(out, documents, static_files(self.config, newest, self.store.sources()))

    def forget_old(self) -> int:
        """Purge what is older than ``storage.keep``, issues among it; return how many entries that were."""
        before = self.clock() - self.config.storage.keep
        self.store.ledger.forget(before=before)
        return self.store.forget(before=before)
