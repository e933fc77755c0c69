"""Atom as RFC 4287 wants it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from lxml import etree

from aggregator.model import Enclosure, FeedFormat, Origin, PublishedEntry
from aggregator.publish import render_feed
from tests.unit.publish.samples import NOON, make_document, make_item, make_mention, make_source_feed, make_stored

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def render(*items: PublishedEntry) -> etree._Element:
    return etree.fromstring(render_feed(make_document(*items), FeedFormat.ATOM))


def entry_of(item: PublishedEntry) -> etree._Element:
    entry = render(item).find(f"{ATOM}entry")
    assert entry is not None
    return entry


def links(parent: etree._Element, rel: str) -> list[dict[str, str]]:
    found = [dict(link.attrib) for link in parent.iterfind(f"{ATOM}link") if link.get("rel") == rel]
    return [{name: value for name, value in link.items() if name != "rel"} for link in found]


def text(parent: etree._Element, path: str) -> str | None:
    return parent.findtext("/".join(f"{ATOM}{name}" for name in path.split("/")))


def test_a_feed_has_what_it_must_have_once():
    feed = render(make_item())

    for name in ("id", "title", "updated"):
        assert len(feed.findall(f"{ATOM}{name}")) == 1
    assert text(feed, "id") == "tag:news.example.org,2026:feed/all"
    assert text(feed, "generator") == "aggregator"
    assert feed.get(LANG) == "en"
    assert links(feed, "self") == [{"href": "https://news.example.org/feeds/all.atom", "type": "application/atom+xml"}]
    assert links(feed, "alternate") == [{"href": "https://news.example.org/", "type": "text/html"}]


def test_an_entry_has_what_it_must_have_once():
    entry = entry_of(make_item())

    for name in ("id", "title", "updated", "published", "summary", "content", "source", "author"):
        assert len(entry.findall(f"{ATOM}{name}")) == 1
    assert text(entry, "id") == "tag:news.example.org,2026:entry/e1"
    assert text(entry, "author/name") == "Ada Author, First News"
    assert links(entry, "alternate") == [{"href": "https://first.example/e1"}]


def test_all_times_are_to_the_second_in_utc():
    east = datetime(2026, 3, 1, 14, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))

    feed = render(make_item(published=east, updated=east))

    times = [element.text for name in ("updated", "published") for element in feed.iter(f"{ATOM}{name}")]
    assert set(times) == {"2026-03-01T12:00:00Z"}
    assert len(times) == 4


def test_content_is_html_and_the_summary_is_text():
    entry = entry_of(make_item(summary="1 < 2 & 3", content="<p>1 &lt; 2</p>"))

    content, summary = entry.find(f"{ATOM}content"), entry.find(f"{ATOM}summary")
    assert content is not None
    assert summary is not None
    assert (content.get("type"), content.text) == ("html", "<p>1 &lt; 2</p>")
    assert (summary.get("type"), summary.text) == ("text", "1 < 2 & 3")


def test_an_entry_without_an_address_has_content_instead():
    entry = entry_of(make_item(url=None, content="", summary="1 < 2"))

    assert links(entry, "alternate") == []
    assert text(entry, "content") == "<p>1 &lt; 2</p>"


def test_an_entry_with_nothing_but_a_title_has_its_source_for_a_summary():
    entry = entry_of(make_item(summary="", content=""))

    assert entry.find(f"{ATOM}content") is None
    assert text(entry, "summary") == "First News"


def test_each_entry_says_its_language_where_it_is_known():
    assert entry_of(make_item(language="fr")).get(LANG) == "fr"
    assert entry_of(make_item(language=None)).get(LANG) == "und"


def test_enclosures_keep_type_length_and_title():
    files = (
        Enclosure(url="https://a.example/talk", type="audio/ogg", length=42, title="The talk"),
        Enclosure(url="https://a.example/film.mp4"),
        Enclosure(url="https://a.example/what", length=0),
    )

    assert links(entry_of(make_item(enclosures=files)), "enclosure") == [
        {"href": "https://a.example/talk", "type": "audio/ogg", "length": "42", "title": "The talk"},
        {"href": "https://a.example/film.mp4", "type": "video/mp4"},
        {"href": "https://a.example/what", "type": "application/octet-stream", "length": "0"},
    ]


def test_duplicates_are_related_links_each_address_once():
    also = (
        make_stored("e2", source="second"),
        make_stored("e3", source="third", url="https://first.example/e1"),
        make_stored("e4", source="fourth", url="https://second.example/e2"),
        make_stored("e5", source="fifth", url=None),
    )

    assert links(entry_of(make_item(also=also)), "related") == [
        {"href": "https://second.example/e2", "title": "Second News"}
    ]


def test_our_categories_have_scheme_and_label_and_tags_have_neither():
    entry = entry_of(make_item(categories=("space", "unknown"), tags=("moon", " moon ", "", "ESA")))

    assert [dict(each.attrib) for each in entry.iterfind(f"{ATOM}category")] == [
        {"term": "space", "scheme": "tag:news.example.org,2026:category", "label": "Space"},
        {"term": "unknown", "scheme": "tag:news.example.org,2026:category", "label": "unknown"},
        {"term": "moon"},
        {"term": "ESA"},
    ]


def test_the_source_says_where_an_entry_came_from():
    source = entry_of(make_item()).find(f"{ATOM}source")

    assert source is not None
    assert [text(source, name) for name in ("id", "title", "updated")] == [
        "https://first.example/feed",
        "First News",
        "2026-03-01T12:00:00Z",
    ]
    assert links(source, "self") == [{"href": "https://first.example/feed"}]
    assert links(source, "alternate") == [{"href": "https://first.example/"}]


def test_a_source_that_only_moves_its_own_time_changes_nothing():
    document = make_document(make_item())
    later = make_document(make_item(feed=make_source_feed("first", updated=NOON + timedelta(hours=9))))

    assert render_feed(document, FeedFormat.ATOM) == render_feed(later, FeedFormat.ATOM)


def test_an_entry_keeps_who_said_it_first():
    origin = Origin(title="Reuters", url="https://reuters.example/", id="urn:reuters")

    source = entry_of(make_item(origin=origin)).find(f"{ATOM}source")

    assert source is not None
    assert (text(source, "id"), text(source, "title")) == ("urn:reuters", "Reuters")
    assert links(source, "alternate") == [{"href": "https://reuters.example/"}]
    assert links(source, "self") == []


def test_an_origin_without_id_is_identified_by_its_address_or_else_by_our_source():
    with_address = entry_of(make_item(origin=Origin(url="https://reuters.example/"))).find(f"{ATOM}source")
    with_title = entry_of(make_item(origin=Origin(title="Reuters"))).find(f"{ATOM}source")
    with_nothing = entry_of(make_item(origin=Origin())).find(f"{ATOM}source")

    assert with_address is not None
    assert with_title is not None
    assert with_nothing is not None
    assert (text(with_address, "id"), text(with_address, "title")) == ("https://reuters.example/", "First News")
    assert (text(with_title, "id"), text(with_title, "title")) == ("https://first.example/feed", "Reuters")
    assert (text(with_nothing, "id"), text(with_nothing, "title")) == ("https://first.example/feed", "First News")


def test_who_has_no_author_is_signed_by_the_source():
    assert text(entry_of(make_item(authors=())), "author/name") == "First News"
    assert (
        text(entry_of(make_item(authors=("  ",), origin=Origin(title="Reuters"))), "author/name")
        == "Reuters via First News"
    )


def test_a_claimed_origin_is_shown_with_the_feed_that_we_read():
    origin = Origin(title="Reuters", url="https://reuters.example/")
    entry = entry_of(make_item(authors=("Ada",), origin=origin))

    assert text(entry, "author/name") == "Ada via First News"
    assert [each.get("title") for each in entry.iterfind(f"{ATOM}link[@rel='via']")] == ["First News"]
    assert entry_of(make_item()).find(f"{ATOM}link[@rel='via']") is None


def test_authors_are_named_once_each():
    entry = entry_of(make_item(authors=("Ada", "Ben", " Ada ")))

    assert [each.findtext(f"{ATOM}name") for each in entry.iterfind(f"{ATOM}author")] == ["Ada", "Ben, First News"]


def test_spaces_and_quotes_in_addresses_are_escaped():
    entry = entry_of(make_item(url='https://first.example/a b"<c>?q=ü'))

    (link,) = links(entry, "alternate")
    assert link["href"] == "https://first.example/a%20b%22%3Cc%3E?q=ü"
    assert not re.search(r"[\s<>\"]", link["href"])


def test_the_other_articles_of_the_story_are_related_links_with_headline_and_source():
    entry = entry_of(make_item(related=tuple(make_mention(f"m{number}") for number in range(14))))

    related = links(entry, "related")
    assert related[0] == {"href": "https://second.example/m0", "title": "Title of m0 (Second feed)"}
    assert len(related) == 10


def test_a_related_link_to_an_article_in_another_language_names_the_language():
    entry = entry_of(make_item(related=(make_mention("m0", language="fr"), make_mention("m1", language="en-GB"))))

    assert [link.get("hreflang") for link in links(entry, "related")] == ["fr", None]


def test_an_article_that_is_a_duplicate_and_in_the_story_is_named_once():
    also = make_stored("e2", source="second", url="https://second.example/m0")

    entry = entry_of(make_item(also=(also,), related=(make_mention("m0"),)))

    assert [link["href"] for link in links(entry, "related")] == ["https://second.example/m0"]


def test_the_source_stands_behind_the_last_author_once():
    def names(*authors: str) -> list[str | None]:
        return [each.text for each in entry_of(make_item(authors=authors)).iterfind(f"{ATOM}author/{ATOM}name")]

    assert names("Ann Roe", "Bo Li") == ["Ann Roe", "Bo Li, First News"]
    assert names("First News staff") == ["First News staff"]
    assert names() == ["First News"]
