"""What a feed says, whatever its format."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.config import Config, FeedConfig, SourceConfig
from aggregator.model import FeedFormat
from aggregator.publish import category_labels, parts, render_feed
from tests.unit.publish.samples import CONFIG, NOON, SINCE, make_document, make_item

HOUR = timedelta(hours=1)


def test_entries_are_listed_newest_published_first_and_by_id_when_equal():
    chosen = [
        make_item("b"),
        make_item("old", published=NOON - HOUR),
        make_item("a"),
        make_item("c", published=NOON + HOUR),
    ]

    document = make_document(*chosen)

    assert [item.id for item in document.entries] == ["c", "a", "b", "old"]


def test_a_feed_was_updated_when_its_last_changed_entry_was():
    document = make_document(make_item("a", updated=NOON), make_item("b", updated=NOON + HOUR))

    assert document.updated == NOON + HOUR


def test_a_feed_without_entries_was_updated_when_the_site_began():
    assert make_document().updated == SINCE


def test_a_feed_knows_its_own_addresses():
    document = make_document()

    assert document.home_url == "https://news.example.org/"
    assert {format_: parts.self_url(document, format_) for format_ in FeedFormat} == {
        FeedFormat.ATOM: "https://news.example.org/feeds/all.atom",
        FeedFormat.RSS: "https://news.example.org/feeds/all.rss",
        FeedFormat.JSON: "https://news.example.org/feeds/all.json",
    }


def test_a_feed_without_a_title_is_called_after_the_site_and_its_name():
    document = make_document(feed=FeedConfig(name="space"))

    assert document.title == "Space & talent: space"


def test_categories_that_only_sources_bring_are_labelled_with_their_names():
    source = SourceConfig(url="https://a.example/", categories=("space", "jobs"))
    config = Config(categories=CONFIG.categories, sources=(source,))

    assert category_labels(config) == {"space": "Space", "jobs": "jobs"}


@pytest.mark.parametrize("format_", FeedFormat)
def test_the_same_records_give_the_same_bytes(format_):
    items = [make_item("a"), make_item("b", categories=("space",), tags=("moon", "mars"))]

    first = render_feed(make_document(*items), format_)
    again = render_feed(make_document(*reversed(items)), format_)

    assert first == again
