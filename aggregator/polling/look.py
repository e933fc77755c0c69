"""Looking at addresses once, whatever is stored: what is behind one, and how a source is. Nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.errors import FetchError, NotAFeed, ParseError, SourceError
from aggregator.fetch import fetch_beside, fetch_source
from aggregator.http import HttpClient
from aggregator.model import Claim, Entry, Fetched, ListPage, PageRules, ParsedFeed, Source, SourceKind, SourceState
from aggregator.normalize import normalize_feed
from aggregator.parse.pages import hints_for, pin_page
from aggregator.parse.shell import data_addresses, with_data
from aggregator.sources.discover import common_places, find_feeds
from aggregator.sources.sites import known_feeds
from aggregator.steps.kinds import read_document
from aggregator.steps.parse import is_taken
from aggregator.steps.prefer import doubt_of, outdoes

# Of the sitemaps that an index names, so many are looked at.
_MAX_PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What could be read, at ``url``; ``is_direct`` when that is the address that was asked for.

    ``kind`` is never "auto". ``page`` says how a page's list was found, None for other kinds; ``rules`` would find it
    again, None where it stands in data. ``moved_to`` is where permanent redirects led.
    ``note`` is why this was taken and not something else that is there, where that is not plain.
    """

    url: str
    kind: SourceKind
    document: ParsedFeed
    entries: tuple[Entry, ...]
    is_direct: bool
    page: ListPage | None = None
    rules: PageRules | None = None
    moved_to: str | None = None
    note: str | None = None


def find_source(
    client: HttpClient, source: Source, now: datetime, *, secrets: Mapping[str, str] | None = None
) -> Found:
    """Find out what is behind a source's address: what its kind says; of "auto", the best of what there is.

    That is a feed: itself, one the page names, or one in a common place; else a sitemap; else the page's list. A feed
    that is empty or dead is not better than a dated list on the page that names it. Raises SourceError, with what else
    may be tried.
    """
    look = _Look(client, source, now, secrets or {})
    try:
        answer = look.ask(source.url)
    except FetchError:
        if source.kind is SourceKind.AUTO:  # sites that turn programs away often give them the feed
            for address in known_feeds(source.url):
                with suppress(SourceError):
                    return look.read(address, look.ask(address), SourceKind.FEED)
        raise
    if source.kind is not SourceKind.AUTO:
        return look.read(source.url, answer, source.kind)
    try:
        return look.with_doubt(look.read(source.url, answer, SourceKind.FEED))
    except NotAFeed as error:
        why_no_feed = error
    if source.page is None:
        for address in look.places_of_feeds(answer):
            with suppress(SourceError):
                found = look.read(address, look.ask(address), SourceKind.FEED)
                return look.page_before(found, answer) or look.with_doubt(found)
    with suppress(ParseError):
        return look.read(source.url, answer, SourceKind.SITEMAP)
    try:
        return look.read(source.url, answer, SourceKind.PAGE)
    except ParseError as error:
        from aggregator.parse.watch import how_to_watch

        hints = (*how_to_watch(answer), *hints_for(answer, now=now))
        raise NotAFeed(
            f"{why_no_feed}; no feed that can be read is named there or lies in the usual places; "
            f"read as a page with a list: {'; '.join((str(error), *hints))}"
        ) from error


class _Look:
    """Asks and reads on behalf of one source, of which nothing is known."""

    def __init__(self, client: HttpClient, source: Source, now: datetime, secrets: Mapping[str, str]) -> None:
        self._client = client
        self._source = source
        self._now = now
        self._secrets = secrets
        self._claim = _claim_once(source, now)

    def ask(self, address: str) -> Fetched:
        if self._source.kind is SourceKind.MAILBOX or self._source.render is not None:
            return self._as_polled()
        return fetch_beside(self._client, address, self._claim, secrets=self._secrets)

    def _as_polled(self) -> Fetched:
        answer = fetch_source(self._client, self._claim, secrets=self._secrets)
        return answer if isinstance(answer, Fetched) else Fetched(url=answer.url, body=b"", content_type=None)

    def read(self, address: str, answer: Fetched, kind: SourceKind) -> Found:
        claim = _claim_once(replace(self._source, kind=kind), self._now)
        if kind is SourceKind.SITEMAP:
            answer = replace(answer, pages=tuple(self._parts(answer)))
        if kind is SourceKind.PAGE and self._source.render is None:
            answer = with_data(answer, list(self._data(answer)))
        reading = read_document(claim, answer, self._now)
        entries = normalize_feed(reading.document, now=self._now)
        return Found(
            url=answer.moved_to or address,
            kind=kind,
            document=reading.document,
            entries=tuple(entry for entry in entries if is_taken(claim, entry)),
            is_direct=address == self._source.url,
            page=reading.page,
            rules=self._pin(answer) if reading.page else None,
            moved_to=answer.moved_to if address == self._source.url else None,
        )

    def with_doubt(self, found: Found) -> Found:
        """Return a feed with what is to say of one that is empty or dead."""
        doubt = doubt_of(found.document, self._now)
        return replace(found, note=f"there is a feed, but {doubt}") if doubt is not None else found

    def page_before(self, feed: Found, answer: Fetched) -> Found | None:
        """Return the list of a page where the feed that it names is empty or dead, and the list is not."""
        doubt = doubt_of(feed.document, self._now)
        if doubt is None:
            return None
        try:
            page = self.read(self._source.url, answer, SourceKind.PAGE)
        except ParseError:
            return None
        if not outdoes(page.document, feed.document):
            return None
        return replace(page, note=f"the page names the feed {feed.url}, but {doubt}; its own list is read")

    def _pin(self, answer: Fetched) -> PageRules | None:
        return self._source.page or pin_page(answer, now=self._now)

    def places_of_feeds(self, answer: Fetched) -> tuple[str, ...]:
        """Return where the feed of a page may be: what it names, what is known of its site, else the common places."""
        named = tuple(feed.url for feed in find_feeds(answer.body, url=answer.url))
        known = (*known_feeds(self._source.url), *known_feeds(answer.url))
        return tuple(dict.fromkeys((*named, *(known if named else (*known, *common_places(answer.url))))))

    def _data(self, answer: Fetched) -> Iterator[Fetched]:
        for address in data_addresses(answer):
            with suppress(SourceError):
                yield self.ask(address)

    def _parts(self, answer: Fetched) -> Iterator[Fetched]:
        from aggregator.parse.sitemap import sitemap_parts

        for address in sitemap_parts(answer)[:_MAX_PARTS]:
            with suppress(SourceError):
                yield self.ask(address)


def _claim_once(source: Source, now: datetime) -> Claim:
    return Claim(source=source, state=SourceState(seed=source.url), token="", until=now)
