"""Real feeds, where they are at hand: none is an error, none loses entries, none shows markup where text belongs."""

from __future__ import annotations

import io
import os
import re
import warnings
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from aggregator.errors import SourceError
from aggregator.model import Fetched
from aggregator.normalize import canonical_url, normalize_feed
from aggregator.parse import parse_feed

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
CORPUS = Path(os.environ.get("AGGREGATOR_CORPUS") or ROOT.parent / "shared" / "corpus") / "feeds"
FEEDS = sorted(CORPUS.iterdir()) if CORPUS.is_dir() else []
TAG = re.compile(r"</(?:p|b|i|a|em|strong|div|span)>|<(?:br|p|div|img)\b")


@pytest.mark.skipif(not FEEDS, reason=f"no corpus at {CORPUS}; set AGGREGATOR_CORPUS to its folder")
def test_the_corpus_is_complete() -> None:
    assert len(FEEDS) > 100


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_a_real_feed_gives_its_entries_in_house_form(path: Path) -> None:
    body = path.read_bytes()
    with warnings.catch_warnings(action="ignore"):
        found = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False).entries
    expected = [entry for entry in found if {"id", "link", "title", "summary", "content"} & set(entry)]
    try:
        feed = parse_feed(Fetched(url="https://feeds.invalid/feed.xml", body=body, content_type="text/xml"))
    except SourceError:
        assert not expected
        return

    entries = normalize_feed(feed, now=NOW)

    assert len(feed.entries) == len(expected)
    distinct = {(entry.id, canonical_url(entry.link), entry.id or entry.title) for entry in feed.entries}
    assert len(entries) >= len(distinct) > 0 or not feed.entries
    assert len({entry.key for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.title
        assert not TAG.search(entry.title)
        assert "\n" not in entry.title + entry.summary
        assert len(entry.summary) <= 500
        assert entry.published is None or datetime(1990, 1, 1, tzinfo=UTC) <= entry.published <= NOW
        assert entry.url is None or entry.url.startswith(("http://", "https://"))
        assert canonical_url(entry.canonical_url) == entry.canonical_url
