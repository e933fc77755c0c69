"""What a feed says, whatever its format."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.config import Config, FeedConfig, SourceConfig
from aggregator.publish import FORMATS, category_labels, parts, render_feed
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


def test_a_feed_knows_its_own_address_in_every_format():
    document = make_document()

    own = {form.ending: parts.addresses_of(document, ending=form.ending).own for form in FORMATS.values()}

    assert document.home_url == "https://news.example.org/"
    assert own == {ending: f"https://news.example.org/feeds/all.{ending}" for ending in own}
    assert {"atom", "rss", "json"} <= own.keys()


def test_a_feed_without_a_title_is_called_after_the_site_and_its_name():
    document = make_document(feed=FeedConfig(name="space"))

    assert document.title == "Space & talent: space"


def test_categories_that_only_sources_bring_are_labelled_with_their_names():
    source = SourceConfig(url="https://a.example/", categories=("space", "jobs"))
    config = Config(categories=CONFIG.categories, sources=(source,))

    assert category_labels(config) == {"space": "Space", "jobs": "jobs"}


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_records_give_the_same_bytes(format_):
    items = [make_item("a"), make_item("b", categories=("space",), tags=("moon", "mars"))]

    first = render_feed(make_document(*items), format_)
    again = render_feed(make_document(*reversed(items)), format_)

    assert first == again
