"""OPML 2.0, for other readers."""

from __future__ import annotations

from typing import Any

from lxml import etree

from aggregator.model import Source, SourceHealth, SourceKind, SourceState
from aggregator.publish import render_opml
from tests.unit.publish.samples import NOON


def make_health(name: str, *, state: SourceState | None = None, **values: Any) -> SourceHealth:
    given = {"url": f"https://{name}.example/feed"} | values
    return SourceHealth(source=Source(name=name, **given), state=state or SourceState(), entries=0)


def outlines(*sources: SourceHealth) -> list[etree._Element]:
    body = etree.fromstring(render_opml("News", sources)).find("body")
    assert body is not None
    return list(body)


def test_sources_stand_in_the_folder_of_their_first_category():
    first, second, loose = outlines(
        make_health("a", categories=("space", "jobs")),
        make_health("b"),
        make_health("c", categories=("jobs",)),
        make_health("d", categories=("space",)),
    )

    assert [(folder.get("text"), [each.get("text") for each in folder]) for folder in (first, second)] == [
        ("space", ["a", "d"]),
        ("jobs", ["c"]),
    ]
    assert first[0].get("category") == "/space,/jobs"
    assert (loose.get("text"), loose.get("category")) == ("b", None)


def test_a_feed_is_a_subscription_with_all_that_is_known():
    state = SourceState(site_url="https://a.example/", feed_title="A & Co", language="fr")

    (outline,) = outlines(make_health("a", state=state))

    assert dict(outline.attrib) == {
        "text": "A & Co",
        "title": "A & Co",
        "type": "rss",
        "xmlUrl": "https://a.example/feed",
        "htmlUrl": "https://a.example/",
        "language": "fr",
    }


def test_a_page_is_a_link_because_it_is_no_feed():
    (outline,) = outlines(make_health("a", title="Press", url="https://a.example/press", kind=SourceKind.PAGE))

    assert dict(outline.attrib) == {"text": "Press", "title": "Press", "type": "link", "url": "https://a.example/press"}


def test_a_source_that_moved_is_listed_where_it_is_now():
    (outline,) = outlines(make_health("a", state=SourceState(moved_to="https://new.example/feed")))

    assert outline.get("xmlUrl") == "https://new.example/feed"


def test_a_password_in_an_address_stays_here():
    body = render_opml("News", [make_health("a", url="https://me:secret@a.example/feed")])

    assert b"secret" not in body
    assert b'xmlUrl="https://a.example/feed"' in body


def test_the_head_tells_the_title_and_when_known_the_time():
    dated = etree.fromstring(render_opml("News\x07", [], updated=NOON))
    undated = etree.fromstring(render_opml("News", []))

    assert dated.get("version") == "2.0"
    assert dated.findtext("head/title") == "News"
    assert dated.findtext("head/dateModified") == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert undated.find("head/dateModified") is None
