"""What the W3C's feed validator would complain of, in a feed, its archives and what hubs add (RULES E1 to E34)."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from lxml import etree

from aggregator.config import Site
from aggregator.model import Archive, FeedDocument, FeedFormat
from aggregator.publish import archive_document, render_feed
from tests.unit.publish.samples import CONFIG, NOON, make_item, make_mention, make_stored
from tests.unit.publish.samples import make_document as plain_document

ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
HISTORY_RELS = {"prev-archive", "next-archive", "current"}
HUBBED = CONFIG.model_copy(
    update={"site": Site(title="Space & talent", url="https://news.example.org/", hub="https://hub.example/")}
)
ITEMS = (
    make_item("a", also=(make_stored("b", source="second", original="a"),), related=(make_mention("c"),)),
    make_item("untitled", title="", summary="", content="", url=None),
    make_item("odd", title="<b>A & B</b>\x01", content="<p>x &lt; y</p>", authors=(), categories=("space",)),
)


def documents() -> dict[str, FeedDocument]:
    feed = plain_document(*ITEMS, config=HUBBED, last_archive=3)
    archive = Archive(feed="all", number=2, sealed_at=NOON, entries=ITEMS, labels={"space": "Space"})
    return {
        "feed": feed,
        "empty": plain_document(config=HUBBED),
        "archive": archive_document(feed, archive, is_sealed=True),
        "growing": archive_document(feed, archive, is_sealed=False),
    }


@pytest.mark.parametrize("name", documents())
def test_atom_has_each_element_as_often_as_it_may(name):
    feed = etree.fromstring(render_feed(documents()[name], FeedFormat.ATOM))

    for parent in (feed, *feed.iterfind(f"{ATOM}entry")):
        counts = Counter(child.tag for child in parent)
        assert {counts[f"{ATOM}{each}"] for each in ("id", "title", "updated")} == {1}
        assert max(counts[f"{ATOM}{each}"] for each in ("published", "summary", "content", "source")) <= 1
    assert [link.get("rel") for link in feed.iterfind(f"{ATOM}link")].count("self") == 1
    for entry in feed.iterfind(f"{ATOM}entry"):
        rels = [link.get("rel") for link in entry.iterfind(f"{ATOM}link")]
        assert not HISTORY_RELS & set(rels), "HistoryRelInEntry"
        assert rels.count("alternate") <= 1
        assert "alternate" in rels or entry.find(f"{ATOM}content") is not None
        assert entry.find(f"{ATOM}author/{ATOM}name") is not None
    for tag in ("updated", "published"):
        for each in feed.iter(f"{ATOM}{tag}"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", each.text or "")


@pytest.mark.parametrize("format_", [FeedFormat.ATOM, FeedFormat.RSS])
def test_links_of_the_history_say_where_a_document_stands(format_):
    def links(name: str) -> dict[str, str]:
        root = etree.fromstring(render_feed(documents()[name], format_))
        parent = root if format_ is FeedFormat.ATOM else root.find("channel")
        assert parent is not None
        assert (parent.find(f"{HISTORY}archive") is not None) == (name == "archive")
        assert parent.find(f"{HISTORY}complete") is None
        found = [(link.get("rel"), link.get("href")) for link in parent.iterfind(f"{ATOM}link")]
        assert len(found) == len(dict(found)), "no relation twice"
        return {rel: href.removeprefix("https://news.example.org/feeds/") for rel, href in found if rel != "alternate"}

    self_link = {"self": f"all.{format_}"}
    assert links("feed") == self_link | {"hub": "https://hub.example/", "prev-archive": f"all/3.{format_}"}
    assert links("empty") == self_link | {"hub": "https://hub.example/"}
    neighbors = {"current": f"all.{format_}", "prev-archive": f"all/1.{format_}"}
    assert links("archive") == {"self": f"all/2.{format_}"} | neighbors | {"next-archive": f"all/3.{format_}"}
    assert links("growing") == {"self": f"all/2.{format_}"} | neighbors


@pytest.mark.parametrize("name", documents())
def test_rss_has_what_its_profile_wants(name):
    channel = etree.fromstring(render_feed(documents()[name], FeedFormat.RSS)).find("channel")
    assert channel is not None

    assert all(channel.findtext(each) for each in ("title", "link", "description"))
    for item in channel.iterfind("item"):
        assert item.findtext("title") or item.findtext("description")
        guid = item.find("guid")
        assert guid is not None
        assert guid.get("isPermaLink") == "false"
        assert len(item.findall("enclosure")) <= 1


@pytest.mark.parametrize("name", documents())
def test_json_feed_has_what_version_1_1_wants(name):
    document = documents()[name]
    feed = json.loads(render_feed(document, FeedFormat.JSON))

    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["items"], list)
    assert feed.get("next_url") != feed["feed_url"]
    assert ("hubs" in feed) == (name in {"feed", "empty"})
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert "content_html" in item or "content_text" in item
        assert "author" not in item
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"])


def test_an_archive_does_not_name_the_version_that_made_it_and_has_the_feeds_id():
    found = documents()

    assert b"generator version" in render_feed(found["feed"], FeedFormat.ATOM)
    assert b"generator version" not in render_feed(found["archive"], FeedFormat.ATOM)
    assert found["archive"].id == found["feed"].id
