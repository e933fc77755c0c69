"""The sample documents are what the table of sources says."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urljoin, urlsplit

import feedparser
import pytest
from lxml import etree, html

from aggregator.entrypoints.demo import DemoSite, DemoSource, expected, formats, sources
from aggregator.entrypoints.demo.content import articles, render_site
from tests.unit.demo.conftest import NOW

URL = "http://127.0.0.1:8000/"
DOCUMENTS = render_site(NOW, URL)

FEEDS = [source for source in sources() if source.format not in {"page", "watch", "json11"}]
PAGES = [source for source in sources() if source.format == "page"]


def by_name(name: str) -> DemoSource:
    return next(source for source in sources() if source.name == name)


def parse(name: str) -> feedparser.FeedParserDict:
    return feedparser.parse(io.BytesIO(DOCUMENTS[by_name(name).document_path][0]))


def slug_of(link: str) -> str:
    return urlsplit(link).path.removeprefix("/articles/")


@pytest.mark.parametrize("source", FEEDS, ids=lambda source: source.name)
def test_a_feed_has_the_format_language_and_articles_of_the_table(source: DemoSource) -> None:
    feed = parse(source.name)

    assert feed.version == source.format
    assert feed.feed.title == source.title
    assert feed.feed.get("language", "en")[:2] == source.language
    assert [slug_of(entry.link) for entry in feed.entries] == list(source.articles)


@pytest.mark.parametrize("source", FEEDS, ids=lambda source: source.name)
def test_only_the_broken_feed_is_not_well_formed(source: DemoSource) -> None:
    body = DOCUMENTS[source.document_path][0]

    if source.name == "crater-notes":
        with pytest.raises(etree.XMLSyntaxError):
            etree.fromstring(body)
        assert parse(source.name).bozo
    else:
        assert etree.fromstring(body) is not None


def test_the_json_feed_has_the_articles_of_the_table() -> None:
    source = by_name("northgate")

    feed = json.loads(DOCUMENTS[source.path][0])

    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [slug_of(item["url"]) for item in feed["items"]] == list(source.articles)
    assert all(("content_html" in item) != ("content_text" in item) for item in feed["items"])


@pytest.mark.parametrize("source", PAGES, ids=lambda source: source.name)
def test_a_page_lists_the_articles_of_the_table_and_nothing_else(source: DemoSource) -> None:
    page = html.fromstring(DOCUMENTS[source.path][0].decode())

    links = dict.fromkeys(page.xpath("//main//a/@href"))

    assert [slug_of(link) for link in links] == list(source.articles)


@pytest.mark.parametrize("source", FEEDS, ids=lambda source: source.name)
def test_titles_are_those_of_the_articles(source: DemoSource) -> None:
    feed = parse(source.name)

    titles = [entry.title for entry in feed.entries]

    assert titles == [articles()[slug].title for slug in source.articles]


def test_every_article_is_carried_and_every_carried_one_has_a_page() -> None:
    carried = {slug for source in sources() for slug in source.articles}

    assert carried == set(articles())
    for slug in carried:
        body, content_type = DOCUMENTS[f"/articles/{slug}"]
        assert content_type.startswith("text/html")
        assert html.fromstring(body.decode()).findtext(".//h1") == articles()[slug].title


def test_what_to_expect_is_counted_from_the_table() -> None:
    of_formats, whole = expected(formats()), expected()

    assert (of_formats.sources, of_formats.entries, of_formats.articles, of_formats.duplicates) == (19, 83, 73, 10)
    assert of_formats.failing == whole.failing == ("exoplanet-club", "fonds-hemicycle")
    assert whole.entries > 270
    assert whole.duplicates > 60


def test_the_day_is_told_in_three_languages_most_of_it_today_and_wires_repeat_it() -> None:
    day = [source for source in sources() if source.is_of_the_day]
    told = Counter(articles()[slug].language for source in day for slug in source.articles)
    ages = [age for source in day for age in source.ages.values() if age is not None]
    wires = [source for source in day if source.tracking]
    others = {slug for source in sources() if source not in wires for slug in source.articles}

    assert set(told) == {"en", "fr", "de"}
    assert min(told.values()) > 50
    assert sum(age < 24 * 60 for age in ages) > 0.7 * len(ages)
    assert all(len(others.intersection(wire.articles)) > 15 for wire in wires)
    assert any(source.priority > 10 for source in day)
    assert [source.name for source in day if None in source.ages.values()] == ["space-trades"]


def test_what_to_expect_can_be_counted_for_some_sources() -> None:
    two = expected([by_name("orbital-harbour"), by_name("planet-orbit")])

    assert (two.sources, two.failing, two.entries, two.articles, two.duplicates) == (2, (), 12, 10, 2)


def test_at_least_three_articles_are_shared_under_different_addresses() -> None:
    links: dict[str, set[str]] = {}
    for source in FEEDS:
        for entry in parse(source.name).entries:
            links.setdefault(slug_of(entry.link), set()).add(entry.link)

    shared = {slug for slug, addresses in links.items() if len(addresses) > 1}

    assert shared >= {"regolith-mill", "harbour-tug-docking", "accelerator-third-cohort", "four-solaire"}


def test_the_same_moment_gives_the_same_documents_in_any_zone() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert render_site(elsewhere, URL) == DOCUMENTS


def test_dates_count_back_from_now() -> None:
    later = render_site(datetime(2027, 7, 1, 6, 30, tzinfo=UTC), URL)

    feed = feedparser.parse(io.BytesIO(later["/orbital-harbour/feed.xml"][0]))

    assert feed.entries[1].published == "Thu, 01 Jul 2027 03:30:00 GMT"


def test_one_entry_is_from_the_future_and_one_has_no_date() -> None:
    ahead = parse("orbital-harbour").entries[0]
    undated = parse("sternwarte-eifelblick").entries[-1]

    assert datetime(*ahead.published_parsed[:6], tzinfo=UTC) > NOW
    assert "published_parsed" not in undated


def test_one_entry_was_edited_after_publication() -> None:
    edited = parse("launchpad-letter").entries[0]

    assert edited.updated_parsed > edited.published_parsed


def test_the_silent_source_has_been_silent_for_half_a_year() -> None:
    newest = max(entry.published_parsed for entry in parse("hilltop-observatory").entries)

    assert datetime(*newest[:6], tzinfo=UTC) < NOW - timedelta(days=180)


def test_some_content_is_hostile() -> None:
    text = DOCUMENTS["/orbital-harbour/feed.xml"][0].decode()

    assert all(trick in text for trick in ("<script>", "javascript:", "onerror=", "onclick="))


def test_the_french_institute_writes_latin_1() -> None:
    body = DOCUMENTS["/institut-ardenne/rss.rdf"][0]

    assert body.startswith(b'<?xml version="1.0" encoding="ISO-8859-1"?>')
    assert "simulant de régolithe à façon".encode("iso-8859-1") in body


def test_each_episode_has_its_sound_and_tells_its_length() -> None:
    for episode in parse("regolith-radio").entries:
        (enclosure,) = episode.enclosures
        sound, content_type = DOCUMENTS[urlsplit(enclosure.href).path]
        assert (int(enclosure.length), enclosure.type) == (len(sound), content_type)


def test_every_address_in_the_documents_leads_somewhere() -> None:
    served = DOCUMENTS.keys() | {source.path for source in sources()}
    broken = {
        link
        for path, (body, content_type) in DOCUMENTS.items()
        if not content_type.startswith(("audio/", "image/"))
        for link in re.findall(
            r'(?:href|src|url)="?:? ?"([^"]+)"', body.decode("utf-8", "replace").replace('=\\"', '="')
        )
        if link.startswith(("http://127", "/")) and _target(path, link) not in served
    }

    assert broken == {f"{URL}pixel.gif?reader=1"}


def _target(path: str, link: str) -> str:
    return urlsplit(urljoin(urljoin(URL, path), link)).path


def test_the_index_links_to_every_source() -> None:
    index = html.fromstring(DOCUMENTS["/"][0].decode())

    assert index.xpath("//a/@href") == [URL + source.path[1:] for source in sources()]


def test_the_site_serves_these_documents() -> None:
    with DemoSite(NOW) as site:
        assert site.read("/northgate/barometer-tables.csv") == DOCUMENTS["/northgate/barometer-tables.csv"][0]
