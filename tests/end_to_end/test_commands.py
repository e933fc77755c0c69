"""Every command as a process, on the sample site."""

from __future__ import annotations

import re
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aggregator.entrypoints.cli import app
from aggregator.entrypoints.demo import DemoSite, expected, formats
from aggregator.store.migrate import HEAD
from tests.end_to_end.conftest import ROOT, Runner

COMMANDS = [
    ("run",), ("check",), ("poll",), ("publish",), ("digest",), ("deliveries",), ("sources",), ("entries",),
    ("explain",), ("preview",), ("add",), ("rules", "test"), ("rules", "apply"), ("rules", "suggest"), ("correct",),
    ("opml", "import"), ("opml", "export"), ("db", "upgrade"), ("backup",), ("restore",), ("doctor",), ("db", "copy"),
]  # fmt: skip


@pytest.mark.parametrize("command", [*COMMANDS, ("demo",)], ids=" ".join)
def test_every_command_has_help_with_an_example(command: tuple[str, ...]) -> None:
    text = CliRunner().invoke(app, [*command, "--help"]).stdout

    assert f"Example: aggregator {' '.join(command)}" in re.sub(r"\s+", " ", text)
    assert "--config" in text or command == ("demo",)


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()

    for command in [*COMMANDS, ("demo",)]:
        assert f"aggregator {' '.join(command)}" in readme


def test_poll_stores_every_article_once_and_a_second_poll_adds_nothing(
    run: Runner, config: Path, site: DemoSite
) -> None:
    first = run("poll", "--all", "--config", config)
    entries = run.json("entries", "--config", config)
    asked_first = len(site.requests)
    second = run("poll", "--all", "--config", config)
    asked = site.requests[asked_first:]

    originals = [entry for entry in entries if entry["duplicate_of"] is None]
    assert len(originals) == expected(formats()).articles
    assert len(entries) - len(originals) == expected(formats()).duplicates
    assert {entry["duplicate_of"] for entry in entries} - {None} <= {entry["id"] for entry in originals}
    assert run.json("entries", "--config", config) == entries
    assert f"{expected(formats()).sources} sources polled" in first.stdout
    assert ": 0 new entries" in second.stdout
    conditional = [request for request in asked if "if-none-match" in request.headers]
    assert {request.status for request in conditional} == {304}
    assert len(conditional) >= len(asked) - 4  # those that fail, or moved, gave nothing to ask with
    assert not any("\x1b" in done.stdout for done in (first, second))


def test_poll_without_names_polls_what_is_due_and_no_more(run: Runner, config: Path, site: DemoSite) -> None:
    run("poll", "--config", config)
    asked = len(site.requests)

    again = run("poll", "--config", config)

    assert "nothing is due" in again.stdout
    assert len(site.requests) == asked


def test_poll_by_name_and_the_nearest_name_for_a_wrong_one(run: Runner, config: Path, site: DemoSite) -> None:
    name = run.json("sources", "--config", config)[0]["name"]

    run("poll", name, "--config", config, expect=None)
    wrong = run("poll", name + "x", "--config", config, expect=2)

    assert f"did you mean '{name}'?" in wrong.stderr


def files_in(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.mark.slow  # each command is a program
def test_publish_writes_every_feed_and_a_second_time_touches_nothing(run: Runner, config: Path, tmp_path: Path) -> None:
    run("poll", "--all", "--config", config)
    out = tmp_path / "out"

    run("publish", "--out", out, "--config", config)
    before = files_in(out)
    again = run("publish", "--out", out, "--config", config)
    run("poll", "--all", "--config", config)
    run("publish", "--out", out, "--config", config)
    after = files_in(out)

    assert {"all.atom", "all.rss", "all.json", "index.html", "sources.opml"} <= before.keys()
    assert "0 files written" in again.stdout
    # the pages of the sources tell when each was asked last
    feeds = {name for name in before if not name.startswith(("sources", "index"))}
    assert {name: before[name] for name in feeds} == {name: after[name] for name in feeds}


def test_publish_into_a_file_is_a_sentence(run: Runner, config: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    done = run("publish", "--out", tmp_path / "file", "--config", config, expect=1)

    assert "file" in done.stderr


def test_sources_show_health_with_stable_keys(run: Runner, config: Path) -> None:
    run("poll", "--all", "--config", config)

    found = run.json("sources", "--config", config)
    shown = run("sources", "--config", config).stdout

    keys = {
        "name",
        "url",
        "kind",
        "read_as",
        "found_at",
        "read_because",
        "status",
        "last_checked",
        "last_success",
        "next_check",
        "failures",
        "last_error",
        "last_error_kind",
        "last_error_status",
        "entries",
        "latest_entry",
        "next_step",
    }
    assert all(keys <= source.keys() for source in found)
    assert {"ok", "failing", "moved"} == {source["status"] for source in found}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", source["last_checked"]) for source in found)
    failing = [source for source in found if source["status"] == "failing"]
    assert all(source["failures"] == 1 and source["last_error"] for source in failing)
    assert {(source["last_error_kind"], source["last_error_status"]) for source in failing} >= {("status", 500)}
    assert all(source["name"] in shown for source in found)
    assert re.search(
        r"(?m)^grand-region-wire +ok +\d+ +just now +in 1\d minutes because the feed asks for 15 minutes", shown
    )
    assert re.search(r"(?m)^exoplanet-club +failing +0 +never +in .* because it failed once: .* answered 500", shown)
    assert re.search(r"(?m)^courrier-orbital +moved .* because it is set to every minute; it moved to http://", shown)


def test_a_source_that_was_quiet_beyond_its_habit_since_it_is_watched_is_silent(run: Runner, config: Path) -> None:
    run("poll", "--all", "--config", config)
    [file] = config.parent.rglob("*.db")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE sources SET watched_since = '2020-01-01 00:00:00.000000'")

    [silent] = [each for each in run.json("sources", "--config", config) if each["status"] == "silent"]
    shown = run("sources", "--config", config).stdout

    assert silent["name"] == "hilltop-observatory"
    assert "aggregator poll hilltop-observatory" in silent["next_step"]
    assert re.search(r"(?m)^hilltop-observatory +silent ", shown)
    assert "If the site has news, run: aggregator poll hilltop-observatory" in " ".join(shown.split())


def test_entries_can_be_narrowed_and_have_stable_keys(run: Runner, config: Path) -> None:
    run("poll", "--all", "--config", config)
    every = run.json("entries", "--config", config)
    source = every[0]["source"]

    keys = {
        "id", "source", "url", "title", "summary", "content", "authors", "published", "updated", "first_seen",
        "language", "categories", "duplicate_of", "story", "enclosures", "tags",
    }  # fmt: skip
    assert all(keys <= entry.keys() for entry in every)
    of_source = run.json("entries", "--source", source, "--config", config)
    assert of_source == [entry for entry in every if entry["source"] == source]
    in_space = run.json("entries", "--category", "space", "--config", config)
    assert in_space == [entry for entry in every if "space" in entry["categories"]]
    assert in_space
    assert run.json("entries", "--since", "1h", "--limit", "3", "--config", config) == every[:3]
    assert run.json("entries", "--search", "zzzqqq", "--config", config) == []
    assert "did you mean 'space'?" in run("entries", "--category", "spac", "--config", config, expect=2).stderr
    assert "--since" in run("entries", "--since", "soon", "--config", config, expect=2).stderr


def test_explain_names_reasons_and_duplicates(run: Runner, config: Path) -> None:
    run("poll", "--all", "--config", config)
    duplicate = next(entry for entry in run.json("entries", "--config", config) if entry["duplicate_of"])

    by_id = run("explain", duplicate["id"], "--config", config).stdout
    assert "importance of its story" in by_id
    assert re.search(r"told by at least [24] sources", by_id)
    by_address = run("explain", duplicate["url"], "--config", config).stdout
    unknown = run("explain", "https://nothing.example/", "--config", config, expect=2)

    assert f"this is a duplicate of {duplicate['duplicate_of']}: same address as in" in by_id
    assert duplicate["duplicate_of"] in by_address
    assert "no stored entry" in unknown.stderr


@pytest.mark.slow  # each command is a program
def test_rules_test_tells_what_rules_apply_does(run: Runner, config: Path) -> None:
    run("poll", "--all", "--config", config)
    rules = config.parent / "categories.yaml"
    rules.write_text(rules.read_text().replace("- talent*", "- {terms: [talent*], near: [attract*]}"))
    before = run.json("entries", "--config", config)

    told = run.json("rules", "test", "--config", config)
    in_words = run("rules", "test", "--since", "30d", "--config", config).stdout
    unchanged = run.json("entries", "--config", config)
    done = run.json("rules", "apply", "--config", config)

    assert before == unchanged
    assert {(each["change"], each["category"]) for each in told} == {("lost", "talent")}
    assert 'no, score 0, and 1 is needed: "talent*" counts only within 8 words of "attract*"' in told[0]["reason"]
    assert f"talent: 0 entries would gain it, {len(told)} would lose it" in in_words
    assert done == told
    lost = {each["id"] for each in told}
    talents = {each["id"] for each in run.json("entries", "--category", "talent", "--config", config)}
    assert talents == {each["id"] for each in before if "talent" in each["categories"]} - lost
    assert run.json("rules", "test", "--config", config) == []


def test_a_correction_is_noted_in_the_yaml_and_in_force_at_once_and_an_edit_that_follows_it_is_suggested(
    run: Runner, config: Path
) -> None:
    run("poll", "--all", "--config", config)
    rules = config.parent / "categories.yaml"
    before = rules.read_text()
    found = run.json("entries", "--category", "talent", "--config", config)
    copy = next(each for each in found if each["source"] == "grand-region-wire")
    original = next(each for each in found if each["id"] == copy["duplicate_of"])
    given = next(each for each in found if each["source"] == "observatoire-talents")  # which gives it to all of its own
    assert "no category has examples" in run("rules", "suggest", "--config", config, expect=2).stderr

    told = run("correct", copy["id"], "--not", "talent", "--is", "space", "--config", config).stdout
    tested = run("rules", "test", "--config", config).stdout
    suggested = run("rules", "suggest", "talent", "--config", config).stdout

    assert "the rule of talent was wrong: yes, score" in told
    assert f"{copy['id']} no longer has talent" in told
    assert f"{original['id']} no longer has talent" in told
    now = {each["id"]: each["categories"] for each in run.json("entries", "--config", config)}
    assert (now[copy["id"]], now[original["id"]]) == (["space"], ["space"])
    lines = iter(rules.read_text().splitlines())
    assert all(line in lines for line in before.splitlines())
    assert rules.read_text().count("\n") == before.count("\n") + 6  # two keys and an example each
    assert f"takes in “{copy['title']}”" in tested
    assert "talent: precision 0.00, recall 1.00, F1 0.00 on 1 example (0 yes, 1 no)" in tested
    assert ", 0 would change" in tested
    assert f"right then: is not “{copy['title']}”" in suggested
    run("correct", given["id"], "--not", "talent", "--config", config)
    checked = run("check", "--config", config).stdout
    assert f"talent takes in “{copy['title']}”" in checked
    assert f"space misses “{copy['title']}”" in checked
    written = run("rules", "suggest", "--write", "--config", config).stdout
    assert "talent: precision" in written
    again = run("rules", "suggest", "--config", config).stdout
    assert "1. " not in again
    assert "every entry of observatoire-talents has it" in again
    assert "space misses" not in run("check", "--config", config).stdout
    assert "space: its rule gets all of its examples right" in again
    assert "either" in run("correct", copy["id"], "--config", config, expect=2).stderr
    assert "did you mean 'space'?" in run("correct", "x", "--is", "spac", "--config", config, expect=2).stderr


def test_preview_shows_a_feed_and_the_feed_of_a_page_and_stores_nothing(
    run: Runner, config: Path, site: DemoSite
) -> None:
    feed = next(source for source in run.json("sources", "--config", config) if source["name"] == "courrier-orbital")
    site.put(
        "/page", f'<html><link rel=alternate type="application/rss+xml" href="{feed["url"]}">'.encode(), "text/html"
    )
    site.put("/bare", b"<html><body><p>Nothing here", "text/html")

    direct = run.json("preview", feed["url"], "--config", config)
    through_page = run.json("preview", f"{site.url}page", "--config", config)
    bare = run("preview", f"{site.url}bare", "--config", config, expect=1)

    assert direct == through_page
    assert direct[0]["title"]
    assert "web page" in bare.stderr
    assert run.json("entries", "--config", config) == []


def test_preview_and_health_say_that_a_document_was_cut_off(run: Runner, config: Path, site: DemoSite) -> None:
    whole = b"<rss version='2.0'><channel><title>Cut</title><item><title>One</title></item><item><title>Tw"
    site.put("/cut.xml", whole)
    sources = config.parent / "sources.yaml"
    sources.write_text(f"{sources.read_text()}\n  - {{name: cut, url: '{site.url}cut.xml'}}\n")

    preview = run("preview", f"{site.url}cut.xml", "--config", config).stdout
    run("poll", "cut", "--config", config)
    [health] = [each for each in run.json("sources", "--config", config) if each["name"] == "cut"]

    assert "the document is cut off" in preview
    assert (health["status"], health["entries"]) == ("ok", 1)
    assert health["last_error"].startswith("the document is cut off")


def test_add_finds_the_feed_and_keeps_the_files_comments(run: Runner, config: Path, site: DemoSite) -> None:
    site.put(
        "/new.xml", b"<rss version='2.0'><channel><title>Brand new</title><item><title>x</title></item></channel></rss>"
    )
    site.put("/page", b'<html><link rel=alternate type="application/rss+xml" href="/new.xml">', "text/html")
    file = config.parent / "sources.yaml"
    before = file.read_text()

    run("add", f"{site.url}page", "--config", config)
    after = file.read_text()
    again = run("add", f"{site.url}new.xml", "--config", config)

    assert after.startswith(before.rstrip("\n"))
    assert "brand-new" in [source["name"] for source in run.json("sources", "--config", config)]
    assert "watched already" in again.stdout
    assert file.read_text() == after


def test_add_with_an_unknown_category_leaves_the_file_alone(run: Runner, config: Path, site: DemoSite) -> None:
    site.put("/new.xml", b"<rss version='2.0'><channel><title>New</title></channel></rss>")
    file = config.parent / "sources.yaml"
    before = file.read_text()

    run("add", f"{site.url}new.xml", "--category", "nonsense", "--config", config, expect=2)

    assert file.read_text() == before


def test_opml_goes_out_and_comes_back(run: Runner, config: Path, tmp_path: Path) -> None:
    out = tmp_path / "sources.opml"
    run("opml", "export", "--out", out, "--config", config)
    (tmp_path / "empty.yaml").write_text("storage: {url: 'sqlite:///e.db'}\n")

    done = run("opml", "import", out, "--config", tmp_path / "empty.yaml")
    again = run("opml", "import", out, "--config", tmp_path / "empty.yaml")

    sources = run.json("sources", "--config", config)
    urls = {source["url"] for source in sources if source["kind"] == "auto"}  # the others are pages without a feed
    assert len(urls) < len(sources)
    assert f"added {len(urls)} sources" in done.stdout
    assert "added 0 sources" in again.stdout
    assert {source["url"] for source in run.json("sources", "--config", tmp_path / "empty.yaml")} == urls
    assert "OPML" in run("opml", "import", tmp_path / "empty.yaml", "--config", config, expect=1).stderr


def test_check_counts_and_check_live_asks_every_source(run: Runner, config: Path, site: DemoSite) -> None:
    plain = run("check", "--config", config)
    asked = len(site.requests)
    live = run("check", "--live", "--config", config, expect=1)

    assert f"{expected(formats()).sources} sources" in plain.stdout
    assert asked == 0
    assert len(site.requests) >= expected(formats()).sources
    assert "sources can't be read" in live.stderr
    assert not list(config.parent.glob("*.db"))


def test_five_mistakes_are_five_complaints_with_file_and_line(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(
        "site:\n  titel: x\nfetch:\n  timeout: 5 bananas\nsources:\n  - url: ftp://a.example/\n  - name: b\n"
        "    url: https://b.example/\n    categories: [spase]\ncategories:\n  - name: space\n    any: ['/(/']\n"
    )

    done = run("check", "--config", "bad.yaml", expect=2)

    lines = [line for line in done.stderr.splitlines() if "bad.yaml:" in line]
    assert [int(re.search(r"bad\.yaml:(\d+)", line)[1]) for line in lines] == [2, 4, 6, 9, 12]
    assert "title" in lines[0]
    assert "space" in lines[3]


@pytest.mark.parametrize("arguments", [("check",), ("poll",), ("run",), ("sources", "--json")])
def test_a_missing_configuration_is_a_sentence(run: Runner, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, "--config", "nowhere.yaml", expect=2)

    assert "nowhere.yaml" in done.stderr


def test_an_unusable_database_is_a_sentence(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "file.db").write_bytes(b"this is not a database, it is a text of some length" * 40)
    (tmp_path / "c.yaml").write_text("storage: {url: 'sqlite:///file.db'}\n")

    assert "database" in run("poll", "--config", "c.yaml", expect=1).stderr


def test_db_upgrade_says_what_it_did(run: Runner, config: Path) -> None:
    assert f"empty → {HEAD}" in run("db", "upgrade", "--config", config).stdout
    assert "nothing to do" in run("db", "upgrade", "--config", config).stdout


def test_entries_through_head_is_no_error(run: Runner, config: Path) -> None:
    import subprocess

    run("poll", "--all", "--config", config)
    command = f"'{run.program}' entries --json --config '{config}' | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)

    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.slow  # programs that are killed, again and again
@pytest.mark.parametrize("kills", [6])
def test_kills_in_the_middle_lose_and_double_nothing(run: Runner, config: Path, kills: int) -> None:
    for number in range(kills):
        process = run.start("poll", "--all", "--config", config)
        time.sleep(0.35 + 0.9 * number / kills)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    # what the killed ones had claimed is free again when their leases end; `--all` must not have to wait for that
    run("poll", "--all", "--config", config)
    after_kills = run.json("entries", "--config", config)
    untouched = config.parent / "untouched.yaml"
    untouched.write_text(re.sub(r"sqlite:///\S+", "sqlite:///untouched.db", config.read_text()))
    run("poll", "--all", "--config", untouched)

    # which of several copies has the id under which the article was published first depends on who answered first
    def articles(entries: list[dict]) -> list[tuple]:
        return sorted((entry["source"], entry["title"], entry["content"]) for entry in entries)

    expected = run.json("entries", "--config", untouched)
    assert articles(after_kills) == articles(expected)
    assert sorted(entry["id"] for entry in after_kills) == sorted(entry["id"] for entry in expected)
