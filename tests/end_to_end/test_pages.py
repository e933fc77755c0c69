"""Sources that have no feed, from a served site to the store: lists, sitemaps, watched pages, whole articles."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.app import Aggregator, utc_now
from aggregator.config import load
from aggregator.entrypoints.demo import DemoSite, DemoSource, sources
from aggregator.entrypoints.demo.content import articles
from aggregator.model import PollSummary, Selection, SourceHealth, SourceKind, SourceStatus
from aggregator.pipeline import Recorder
from aggregator.polling.workers import poll_due
from tests.builders import NOW
from tests.end_to_end.conftest import Runner, wait_for
from tests.end_to_end.test_pipeline import World

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Agency news</title>{head}</head><body>
<nav><a href="/">Home</a> <a href="/about">About us</a> <a href="/contact">Contact</a></nav>
<main><h1>News</h1><ul class="news">{records}</ul>{more}</main>
<footer><a href="/imprint">Imprint</a> <a href="/privacy">Privacy</a></footer></body></html>"""

RECORD = (
    '<li><h3><a href="/news/{slug}">{title}</a></h3><time datetime="{date}">{date}</time>'
    "<p>What {title} means for the industry, in one sentence of the teaser.</p>"
    '<a href="/news/{slug}">Read more</a></li>'
)

TITLES = ("Lunar ice found", "Satellite maker settles", "Mission to Mars", "Crater named", "Rover tested", "Probe lost")


def records(*titles: str, date: str = "2026-02-2{place}") -> str:
    return "".join(
        RECORD.format(slug=title.lower().replace(" ", "-"), title=title, date=date.format(place=place))
        for place, title in enumerate(titles)
    )


def page(*titles: str, head: str = "", more: str = "", date: str = "2026-02-2{place}") -> bytes:
    return PAGE.format(head=head, records=records(*titles, date=date), more=more).encode()


ARTICLE = """<html lang="en"><head><title>{title} | Agency</title></head><body>
<nav><a href="/">Home</a></nav><article><h1>{title}</h1><p>{title}: the whole story has a first paragraph that says what
happened, where it happened, and who was there to see it.</p><p>And a second one with <a href="/more">a link</a>, which
quotes the minister, who said that this is only the beginning of what is to come.</p>
<script>alert(1)</script></article><footer>Imprint</footer></body></html>"""

RANKING = """<html lang="en"><head><title>Talent ranking</title></head><body><nav>Menu {clock}</nav>
<main><h1>Ranking</h1><p>{text} Page made in 0.{clock} seconds for {clock} visitors.</p>
<table><thead><tr><th>Rank</th><th>Country</th><th>Score</th></tr></thead><tbody>{rows}</tbody></table>
</main></body></html>"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with DemoSite(now=NOW) as site:
        made = World(site, tmp_path)
        yield made
        made.aggregator.close()


def serve(world: World, path: str, body: bytes | str, content_type: str = "text/html; charset=utf-8") -> None:
    world.site.put(path, body.encode() if isinstance(body, str) else body, content_type)


def later(world: World, name: str = "news", **by: float) -> PollSummary:
    world.clock.forward(**by or {"hours": 1})
    return world.poll(name)[name]


def health(world: World) -> SourceHealth:
    [found] = world.aggregator.store.sources()
    return found


def paths(world: World) -> list[str]:
    return [request.path for request in world.site.requests]


def ranking(*countries: str, text: str = "The method is that of last year.", clock: str = "11") -> str:
    rows = "".join(
        f"<tr><td>{place}</td><td>{name}</td><td>{90 - place}.5</td></tr>" for place, name in enumerate(countries, 1)
    )
    return RANKING.format(rows=rows, text=text, clock=clock)


def by_name(name: str) -> DemoSource:
    return next(source for source in sources() if source.name == name)


# --- lists on pages --------------------------------------------------------------------------------------------------


def test_a_page_that_was_edited_gives_exactly_the_new_records(world: World) -> None:
    serve(world, "/news", page(*TITLES))
    world.configure("news kind: page")
    first = world.poll("news")["news"]

    serve(world, "/news", page("Comet seen", "Orbit reached", *TITLES[:4]))
    second = later(world)

    assert (first.error, first.new) == (None, 6)
    assert (second.error, second.new, second.updated) == (None, 2, 0)
    assert sorted(world.entries()) == sorted(["Comet seen", "Orbit reached", *TITLES])


def test_the_first_poll_of_a_page_takes_what_is_there_with_its_dates(world: World) -> None:
    serve(world, "/news", page(*TITLES))
    world.configure("news kind: page")

    world.poll("news")

    assert world.entries()["Mission to Mars"].published.date().isoformat() == "2026-02-22"


def test_a_page_that_was_sorted_or_dated_anew_gives_no_entries(world: World) -> None:
    serve(world, "/news", page(*TITLES))
    world.configure("news kind: page")
    world.poll("news")
    before = world.entries()

    serve(world, "/news", page(*reversed(TITLES)))
    sorted_anew = later(world)
    serve(world, "/news", page(*TITLES, date="2026-03-01"))
    dated_anew = later(world)

    assert (sorted_anew.new, sorted_anew.updated, dated_anew.new, dated_anew.updated) == (0, 0, 0, 0)
    assert world.entries() == before


def test_records_without_dates_keep_the_time_at_which_they_were_first_seen(world: World) -> None:
    undated = [page(*names).replace(b"<time", b"<!-- ").replace(b"</time>", b" -->") for names in (TITLES, TITLES[1:])]
    serve(world, "/news", undated[0])
    world.configure("news kind: page")
    world.poll("news")

    serve(world, "/news", undated[1])
    later(world)

    steps = [NOW - world.entries()[title].published for title in TITLES]
    assert steps == [timedelta(seconds=place) for place in range(len(TITLES))]


def test_undated_entries_keep_the_order_of_their_page_in_feeds(world: World) -> None:
    titles = ("A dome in the desert", *TITLES)
    for names in (titles[3:], titles):
        serve(world, "/news", page(*names).replace(b"<time", b"<!-- ").replace(b"</time>", b" -->"))
        world.configure("news kind: page")
        later(world)

    assert [item.entry.title for item in world.aggregator.feed_document("all").entries] == list(titles)


def test_a_page_without_a_list_is_an_error_that_changes_nothing(world: World) -> None:
    serve(world, "/news", "<html><body><h1>Moving</h1><p>We are moving to a new server today.</p></body></html>")
    world.configure("news kind: page")

    result = world.poll("news")["news"]

    assert result.error
    state = health(world).state
    assert (state.status, state.validators, state.body_hash) == (SourceStatus.FAILING, None, None)
    assert world.entries() == {}


def test_a_redesign_is_reported_and_loses_nothing_until_the_list_is_back(world: World) -> None:
    serve(world, "/news", page(*TITLES))
    world.configure("news kind: page")
    world.poll("news")
    before = health(world).state

    serve(world, "/news", "<html><body><div id='app'></div><script src='/app.js'></script></body></html>")
    rebuilt = later(world)
    during = health(world).state
    serve(world, "/news", page("Comet seen", *TITLES))
    back = later(world)

    assert during.status is SourceStatus.CHANGED
    assert "aggregator preview" in (rebuilt.error or "")
    assert during.validators == before.validators
    assert (back.error, back.new, health(world).state.status) == (None, 1, SourceStatus.OK)
    assert sorted(world.entries()) == sorted(["Comet seen", *TITLES])


def test_a_list_of_other_things_in_another_place_is_not_taken_for_the_news(world: World) -> None:
    serve(world, "/news", page(*TITLES))
    world.configure("news kind: page")
    world.poll("news")

    teams = "".join(
        f"<article><h2><a href='/people/{n}'>Person number {n}</a></h2><p>Works on {n}.</p></article>" for n in range(8)
    )
    serve(world, "/news", f"<html><head><title>Team</title></head><body><div class='cards'>{teams}</div></body></html>")
    result = later(world)

    assert health(world).state.status is SourceStatus.CHANGED
    assert result.new == 0
    assert sorted(world.entries()) == sorted(TITLES)


def test_a_list_that_collapsed_is_reported_and_still_read(world: World) -> None:
    many = [f"Report number {number} is out" for number in range(12)]
    serve(world, "/news", page(*many, date="2026-02-11"))
    world.configure("news kind: page")
    world.poll("news")

    serve(world, "/news", page("Comet seen", *many[:2], date="2026-02-11"))
    result = later(world)
    state = health(world).state
    unchanged = later(world)
    serve(world, "/news", page("Comet seen", *many, date="2026-02-11"))
    back = later(world)

    assert (result.new, state.status, unchanged.state.status) == (1, SourceStatus.CHANGED, SourceStatus.CHANGED)
    assert "3 entries" in (state.last_error or "")
    assert back.state.status is SourceStatus.OK


def test_what_the_operator_pins_is_read_afresh(world: World) -> None:
    serve(world, "/news", page(*TITLES))
    world.configure("news kind: page")
    world.poll("news")
    cards = "".join(f"<div class='x'><b>Item {n} of note</b><a href='/item/{n}'>Read more</a></div>" for n in range(8))
    serve(world, "/news", f"<html><body><section>{cards}</section></body></html>")
    later(world)

    world.configure("news kind: page, page: {items: 'section > div.x', title: b}")
    result = later(world)

    assert (result.error, result.new, result.state.status) == (None, 8, SourceStatus.OK)
    assert "Item 3 of note" in world.entries()


def test_further_pages_are_read_the_first_time_only(world: World) -> None:
    def linked(number: int) -> bytes:
        names = [f"Report {number}{letter} is out" for letter in "abcdef"]
        return page(*names, more=f"<nav class='pager'><a rel='next' href='/news/page/{number + 1}'>Next</a></nav>")

    serve(world, "/news", linked(1))
    for number in (2, 3, 4):
        serve(world, f"/news/page/{number}", linked(number))
    world.configure("news kind: page, depth: 2")

    first = world.poll("news")["news"]
    serve(world, "/news", linked(1).replace(b"Agency", b"The agency"))
    second = later(world)

    assert (first.new, second.new) == (18, 0)
    assert paths(world) == ["/news", "/news/page/2", "/news/page/3", "/news"]


def test_only_links_that_fit_are_taken(world: World) -> None:
    serve(world, "/news", page(*TITLES))
    world.configure("news kind: page, links: '/news/(lunar|rover)'")

    world.poll("news")

    assert sorted(world.entries()) == ["Lunar ice found", "Rover tested"]


# --- finding out what an address is ----------------------------------------------------------------------------------

FEED = (
    "<rss version='2.0'><channel><title>Feed</title><link>https://x.example/</link><item><title>From the feed</title>"
    "<link>https://x.example/1</link><guid>1</guid></item></channel></rss>"
)
NAMED = "<link rel='alternate' type='application/rss+xml' href='/the.rss'>"


def test_the_feed_that_a_page_names_is_found_once_and_asked_from_then_on(world: World) -> None:
    serve(world, "/news", page(*TITLES, head=NAMED))
    serve(world, "/the.rss", FEED, "application/rss+xml")
    world.configure("news")

    first = world.poll("news")["news"]
    later(world)

    assert (first.error, sorted(world.entries())) == (None, ["From the feed"])
    assert paths(world) == ["/news", "/the.rss", "/the.rss"]
    state = health(world).state
    assert (state.read_as, state.status) == (SourceKind.FEED, SourceStatus.OK)


def test_a_page_that_names_no_feed_is_the_source_and_nothing_else_is_asked_for(world: World) -> None:
    serve(world, "/news", page(*TITLES))
    serve(world, "/feed", FEED, "application/rss+xml")
    world.configure("news")

    result = world.poll("news")["news"]
    later(world)

    assert (result.error, result.new) == (None, 6)
    assert health(world).state.read_as is SourceKind.PAGE
    assert paths(world) == ["/news", "/news"]


def test_with_kind_page_no_feed_is_looked_for(world: World) -> None:
    serve(world, "/news", page(*TITLES, head=NAMED))
    serve(world, "/the.rss", FEED, "application/rss+xml")
    world.configure("news kind: page")

    result = world.poll("news")["news"]

    assert (result.new, paths(world)) == (6, ["/news"])


def test_a_feed_that_answers_with_a_page_one_day_is_not_taken_for_a_page(world: World) -> None:
    serve(world, "/news", FEED, "application/rss+xml")
    world.configure("news")
    world.poll("news")

    serve(world, "/news", page(*TITLES))
    result = later(world)

    assert "not a feed" in (result.error or "") or "web page" in (result.error or "")
    assert sorted(world.entries()) == ["From the feed"]


# --- whole articles --------------------------------------------------------------------------------------------------


def serve_articles(world: World, *titles: str) -> None:
    for title in titles:
        serve(world, f"/news/{title.lower().replace(' ', '-')}", ARTICLE.format(title=title))


def test_new_entries_get_the_text_of_their_articles_once(world: World) -> None:
    serve(world, "/news", page(*TITLES[:5]))
    serve_articles(world, *TITLES[:4])
    world.configure("news kind: page, full: true")
    world.poll("news")

    serve_articles(world, "Comet seen")
    serve(world, "/news", page("Comet seen", *TITLES[:5], date="2026-02-28").replace(b"industry", b"economy"))
    result = later(world)

    assert (result.new, result.updated) == (1, 5)
    entries = world.entries()
    for title in ("Comet seen", *TITLES[:4]):
        assert "And a second one with <a href=" in entries[title].content, title
        assert "alert" not in entries[title].content
        assert "in one sentence of the teaser" in entries[title].summary
    assert "economy" in entries["Lunar ice found"].summary
    assert "second one" not in entries["Rover tested"].content  # its article could not be had
    assert paths(world).count("/news/lunar-ice-found") == 1
    assert paths(world).count("/news/rover-tested") == 1


def test_a_feed_can_have_whole_articles_too(world: World) -> None:
    link = f"{world.site.url}news/lunar-ice-found"
    serve(world, "/news", FEED.replace("https://x.example/1", link), "application/rss+xml")
    serve_articles(world, "Lunar ice found")
    world.configure("news full: true")

    world.poll("news")

    assert "the whole story has a first paragraph" in world.entries()["From the feed"].content


def test_articles_come_with_the_entries_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(world, "/news", page(*TITLES))
    serve_articles(world, *TITLES)
    world.configure("news kind: page, full: true")

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Recorder, "record", killed)
        with pytest.raises(Killed):
            world.poll("news")
    left = (world.entries(), health(world).state.validators)
    world.clock.forward(hours=1)
    result = world.poll("news")["news"]

    assert left == ({}, None)
    assert (result.error, result.new) == (None, 6)
    assert all("second one" in entry.content for entry in world.entries().values())


# --- sitemaps --------------------------------------------------------------------------------------------------------

SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


def urls(**changed: str) -> str:
    return "".join(
        f"<url><loc>https://x.example/{path.replace('__', '/')}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>"
        for path, day in changed.items()
    )


def test_addresses_of_a_sitemap_become_entries_when_they_are_new(world: World) -> None:
    before = urls(press__old_one="2026-02-01", press__undated="", about="2026-02-20")
    serve(world, "/map", SITEMAP.format(urls=before), "application/xml")
    world.configure("map kind: sitemap, links: /press/")
    first = world.poll()["map"]

    serve(world, "/map", SITEMAP.format(urls=before + urls(press__new_one="", press__newer="2026-03-01")))
    second = later(world, "map")

    assert (first.new, second.new) == (1, 2)
    assert sorted(world.entries()) == ["New one", "Newer", "Old one"]


def test_an_index_of_sitemaps_is_followed_and_asked_again_whatever_it_says(world: World) -> None:
    index = f"<sitemapindex><sitemap><loc>{world.site.url}part</loc></sitemap></sitemapindex>"
    serve(world, "/map", index, "application/xml")
    serve(world, "/part", gzip.compress(SITEMAP.format(urls=urls(a="2026-02-01")).encode()), "application/gzip")
    world.configure("map kind: sitemap")
    first = world.poll()["map"]

    serve(world, "/part", gzip.compress(SITEMAP.format(urls=urls(a="2026-02-01", b="2026-03-01")).encode()))
    second = later(world, "map")

    assert (first.error, first.new, second.error, second.new) == (None, 1, None, 1)


def test_addresses_in_a_sitemap_get_the_titles_of_their_articles(world: World) -> None:
    here = SITEMAP.format(urls=f"<url><loc>{world.site.url}n/4711</loc><lastmod>2026-02-28</lastmod></url>")
    serve(world, "/map", here, "application/xml")
    serve(world, "/n/4711", ARTICLE.format(title="Lunar ice found"))
    world.configure("map kind: sitemap, full: true")

    world.poll()

    assert "second one" in world.entries()["Lunar ice found"].content


# --- pages that are watched as a whole -------------------------------------------------------------------------------


def watch(world: World, more: str = "") -> None:
    world.configure(f"news kind: watch{more}")


def test_a_ranking_that_changes_is_told_by_row_and_cell(world: World) -> None:
    serve(world, "/news", ranking("Switzerland", "Singapore", "Denmark", "Luxembourg"))
    watch(world)
    first = world.poll("news")["news"]

    serve(world, "/news", ranking("Switzerland", "Luxembourg", "Singapore", "Denmark", clock="12"))
    second = later(world)

    assert (first.error, first.new, second.new) == (None, 0, 1)
    [(title, entry)] = world.entries().items()
    assert title.startswith("Talent ranking: Luxembourg 4 → 2, Singapore 2 → 3")
    assert "<td><del>4</del> → <ins>2</ins></td><td>Luxembourg</td>" in entry.content
    assert "Switzerland" not in entry.content
    assert entry.published == world.clock.now


def test_clocks_and_counters_are_no_change(world: World) -> None:
    serve(world, "/news", ranking("Switzerland", "Singapore", "Denmark", clock="11"))
    watch(world)
    world.poll("news")

    serve(world, "/news", ranking("Switzerland", "Singapore", "Denmark", clock="12"))
    result = later(world)

    assert (result.error, result.new) == (None, 0)


def test_a_page_that_changes_back_and_forth_has_an_entry_for_each_change(world: World) -> None:
    one, other = ranking("Switzerland", "Singapore", "Denmark"), ranking("Singapore", "Switzerland", "Denmark")
    serve(world, "/news", one)
    watch(world)
    world.poll("news")

    for body in (other, one, other):
        serve(world, "/news", body)
        later(world)

    assert health(world).entries == 3
    assert all(entry.duplicate_of is None for entry in world.aggregator.store.entries(Selection()))


def test_only_the_selected_part_is_watched_and_its_absence_is_an_error(world: World) -> None:
    serve(world, "/news", ranking("Switzerland", "Singapore", text="Old words."))
    watch(world, ", select: table")
    world.poll("news")

    serve(world, "/news", ranking("Switzerland", "Singapore", text="Quite other words are here now."))
    elsewhere = later(world)
    serve(world, "/news", "<html><body><p>Under construction.</p></body></html>")
    gone = later(world)
    serve(world, "/news", ranking("Singapore", "Switzerland"))
    back = later(world)

    assert (elsewhere.error, elsewhere.new) == (None, 0)
    assert "select" in (gone.error or "")
    assert gone.state.status is SourceStatus.CHANGED
    assert (back.new, back.state.status) == (1, SourceStatus.OK)


# --- the sample site, with the commands ------------------------------------------------------------------------------


def test_the_demos_pages_are_read_and_its_ranking_says_what_changed(run: Runner, config: Path, site: DemoSite) -> None:
    run("poll", "--config", config)
    site.publish_ranking(utc_now())
    run("poll", "talent-barometer", "--config", config)

    desk = run.json("entries", "--source", "moselle-trade-desk", "--config", config)
    cards = run.json("entries", "--source", "agence-belvedere", "--config", config)
    [change] = run.json("entries", "--source", "talent-barometer", "--config", config)
    assert {entry["title"] for entry in desk} == {
        article.title for slug, article in articles().items() if slug in by_name("moselle-trade-desk").articles
    }
    assert len(cards) == len(by_name("agence-belvedere").articles)
    days = {entry["published"][:10] for entry in (*desk, *cards)}
    assert utc_now().date().isoformat() not in days
    assert change["title"].startswith("Talent barometer: ")
    assert "Luxemburgia 4 → 2" in change["title"]


def test_adding_a_page_says_what_was_found_and_writes_its_kind(run: Runner, config: Path, site: DemoSite) -> None:
    site.put("/press", page(*TITLES), "text/html; charset=utf-8")
    file = config.parent / "sources.yaml"

    added = run("add", f"{site.url}press", "--config", config).stdout
    polled = run("poll", "agency-news", "--config", config).stdout

    assert "6 entries in its list" in added
    assert file.read_text().endswith(
        f"  - url: {site.url}press\n    name: agency-news\n    kind: page\n    title: Agency news\n"
    )
    assert "6 new" in polled


def test_preview_prints_what_pins_the_list_and_that_can_be_loaded(
    run: Runner, config: Path, site: DemoSite, tmp_path: Path
) -> None:
    site.put("/press", page(*TITLES), "text/html; charset=utf-8")

    shown = run("preview", f"{site.url}press", "--config", config).stdout
    entries = run.json("preview", f"{site.url}press", "--config", config)
    pinned = shown[shown.index("- url:") :]
    (tmp_path / "pinned.yaml").write_text(
        "fetch: {allow_private: true}\nstorage: {url: 'sqlite:///p.db'}\nsources:\n" + pinned
    )
    polled = run("poll", "--config", tmp_path / "pinned.yaml").stdout

    assert [entry["title"] for entry in entries] == list(TITLES)
    assert {entry["kind"] for entry in entries} == {"page"}
    assert "items:" in pinned
    assert "6 new" in polled


def test_a_rebuilt_page_is_reported_by_sources_and_check(run: Runner, config: Path, site: DemoSite) -> None:
    run("poll", "moselle-trade-desk", "--config", config)
    site.put("/moselle-trade-desk/news/", b"<html><body><p>We are moving.</p></body></html>", "text/html")
    run("poll", "moselle-trade-desk", "--config", config, expect=1)

    [source] = [each for each in run.json("sources", "--config", config) if each["name"] == "moselle-trade-desk"]
    told = run("check", "--config", config).stdout

    assert (source["status"], source["entries"], source["read_as"]) == ("changed", 5, "page")
    assert "moselle-trade-desk: its list is not there any more" in told


def test_check_live_tells_how_pages_are_read(run: Runner, config: Path) -> None:
    told = run("check", "--live", "--config", config, expect=1).stdout

    [line] = [line for line in told.splitlines() if line.startswith("moselle-trade-desk")]
    assert "ok: a list" in line


def test_a_process_killed_while_it_fetches_articles_loses_nothing(run: Runner, config: Path, site: DemoSite) -> None:
    site.put("/press", page(*TITLES), "text/html; charset=utf-8")
    for title in TITLES:
        path = f"/news/{title.lower().replace(' ', '-')}"
        site.put(path, ARTICLE.format(title=title).encode(), "text/html; charset=utf-8")
    alone = config.parent / "alone.yaml"
    alone.write_text(
        "fetch: {allow_private: true}\nstorage: {url: 'sqlite:///alone.db'}\n"
        f"sources: [{{url: '{site.url}press', name: press, kind: page, full: true}}]\n"
    )

    process = run.start("poll", "--config", alone)
    wait_for(lambda: any(request.path.startswith("/news/") for request in site.requests))
    process.kill()
    process.communicate()
    run("poll", "--all", "--config", alone)

    entries = run.json("entries", "--config", alone)
    assert sorted(entry["title"] for entry in entries) == sorted(TITLES)
    assert all("the whole story" in entry["content"] for entry in entries)


# --- a feed that is empty or dead beside a list ----------------------------------------------------------------------

EMPTY = '<rss version="2.0"><channel><title>Agency</title><link>https://x.example/</link></channel></rss>'
DEAD = EMPTY.replace(
    "</channel>",
    "<item><title>Old news of the agency</title><link>https://x.example/old</link>"
    "<pubDate>Mon, 02 Mar 2015 08:00:00 GMT</pubDate></item></channel>",
)
NAMES_FEED = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'


@pytest.mark.parametrize("feed", [EMPTY, DEAD])
def test_an_empty_or_dead_feed_does_not_win_over_the_dated_list_of_its_page(world: World, feed: str) -> None:
    serve(world, "/news", page(*TITLES, head=NAMES_FEED))
    serve(world, "/feed.xml", feed, "application/rss+xml")
    world.configure("news kind: auto")

    first = world.poll("news")["news"]
    serve(world, "/news", page("Comet seen", *TITLES[:5], head=NAMES_FEED))
    second = later(world)

    assert (first.error, first.new, second.error, second.new) == (None, 6, None, 1)
    assert (health(world).state.read_as, health(world).state.found_at) == (SourceKind.PAGE, None)
    assert first.found_out == health(world).state.read_because
    assert re.fullmatch(
        r"it names the feed http\S+/feed.xml, but (it is empty|its newest entry .*)", first.found_out or ""
    )
    assert second.found_out is None


def test_a_living_feed_wins_over_the_list_of_its_page(world: World) -> None:
    serve(world, "/news", page(*TITLES, head=NAMES_FEED))
    serve(world, "/feed.xml", DEAD.replace("2015", "2026"), "application/rss+xml")
    world.configure("news kind: auto")

    polled = world.poll("news")["news"]

    assert health(world).state.read_as is SourceKind.FEED
    assert polled.found_out == health(world).state.read_because == "its page names it"


@pytest.mark.parametrize(
    ("head", "why"),
    [("", "the page names no feed"), (NAMES_FEED, r"the feed that it names \(\S+/feed.xml\) can't be read")],
)
def test_a_poll_says_what_it_took_an_address_for_and_why(
    run: Runner, site: DemoSite, tmp_path: Path, head: str, why: str
) -> None:
    site.put("/press", page(*TITLES, head=head), "text/html; charset=utf-8")
    config = tmp_path / "press.yaml"
    config.write_text(f"fetch: {{allow_private: true}}\nsources: [{{name: press, url: '{site.url}press'}}]\n")

    told = run("poll", "--config", config).stdout
    again = run("poll", "press", "--config", config).stdout
    [source] = run.json("sources", "--config", config)
    listed = run("sources", "--config", config).stdout

    assert re.search(rf"press: 6 new \(read as a page: {why}\)", told)
    assert "read as" not in again
    assert (source["read_as"], source["found_at"]) == ("page", None)
    assert re.fullmatch(why, source["read_because"])
    assert re.search(why, " ".join(listed.split()))


def test_preview_says_why_a_list_was_taken_and_not_the_dead_feed(run: Runner, config: Path, site: DemoSite) -> None:
    site.put("/press", page(*TITLES, head=NAMES_FEED.replace("/feed.xml", "/dead.xml")), "text/html; charset=utf-8")
    site.put("/dead.xml", DEAD.encode(), "application/rss+xml")

    shown = run("preview", f"{site.url}press", "--config", config).stdout

    assert "entries   6" in shown
    assert "its newest entry is of 2015-03-02" in shown
    assert "its own list is read" in shown


def test_a_refused_page_names_what_may_be_tried(run: Runner, config: Path, site: DemoSite) -> None:
    ranked = ranking("Malta", "Chad", "Peru", "Togo", "Iran", "Mali").replace("<table>", '<table class="r">')
    site.put("/talents", ranked.encode(), "text/html; charset=utf-8")
    site.put("/map.xml", b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>', "application/xml")

    refused = run("preview", f"{site.url}talents", "--config", config, expect=1).stderr
    sitemap = run("preview", f"{site.url}map.xml", "--config", config, expect=None)

    assert "a table of 6 rows: to watch it, `kind: watch` and `select: table.r`" in refused
    assert sitemap.returncode == 0 or "kind: sitemap" in sitemap.stderr


def test_a_page_that_is_empty_without_its_scripts_is_read_from_their_data_and_asked_again(tmp_path: Path) -> None:
    rows = [
        {"title": f"Report number {n} on talent abroad", "date": f"2026-02-{10 + n}", "url": f"/news/{n}"}
        for n in range(5)
    ]
    shell = b"<html><body><div id=root></div><script>fetch('/news.json').then(show)</script></body></html>"
    with DemoSite(now=NOW) as site:
        site.put("/press", shell, "text/html")
        site.put("/news.json", json.dumps(rows[:4]).encode(), "application/json")
        (tmp_path / "c.yaml").write_text(
            "storage: {url: 'sqlite:///x.db', keep: 3650d}\nfetch: {allow_private: true}\n"
            f"sources: [{{name: a, url: '{site.url}press', kind: page}}]\n"
        )
        aggregator = Aggregator(load(tmp_path / "c.yaml"))
        [first] = poll_due(aggregator, names=["a"])
        site.put("/news.json", json.dumps(rows[::-1]).encode(), "application/json")
        [second] = poll_due(aggregator, names=["a"])
        [third] = poll_due(aggregator, names=["a"])
        aggregator.close()

    assert (first.error, first.new, second.new, third.new) == (None, 4, 1, 0)
