"""Real feeds, where they are at hand: none is an error, none loses entries, none shows markup where text belongs."""

from __future__ import annotations

import io
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
from tests.conftest import in_batches, name_of_batch, real_feeds

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
FEEDS = real_feeds()
TAG = re.compile(r"</(?:p|b|i|a|em|strong|div|span)>|<(?:br|p|div|img)\b")


@pytest.mark.slow
@pytest.mark.usefixtures("corpus")
def test_the_corpus_is_complete() -> None:
    assert len(FEEDS) > 100


@pytest.mark.slow
@pytest.mark.parametrize("files", in_batches(FEEDS), ids=name_of_batch)
@pytest.mark.usefixtures("corpus")
def test_real_feeds_give_their_entries_in_house_form(files: list[Path]) -> None:
    unlike = {}
    for path in files:
        try:
            check(path.read_bytes())
        except AssertionError as error:
            unlike[path.name] = str(error)

    assert unlike == {}


def check(body: bytes) -> None:
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
