"""A watched ranking as data: its editions in the store, on the web, and from the command."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.app import utc_now
from aggregator.entrypoints.demo import DemoSite
from aggregator.entrypoints.web.application import create_app
from tests.builders import NOW
from tests.end_to_end.conftest import Runner
from tests.end_to_end.test_pages import later, ranking, serve
from tests.end_to_end.test_pipeline import World
from tests.unit.web.samples import TestClient

FIRST = ("Switzerland", "Singapore", "Denmark", "Luxembourg", "Sweden", "Norway")
SECOND = ("Switzerland", "Luxembourg", "Singapore", "Denmark", "Iceland", "Norway")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with DemoSite(now=NOW) as site:
        made = World(site, tmp_path)
        serve(made, "/news", ranking(*FIRST))
        made.configure("news kind: watch,follow: Luxembourg")
        made.poll("news")
        serve(made, "/news", ranking(*SECOND))
        later(made)
        yield made
        made.aggregator.close()


def test_each_change_of_a_ranking_is_an_edition_and_what_is_the_same_is_none(world: World) -> None:
    serve(world, "/news", ranking(*SECOND, clock="17"))
    later(world)

    newest, first = world.aggregator.store.editions("news")
    [listed] = world.aggregator.store.rankings()
    assert (first.names, newest.names) == (FIRST, SECOND)
    assert newest.ranks == (1, 2, 3, 4, 5, 6)
    assert (listed.source, listed.editions, listed.latest) == ("news", 2, newest)


def test_the_row_to_follow_leads_the_title_of_the_entry(world: World) -> None:
    assert list(world.entries()) == ["Luxembourg 4 → 2 of 6: Talent ranking"]


def test_the_web_shows_the_latest_edition_its_movements_and_the_followed_row(world: World) -> None:
    with TestClient(create_app(world.aggregator), base_url="http://127.0.0.1") as client:
        page = client.get("/rankings/news").text
        other = client.get("/rankings/news?row=Norway").text
        rows = client.get("/rankings/news.json").json()
        line = client.get("/rankings/news.json?row=Luxembourg").json()
        table = list(csv.reader(io.StringIO(client.get("/rankings/news.csv").text)))
        missing = client.get("/rankings/none")

    assert "Talent ranking" in page
    assert "▲ 2" in page
    assert "Not in it any more: Sweden" in page
    assert 'aria-label="Luxembourg: 4, 2"' in page
    assert 'aria-label="Norway: 6, 6"' in other
    assert [(row["name"], row["rank"], row["before"], row["moved"], row["is_new"]) for row in rows][1:5] == [
        ("Luxembourg", 2, 4, 2, False),
        ("Singapore", 3, 2, -1, False),
        ("Denmark", 4, 3, -1, False),
        ("Iceland", 5, None, None, True),
    ]
    assert [(each["rank"], each["of"]) for each in line] == [(4, 6), (2, 6)]
    assert table[0] == ["rank", "before", "moved", "Country", "Score"]
    assert table[2] == ["2", "4", "2", "Luxembourg", "88.5"]
    assert missing.status_code == 404


def test_the_command_shows_rankings_as_tables_json_and_csv(run: Runner, config: Path, site: DemoSite) -> None:
    run("poll", "--config", config)
    site.publish_ranking(utc_now())
    run("poll", "talent-barometer", "--config", config)

    [listed] = run.json("rankings", "--config", config)
    rows = run.json("rankings", "talent-barometer", "--config", config)
    line = run("rankings", "talent-barometer", "--row", "luxemburgia", "--csv", "--config", config).stdout
    shown = run("rankings", "talent-barometer", "--config", config).stdout
    everything = run("rankings", "--config", config).stdout
    unknown = run("rankings", "talent-barometer", "--row", "Atlantis", "--config", config, expect=2)

    assert (listed["name"], listed["editions"], listed["rows"]) == ("talent-barometer", 2, 5)
    assert [(row["name"], row["rank"], row["moved"]) for row in rows][:3] == [
        ("Helvetia", 1, 0),
        ("Luxemburgia", 2, 2),
        ("Isle of Finch", 3, -1),
    ]
    assert [each.split(",")[1:] for each in line.split()] == [["rank", "of"], ["4", "5"], ["2", "5"]]
    assert "▲ 2" in shown
    assert "talent-barometer" in everything
    assert "Atlantis" in unknown.stderr
    assert json.dumps(rows)
