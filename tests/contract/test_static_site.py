"""The whole site as files: all links lead somewhere, only what changed is touched, and nothing private is in it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import etree, html

from aggregator.outputs.static_site import publish
from tests.newsroom import Newsroom, make_config

SITE = "https://news.example.org/"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    sections = {
        "feeds": [{"name": "all", "limit": 4}, {"name": "staff", "token": "a-token-of-the-staff"}],
    }
    made = Newsroom(make_config(f"sqlite:///{tmp_path}/site.db", {}, **sections))
    yield made
    made.close()


def files_of(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def fill(room: Newsroom, count: int) -> None:
    for number in range(count):
        room.publish(f"Lunar news {number}", categories=["space"] if number % 2 else [])
        room.clock.advance(hours=7)


def test_every_link_of_every_page_leads_to_a_file(room: Newsroom, tmp_path: Path) -> None:
    fill(room, 12)
    room.digests.make_now("daily")
    out = tmp_path / "out"

    publish(room.aggregator, out)

    files = files_of(out)
    assert {"index.html", "sources.html", "sources/orbit.html", "digests/daily.html", "days/2026-03-02.html"} <= set(
        files
    )
    for name, body in files.items():
        if name.endswith(".html"):
            links = html.document_fromstring(body).xpath("//@href | //@src")
            own = [unquote(link.partition("#")[0]) for link in links if "://" not in link and not link.startswith("#")]
            for link in own:
                assert posixpath.normpath(posixpath.join(posixpath.dirname(name), link)) in files, f"{name}: {link}"


def test_a_reader_who_was_away_finds_all_in_the_archives(room: Newsroom, tmp_path: Path) -> None:
    fill(room, 23)
    out = tmp_path / "out"
    publish(room.aggregator, out)

    titles, address = set(), f"{SITE}all.atom"
    while address:
        feed = etree.fromstring((out / address.removeprefix(SITE)).read_bytes())
        titles |= {entry.findtext("{*}title") for entry in feed.iterfind("{*}entry")}
        address = next(iter(feed.xpath("/*/*[local-name()='link'][@rel='prev-archive']/@href")), None)

    assert titles == {f"Lunar news {number}" for number in range(23)}


def test_a_second_time_only_what_changed_is_touched(room: Newsroom, tmp_path: Path) -> None:
    fill(room, 9)
    out = tmp_path / "out"
    publish(room.aggregator, out)

    again = publish(room.aggregator, out)
    room.publish("The very newest")
    more = publish(room.aggregator, out)

    assert (again.changed, again.removed) == ((), ())
    assert {"index.html", "all.atom", "all.rss", "all.json", "sources/orbit.html"} <= set(more.changed)
    assert len([name for name in more.changed if name.startswith("stories/")]) == 1
    assert not any(name.startswith("all/1.") for name in more.changed)


def test_what_asks_for_a_token_is_in_no_file(room: Newsroom, tmp_path: Path) -> None:
    fill(room, 2)
    web = room.aggregator.config.web
    tokens = web.tokens.model_copy(update={"control_room": "secret-of-the-operator"})
    room.aggregator.use(room.aggregator.config.model_copy(update={"web": web.model_copy(update={"tokens": tokens})}))
    out = tmp_path / "out"

    publish(room.aggregator, out)

    files = files_of(out)
    assert not [name for name in files if name.startswith(("staff", "sources"))]
    assert b"sources/orbit" not in files["index.html"]
    assert b"Lunar news 1" in files["index.html"]


def test_what_is_in_no_category_has_a_page_of_its_own_where_the_front_page_leaves_it_out(tmp_path: Path) -> None:
    feeds = [{"name": "all", "where": {"categories": ["space"]}}, {"name": "everything"}]
    room = Newsroom(make_config(f"sqlite:///{tmp_path}/site.db", {}, feeds=feeds))
    fill(room, 12)

    publish(room.aggregator, tmp_path / "out")
    room.close()

    files = files_of(tmp_path / "out")
    front, everything = (html.document_fromstring(files[name]) for name in ("index.html", "everything.html"))
    assert front.xpath("//nav/a[.='Everything']/@href") == ["./everything.html"]
    assert len(front.xpath("//article")) == 6
    assert len(everything.xpath("//article")) == 12
    assert b"Lunar news 0" not in files["days/2026-03-02.html"]


def test_older_days_have_pages_that_lead_from_one_to_the_next(room: Newsroom, tmp_path: Path) -> None:
    fill(room, 8)
    out = tmp_path / "out"
    publish(room.aggregator, out)

    days = sorted(path.name for path in (out / "days").iterdir())
    page = html.document_fromstring((out / "days" / days[1]).read_bytes())

    assert page.xpath("//a[@rel='next']/@href") == [f"../days/{days[0]}"]
    assert page.findtext(".//h1") == "Tuesday 3 March 2026"
