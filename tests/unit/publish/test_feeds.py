"""What holds for all formats: read back by a feed reader, and checked as a validator would."""

from __future__ import annotations

import io
import json
import re

import feedparser
import pytest
from lxml import etree

from aggregator.model import Enclosure, FeedFormat, Origin
from aggregator.publish import FORMATS, render_feed
from tests.unit.publish.samples import make_document, make_item, make_mention, make_stored

XML_FORMATS = (FeedFormat.ATOM, FeedFormat.RSS)
AWKWARD_TITLES = (
    "Fish & chips",
    "How to use <b> and </b>",
    "Lift-off 🚀 today",
    "مهمة جديدة إلى القمر",
    "&amp; is how it is written",
    "]]> ends what?",
)


def read_back(body: bytes) -> feedparser.FeedParserDict:
    return feedparser.parse(io.BytesIO(body), sanitize_html=False)


def titles_in_json(body: bytes) -> list[str | None]:
    return [item["title"] for item in json.loads(body)["items"]]


def titles_in_xml(body: bytes) -> list[str | None]:
    found = etree.fromstring(body).xpath("//item/title | //*[local-name()='entry']/*[local-name()='title']")
    return [element.text for element in found]


# How titles are read back, by media type: that of a new format is one line more.
READERS = {
    "application/feed+json": titles_in_json,
    "application/atom+xml": titles_in_xml,
    "application/rss+xml": titles_in_xml,
}
readable = pytest.mark.parametrize(
    "format_", [format_ for format_, form in FORMATS.items() if form.bare_media_type in READERS]
)


def titles(body: bytes, format_: FeedFormat) -> list[str | None]:
    return READERS[FORMATS[format_].bare_media_type](body)


@readable
def test_awkward_titles_arrive_as_they_are(format_):
    items = [make_item(f"e{number}", title=title) for number, title in enumerate(AWKWARD_TITLES)]

    body = render_feed(make_document(*items), format_)

    assert titles(body, format_) == list(AWKWARD_TITLES)


@pytest.mark.parametrize("format_", FORMATS)
def test_characters_that_xml_cannot_contain_are_left_out(format_):
    item = make_item(
        title="be\x07ll \ud800",
        summary="s\x00um",
        content="<p>c\x0bon\ufffe</p>",
        authors=("A\x1bda",),
        tags=("t\x02ag",),
        language="e\x01n",
        also=(make_stored("e2", source="second", title="al\x03so"),),
        enclosures=(Enclosure(url="https://a.example/f\x04.mp3", type="audio/\x05mpeg", title="f\x06ile"),),
        origin=Origin(title="or\x0eigin", id="i\x0fd"),
    )

    body = render_feed(make_document(item), format_).decode()

    assert "bell" in body
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\ud800]|\\\\u00", body)


@pytest.mark.parametrize("format_", XML_FORMATS)
def test_a_feed_reader_finds_nothing_to_complain_about(format_):
    items = [make_item(f"e{number}", title=title) for number, title in enumerate(AWKWARD_TITLES)]

    parsed = read_back(render_feed(make_document(*items), format_))

    assert not parsed.bozo
    assert parsed.version == {"atom": "atom10", "rss": "rss20"}[format_]
    assert len(parsed.entries) == len(items)


@pytest.mark.parametrize("format_", XML_FORMATS)
def test_a_feed_without_entries_is_a_feed(format_):
    parsed = read_back(render_feed(make_document(), format_))

    assert not parsed.bozo
    assert parsed.feed.title == "Everything"
    assert parsed.entries == []


@pytest.mark.parametrize("format_", XML_FORMATS)
def test_ids_are_the_same_in_every_format_and_unique(format_):
    document = make_document(make_item("a"), make_item("b"))

    parsed = read_back(render_feed(document, format_))
    in_json = [item["id"] for item in json.loads(render_feed(document, FeedFormat.JSON))["items"]]

    assert [entry.id for entry in parsed.entries] == in_json
    assert in_json == ["tag:news.example.org,2026:entry/a", "tag:news.example.org,2026:entry/b"]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    "address", ["/relative", "javascript:alert(1)", "data:text/html,x", "http://[broken", "//x/y", "https://"]
)
def test_an_address_that_no_reader_should_open_is_left_out(format_, address):
    item = make_item(
        url=address,
        also=(make_stored("e2", source="second", url=address),),
        enclosures=(Enclosure(url=address),),
        origin=Origin(title="Origin", url=address),
    )

    body = render_feed(make_document(item), format_).decode()

    assert f'"{address}"' not in body
    assert f">{address}<" not in body
    assert "Title of e1" in body


@pytest.mark.parametrize("format_", FORMATS)
def test_a_password_in_an_address_is_never_published(format_):
    secret = "https://reader:hunter2@a.example/feed"
    item = make_item(
        url=secret, origin=Origin(title="A", url=secret), also=(make_stored("e2", source="b", url=secret),)
    )

    body = render_feed(make_document(item), format_)

    assert b"hunter2" not in body
    assert b"https://a.example/feed" in body


@readable
def test_an_untitled_entry_gets_its_first_words_or_its_address(format_):
    document = make_document(
        make_item("a", title="", summary="First words"),
        make_item("b", title=" \n", summary="", content=""),
        make_item("c", title="", summary="", content="<p>x</p>", url=None),
    )

    body = render_feed(document, format_)

    assert titles(body, format_) == ["First words", "https://first.example/b", "Untitled"]


@readable
def test_what_is_in_another_language_than_the_article_is_marked_with_its_language(format_):
    also = (make_stored("e2", source="second", language="lb"),)
    related = (make_mention("m1", source="third", language="fr-LU"), make_mention("m2", source="fourth"))

    content = render_feed(make_document(make_item(also=also, related=related)), format_).decode()

    assert "Second News (Lëtzebuergesch)" in content
    assert "Title of m1 (Third feed, Français)" in content
    assert "Title of m2 (Fourth feed)" in content


@readable
def test_other_sources_that_have_the_article_are_named_at_its_end(format_):
    also = (
        make_stored("e2", source="second"),
        make_stored("e3", source="third", url=None),
        make_stored("e4", source="second"),
        make_stored("e5", source="first"),
    )
    content = render_feed(make_document(make_item(also=also)), format_).decode()

    assert content.count("Also at: ") == 1
    if format_ is FeedFormat.JSON:
        html = json.loads(content)["items"][0]["content_html"]
        assert html == (
            '<p>Content of e1</p>\n<p>Also at: <a href="https://second.example/e2">Second News</a>, Third News</p>'
        )
