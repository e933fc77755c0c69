"""Looking at addresses once, whatever is configured: what is behind one, and how a source is. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from aggregator.config import bare_address
from aggregator.errors import NotAFeed, SourceError
from aggregator.fetch import fetch_source
from aggregator.http import HttpClient
from aggregator.model import Claim, Entry, Fetched, NotModified, ParsedFeed, Source, SourceState
from aggregator.normalize import normalize_feed
from aggregator.parse import parse_feed
from aggregator.pipeline import Seen, read
from aggregator.sources import common_places, find_feeds


def look(client: HttpClient, claim: Claim, now: datetime, *, secrets: Mapping[str, str]) -> Seen:
    """Fetch ─► parse ─► normalize. Raises SourceError."""
    return read(claim, fetch_source(client, claim, secrets=secrets), now)


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
