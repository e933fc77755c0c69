"""What is new in a document: N67 of docs/explanation/normalization.md."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from aggregator.model import Enclosure, Origin, ParsedEntry, Sighting, Text
from aggregator.normalize import normalize_changes, normalize_feed
from tests.unit.normalize.making import NOW, make_feed, plain

TIDE = ParsedEntry(id="1", link="https://example.org/tide", title=plain("Tide"), content=plain("High"))
WIND = ParsedEntry(id="2", link="https://example.org/wind", title=plain("Wind"), content=plain("Strong"))
OTHER: dict[str, Any] = {
    "id": "9",
    "link": "https://example.org/other",
    "title": plain("Other"),
    "summary": plain("Other"),
    "content": Text(value="High", is_html=True),
    "authors": ("Ada",),
    "published": datetime(2026, 1, 1, tzinfo=UTC),
    "updated": datetime(2026, 1, 1, tzinfo=UTC),
    "tags": ("sea",),
    "enclosures": (Enclosure(url="https://example.org/a.mp3"),),
    "language": "fr",
    "origin": Origin(title="The sea"),
}


def test_n67_an_entry_that_stands_as_it_stood_is_only_sighted() -> None:
    before = normalize_changes(make_feed(TIDE, WIND), now=NOW)
    calm = replace(WIND, content=plain("None"))

    after = normalize_changes(make_feed(TIDE, calm), now=NOW, seen=before.hashes)

    assert [entry.title for entry in after.entries] == ["Wind"]
    assert after.unchanged == (Sighting(key="id:1", canonical_url="https://example.org/tide"),)


def test_n67_the_whole_document_again_brings_nothing() -> None:
    feed = make_feed(TIDE, WIND, ParsedEntry(title=plain("Neither id nor link")))
    first = normalize_changes(feed, now=NOW)

    again = normalize_changes(feed, now=NOW, seen=first.hashes)

    assert again.entries == ()
    assert again.hashes == first.hashes
    assert [each.key for each in again.unchanged] == [entry.key for entry in first.entries]


@pytest.mark.parametrize("field", [field.name for field in fields(ParsedEntry)])
def test_n67_whatever_is_different_counts(field: str) -> None:
    before = normalize_changes(make_feed(TIDE), now=NOW)

    after = normalize_changes(make_feed(replace(TIDE, **{field: OTHER[field]})), now=NOW, seen=before.hashes)

    assert len(after.entries) == 1


@pytest.mark.parametrize(
    "feed", [{"language": "de"}, {"authors": ("Ada",)}, {"url": "https://example.org/2.xml"}, {"format": "rss20"}]
)
def test_n67_what_an_entry_takes_from_its_feed_counts_too(feed: dict[str, Any]) -> None:
    before = normalize_changes(make_feed(TIDE), now=NOW)

    after = normalize_changes(make_feed(TIDE, **feed), now=NOW, seen=before.hashes)

    assert len(after.entries) == 1


def test_n67_of_an_entry_given_twice_the_newest_counts_even_if_it_is_the_one_that_stayed() -> None:
    old = replace(TIDE, updated=datetime(2026, 5, 1, tzinfo=UTC), content=plain("The newest"))
    older = replace(TIDE, updated=datetime(2026, 4, 1, tzinfo=UTC), content=plain("Another"))
    before = normalize_changes(make_feed(old), now=NOW)

    after = normalize_changes(make_feed(old, older), now=NOW, seen=before.hashes)

    assert [entry.summary for entry in after.entries] == ["The newest"]


def test_n67_keys_do_not_depend_on_what_was_seen() -> None:
    feed = make_feed(TIDE, replace(TIDE, link="https://example.org/ebb"), WIND)
    first = normalize_changes(make_feed(TIDE, WIND), now=NOW)

    changes = normalize_changes(feed, now=NOW, seen=first.hashes)

    keys = {each.key for each in (*changes.entries, *changes.unchanged)}
    assert keys == {entry.key for entry in normalize_feed(feed, now=NOW)}
