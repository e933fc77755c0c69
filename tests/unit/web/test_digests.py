"""Digests on the web: an issue as a page, and all of them as a feed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import html
from starlette.testclient import TestClient

from aggregator.config import DigestConfig, FeedConfig
from aggregator.entrypoints.web.application import create_app
from aggregator.model.issues import Issue, Section, Story, Trouble, TroubleKind
from tests.newsroom import Newsroom, make_config
from tests.unit.notify.samples import make_issue, make_issue_entry
from tests.unit.web.samples import CONFIG, ListLedger, client_of, make_aggregator

DAILY = DigestConfig(name="daily", title="Space & talent", every="day at 07:30", limit=2)


def client(*issues: Issue, **config: Any) -> TestClient:
    aggregator = make_aggregator(config=CONFIG.model_copy(update={"digests": (DAILY,)} | config))
    aggregator.store.ledger = ListLedger(issues=issues)
    return client_of(aggregator)


TOKEN = "the-token-of-the-control-room"


@pytest.fixture(params=[None, TOKEN], ids=["public", "with a token"])
def page_of_digests(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, bool]]:
    """The text of /digests after an issue that could not be delivered, and whether it asks for a token."""
    made = make_config(
        f"sqlite:///{tmp_path}/a.db",
        {"to": [{"email": ["reader@example.org", "minister@example.org"]}]},
        email={"from": "News <news@example.org>", "smtp": {"host": "127.0.0.1", "port": 1}},
        web={"tokens": {"control_room": request.param}} if request.param else {},
    )
    room = Newsroom(made)
    room.publish("Moon landing")
    room.digests.make_now("daily")
    room.deliver()
    page = TestClient(create_app(room.aggregator), base_url="http://news.example.org").get(
        "/digests", headers={"Authorization": basic(request.param)} if request.param else {}
    )
    yield html.fromstring(page.content).text_content(), request.param is not None
    room.close()


def test_who_gets_a_digest_and_what_failed_is_told_to_the_operator_alone(page_of_digests: tuple[str, bool]) -> None:
    text, is_operator = page_of_digests

    assert "Issue 1" in text
    for told in ("@example.org", "waiting", "Not delivered"):
        assert (told in text) == is_operator, told


def basic(token: str) -> str:
    return f"Basic {b64encode(f'any:{token}'.encode()).decode()}"


def issue_of(*titles: str, number: int = 1) -> Issue:
    return make_issue(0, *(make_issue_entry(title) for title in titles), number=number, id=f"issue{number}")


def test_a_section_has_pages_with_a_line_for_each_of_its_stories() -> None:
    app = client(make_issue(501))
    address = "/digests/daily/7?section=space"

    first, last = (html.fromstring(app.get(f"{address}&page={number}").content) for number in (1, 9))

    assert [len(page.xpath("//section[contains(@class, 'briefs')]//li")) for page in (first, last)] == [250, 1]
    assert first.xpath("//a[@rel='next']/@href") == ["../../digests/daily/7?section=space&page=2"]
    assert last.xpath("//a[@rel='prev']/@href") == ["../../digests/daily/7?section=space&page=2"]
    assert app.get("/digests/daily/7?section=cooking").status_code == 404
    assert app.get(f"{address}&page=x").status_code == 404


def test_the_page_of_an_issue_of_500_stories_is_smaller_than_100_kb() -> None:
    issue = make_issue(0, *(make_issue_entry(f"A headline of a usual length, about the story {n}") for n in range(500)))
    [section] = issue.sections
    parts = tuple(replace(section, name=f"s{n}", stories=section.stories[n * 125 : n * 125 + 125]) for n in range(4))

    sizes = [len(client(replace(issue, sections=each)).get("/digests/daily/7").content) for each in ((section,), parts)]

    assert max(sizes) < 100_000


@pytest.mark.parametrize("ending", ["atom", "rss", "json"])
def test_a_digest_is_a_feed_with_an_entry_for_each_issue_in_every_format(ending: str) -> None:
    answer = client(issue_of("First"), issue_of("Moon <b>landing</b>", "Second", number=2)).get(
        f"/feeds/digest-daily.{ending}"
    )

    assert answer.status_code == 200
    if ending == "json":
        entries = answer.json()["items"]
        assert [entry["url"] for entry in entries] == [f"https://news.example.org/digests/daily/{n}" for n in (2, 1)]
        return
    entries = feedparser.parse(answer.content).entries
    assert [html.fromstring(entry.title).text_content() for entry in entries][1] == "First · Monday 2 March 2026"
    assert [entry.link for entry in entries] == [f"https://news.example.org/digests/daily/{n}" for n in (2, 1)]
    assert len({entry.id for entry in entries}) == 2


def test_an_entry_of_a_digests_feed_shows_what_its_mail_does_and_leads_to_the_rest() -> None:
    story = Story(entries=(make_issue_entry("Moon"), make_issue_entry("Moon too", story="moon", source="wire")), rank=0)
    others = tuple(Story(entries=(make_issue_entry(f"Other {n}"),), rank=n) for n in (1, 2, 3))
    trouble = Trouble(kind=TroubleKind.FAILING, subject="x", title="X", text="secret")
    issue = make_issue(
        0, sections=(Section(name="space", title="Space", stories=(story, *others)),), troubles=(trouble,)
    )

    [entry] = feedparser.parse(client(issue).get("/feeds/digest-daily.atom").content).entries

    tree = html.fromstring(f"<div>{entry.content[0].value}</div>")
    assert [each.text_content() for each in tree.iter("li")] == [
        "Moon – Orbit, also WireIce lies below the dust.",
        "Other 1 – OrbitIce lies below the dust.",
    ]
    assert [(each.text_content(), each.get("href")) for each in tree.iter("a")][-1] == (
        "2 more in Space",
        "https://news.example.org/digests/daily/7#space",
    )
    assert "secret" not in entry.content[0].value


def test_a_digest_without_issues_is_an_empty_feed_and_one_that_there_is_not_is_none() -> None:
    app = client()

    assert feedparser.parse(app.get("/feeds/digest-daily.atom").content).entries == []
    assert app.get("/feeds/digest-other.atom").status_code == 404


def test_a_configured_feed_of_the_same_name_goes_before() -> None:
    app = client(issue_of("Moon"), feeds=(FeedConfig(name="digest-daily", title="Mine"),))

    assert feedparser.parse(app.get("/feeds/digest-daily.atom").content).feed.title == "Mine"


def test_a_reader_that_has_the_feed_of_a_digest_gets_a_304() -> None:
    app = client(issue_of("Moon"))
    tag = app.get("/feeds/digest-daily.atom").headers["etag"]

    assert app.get("/feeds/digest-daily.atom", headers={"If-None-Match": tag}).status_code == 304


def test_an_issue_forwarded_in_a_chat_shows_its_headlines() -> None:
    page = html.fromstring(client(issue_of("Moon", 'Jobs "here"', number=3)).get("/digests/daily/3").content)

    shared = {each.get("property"): each.get("content") for each in page.iter("meta") if each.get("property")}
    assert shared == {
        "og:site_name": "Space & talent",
        "og:type": "article",
        "og:title": "Space & talent, Monday 2 March 2026",
        "og:description": 'Moon · Jobs "here"',
        "og:url": "https://news.example.org/digests/daily/3",
    }
    assert page.xpath("//link[@rel='alternate'][@title='Space & talent']/@href") == ["../../feeds/digest-daily.atom"]


def test_a_long_section_has_its_first_stories_whole_and_the_rest_behind_one_line() -> None:
    issue = make_issue(500)
    talent = replace(issue.sections[0], name="talent", title="Talent", stories=issue.sections[0].stories[:3])
    page = html.fromstring(client(replace(issue, sections=(issue.sections[0], talent))).get("/digests/daily/7").content)

    assert [each.text_content() for each in page.xpath("//main//details/summary")] == ["480 more in Space"]
    assert len(page.xpath("//article")) == 23
    assert len(page.xpath("//details[@class='briefs']//li")) == 100
    assert page.xpath("//details//a[.='All 500 stories']/@href") == ["../../digests/daily/7?section=space"]
    assert page.xpath("//nav[@class='contents']/a/@href") == ["#space", "#talent"]
    assert page.xpath("//section[@class='issue']/@id") == ["space", "talent"]
