"""Parsing is the dearest step of a poll: what a server sent is parsed once, whatever it turns out to be."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.parse import parse_feed
from aggregator.parse.pages import read_page
from aggregator.polling.workers import poll_due
from tests.conftest import ROOT, in_batches, name_of_batch, real_feeds
from tests.end_to_end.hostile.server import HostileServer, answer

pytestmark = pytest.mark.slow

OURS = sorted(path for path in (ROOT / "tests" / "feeds").iterdir() if ".expected." not in path.name)
PAGES = sorted((ROOT / "tests" / "pages").glob("*.html"))


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


@pytest.mark.parametrize(
    "files",
    [OURS, *(pytest.param(files, marks=pytest.mark.slow) for files in in_batches(real_feeds()[::3]) if files)],
    ids=name_of_batch,
)
def test_a_feed_is_parsed_once_without_an_option(server: HostileServer, tmp_path: Path, files: list[Path]) -> None:
    assert parsed_per_poll(server, tmp_path, files, parse_feed) == dict.fromkeys(range(len(files)), 1)


def test_a_page_without_a_feed_is_parsed_once_without_an_option(server: HostileServer, tmp_path: Path) -> None:
    assert parsed_per_poll(server, tmp_path, PAGES, read_page) == dict.fromkeys(range(len(PAGES)), 1)


def parsed_per_poll(server: HostileServer, folder: Path, files: list[Path], reader: FunctionType) -> dict[int, int]:
    """Poll files, each by a source that has nothing but an address; return how often the reader was called for each."""
    listed = ""
    for number, path in enumerate(files):
        kind = "text/html" if path.suffix == ".html" else "application/octet-stream"
        url = server.tells(f"/{number}", answer(200, path.read_bytes(), f"Content-Type: {kind}"))
        listed += f"  - {{name: f{number}, url: '{url}'}}\n"
    (folder / "c.yaml").write_text(
        "storage: {url: 'sqlite:///x.db'}\n"
        "fetch: {allow_private: true, workers: 1, politeness: {connections: 1, spacing: 1ms}}\n"
        f"sources:\n{listed}"
    )
    aggregator = Aggregator(load(folder / "c.yaml"))
    found = {}
    with counting(reader) as calls:
        for number in range(len(files)):
            [_] = poll_due(aggregator, [f"f{number}"])
            found[number] = calls.total()
            calls.clear()
    aggregator.close()
    return found


@contextmanager
def counting(reader: FunctionType) -> Iterator[Counter[str]]:
    """Count the calls of a function, in all threads."""
    calls: Counter[str] = Counter()

    def on_event(frame: Any, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is reader.__code__:
            calls[frame.f_code.co_name] += 1

    threading.setprofile(on_event)
    sys.setprofile(on_event)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
