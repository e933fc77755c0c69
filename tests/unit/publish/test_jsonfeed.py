"""JSON Feed 1.1."""

from __future__ import annotations

import json
from typing import Any

from aggregator.model import Enclosure, FeedFormat, Origin, PublishedEntry
from aggregator.publish import render_feed
from tests.unit.publish.samples import make_document, make_item, make_mention, make_stored


def item_of(item: PublishedEntry) -> dict[str, Any]:
    (found,) = json.loads(render_feed(make_document(item), FeedFormat.JSON))["items"]
    return found


def test_a_feed_says_who_it_is_and_where():
    feed = json.loads(render_feed(make_document(), FeedFormat.JSON))

    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Everything",
        "home_page_url": "https://news.example.org/",
        "feed_url": "https://news.example.org/feeds/all.json",
        "language": "en",
        "items": [],
    }


def test_an_item_has_all_that_is_known():
    item = make_item(
        categories=("space",),
        tags=("moon", "Space"),
        enclosures=(Enclosure(url="https://a.example/talk.mp3", length=42, title="Talk"),),
        also=(make_stored("e2", source="second"),),
    )

    found = item_of(item)

    assert found.pop("content_html").startswith("<p>Content of e1</p>")
    assert found == {
        "id": "tag:news.example.org,2026:entry/e1",
        "url": "https://first.example/e1",
        "title": "Title of e1",
        "summary": "Summary of e1",
        "date_published": "2026-03-01T12:00:00Z",
        "date_modified": "2026-03-01T12:00:00Z",
        "authors": [{"name": "Ada Author, First News"}],
        "tags": ["Space", "moon"],
        "language": "en",
        "attachments": [
            {"url": "https://a.example/talk.mp3", "mime_type": "audio/mpeg", "title": "Talk", "size_in_bytes": 42}
        ],
        "_aggregator": {
            "source": {
                "name": "first",
                "title": "First News",
                "url": "https://first.example/",
                "feed_url": "https://first.example/feed",
            },
            "also": [
                {
                    "source": {"name": "second", "title": "Second News"},
                    "title": "Title of e2",
                    "url": "https://second.example/e2",
                    "language": "en",
                }
            ],
            "categories": ["space"],
        },
    }


def test_what_is_not_known_is_left_out():
    found = item_of(make_item(url=None, summary="", language=None))

    assert not {"url", "summary", "language", "tags", "attachments"} & found.keys()
    assert found["_aggregator"].keys() == {"source"}


def test_an_item_without_content_has_its_summary_as_text_or_else_its_title():
    assert item_of(make_item(content="", summary="1 < 2"))["content_text"] == "1 < 2"
    assert item_of(make_item(content="", summary=""))["content_text"] == "Title of e1"


def test_letters_are_written_as_they_are():
    assert "Ärger über 🚀".encode() in render_feed(make_document(make_item(title="Ärger über 🚀")), FeedFormat.JSON)


def test_an_item_of_a_story_names_its_other_articles_and_one_alone_has_no_story():
    found = item_of(make_item(story="s1", related=(make_mention("m1"),)))

    assert found["_aggregator"]["story"] == {
        "id": "s1",
        "related": [
            {
                "source": {"name": "second", "title": "Second feed"},
                "title": "Title of m1",
                "url": "https://second.example/m1",
                "language": "en",
            }
        ],
    }
    assert "story" not in item_of(make_item())["_aggregator"]


def test_a_claimed_origin_stands_beside_the_feed_that_we_read():
    found = item_of(make_item(authors=(), origin=Origin(title="Reuters", url="https://reuters.example/")))

    assert found["authors"] == [{"name": "Reuters via First News"}]
    assert found["_aggregator"]["source"]["title"] == "First News"
    assert found["_aggregator"]["source"]["origin"] == {"title": "Reuters", "url": "https://reuters.example/"}
