"""A feed in which nothing has to be mended is read from its bytes, and is what it would be decoded and mended first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import ParseError
from aggregator.model import Fetched
from aggregator.parse import parse_feed
from aggregator.parse.repair import code_of
from aggregator.parse.xml_reader import read_plain_xml
from tests.unit.parse.making import parsed, rss

FEEDS = sorted((Path(__file__).parents[2] / "feeds").glob("*.xml"))
URL = "https://example.org/feed.xml"
ITEM = "<item><title>{}</title></item>"


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_a_feed_is_the_same_read_from_its_bytes_and_from_its_text(path: Path) -> None:
    plain = read_plain_xml(path.read_bytes(), None, url=URL)

    if plain is not None:
        in_utf_16 = path.read_bytes().decode("utf-8-sig").encode("utf-16")
        assert replace(parsed(in_utf_16, url=URL), reader="fast") == plain


def test_most_of_our_samples_are_plain() -> None:
    plain = [path for path in FEEDS if read_plain_xml(path.read_bytes(), None, url=URL)]

    assert len(plain) > len(FEEDS) / 2


@pytest.mark.parametrize(
    "body",
    [
        rss(ITEM.format("&nbsp;")).encode(),
        rss(ITEM.format("Fish & Chips")).encode(),
        rss(ITEM.format("&#150;")).encode(),
        rss(ITEM.format("\x93a\x94 &#150; caf\xc3\xa9")).encode(),
        rss(ITEM.format("&amp;#55357;&amp;#56832;")).encode(),
        rss(ITEM.format("a&#13;b")).encode(),
        rss(ITEM.format("a\x01b")).encode(),
        rss(ITEM.format("é")).encode("iso-8859-1"),
        rss(ITEM.format("x")).encode("utf-16"),
        rss(ITEM.format("x")).encode("cp037"),
        b"Warning: no such file\n" + rss(ITEM.format("x")).encode(),
        rss(ITEM.format("x")).removesuffix("</rss>").encode(),
        b"\x1f\x8b",
        b"<rss/>",
        b"<html/>",
        b"{}",
        b"",
    ],
)
def test_what_has_to_be_mended_or_decoded_is_left_to_who_can(body: bytes) -> None:
    assert read_plain_xml(body, None, url=URL) is None


def test_ascii_is_not_plain_where_a_label_says_that_it_is_written_in_it() -> None:
    body = rss(ITEM.format("~{VPND~}")).encode()

    assert read_plain_xml(body, "text/xml; charset=hz-gb-2312", url=URL) is None
    assert read_plain_xml(body, "text/xml; charset=iso-8859-1", url=URL) is not None


def test_a_byte_order_mark_and_a_document_type_are_passed_over() -> None:
    body = b"\xef\xbb\xbf" + rss(ITEM.format("Tide é")).replace("<rss", "<!DOCTYPE rss><!-- é -->\n<rss").encode()

    feed = read_plain_xml(body, None, url=URL)

    assert feed is not None
    assert feed.entries[0].title is not None
    assert feed.entries[0].title.value == "Tide é"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        *(("8217", 0x2019), ("x1F600", 0x1F600), ("160", 160)),
        *((number, None) for number in ("150", "13", "xD", "127", "xD83D", "0", "x110000", "xFDD0", "000000038")),
    ],
)
def test_a_reference_is_known_where_xml_and_html_read_the_same(number: str, code: int | None) -> None:
    assert code_of(number) == code


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('<content type="text/html; charset=utf-8">&lt;p&gt;x&lt;/p&gt;</content>', "<p>x</p>"),
        ('<content type="markdown">&lt;p&gt;x&lt;/p&gt;</content>', "<p>x</p>"),
        ("<content type='html'><![CDATA[<link href='www.example.org/x.css'> <summary type='x'>]]></content>", None),
    ],
)
def test_what_is_in_cdata_is_no_slip_of_the_document(written: str, read: str | None) -> None:
    feed = parsed(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>{written}</entry></feed>')
    broken = parsed(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>{written}</entry><a></feed>')

    content = feed.entries[0].content
    assert (feed.reader, broken.reader) == ("fast", "feedparser")
    assert content is not None
    assert content.value == (read or "<link href='www.example.org/x.css'> <summary type='x'>")
    assert broken.entries == feed.entries


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FEEDS), st.data())
def test_a_feed_with_wrong_bytes_or_cut_off_raises_only_what_is_documented(path: Path, data: st.DataObject) -> None:
    body = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    cut = data.draw(st.integers(0, len(body)))

    for document in (bytes(body), bytes(body[:cut])):
        try:
            feed = parse_feed(Fetched(url=URL, body=document, content_type=None))
        except ParseError:
            continue
        assert feed.url == URL
