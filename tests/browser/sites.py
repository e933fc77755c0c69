"""Sites to look at: the sample sources as the demo has them, and a crowd of sources with difficult titles."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from aggregator.app import Aggregator, utc_now
from aggregator.config import Config, load
from aggregator.digests.issuing import Digests
from aggregator.entrypoints.demo import DemoSite, write_config
from aggregator.entrypoints.web.application import create_app
from aggregator.polling.workers import poll_due
from tests.builders import NOW
from tests.newsroom import Clock, Newsroom

_DIGEST = """
digests:
  - name: daily
    title: Space, innovation and talent
    every: day at 07:30
    to: [{email: [reader@example.org]}]
email: {from: Space news <news@example.org>}
judgement: {semantic: "off"}  # pages look the same, and each test process would read a hundred texts
"""
_LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2

TITLES = {
    "ar": "وكالة الفضاء تختار مطحنة لسطح القمر",
    "he": "סוכנות החלל בוחרת מטחנה לקרקע הירח",
    "ja": "宇宙機関が月面の砂を挽く装置を選定、来年に打ち上げへ",
    "de": f"Neues vom {_LONG}",
    "en": "<b>Bold</b> & \"quoted\" <script>alert('x')</script>",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site that is served at ``url``."""

    url: str
    aggregator: Aggregator


@contextmanager
def _served(aggregator: Aggregator, listener: socket.socket) -> Iterator[Site]:
    settings = uvicorn.Config(create_app(aggregator), log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield Site(url=f"http://127.0.0.1:{listener.getsockname()[1]}/", aggregator=aggregator)
    finally:
        server.should_exit = True
        thread.join(10)
        aggregator.close()


@contextmanager
def demo_site(folder: Path, *, clock: Callable[[], datetime] = utc_now) -> Iterator[Site]:
    """Serve what the demo shows after its first polls, with a digest of which an issue is out."""
    with DemoSite(now=clock()) as sources, socket.create_server(("127.0.0.1", 0)) as listener:
        public = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        config = write_config(folder, sources.url, public_url=public)
        config.write_text(config.read_text().partition("\n# What comes with a poll")[0] + _DIGEST)
        aggregator = Aggregator(load(config), clock=clock)
        for _ in range(2):
            list(poll_due(aggregator, [source.name for source in aggregator.sources]))
        Digests(aggregator).make_now("daily")
        with _served(aggregator, listener) as site:
            yield site


@contextmanager
def crowded_site(folder: Path) -> Iterator[Site]:
    """Serve 200 sources, whose entries have titles in other scripts, with long words, or like markup."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        newsroom = Newsroom(_crowd(folder, listener.getsockname()[1]), Clock(NOW))
        for number in range(200):
            name = f"source-{number}"
            language, title = list(TITLES.items())[number % len(TITLES)]
            newsroom.publish(
                f"{title} {number}",
                source=name,
                language=language,
                summary=f"{title}. " * 4,
                content=f"<p>{title}</p>",
                url=f"https://{name}.example/{number}",
                canonical_url=f"https://{name}.example/{number}",
                published=NOW - timedelta(hours=number),
                seen_at=NOW - timedelta(hours=number),
                categories=("space",) if number % 3 else (),
            )
        with _served(newsroom.aggregator, listener) as site:
            yield site


@contextmanager
def empty_site(folder: Path) -> Iterator[Site]:
    """Serve a site before its first poll."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = _crowd(folder, listener.getsockname()[1]).model_copy(update={"sources": ()})
        with _served(Aggregator(config), listener) as site:
            yield site


def _crowd(folder: Path, port: int) -> Config:
    sources: list[dict[str, Any]] = [
        {"url": f"https://source-{number}.example/feed", "name": f"source-{number}", "title": f"Source {number}"}
        for number in range(200)
    ]
    return Config.model_validate(
        {
            "site": {"title": "A crowd", "url": f"http://127.0.0.1:{port}/", "timezone": "Europe/Luxembourg"},
            "storage": {"url": f"sqlite:///{folder}/crowd.db"},
            "sources": sources,
            "categories": [{"name": "space", "title": "Space"}, {"name": "talent", "title": _LONG[:80]}],
        }
    )
