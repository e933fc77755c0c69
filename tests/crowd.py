"""Two thousand feeds in fifty groups on one server, which counts who asks for what at the same time.

Feeds grow from edition to edition. Some articles stand in several feeds, and some tell what others tell in other words:
what workers make of them is the same whoever came first, if they agree. One more feed, to be polled before all others,
has more articles than they, so that a store has learned its words from these: while it learns, the order matters.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from typing import Self

EDITIONS = 4
FIRST = "first"
_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "ar", "en", "il", "os", "um")]


class Crowd:
    """The server, in a thread. ``edition`` is what its feeds are like now; numbers of groups and feeds begin at 0."""

    def __init__(self, *, groups: int, feeds: int, delay_s: float = 0.01) -> None:
        self.groups, self.feeds, self.edition = groups, feeds, 0
        self._begin = datetime.now(UTC) - timedelta(hours=12)  # what is old is compared with nothing
        self.asked: Counter[int] = Counter()
        self.most_in_group: Counter[int] = Counter()
        self.most_of_feed: Counter[int] = Counter()
        self.seen: dict[int, int] = {}
        self._in_group: Counter[int] = Counter()
        self._of_feed: Counter[int] = Counter()
        self._delay_s = delay_s
        self._loop = asyncio.new_event_loop()
        self._port = 0

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def sources(self) -> list[dict[str, object]]:
        """Return the feeds as the configuration lists sources."""
        crowd: list[dict[str, object]] = [
            {
                "url": f"http://127.0.0.1:{self._port}/{feed}",
                "name": f"s{feed}",
                "politeness": {"group": f"g{self.group_of(feed)}"},
                "kind": "feed",
            }
            for feed in range(self.feeds)
        ]
        return [*crowd, {"url": f"http://127.0.0.1:{self._port}/{self.feeds}", "name": FIRST, "kind": "feed"}]

    @property
    def entries(self) -> int:
        """Return how many entries there are in the end."""
        return 4 * self.feeds + 1

    def group_of(self, feed: int) -> int:
        return feed % self.groups

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._answer_all, "127.0.0.1", 0, backlog=500))
        self._port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()

    async def _answer_all(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                writer.write(await self._answer(request.decode("latin-1")))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever asked was killed
        finally:
            writer.close()

    async def _answer(self, request: str) -> bytes:
        feed, edition = int(request.split(" ", 2)[1].strip("/")), self.edition
        group = self.group_of(feed)
        self.asked[feed] += 1
        self._in_group[group] += 1
        self._of_feed[feed] += 1
        self.most_in_group[group] = max(self.most_in_group[group], self._in_group[group])
        self.most_of_feed[feed] = max(self.most_of_feed[feed], self._of_feed[feed])
        await asyncio.sleep(self._delay_s)
        self._in_group[group] -= 1
        self._of_feed[feed] -= 1
        self.seen[feed] = edition
        body = self._document(feed, edition).encode()
        etag = f'"{len(body)}"'
        if f"if-none-match: {etag}" in request.lower():
            return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
        head = f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Type: application/atom+xml\r\nContent-Length: {len(body)}"
        return head.encode() + b"\r\n\r\n" + body

    def _document(self, feed: int, edition: int) -> str:
        """Return a feed of two articles: one is there from the start, the other one from an edition on."""
        wanted = [2 * feed] + ([2 * feed + 1] if edition > feed % EDITIONS else [])
        if feed == self.feeds:
            wanted = [-number for number in range(1, 2 * feed + 2)]
        entries = "".join(_entry(number, self._begin) for number in reversed(wanted))
        return (
            f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Feed {feed}</title><id>urn:x:{feed}</id>'
            f"<updated>2026-11-01T00:00:00Z</updated>{entries}</feed>"
        )


def _entry(number: int, begin: datetime) -> str:
    """Return an article. Each tenth is that of the feed before, each eleventh tells the same as one there does."""
    told = number - 2 if number % 10 == 5 and number > 2 else number
    about = told - 4 if told % 11 == 7 and told > 4 else told
    title, text = _words(f"title {about}", 9), _words(f"text {about}", 60)
    if about != told:
        title = f"{_words(f'other {told}', 1)} {title}"
        text = f"{_words(f'more {told}', 60)} {_words(f'text {about}', 30)}"
    at = begin + timedelta(seconds=5 * told)
    return (
        f"<entry><id>urn:x:{number}</id><title>{escape(title)}</title>"
        f"<link href='https://x{told % 97}.example/{told}'/>"
        f"<updated>{at:%Y-%m-%dT%H:%M:%SZ}</updated><published>{at:%Y-%m-%dT%H:%M:%SZ}</published>"
        f"<summary>{escape(text)}</summary></entry>"
    )


@cache
def _words(seed: str, count: int) -> str:
    chance = random.Random(seed)
    words = ["".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3)))) for _ in range(count)]
    return " ".join(words).capitalize()
