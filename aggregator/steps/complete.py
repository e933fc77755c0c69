"""complete: what is fetched beside a source's own answer, outside of any transaction.

That is the feed that a page names, further pages of a list, the data of a page that is empty without its scripts, the
parts of a sitemap, and the articles that new entries link to. Each request waits for its turn at its host. What can't
be had is left out: nothing here fails.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from aggregator.errors import SourceError
from aggregator.fetch import HostGate, fetch_beside, key_of
from aggregator.http import HttpClient
from aggregator.model import Article, Claim, Fetched, Per, SourceKind
from aggregator.parse import looks_like_feed
from aggregator.parse.shell import data_addresses, with_data
from aggregator.steps.seen import Draft
from aggregator.text.hosts import host_of

# Of the feeds that a page names, so many are tried.
MAX_FEEDS: Final = 3
# Of the sitemaps that an index names, so many are read at a time: those that changed last.
MAX_PARTS: Final = 5
# Articles fetched for one poll at most, the newest first: what a new source has beyond that is no news.
MAX_ARTICLES: Final = 30
# So long one source may take with all of this. What comes later is left out.
PATIENCE: Final = timedelta(minutes=2)
# How long the turn of a named feed's host is waited for: it is looked for again with the next poll that knows none.
_TURN: Final = timedelta(seconds=2)
# A part of a sitemap that changed shortly before the last poll may have changed after it: its dates have no times.
_OVERLAP: Final = timedelta(days=2)


def with_stored(draft: Draft, known: Mapping[str, Article | None], now: datetime) -> Draft:
    """Return a draft with the articles that are stored, and which to fetch; ``known`` are entries by their keys."""
    new = [entry for entry in draft.entries if entry.key not in known and entry.url]
    new.sort(key=lambda entry: entry.published or now, reverse=True)
    return replace(
        draft,
        articles={key: article for key, article in known.items() if article is not None},
        wanted={entry.key: entry.url or "" for entry in new[:MAX_ARTICLES]},
    )


def needs_more(claim: Claim) -> bool:
    """Tell whether something may have to be fetched beside the answer: for most sources not."""
    return claim.kind in {SourceKind.AUTO, SourceKind.PAGE, SourceKind.SITEMAP}


class Completion:
    """What one source needs beside its answer. Made for one poll."""

    def __init__(
        self,
        claim: Claim,
        *,
        client: HttpClient,
        articles: HttpClient,
        gate: HostGate,
        per: Per,
        secrets: Mapping[str, str],
    ) -> None:
        """``articles`` is the client for pages of articles, which may be smaller than feeds."""
        self._claim = claim
        self._client = client
        self._articles = articles
        self._gate = gate
        self._per = per
        self._secrets = secrets
        self._ends_at = time.monotonic() + PATIENCE.total_seconds()

    def complete(self, answer: Fetched) -> Fetched:
        """Return an answer with what belongs to it: the feed that a page names, further pages, parts of a sitemap."""
        if self._claim.kind is SourceKind.AUTO:
            answer = self._feed_of(answer)
        if self._claim.kind is SourceKind.SITEMAP:
            answer = self._with_parts(answer)
        if self._claim.kind in {SourceKind.AUTO, SourceKind.PAGE} and self._claim.source.render is None:
            answer = self._with_data(answer)
        if _wants_further_pages(self._claim) and answer.found_at is None and not looks_like_feed(answer):
            answer = replace(answer, pages=tuple(self._further_pages(answer)))
        return answer

    def fetch_articles(self, draft: Draft) -> Draft:
        """Return a draft with the pages that its new entries link to, as far as they can be had in time."""
        fetched = ((key, self._ask(self._articles, url)) for key, url in draft.wanted.items())
        articles = {key: Article(fetched=page) for key, page in fetched if page is not None}
        return replace(draft, articles={**draft.articles, **articles}, wanted={})

    def _feed_of(self, answer: Fetched) -> Fetched:
        """Return the first feed that a page names and that can be read; the page itself when there is none."""
        if looks_like_feed(answer) or self._claim.source.page is not None:
            return answer
        from aggregator.sources.discover import find_feeds  # with what reads pages

        feeds = find_feeds(answer.body, url=answer.url)
        named = [feed.url for feed in feeds if feed.type and not feed.is_about_comments]
        for url in named[:MAX_FEEDS]:
            found = self._ask(self._client, url, patience=_TURN)
            if found is not None and looks_like_feed(found):
                return replace(found, found_at=url, pages=(answer,))
        return answer

    def _with_data(self, answer: Fetched) -> Fetched:
        """Return a page that is empty without its scripts with the data that those fetch, where it can be had."""
        addresses = data_addresses(answer) if answer.found_at is None else ()
        if not addresses or looks_like_feed(answer):
            return answer
        data = [self._ask(self._client, address) for address in addresses]
        return with_data(answer, [each for each in data if each is not None])

    def _further_pages(self, answer: Fetched) -> Iterator[Fetched]:
        """Yield the pages with older entries, on the same host, each once."""
        from aggregator.parse.next_page import next_page  # with what reads pages, which few sources need

        seen, page, rules = {answer.url}, answer, self._claim.source.page
        for _ in range(self._claim.source.depth):
            try:
                url = next_page(page, select=rules.next if rules else None)
            except SourceError:
                return
            if url is None or url in seen or host_of(url) != host_of(answer.url):
                return
            seen.add(url)
            found = self._ask(self._client, url)
            if found is None or host_of(found.url) != host_of(answer.url):
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


def _wants_further_pages(claim: Claim) -> bool:
    """Tell whether further pages of a list are to be read: the first time only."""
    is_first = claim.state.last_success is None
    return is_first and claim.source.depth > 0 and claim.kind in {SourceKind.AUTO, SourceKind.PAGE}
