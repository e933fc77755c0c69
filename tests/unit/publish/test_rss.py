"""RSS 2.0 as the Best Practices Profile wants it."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from lxml import etree

from aggregator.model import Enclosure, FeedFormat, Origin, PublishedEntry
from aggregator.publish import render_feed
from tests.unit.publish.samples import NOON, make_document, make_item, make_source_feed

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
ATOM_LINK = "{http://www.w3.org/2005/Atom}link"


def channel_of(*items: PublishedEntry) -> etree._Element:
    channel = etree.fromstring(render_feed(make_document(*items), FeedFormat.RSS)).find("channel")
    assert channel is not None
    return channel


def item_of(item: PublishedEntry) -> etree._Element:
    found = channel_of(item).find("item")
    assert found is not None
    return found


def test_a_channel_has_what_it_must_have():
    channel = channel_of(make_item())

    assert channel.findtext("title") == "Everything"
    assert channel.findtext("link") == "https://news.example.org/"
    assert channel.findtext("description")
    link = channel.find(ATOM_LINK)
    assert link is not None
    assert dict(link.attrib) == {
        "href": "https://news.example.org/feeds/all.rss",
        "rel": "self",
        "type": "application/rss+xml",
    }


def test_dates_are_rfc_822_and_never_now():
    channel = channel_of(make_item())

    assert parsedate_to_datetime(channel.findtext("lastBuildDate") or "") == NOON
    assert parsedate_to_datetime(channel.findtext("item/pubDate") or "") == NOON


def test_the_guid_is_no_address():
    guid = item_of(make_item()).find("guid")

    assert guid is not None
    assert (guid.text, guid.get("isPermaLink")) == ("tag:news.example.org,2026:entry/e1", "false")


def test_the_description_is_the_summary_as_html_and_stands_before_the_content():
    item = item_of(make_item(summary="1 < 2 & 3", content="<p>all of it</p>"))

    names = [child.tag for child in item]
    assert item.findtext("description") == "<p>1 &lt; 2 &amp; 3</p>"
    assert item.findtext(CONTENT) == "<p>all of it</p>"
    assert names.index("description") < names.index(CONTENT)


def test_without_a_summary_the_description_is_the_content():
    item = item_of(make_item(summary="", content="<p>all of it</p>"))

    assert item.findtext("description") == "<p>all of it</p>"
    assert item.find(CONTENT) is None


def test_authors_are_creators_because_author_wants_a_mail_address():
    item = item_of(make_item(authors=("Ada", "Ben")))

    assert [each.text for each in item.iterfind(CREATOR)] == ["Ada", "Ben, First News"]
    assert item.find("author") is None


def test_an_item_has_one_enclosure_complete():
    files = (Enclosure(url="https://a.example/one.mp3"), Enclosure(url="https://a.example/two.mp3", length=2))

    enclosures = item_of(make_item(enclosures=files)).findall("enclosure")

    assert [dict(each.attrib) for each in enclosures] == [
        {"url": "https://a.example/one.mp3", "length": "0", "type": "audio/mpeg"}
    ]


def test_the_source_is_the_feed_it_came_from_or_who_said_it_first():
    ours = item_of(make_item()).find("source")
    theirs = item_of(make_item(origin=Origin(title="Reuters", url="https://reuters.example/rss"))).find("source")
    nobody = item_of(make_item(feed=make_source_feed(feed_url="", site_url=None))).find("source")

    assert ours is not None
    assert theirs is not None
    assert (ours.get("url"), ours.text) == ("https://first.example/feed", "First News")
    assert (theirs.get("url"), theirs.text) == ("https://reuters.example/rss", "Reuters")
    assert nobody is None


def test_categories_show_their_titles():
    item = item_of(make_item(categories=("space",), tags=("moon",)))

    assert [(each.text, each.get("domain")) for each in item.iterfind("category")] == [
        ("Space", "tag:news.example.org,2026:category"),
        ("moon", None),
    ]


def test_an_entry_without_an_address_has_no_link():
    assert item_of(make_item(url=None)).find("link") is None


def test_a_claimed_origin_is_named_with_the_feed_that_we_read():
    item = item_of(make_item(authors=(), origin=Origin(title="Reuters", url="https://reuters.example/rss")))

    assert [each.text for each in item.iter("{http://purl.org/dc/elements/1.1/}creator")] == ["Reuters via First News"]
    assert [each.get("rel") for each in item.iter("{http://www.w3.org/2005/Atom}link")] == ["via"]
