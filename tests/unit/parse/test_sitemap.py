"""Sitemaps as entries; what is hostile in them has no effect."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from aggregator.errors import ParseError
from aggregator.model import Fetched
from aggregator.parse.sitemap import MAX_ENTRIES, read_sitemap, sitemap_parts

NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def sitemap(*urls: str, root: str = "urlset", before: str = "") -> Fetched:
    text = f"<?xml version='1.0' encoding='UTF-8'?>{before}<{root} {NAMESPACES}>{''.join(urls)}</{root}>"
    return Fetched(url="https://x.example/map.xml", body=text.encode(), content_type="application/xml")


def url(loc: str, rest: str = "") -> str:
    return f"<url><loc>{loc}</loc>{rest}</url>"


NEWS = (
    "<news:news><news:publication><news:name>The Daily</news:name><news:language>fr</news:language></news:publication>"
    "<news:publication_date>2026-11-25T10:00:00+01:00</news:publication_date><news:title>Glace &amp; Lune</news:title>"
    "<news:keywords>lune, glace</news:keywords></news:news>"
)


def test_a_news_sitemap_has_titles_dates_languages_and_tags() -> None:
    feed = read_sitemap(sitemap(url("https://x.example/1", f"<lastmod>2026-11-26</lastmod>{NEWS}")))

    [entry] = feed.entries
    assert entry.title is not None
    assert (feed.title, entry.title.value, entry.link) == ("The Daily", "Glace & Lune", "https://x.example/1")
    assert entry.published == datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert (entry.language, entry.tags) == ("fr", ("lune", "glace"))


def test_a_plain_sitemap_is_sorted_by_its_dates_and_the_address_of_a_picture_is_none_of_an_entry() -> None:
    picture = "<image:image><image:loc>https://x.example/p.jpg</image:loc></image:image>"
    feed = read_sitemap(
        sitemap(
            url("https://x.example/old", f"<lastmod>2026-01-02</lastmod>{picture}"),
            url("https://x.example/undated"),
            url("https://x.example/new", "<lastmod>2026-11-02T08:00:00Z</lastmod>"),
            "<url><lastmod>2026-11-02</lastmod></url>",
        )
    )

    assert [entry.link for entry in feed.entries] == [f"https://x.example/{name}" for name in ("new", "old", "undated")]
    assert [entry.title for entry in feed.entries] == [None, None, None]


def test_of_a_huge_sitemap_the_newest_are_taken() -> None:
    urls = [url(f"https://x.example/{n}", f"<lastmod>{2000 + n % 25}-01-01</lastmod>") for n in range(50_000)]

    feed = read_sitemap(sitemap(*urls))

    assert len(feed.entries) == MAX_ENTRIES
    assert feed.entries[0].updated == datetime(2024, 1, 1, tzinfo=UTC)


def test_what_is_not_wanted_takes_no_place() -> None:
    urls = [url(f"https://x.example/blog/{n}", "<lastmod>2026-11-02</lastmod>") for n in range(MAX_ENTRIES)]

    feed = read_sitemap(sitemap(*urls, url("https://x.example/press/1")), wants=lambda link: "/press/" in link)

    assert [entry.link for entry in feed.entries] == ["https://x.example/press/1"]


def test_a_gzipped_sitemap_is_unpacked() -> None:
    packed = gzip.compress(sitemap(url("https://x.example/1")).body)

    feed = read_sitemap(Fetched(url="https://x.example/map.xml.gz", body=packed, content_type="application/gzip"))

    assert [entry.link for entry in feed.entries] == ["https://x.example/1"]


def test_an_index_names_its_parts_those_that_changed_last_first() -> None:
    index = sitemap(
        "<sitemap><loc>https://x.example/a.xml</loc></sitemap>",
        "<sitemap><loc>https://x.example/b.xml</loc><lastmod>2026-01-01</lastmod></sitemap>",
        "<sitemap><loc>https://x.example/c.xml</loc><lastmod>2026-11-01</lastmod></sitemap>",
        root="sitemapindex",
    )

    assert sitemap_parts(index) == tuple(f"https://x.example/{name}.xml" for name in "cba")
    assert sitemap_parts(index, since=datetime(2026, 10, 1, tzinfo=UTC)) == (
        "https://x.example/c.xml",
        "https://x.example/a.xml",
    )
    assert sitemap_parts(sitemap(url("https://x.example/1"))) == ()


def test_entities_are_neither_expanded_nor_fetched() -> None:
    laughs = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10 if n else 'ha'}'>" for n in range(12))
    doctype = f"<!DOCTYPE urlset [<!ENTITY file SYSTEM 'file:///etc/passwd'>{laughs}]>"
    hostile = url("https://x.example/1", "<news:news><news:title>&file;&l11;</news:title></news:news>")

    feed = read_sitemap(sitemap(hostile, before=doctype))

    assert all("root:" not in str(entry) and len(str(entry)) < 1_000 for entry in feed.entries)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"<html><body>No such page</body></html>", "<html>"),
        (b"plain words", "no XML"),
        (b"<rss version='2.0'/>", "<rss>"),
        (b"\x1f\x8bbroken", "gzip"),
    ],
)
def test_what_is_no_sitemap_is_refused_with_a_reason(body: bytes, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        read_sitemap(Fetched(url="https://x.example/", body=body, content_type=None))
