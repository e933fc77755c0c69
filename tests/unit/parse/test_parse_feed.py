from __future__ import annotations

import contextlib
import gzip
import time

import pytest

from aggregator.errors import NotAFeed, ParseError
from aggregator.parse import decode, tolerant
from aggregator.parse.repair import MAX_EXPANSION_CHARS
from tests.unit.parse.making import parsed, rss


@pytest.mark.parametrize("body", [b"", b" \n\t ", b"\xef\xbb\xbf"])
def test_an_empty_answer_is_not_a_feed(body: bytes) -> None:
    with pytest.raises(NotAFeed, match="the answer is empty"):
        parsed(body)


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html><html><head><title>Hello</title></head></html>",
        "<!-- hello -->\n<HTML><body>item</body></HTML>",
        "<html><body><p>No feed here</p></body></html>",
        "<!doctype html><p>Hello",
        "<!doctype html>just words",
        "<div>Sorry</div>",
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x"><html xmlns="x"><body/></html>',
    ],
)
def test_a_web_page_is_not_a_feed_whatever_its_media_type(page: str) -> None:
    with pytest.raises(NotAFeed, match="web page"):
        parsed(page, content_type="application/rss+xml")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("Service unavailable", "plain text"),
        ("%PDF-1.7 <x>", "a PDF"),
        ("<opml version='2.0'><body/></opml>", "OPML"),
        ("<urlset><url><loc>https://example.org/</loc></url></urlset>", "sitemap"),
        ("<x:svg xmlns:x='http://www.w3.org/2000/svg'/>", "image"),
        ("<order><number>1</number></order>", "XML .<order>., not a feed"),
        ("<<<", "XML that can't be read"),
    ],
)
def test_another_kind_of_document_is_not_a_feed(body: str, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        parsed(body)


def test_a_broken_feed_without_entries_says_why_and_where() -> None:
    broken = '<?xml version="1.0"?>\n<rss version="2.0">\n<channel>\n<title>Harbour</titel>\n</channel></rss>'

    with pytest.raises(ParseError, match="mismatched tag at line 4"):
        parsed(broken)


def test_a_feed_without_entries_is_a_feed() -> None:
    feed = parsed(rss(""))

    assert feed.entries == ()
    assert feed.title == "Harbour"
    assert feed.reader == "fast"


@pytest.mark.parametrize("content_type", ["text/html", "text/plain; charset=utf-8", "application/octet-stream", None])
def test_a_feed_is_one_whatever_its_media_type(content_type: str | None) -> None:
    assert len(parsed(rss("<item><title>Tide</title></item>"), content_type=content_type).entries) == 1


def test_a_single_atom_entry_is_a_feed_of_one() -> None:
    feed = parsed('<entry xmlns="http://www.w3.org/2005/Atom"><id>urn:x</id><title>Tide</title></entry>')

    assert [entry.id for entry in feed.entries] == ["urn:x"]


def test_items_under_an_unknown_root_are_read() -> None:
    feed = parsed("<news><item><title>Tide</title><link>https://example.org/tide</link></item></news>")

    assert feed.format == "xml"
    assert feed.entries[0].link == "https://example.org/tide"


def test_a_feed_inside_of_a_web_page_is_read() -> None:
    feed = parsed(
        '<html><body><feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:x</id></entry></feed></body></html>'
    )

    assert len(feed.entries) == 1


def test_a_packed_feed_is_unpacked() -> None:
    packed = gzip.compress(rss("<item><title>Tide</title></item>").encode())

    assert len(parsed(packed, content_type="application/gzip").entries) == 1


def test_a_packed_feed_may_not_be_too_large() -> None:
    bomb = gzip.compress(b" " * (decode.MAX_UNPACKED_BYTES + 1), mtime=0)

    with pytest.raises(ParseError, match="larger than 15 MB"):
        parsed(bomb)


@pytest.mark.parametrize("cut", [slice(None, -20), slice(None, 15)])
def test_a_broken_packed_feed_is_an_error(cut: slice) -> None:
    packed = gzip.compress(rss("<item/>" * 1000).encode())

    with pytest.raises(ParseError, match="gzip that can't be unpacked"):
        parsed(packed[cut])


def test_garbage_after_the_gzip_mark_is_an_error() -> None:
    with pytest.raises(ParseError, match="gzip that can't be unpacked"):
        parsed(b"\x1f\x8bgarbage")


# --- what is relative to what


def test_atom_links_are_relative_to_the_address_that_answered() -> None:
    feed = parsed(
        '<feed xmlns="http://www.w3.org/2005/Atom"><link href="."/><entry><link href="tide"/></entry></feed>',
        url="https://example.org/blog/feed.xml",
    )

    assert feed.entries[0].link == "https://example.org/blog/tide"
    assert feed.link == "https://example.org/blog/"


@pytest.mark.parametrize(
    ("content_location", "link"),
    [
        ("/blog/feed.en.xml", "https://example.org/blog/tide"),
        ("https://example.org/blog/feed.en.xml", "https://example.org/blog/tide"),
        ("http://10.0.0.1:8080/blog/", "https://example.org/tide"),
        ("http://[", "https://example.org/tide"),
    ],
)
def test_content_location_is_believed_on_the_same_host_only(content_location: str, link: str) -> None:
    feed = parsed(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:x</id><link href="tide"/></entry></feed>',
        content_location=content_location,
    )

    assert feed.entries[0].link == link


def test_an_rss_id_is_left_as_it_is() -> None:
    feed = parsed(rss("<item><guid>tide-7</guid><title>Tide</title></item>"))

    assert feed.entries[0].id == "tide-7"
    assert feed.entries[0].link is None


@pytest.mark.parametrize("link", ["http://[broken", "http://[broken/tide"])
def test_a_link_that_cannot_be_one_is_none(link: str) -> None:
    feed = parsed(rss(f"<item><guid isPermaLink='false'>1</guid><link>{link}</link></item>"))

    assert feed.entries[0].link is None


def test_a_broken_original_link_gives_way_to_the_link() -> None:
    ns = ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    item = "<item><link>https://example.org/1</link><feedburner:origLink>http://[x</feedburner:origLink></item>"

    assert parsed(rss(item, attributes=ns)).entries[0].link == "https://example.org/1"


def test_a_date_in_greek_is_read() -> None:
    feed = parsed(rss("<item><title>Tide</title><pubDate>Κυρ, 11 Ιούλ 2004 12:00:00 EST</pubDate></item>"))

    assert feed.entries[0].published is not None
    assert feed.entries[0].published.isoformat() == "2004-07-11T17:00:00+00:00"


def test_atom_source_without_a_page_is_known_by_its_feed() -> None:
    feed = parsed(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:x</id>'
        '<source><link rel="self" href="https://sea.example.com/feed"/></source></entry></feed>'
    )

    assert feed.entries[0].origin is not None
    assert feed.entries[0].origin.url == "https://sea.example.com/feed"


def test_each_file_is_listed_once() -> None:
    enclosure = '<enclosure url="https://example.org/1.mp3" type="audio/mpeg"/>'

    feed = parsed(rss(f"<item><title>Tide</title>{enclosure}{enclosure}</item>"))

    assert len(feed.entries[0].enclosures) == 1


# --- what could take for ever


@pytest.mark.parametrize("deep", ["<a>" * 200_000, "<x>" + "<a>" * 100_000 + "</a>" * 100_000 + "</x>"])
def test_elements_without_end_in_each_other_are_refused_at_once(deep: str) -> None:
    began = time.process_time()

    with pytest.raises(ParseError, match="nested more than 1,000 deep"):
        parsed(rss(f"<item><title>Tide</title>{deep}</item>"))

    assert time.process_time() - began < 2.5  # a tenth of it, on an idle machine


def test_texts_with_very_many_tags_that_are_not_closed_are_read() -> None:
    items = "".join(f"<item><title>{n}</title><description>{'x<br>y<b>z' * 400}</description></item>" for n in range(9))

    assert len(parsed(rss(items)).entries) == 9


def test_entities_are_bounded() -> None:
    bomb = f'<!DOCTYPE rss [<!ENTITY a "{"a" * 10_000}">]>' + rss(f"<item><title>{'&a;' * 200}</title></item>")

    with pytest.raises(ParseError, match=f"more than {MAX_EXPANSION_CHARS:,} characters"):
        parsed(bomb)


def test_a_billion_laughs_are_none() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{levels}]>' + rss("<item><title>&l9;</title></item>")

    title = parsed(bomb).entries[0].title

    assert title is not None
    assert title.value == "&l9;"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (rss(f"<item><author>{'a' * 50_000}</author></item>"), "<author> is longer than"),
        (rss(f"<item><itunes:keywords>{'a,' * 50_000}</itunes:keywords></item>"), "keywords> is longer than"),
        (rss("<item>" + "<category>x</category>" * 10_000 + "</item>"), "more than 5000 categories"),
        (rss("", attributes="".join(f' xmlns:a{n}="urn:{n}"' for n in range(1000))), "more than 100 namespaces"),
        (rss("<item " + " ".join(f"a{n}=''" for n in range(101)) + "/><not-closed>"), "more than 100 attributes"),
        (rss("<item/>" * 20_001), "more than 20,000 entries"),
        (rss("<item/>" * 20_001 + "<not-closed>"), "more than 20,000 entries"),
        (rss("<b/>" * 500_000), "more than 500,000 tags"),
    ],
)
def test_what_feedparser_is_slow_with_is_refused(body: str, message: str) -> None:
    with pytest.raises(ParseError, match=message):
        parsed(body)


@pytest.mark.parametrize(
    "body",
    [
        "\n" * 300_000 + rss(""),
        rss("<item><title>" + "<" * 100_000),
        rss("<item><title>" + "<![CDATA[" * 100_000),
        rss("<item><title>" + "&" * 100_000),
        rss("<item><title>" + "<!" * 100_000),
        rss("<item><title>" + '<a b="' * 50_000),
        "<!DOCTYPE a [" + "<!ENTITY a " * 100_000 + "]>" + rss(""),
        "<!DOCTYPE a [" + '"' * 100_001 + rss(""),
        "<!--" * 100_000,
    ],
)
def test_time_is_bounded(body: str) -> None:
    started = time.process_time()

    with contextlib.suppress(ParseError):
        parsed(body)

    assert time.process_time() - started < 10  # quadratic would be minutes


def test_a_failure_inside_of_feedparser_is_this_sources() -> None:
    # feedparser keeps unknown elements under their own names, here one that it uses itself.
    body = rss("<item><author_detail>x</author_detail><author><uri>x</uri></author></item>")

    with pytest.raises(ParseError, match="can't cope"):
        parsed(body)


def test_a_name_may_be_long_but_not_endless() -> None:
    padding = "x" * (tolerant.MAX_NAME_CHARS + 10)
    body = rss(f"<item><title>Tide</title><Author>Ada</AUTHOR><dc:creator/><description>{padding}</description></item>")

    assert len(parsed(body).entries) == 1
