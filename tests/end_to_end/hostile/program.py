"""The whole program on a hostile server: a configuration written for the test, a real store, a clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.model import PollSummary, SourceState
from aggregator.polling.workers import poll_due
from tests.builders import NOW

RSS = (
    b"<rss version='2.0'><channel><title>News</title><item><title>Ice</title><guid>1</guid>"
    b"<pubDate>Sun, 01 Mar 2026 09:00:00 GMT</pubDate></item></channel></rss>"
)


class Program:
    """An aggregator whose clock stands still until it is moved."""

    def __init__(self, folder: Path, sources: str, *, fetch: str, timeout: str, env: dict[str, str]) -> None:
        self.now, self.folder, self._env, self._timeout = NOW, folder, env, timeout
        self._write(sources, fetch)
        self.aggregator = Aggregator(self._load(), clock=lambda: self.now)

    def configure(self, sources: str, *, fetch: str = "") -> None:
        self._write(sources, fetch)
        self.aggregator.use(self._load())

    def _write(self, sources: str, fetch: str) -> None:
        settings = f"fetch: {{allow_private: true, timeout: {self._timeout}{fetch}}}\nsources:\n{sources}"
        (self.folder / "c.yaml").write_text(f"storage: {{url: 'sqlite:///x.db'}}\n{settings}")

    def _load(self):
        return load(self.folder / "c.yaml", env=self._env)

    def poll(self, *names: str) -> dict[str, PollSummary]:
        return {result.source: result for result in poll_due(self.aggregator, names or None)}

    def forward(self, by: timedelta) -> datetime:
        self.now += by
        return self.now

    def state(self, name: str) -> SourceState:
        return next(each.state for each in self.aggregator.store.sources() if each.source.name == name)


@contextmanager
def program(folder: Path, sources: str, *, fetch: str = "", timeout: str = "20s", **env: str) -> Iterator[Program]:
    """Run the program on these sources; ``fetch`` are more of its settings, ``, key: value``."""
    made = Program(folder, sources, fetch=fetch, timeout=timeout, env=env)
    try:
        yield made
    finally:
        made.aggregator.close()
