"""The links that readers get: on pages, in feeds and issues, without tracking unless the site wants them whole."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from aggregator.config import Config
from aggregator.publish import (
    FORMATS,
    Wording,
    arrange,
    arrange_story,
    issue_entries,
    published_links,
    render_feed,
    wording_of,
)
from aggregator.text.locales import ENGLISH
from tests.unit.publish.samples import CONFIG, NOON, make_document, make_item, make_mention, make_stored

TRACKED = "https://first.example/e1?id=7&utm_source=rss"
PLAIN = "https://first.example/e1?id=7"
ALSO = "https://second.example/e2"
RELATED = "https://third.example/e3"


@pytest.fixture(params=[True, False], ids=["clean", "as given"])
def config(request: pytest.FixtureRequest) -> Config:
    return CONFIG.model_copy(update={"site": CONFIG.site.model_copy(update={"clean_links": request.param})})


@pytest.fixture
def item():
    return make_item(
        url=TRACKED,
        also=(make_stored("e2", source="second", url=f"{ALSO}?fbclid=1"),),
        related=(replace(make_mention("e3", source="third"), url=f"{RELATED}#xtor=RSS-1"),),
    )


def test_links_are_clean_unless_the_site_wants_them_as_they_are() -> None:
    assert Config().site.clean_links


@pytest.mark.parametrize("format_", FORMATS)
def test_feeds_have_the_links_that_the_site_wants(config: Config, item, format_) -> None:
    feed = render_feed(make_document(item, config=config), format_).decode()

    assert ("utm_source" in feed, "fbclid" in feed, "xtor" in feed) == ((not config.site.clean_links,) * 3)
    assert PLAIN in feed


def test_pages_have_the_links_that_the_site_wants(config: Config, item) -> None:
    wording = wording_of(config, now=NOON)

    [[shown]] = [day.items for day in arrange([item], wording)]
    story = arrange_story([item.entry, replace(item.also[0], original="e1", story="e1")], wording)

    links = [shown.url, *(each.url for each in shown.names), *(each.url for each in shown.others)]
    links += [story.articles[0].url, story.articles[0].also[0].url]
    expected = [PLAIN, ALSO, RELATED, RELATED, PLAIN, ALSO]
    if config.site.clean_links:
        assert links == expected
    else:
        assert not set(links) & set(expected)


def test_issues_have_the_links_that_the_site_wants(config: Config, item) -> None:
    [entry] = issue_entries(published_links([item], config), {}, ENGLISH)

    assert (entry.url == PLAIN) == config.site.clean_links
    assert (entry.also[0].url == ALSO) == config.site.clean_links


def test_what_is_stored_keeps_its_link(item) -> None:
    arrange([item], Wording(zone=ZoneInfo("UTC"), locale=ENGLISH, categories={}, now=NOON, has_clean_links=True))

    assert item.entry.url == TRACKED
