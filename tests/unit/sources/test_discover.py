from __future__ import annotations

import pytest

from aggregator.sources.discover import MOST_NAMED, common_places, find_feeds

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


def test_words_that_only_begin_like_feed_are_no_feeds() -> None:
    assert urls('<a href="/feedback">Feedback</a><a href="/feeding-the-world">x</a><a href="/rsstory">y</a>') == []


@pytest.mark.parametrize(
    ("html", "feed"),
    [
        ('<a href="/x" title="RSS">icon</a>', "https://news.example/x"),
        ('<a href="/x"><span>RSS-Feed</span></a>', "https://news.example/x"),
        ('<a href="https://feeds.host.example/12345">Subscribe</a>', "https://feeds.host.example/12345"),
        ('<a href="feed://news.example/f">Subscribe</a>', "http://news.example/f"),
        ('<a href="/news?format=rss">x</a>', "https://news.example/news?format=rss"),
        ('<link rel="feed" href="/f">', "https://news.example/f"),
    ],
)
def test_links_are_feeds_by_what_they_say_and_where_they_lead(html: str, feed: str) -> None:
    assert urls(html) == [feed]


def test_a_page_with_very_many_of_them_is_not_followed_everywhere() -> None:
    assert len(urls("".join(f'<a href="/feed/{number}">x</a>' for number in range(500)))) == MOST_NAMED


def test_a_feed_for_another_language_comes_last() -> None:
    html = """<link rel=alternate hreflang=fr type="application/rss+xml" href="/fr">
      <link rel=alternate type="application/rss+xml" href="/en">"""

    assert urls(html) == ["https://news.example/en", "https://news.example/fr"]


CHANNEL = "UC" + "abcd" * 5 + "ef"

# Small pages with what these sites say of their feeds, where they say it.
SITES = {
    "youtube": (
        "https://www.youtube.com/@name",
        (
            '<link rel="canonical" href="https://www.youtube.com/channel/CHANNEL"><link rel="alternate" '
            'type="application/rss+xml" title="RSS" href="https://www.youtube.com/feeds/videos.xml?channel_id=CHANNEL">'
        ),
        "https://www.youtube.com/feeds/videos.xml?channel_id=CHANNEL",
    ),
    "youtube that names its channel alone": (
        "https://www.youtube.com/@name",
        (
            '<link rel="canonical" href="https://www.youtube.com/channel/CHANNEL"><link rel="alternate" media="x" '
            'href="https://m.youtube.com/@name"><a href="/feed/trending">Trending</a>'
        ),
        "https://www.youtube.com/feeds/videos.xml?channel_id=CHANNEL",
    ),
    "mastodon": (
        "https://social.example/@name",
        (
            '<link href="https://social.example/.well-known/webfinger?resource=name" rel="lrdd" '
            'type="application/jrd+json"><link href="https://social.example/@name.rss" rel="alternate" '
            'type="application/rss+xml"><link href="https://social.example/users/name" rel="alternate" '
            'type="application/activity+json">'
        ),
        "https://social.example/@name.rss",
    ),
    "bluesky": (
        "https://bsky.app/profile/name.example",
        (
            '<link rel="alternate" type="application/rss+xml" href="/profile/did:plc:abc123/rss">'
            '<link rel="alternate" href="at://did:plc:abc123/app.bsky.actor.profile/self">'
        ),
        "https://bsky.app/profile/did:plc:abc123/rss",
    ),
    "reddit": (
        "https://old.reddit.com/r/space/",
        ('<link rel="alternate" type="application/atom+xml"title="RSS" href="https://old.reddit.com/r/space/.rss">'),
        "https://old.reddit.com/r/space/.rss",
    ),
    "github": (
        "https://github.com/owner/repo",
        (
            '<link href="https://github.com/owner/repo/commits/main.atom" rel="alternate" '
            'title="Recent Commits to repo:main" type="application/atom+xml">'
        ),
        "https://github.com/owner/repo/commits/main.atom",
    ),
    "github releases": (
        "https://github.com/owner/repo/releases",
        (
            '<link href="https://github.com/owner/repo/releases.atom" rel="alternate" title="Release notes from repo" '
            'type="application/atom+xml"><link href="https://github.com/owner/repo/tags.atom" rel="alternate" '
            'title="Tags from repo" type="application/atom+xml">'
        ),
        "https://github.com/owner/repo/releases.atom",
    ),
    "substack": (
        "https://letter.substack.com/",
        '<link rel="alternate" type="application/rss+xml" href="/feed" title="The letter"/>',
        "https://letter.substack.com/feed",
    ),
    "medium": (
        "https://medium.com/@name",
        '<link rel="alternate" type="application/rss+xml" title="RSS" href="https://medium.com/feed/@name">',
        "https://medium.com/feed/@name",
    ),
    "a podcast's own page": (
        "https://show.podcasts.example/",
        '<link rel="alternate" type="application/rss+xml" title="The show" href="https://feeds.podcasts.example/show">',
        "https://feeds.podcasts.example/show",
    ),
    "a podcast in a directory": (
        "https://podcasts.directory.example/us/podcast/show/id123",
        (
            '<script type="application/json">[{"data":{"feedUrl":"https://feeds.podcasts.example/show?a=1\\u0026b=2"}}]'
            "</script>"
        ),
        "https://feeds.podcasts.example/show?a=1&b=2",
    ),
    "a podcast with escaped data": (
        "https://podcasts.directory.example/show/123",
        '<script>window.data = "{\\"feedUrl\\":\\"https://feeds.podcasts.example/show\\"}"</script>',
        "https://feeds.podcasts.example/show",
    ),
    "a podcast with a link alone": (
        "https://host.example/show",
        '<a href="https://open.player.example/show">Listen</a><a href="https://anchor.example/s/ab12/podcast/rss">RSS</a>',
        "https://anchor.example/s/ab12/podcast/rss",
    ),
}


@pytest.mark.parametrize("site", SITES)
def test_what_a_site_offers_as_its_feed_is_found(site: str) -> None:
    url, head, feed = SITES[site]
    page = f"<!DOCTYPE html><html><head>{head}</head><body></body></html>".replace("CHANNEL", CHANNEL)

    assert find_feeds(page.encode(), url=url)[0].url == feed.replace("CHANNEL", CHANNEL)
