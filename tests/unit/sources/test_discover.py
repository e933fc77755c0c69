from __future__ import annotations

import pytest

from aggregator.sources import common_places, find_feeds

URL = "https://news.example/space/index.html"


def urls(html: str) -> list[str]:
    return [feed.url for feed in find_feeds(html.encode(), url=URL)]


def test_feeds_that_a_page_names_come_in_its_order_absolute() -> None:
    html = """<html><head><link rel="alternate" type="application/rss+xml" title=" Space  news " href="/rss">
      <link rel="ALTERNATE home" type="application/atom+xml; charset=utf-8" href="feed.atom"></head></html>"""

    found = find_feeds(html.encode(), url=URL)

    assert [feed.url for feed in found] == ["https://news.example/rss", "https://news.example/space/feed.atom"]
    assert found[0].title == "Space news"


def test_the_base_element_counts() -> None:
    html = '<base href="https://cdn.example/x/"><link rel=alternate type="application/rss+xml" href="rss">'

    assert urls(html) == ["https://cdn.example/x/rss"]


def test_comment_feeds_come_last() -> None:
    html = """<link rel=alternate type="application/rss+xml" title="Comments" href="/a">
      <link rel=alternate type="application/rss+xml" title="News" href="/b">"""

    assert urls(html) == ["https://news.example/b", "https://news.example/a"]


def test_other_alternates_are_not_feeds() -> None:
    html = """<link rel=alternate hreflang=fr type="text/html" href="/fr"><link rel=stylesheet href="/feed">
      <link rel=alternate type="application/rss+xml" href="javascript:x">
      <link rel=alternate type="application/rss+xml">"""

    assert urls(html) == []


def test_links_that_look_like_feeds_are_the_last_resort() -> None:
    html = '<a href="/about">About</a><a href="/rss.xml">Subscribe</a>'

    assert urls(html) == ["https://news.example/rss.xml"]


@pytest.mark.parametrize("body", [b"", b"\x00", b"{}", b"   "])
def test_what_is_no_page_names_no_feeds(body: bytes) -> None:
    assert find_feeds(body, url=URL) == ()


def test_common_places_are_tried_below_the_page_first() -> None:
    places = common_places("https://news.example/space/")

    assert places[0] == "https://news.example/space/feed/"
    assert "https://news.example/feed.xml" in places
    assert len(places) == len(set(places))
