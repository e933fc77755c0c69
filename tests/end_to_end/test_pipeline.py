"""The whole flow in one process: a served site, a real store, an injected clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator import app
from aggregator.app import Aggregator
from aggregator.config import Where, load
from aggregator.entrypoints.demo import DemoSite
from aggregator.errors import UsageError
from aggregator.model import FeedFormat, PollOutcome, PollSummary, Selection, SourceStatus, StoredEntry
from aggregator.polling.workers import poll_due
from aggregator.publish import render_feed
from aggregator.steps import kinds
from aggregator.steps import parse as parsing
from tests.builders import NOW, believed_for
from tests.postgresql import PostgresqlServer

RSS = "<rss version='2.0'><channel><title>{title}</title><link>https://x.example/</link>{items}</channel></rss>"


def item(title: str, *, guid: str = "", link: str = "", text: str = "") -> str:
    guid = guid or title
    return (
        f"<item><title>{title}</title><guid isPermaLink='false'>{guid}</guid><link>{link}</link>"
        f"<description>{text}</description><pubDate>Sun, 01 Mar 2026 09:00:00 GMT</pubDate></item>"
    )


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class World:
    """A site, a configuration of sources on it, and the program."""

    def __init__(self, site: DemoSite, folder: Path, storage: str = "sqlite:///x.db") -> None:
        self.site, self.folder, self.storage, self.clock = site, folder, storage, Clock()
        self._aggregator: Aggregator | None = None

    def serve(self, name: str, *items: str) -> None:
        self.site.put(f"/{name}", RSS.format(title=name.title(), items="".join(items)).encode())

    def configure(self, *sources: str, more: str = "") -> Aggregator:
        listed = "".join(
            f"  - {{name: {each.split()[0]}, url: '{self.site.url}{each.split()[0]}'{self._rest(each)}}}\n"
            for each in sources
        )
        text = f"storage: {{url: '{self.storage}'}}\nfetch: {{allow_private: true}}\n{more}sources:\n{listed}"
        (self.folder / "c.yaml").write_text(text)
        config = load(self.folder / "c.yaml")
        if self._aggregator is None:
            self._aggregator = Aggregator(config, clock=self.clock)
        else:
            self._aggregator.use(config)
        return self._aggregator

    @staticmethod
    def _rest(source: str) -> str:
        return "".join(f", {pair}" for pair in source.split(maxsplit=1)[1:])

    @property
    def aggregator(self) -> Aggregator:
        assert self._aggregator is not None
        return self._aggregator

    def poll(self, *names: str) -> dict[str, PollSummary]:
        return {result.source: result for result in poll_due(self.aggregator, names or None)}

    def entries(self) -> dict[str, StoredEntry]:
        return {entry.title: entry for entry in self.aggregator.store.entries(Selection())}

    def status(self, name: str) -> SourceStatus:
        return next(each.state.status for each in self.aggregator.store.sources() if each.source.name == name)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    storage = "sqlite:///x.db"
    if request.param == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        storage = server.new_database()
    with DemoSite(now=NOW) as site:
        made = World(site, tmp_path, storage)
        yield made
        made.aggregator.close()


def test_an_edited_entry_keeps_its_id_and_moves_updated(world: World) -> None:
    world.serve("a", item("Ice", text="old"))
    world.configure("a")
    world.poll()
    before = world.entries()["Ice"]
    world.clock.forward(days=1)
    world.serve("a", item("Ice", text="new and longer"))

    result = world.poll()["a"]

    after = world.entries()["Ice"]
    assert (result.new, result.updated) == (0, 1)
    assert (after.id, after.first_seen) == (before.id, before.first_seen)
    assert after.updated == world.clock.now > before.updated
    assert "new and longer" in after.content


def test_each_poll_is_recorded_with_its_answer_and_what_came_of_it(world: World) -> None:
    name = believed_for(timedelta(days=1), {name: f"{world.site.url}{name}" for name in "abcdefgh"})
    world.serve(name, item("Ice"))
    world.configure(name)
    world.poll()
    world.clock.forward(days=1)
    world.poll()
    world.clock.forward(days=1)
    world.site.put(f"/{name}", b"nothing like a feed")
    world.poll()
    world.clock.forward(days=1)
    world.site.remove(f"/{name}")
    world.poll()

    gone, broken, unchanged, news = world.aggregator.store.polls(name)

    assert (news.outcome, news.exchange.status, news.new, news.at) == (PollOutcome.NEWS, 200, 1, NOW)
    assert (unchanged.outcome, unchanged.exchange.status) == (PollOutcome.NOT_MODIFIED, 304)
    assert (broken.outcome, broken.exchange.status, broken.exchange.size) == (PollOutcome.FAILED, 200, 19)
    assert (gone.outcome, gone.exchange.status) == (PollOutcome.FAILED, 404)
    assert broken.error
    assert gone.error
    assert all(each.exchange.took is not None for each in (gone, broken, unchanged, news))
    [health] = world.aggregator.store.sources()
    assert len(health.state.response_times_ms) == 2
    assert health.response_time is not None
    assert health.state.validators is not None
    assert health.state.validators.etag or health.state.validators.last_modified


def test_entries_that_stand_as_they_stood_are_counted_and_left_alone(world: World) -> None:
    world.serve("a", item("Ice", text="old"), item("Fire"), item("Wind"))
    world.configure("a")
    world.poll()
    world.clock.forward(days=1)
    world.serve("a", item("Ice", text="new and longer"), item("Fire"), item("Wind"), item("Rain"))

    result = world.poll()["a"]

    assert (result.new, result.updated, result.unchanged) == (1, 1, 2)


def test_what_a_filter_kept_out_comes_in_when_the_filter_goes(world: World) -> None:
    world.serve("a", item("Ice"), item("Fire"))
    world.configure("a keep: Fire")
    world.poll()
    before = set(world.entries())
    world.configure("a")

    world.poll()

    assert before == {"Fire"}
    assert set(world.entries()) == {"Ice", "Fire"}


def test_a_bug_that_one_source_brings_out_does_not_stop_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.serve("good", item("Fine"))
    world.serve("bad", item("Broken"))
    world.configure("good", "bad")
    real = parsing.normalize_changes

    def normalize(feed, **options):
        if feed.title == "Bad":
            raise ZeroDivisionError("a bug")
        return real(feed, **options)

    monkeypatch.setattr(parsing, "normalize_changes", normalize)
    results = world.poll()

    assert set(world.entries()) == {"Fine"}
    assert "ZeroDivisionError" in (results["bad"].error or "")
    assert world.status("bad") is SourceStatus.FAILING


def test_what_the_database_refuses_fails_its_source_only_and_stores_nothing_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.serve("good", item("Fine"))
    world.serve("bad", item("Twice"))
    world.configure("good", "bad")
    real = parsing.normalize_changes

    def normalize(feed, **options):
        changes = real(feed, **options)
        return replace(changes, entries=changes.entries * 2) if feed.title == "Bad" else changes

    monkeypatch.setattr(parsing, "normalize_changes", normalize)

    results = world.poll()

    assert set(world.entries()) == {"Fine"}
    assert "the database refuses it" in (results["bad"].error or "")
    assert next(each for each in world.aggregator.store.sources() if each.source.name == "bad").state.validators is None


def test_sources_polled_at_once_with_one_article_give_one_original(world: World) -> None:
    names = [f"s{number}" for number in range(12)]
    for name in names:
        world.serve(name, item(f"Ice by {name}", link=f"https://news.example/ice?utm_source={name}"))
    world.configure(*names)

    world.poll()

    originals = {entry.original for entry in world.entries().values()}
    [published] = world.aggregator.store.published(Selection(), limit=10).items
    assert len(originals) == 1
    assert len(published.also) == 11


def test_the_published_id_stays_when_a_better_source_joins(world: World) -> None:
    world.serve("first", item("Short", link="https://news.example/ice"))
    world.serve("better", item("Long and good", link="https://www.news.example/ice/"))
    world.configure("first")
    world.poll()
    [before] = world.aggregator.feed_document("all").entries
    world.configure("first", "better priority: 5")
    world.clock.forward(hours=1)
    world.poll()

    [after] = world.aggregator.feed_document("all").entries

    assert (before.id, before.entry.title) == (after.id, "Short")
    assert after.entry.title == "Long and good"
    assert [entry.source for entry in after.also] == ["first"]
    assert b"Long and good" in render_feed(world.aggregator.feed_document("all"), FeedFormat.ATOM)


def test_ids_are_the_same_again_when_the_database_is_lost(world: World, tmp_path: Path) -> None:
    world.serve("a", item("Ice"))
    world.configure("a")
    world.poll()
    before = world.entries()["Ice"].id
    again = World(world.site, tmp_path / "again")
    again.folder.mkdir()
    again.configure("a")
    again.poll()

    assert again.entries()["Ice"].id == before
    again.aggregator.close()


def test_a_changed_filter_looks_at_the_whole_document_again(world: World) -> None:
    world.serve("a", item("Ice on the moon"), item("Cooking"))
    world.configure("a keep: moon")
    world.poll()
    with_filter = set(world.entries())
    world.configure("a")
    world.poll()

    assert with_filter == {"Ice on the moon"}
    assert set(world.entries()) == {"Ice on the moon", "Cooking"}


def test_a_source_that_is_gone_rests_until_it_is_asked_for_by_name(world: World) -> None:
    world.serve("a", item("Ice"))
    world.configure("a")
    world.poll()
    world.site.set_status("/a", 410)
    world.clock.forward(days=2)
    world.poll()
    gone = world.status("a")
    world.site.set_status("/a", None)
    world.clock.forward(days=400)
    of_its_own_accord = world.poll()
    by_name = world.poll("a")

    assert gone is SourceStatus.GONE
    assert of_its_own_accord == {}
    assert by_name["a"].error is None
    assert world.status("a") is SourceStatus.OK


def test_too_many_requests_is_no_failure_and_counts_for_the_whole_host(world: World) -> None:
    world.serve("a", item("Ice"))
    world.serve("b", item("Fire"))
    world.configure("a")
    world.site.set_status("/a", 429, {"Retry-After": "3600"})
    world.poll()
    world.configure("a", "b")
    later = world.poll()

    state = {each.source.name: each.state for each in world.aggregator.store.sources()}
    assert later == {}
    assert state["a"].failures == 0
    assert state["a"].next_check is not None
    assert state["a"].next_check >= NOW + timedelta(hours=1)
    assert state["b"].next_check is not None
    assert "host" in state["b"].next_check_reason
    assert not [request for request in world.site.requests if request.path == "/b"]


def test_a_permanent_redirect_is_remembered_once_its_target_is_a_feed(world: World) -> None:
    world.serve("new", item("Ice"))
    world.site.set_status("/old", 301, {"Location": f"{world.site.url}new"})
    world.configure("old")
    world.poll()
    asked = len(world.site.requests)
    world.clock.forward(days=1)
    world.poll()

    assert world.status("old") is SourceStatus.MOVED
    assert [request.path for request in world.site.requests[asked:]] == ["/new"]


def test_old_entries_are_forgotten_and_do_not_come_back(world: World) -> None:
    world.serve("a", item("Old"))
    world.configure("a", more="")
    world.poll()
    world.clock.forward(days=500)
    world.serve("a", item("Old", text="still there"), item("New"))
    count = world.aggregator.forget_old()
    world.poll()

    assert count == 1
    assert set(world.entries()) == {"New"}


def test_an_unchanged_body_is_not_parsed_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.serve("a", item("Ice"))
    world.configure("a")
    world.poll()
    world.serve("a", item("Ice"))  # the same bytes under a new date: a 200
    parsed: list[str] = []
    real = kinds.parse_feed
    monkeypatch.setattr(kinds, "parse_feed", lambda fetched: parsed.append(fetched.url) or real(fetched))
    world.clock.forward(days=1)

    result = world.poll()["a"]

    assert result.error is None
    assert parsed == []


def test_a_broken_answer_changes_nothing_that_is_stored(world: World) -> None:
    world.serve("a", item("Ice"))
    world.configure("a")
    world.poll()
    validators = world.aggregator.store.sources()[0].state.validators
    for body, kind in (
        (b"", "application/xml"),
        (b"<!doctype html><html><body>Sorry", "text/html"),
        (b"\x00\x01", "text/xml"),
    ):
        world.site.put("/a", body, kind)
        world.clock.forward(days=2)
        assert world.poll()["a"].error

    assert set(world.entries()) == {"Ice"}
    assert world.aggregator.store.sources()[0].state.validators == validators


def test_a_feed_that_is_not_configured_is_a_usage_error(world: World) -> None:
    world.configure()

    with pytest.raises(UsageError, match="there are: all"):
        world.aggregator.feed_document("nothing")


def test_the_output_does_not_change_when_a_source_only_dates_itself_anew(world: World) -> None:
    def serve(date: str) -> None:
        world.site.put(
            "/a", RSS.format(title="A", items=f"<lastBuildDate>{date}</lastBuildDate>" + item("Ice")).encode()
        )

    serve("Sun, 01 Mar 2026 09:00:00 GMT")
    world.configure("a")
    world.poll()
    render: Callable[[], bytes] = lambda: render_feed(world.aggregator.feed_document("all"), FeedFormat.ATOM)  # noqa: E731
    before = render()
    serve("Mon, 02 Mar 2026 09:00:00 GMT")
    world.clock.forward(days=2)
    world.poll()

    assert render() == before


def test_new_entries_are_judged_by_the_rules_of_the_last_reload(world: World) -> None:
    world.serve("a", item("Lunar ice"))
    world.configure("a", more="categories: [{name: space, any: [lunar]}]\n")
    world.poll("a")
    world.configure("a", more="categories: [{name: space, any: [orbit]}]\n")
    world.serve("a", item("Lunar ice"), item("Lunar dust"), item("An orbit"))
    world.poll("a")

    found = {title: [match.category for match in each.categories] for title, each in world.entries().items()}

    assert found == {"Lunar ice": ["space"], "Lunar dust": [], "An orbit": ["space"]}


def test_a_feed_with_a_text_has_the_newest_that_fit_however_many_do_not(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_PAGE", 9)
    world.serve("a", *(item(f"Number {number}", text="even" if number % 2 == 0 else "odd") for number in range(20)))
    world.serve("b", item("Elsewhere, even so"))
    where = "where: {sources: [a], text: 'summary:even and not title:\"number 4\"'}"
    world.configure("a", "b", more=f"feeds: [{{name: even, limit: 6, {where}}}]\n")
    world.poll("a", "b")
    in_order = [each.entry.title for each in world.aggregator.published(Where(sources=("a",)), limit=100)]

    found = [each.entry.title for each in world.aggregator.feed_document("even").entries]

    even = [title for title in in_order if int(title.split()[1]) % 2 == 0]
    assert sorted(found) == sorted([title for title in even if title != "Number 4"][:6])


def dated(title: str, year: int, text: str = "") -> str:
    return item(title, text=text).replace("01 Mar 2026", f"01 Mar {year}").replace("Sun, ", "")


def test_old_entries_of_a_new_source_are_known_and_never_come_as_news(world: World) -> None:
    old = [dated(f"Old {year}", year) for year in range(2010, 2020)]
    world.serve("a", dated("New", 2026), *old)
    world.configure("a backlog: 3")

    first = world.poll()["a"]
    kept = set(world.entries())
    world.clock.forward(days=1)
    world.serve("a", dated("Newer", 2026), dated("New", 2026), *old[:-1], dated("Old 2019", 2019, text="edited"))
    second = world.poll()["a"]

    assert kept == {"New", "Old 2019", "Old 2018"}
    assert (first.new, first.unchanged) == (3, 8)
    assert (second.new, second.updated) == (1, 1)
    assert set(world.entries()) == {"Newer", "New", "Old 2019", "Old 2018"}
    world.clock.forward(days=1)
    world.serve("a", dated("New", 2026), dated("Old 2010", 2010, text="edited too"))
    third = world.poll()["a"]
    assert (third.new, third.updated) == (0, 0)
    assert "Old 2010" not in world.entries()


def test_a_new_source_of_old_entries_alone_that_are_not_wanted_remembers_them(world: World) -> None:
    world.serve("a", *(dated(f"Old {year}", year) for year in range(2010, 2014)))
    world.configure("a backlog: 1, drop: old")

    assert world.poll()["a"].new == 0
    world.clock.forward(days=1)
    world.serve("a", dated("Old 2010", 2010, text="edited"))
    world.configure("a backlog: 1")

    assert world.poll()["a"].new == 0


@pytest.mark.parametrize(
    ("storage", "source", "kept"), [("", "", 30), ("", "backlog: all", 35), ("all", "", 35), ("2", "", 2)]
)
def test_how_much_of_a_backlog_is_kept_is_told_for_all_sources_or_one(
    tmp_path: Path, storage: str, source: str, kept: int
) -> None:
    with DemoSite(now=NOW) as site:
        world = World(site, tmp_path, f"sqlite:///x.db'{', backlog: ' + storage if storage else ''}, keep: '400d")
        world.serve("a", *(dated(f"Old {number}", 1991 + number % 20) for number in range(35)))
        world.configure(f"a {source}".strip())

        assert world.poll()["a"].new == kept
        world.aggregator.close()


def test_a_publishers_date_takes_the_place_of_the_time_of_the_poll_and_of_no_other(world: World) -> None:
    undated = item("Ice").replace("<pubDate>Sun, 01 Mar 2026 09:00:00 GMT</pubDate>", "")
    world.serve("a", undated, dated("Snow", 2025))
    world.configure("a")
    world.poll()
    first_seen = world.entries()["Ice"].published
    world.clock.forward(days=1)
    world.serve("a", item("Ice"), dated("Snow", 2024))

    result = world.poll()["a"]

    ice, snow = world.entries()["Ice"], world.entries()["Snow"]
    assert first_seen == ice.first_seen
    assert ice.published == datetime(2026, 3, 1, 9, tzinfo=UTC) < first_seen
    assert (ice.is_dated, snow.published.year) == (True, 2025)
    assert ice.updated == first_seen
    world.clock.forward(days=1)
    world.serve("a", item("Ice").replace("01 Mar", "28 Feb"), dated("Snow", 2023))
    assert (result.updated, world.poll()["a"].updated) == (1, 0)
