"""What is asked for beside a source's own answer, before it is read and outside of any transaction.

That is the feed that a page names, further pages of a list, the parts of a sitemap, and the pages that new entries link
to. Each request waits for its turn at its host. What can't be had is left out: nothing here fails.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

from aggregator.errors import NotAFeed, SourceError
from aggregator.fetch import HostGate, fetch_beside, key_of
from aggregator.http import HttpClient
from aggregator.model import Article, Claim, Entry, Fetched, Per, SourceKind
from aggregator.normalize import normalize_changes
from aggregator.parse import parse_feed
from aggregator.reading import read_document, wants_further_pages
from aggregator.sources import find_feeds

# Of the feeds that a page names, so many are tried.
MAX_FEEDS: Final = 3
# Of the sitemaps that an index names, so many are read at a time: those that changed last.
MAX_PARTS: Final = 5
# So many articles are fetched at a time, the newest: what a new source has beyond that is no news.
MAX_ARTICLES: Final = 30
# So long one source may take with all of this. What comes later is left out.
PATIENCE: Final = timedelta(minutes=2)
# How long the turn of a named feed's host is waited for: it is looked for again with the next poll that knows none.
_TURN: Final = timedelta(seconds=2)
# A part of a sitemap that changed shortly before the last poll may have changed after it: its dates have no times.
_OVERLAP: Final = timedelta(days=2)


class StoredArticles(Protocol):
    """Tells which of these entries of a source are known, by key, with what is stored of whole articles."""

    def __call__(self, claim: Claim, keys: Sequence[str]) -> Mapping[str, Article | None]: ...


class Gathering:
    """What one source needs beside its answer. Made for one poll, or one look."""

    def __init__(
        self,
        claim: Claim,
        *,
        client: HttpClient,
        articles: HttpClient,
        gate: HostGate,
        per: Per,
        secrets: Mapping[str, str],
        now: datetime,
    ) -> None:
        """``articles`` is the client for pages of articles, which may be smaller than feeds."""
        self._claim = claim
        self._client = client
        self._articles = articles
        self._gate = gate
        self._per = per
        self._secrets = secrets
        self._now = now
        self._ends_at = time.monotonic() + PATIENCE.total_seconds()

    def completed(self, answer: Fetched, stored: StoredArticles, passes: Callable[[Entry], bool]) -> Fetched:
        """Return an answer with what belongs to it. ``passes`` tells which entries the operator wants at all."""
        if self._claim.kind is SourceKind.AUTO:
            answer = self._feed_of(answer)
        if self._claim.kind is SourceKind.SITEMAP:
            answer = self._with_parts(answer)
        if wants_further_pages(self._claim) and answer.found_at is None:
            answer = replace(answer, pages=tuple(self._further_pages(answer)))
        if self._claim.source.full:
            answer = replace(answer, articles=dict(self._articles_of(answer, stored, passes)))
        return answer

    def _feed_of(self, answer: Fetched) -> Fetched:
        """Return the first feed that a page names and that can be read; the page itself when there is none."""
        if _is_feed(answer) or self._claim.source.page is not None:
            return answer
        feeds = find_feeds(answer.body, url=answer.url)
        named = [feed.url for feed in feeds if feed.type and not feed.is_about_comments]
        for url in named[:MAX_FEEDS]:
            found = self._ask(self._client, url, patience=_TURN)
            if found is not None and _is_feed(found):
                return replace(found, found_at=url)
        return answer

    def _further_pages(self, answer: Fetched) -> Iterator[Fetched]:
        """Yield the pages with older entries, on the same host, each once."""
        from aggregator.parse.next_page import next_page  # with what reads pages, which few sources need

        seen, page, rules = {answer.url}, answer, self._claim.source.page
        for _ in range(self._claim.source.depth):
            try:
                url = next_page(page, select=rules.next if rules else None)
            except SourceError:
                return
            if url is None or url in seen or not _is_same_host(url, answer.url):
                return
            seen.add(url)
            found = self._ask(self._client, url)
            if found is None or not _is_same_host(found.url, answer.url):
                return
            yield found
            page = found

    def _with_parts(self, answer: Fetched) -> Fetched:
        """Return an index of sitemaps with those that may have changed since the last poll.

        It is asked without a condition next time: whether it changed does not tell whether they did.
        """
        from aggregator.parse.sitemap import sitemap_parts

        last = self._claim.state.last_success
        try:
            parts = sitemap_parts(answer, since=last - _OVERLAP if last else None)
        except SourceError:
            return answer
        if not parts:
            return answer
        pages = (self._ask(self._client, url) for url in parts[:MAX_PARTS])
        return replace(answer, validators=None, pages=tuple(page for page in pages if page is not None))

    def _articles_of(
        self, answer: Fetched, stored: StoredArticles, passes: Callable[[Entry], bool]
    ) -> Iterator[tuple[str, Article]]:
        """Yield the articles of entries that are new, by their keys; of known ones what is stored of them."""
        try:
            reading = read_document(self._claim, answer, self._now)
        except SourceError:
            return
        entries = normalize_changes(reading.document, now=self._now, seen=self._claim.state.entry_hashes).entries
        known = stored(self._claim, [entry.key for entry in entries])
        yield from ((key, article) for key, article in known.items() if article is not None)
        new = [entry for entry in entries if entry.key not in known and entry.url and passes(entry)]
        new.sort(key=lambda entry: entry.published or self._now, reverse=True)
        for entry in new[:MAX_ARTICLES]:
            fetched = self._ask(self._articles, entry.url or "")
            if fetched is not None:
                yield entry.key, Article(fetched=fetched)

    def _ask(self, client: HttpClient, url: str, *, patience: timedelta = PATIENCE) -> Fetched | None:
        """Ask for an address in its host's turn; None for what can't be had, or not in time."""
        key = key_of(self._claim.source.group, url, self._per)
        left = timedelta(seconds=self._ends_at - time.monotonic())
        if left <= timedelta():
            return None
        try:
            with self._gate.enter(key, timeout=min(left, patience)):
                found = fetch_beside(client, url, self._claim, secrets=self._secrets)
        except SourceError as error:
            self._gate.learn(key, error)
            return None
        self._gate.learn(key)
        return found


def _is_feed(answer: Fetched) -> bool:
    """Whether an answer is a feed, perhaps a broken one."""
    try:
        parse_feed(answer)
    except NotAFeed:
        return False
    except SourceError:
        return True
    return True


def _is_same_host(url: str, other: str) -> bool:
    try:
        return urlsplit(url).hostname == urlsplit(other).hostname
    except ValueError:
        return False
