"""Where a feed says which hub tells of its news."""

from __future__ import annotations

import pytest

from aggregator.model import Fetched, HubLink
from aggregator.parse.hub_links import hub_of

URL = "https://a.example/feed"
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><link rel='hub' href='https://hub.example/?a=1&amp;b=2'/>
<link rel="self" href="/feed.atom"/><entry><link rel="hub" href="https://evil.example/"/></entry></feed>"""
RSS = """<rss><channel><atom:link href="https://hub.example/" rel="hub"/><a10:link rel="self" href="https://a.example/r"/>
<item><title>hub</title></item></channel></rss>"""
JSON = (
    '{"version": "x", "feed_url": "https://a.example/j", "hubs": [{"type": "rssCloud", "url": "https://no.example/"}, '
)
JSON += '{"type": "WebSub", "url": "https://hub.example/"}], "items": []}'


@pytest.mark.parametrize(
    ("body", "links", "found"),
    [
        (ATOM, "", HubLink(hub="https://hub.example/?a=1&b=2", topic="https://a.example/feed.atom")),
        (RSS, "", HubLink(hub="https://hub.example/", topic="https://a.example/r")),
        (JSON, "", HubLink(hub="https://hub.example/", topic="https://a.example/j")),
        (RSS.replace("a10:link", "other"), "", HubLink(hub="https://hub.example/", topic=URL)),
        (ATOM, '<https://other.example/>; rel="hub"', HubLink(hub="https://other.example/", topic=URL)),
        (
            "<rss/>",
            '<https://h.example/a,b>; rel="preload hub", <https://h2.example/>; rel=hub, </x>; rel=self; type="a,b"',
            HubLink(hub="https://h.example/a,b", topic="https://a.example/x"),
        ),
        ("<feed><entry><link rel='hub' href='https://evil.example/'/></entry></feed>", "", None),
        ("<feed><link rel='hub' href='javascript:x'/></feed>", "", None),
        ("<feed><link rel='hub' href='https://[::1'/></feed>", "", None),
        ('{"hubs": 3, "x": "hub"}', "", None),
        ('{"hubs": [', "", None),
        ("<rss><channel><title>The hub of news</title></channel></rss>", "", None),
    ],
)
def test_a_feeds_hub_and_topic_are_found(body: str, links: str, found: HubLink | None) -> None:
    assert hub_of(Fetched(url=URL, body=body.encode(), content_type=None, links=links)) == found
