"""A source's visits to a server: fetch, then the state that the next visit starts from, without parsing or a store."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.errors import SourceError
from aggregator.fetch import Brought, after_failure, after_success, fetch_source
from aggregator.http import HttpClient, user_agent
from aggregator.model import Claim, Fetched, NotModified, Source, SourceState

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
# Long, so that an honest answer is in time on a machine that is busy; tests of the deadline have a shorter one.
TIMEOUT = timedelta(seconds=20)
MAX_BODY = 200_000


@dataclass(frozen=True)
class Pace:
    every: timedelta | None = None
    min_every: timedelta = timedelta(minutes=30)
    max_every: timedelta = timedelta(hours=12)


@dataclass(frozen=True)
class Visit:
    """What one visit brought: an answer or an error, and what is remembered for the next one."""

    answer: Fetched | NotModified | None
    error: SourceError | None
    state: SourceState

    @property
    def wait(self) -> timedelta | None:
        """How long until the next visit."""
        return self.state.next_check - NOW if self.state.next_check else None

    @property
    def says(self) -> str:
        return str(self.error)

    @property
    def fetched(self) -> Fetched:
        assert isinstance(self.answer, Fetched), self.error or self.answer
        return self.answer

    @property
    def not_modified(self) -> NotModified:
        assert isinstance(self.answer, NotModified), self.error or self.answer
        return self.answer


class Visitor:
    """Visits addresses with a client that may go to loopback, unless told otherwise."""

    def __init__(
        self, *, allow_private: bool | tuple[str, ...] = True, timeout: timedelta = TIMEOUT, **settings: Any
    ) -> None:
        self.client = HttpClient(
            user_agent=user_agent("https://news.example.org/about"),
            timeout=timeout,
            max_body=MAX_BODY,
            allow_private=allow_private,
            **settings,
        )

    def __enter__(self) -> Visitor:
        self.client.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.__exit__(None, None, None)

    def visit(self, url: str, state: SourceState | None = None, *, every: timedelta | None = None) -> Visit:
        source = Source(name="source", url=url, every=every)
        state = state or SourceState(seed=url)
        claim = Claim(source=source, state=state, token="t", until=NOW + timedelta(minutes=5))
        try:
            answer = fetch_source(self.client, claim)
        except SourceError as error:
            after = after_failure(claim, error, settings=Pace(), now=NOW, jitter=0)
            return Visit(None, error, after)
        body_hash = hashlib.sha256(answer.body).hexdigest() if isinstance(answer, Fetched) else None
        after = after_success(claim, Brought(answer=answer, body_hash=body_hash), settings=Pace(), now=NOW, jitter=0)
        return Visit(answer, None, after)
