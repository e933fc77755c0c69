"""Permanent redirects as the operator meets them: in `sources` and `check`, and written into the YAML."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.entrypoints.demo import DemoSite
from tests.end_to_end.conftest import Runner

FEED = (
    "<rss version='2.0'><channel><title>{0}</title><item><title>{0}</title><guid>{0}</guid>"
    "<pubDate>Sun, 01 Mar 2026 09:00:00 GMT</pubDate></item></channel></rss>"
)


@pytest.fixture
def moved(run: Runner, site: DemoSite, tmp_path: Path) -> Path:
    """A configuration of two files whose sources have moved, or not, once they are polled."""
    for name in ("new", "kept", "private"):
        site.put(f"/{name}", FEED.format(name.title()).encode())
    for old, new in (("old", "new"), ("older", "kept"), ("user", "private")):
        site.set_status(f"/{old}", 301, {"Location": f"{site.url}{new}"})
    with_user = site.url.replace("//", "//me:secret@")
    (tmp_path / "c.yaml").write_text(
        "storage: {url: 'sqlite:///x.db'}\nfetch: {allow_private: true}\ninclude: [more.yaml]\n"
        f"sources:\n  # it has no name of its own\n  - url: '{site.url}old'   # as it was\n    priority: 3\n"
    )
    (tmp_path / "more.yaml").write_text(
        f"sources:\n  - {{url: {site.url}older, name: older}}\n  - {{url: {site.url}kept, name: kept}}\n"
        f"  - {{url: '{with_user}user', name: private}}\n"
    )
    run("poll", "--config", "c.yaml")
    return tmp_path / "c.yaml"


def test_check_lists_the_known_moves_and_where_they_are_written(run: Runner, moved: Path, site: DemoSite) -> None:
    said = run("check", "--config", moved).stdout

    assert "3 sources have moved for good; `aggregator sources --apply-moves` writes the new addresses" in said
    assert f"(c.yaml:6) to {site.url}new" in said
    assert "older (more.yaml:2) to the address of kept" in said
    assert "secret" not in said


def test_check_says_nothing_of_moves_where_there_is_no_database(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("storage: {url: 'sqlite:///sub/x.db'}\nsources: [{url: 'https://a.example/'}]\n")

    assert "moved" not in run("check", "--config", "c.yaml").stdout
    assert not (tmp_path / "sub").exists()


def test_check_is_content_with_a_database_that_it_cannot_read(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("storage: {url: 'sqlite:///x.db'}\nsources: [{url: 'https://a.example/'}]\n")
    (tmp_path / "x.db").write_bytes(b"")

    assert "whether sources have moved isn't known: the database" in run("check", "--config", "c.yaml").stdout


def test_a_merged_source_is_shown_and_not_polled_with_all(run: Runner, moved: Path, site: DemoSite) -> None:
    asked = len(site.requests)
    run("poll", "--all", "--config", moved)
    older = next(each for each in run.json("sources", "--config", moved) if each["name"] == "older")

    assert sorted(request.path for request in site.requests[asked:]) == ["/kept", "/new", "/private"]
    assert (older["status"], older["merged_into"], older["next_check"]) == ("moved", "kept", None)
    assert "moved to the address of kept" in run("sources", "--config", moved).stdout


def test_apply_moves_changes_the_addresses_alone_and_the_sources_stay_what_they_are(
    run: Runner, moved: Path, site: DemoSite
) -> None:
    before, more_before = moved.read_text(), (moved.parent / "more.yaml").read_text()
    entries = run.json("entries", "--config", moved)

    said = run("sources", "--apply-moves", "--config", moved).stdout
    asked = len(site.requests)
    run("poll", "--all", "--config", moved)

    assert moved.read_text() == before.replace("/old'", "/new'")
    assert (moved.parent / "more.yaml").read_text() == more_before
    assert "1 source has a new address now" in said
    assert "older has moved to the address of kept" in said
    assert "please change more.yaml:4 yourself" in said
    assert "secret" not in said
    assert run.json("entries", "--config", moved) == entries
    [request] = [each for each in site.requests[asked:] if each.path == "/new"]
    assert request.status == 304
    assert "no address was changed" in run("sources", "--apply-moves", "--config", moved).stdout


def test_what_cannot_be_loaded_afterwards_is_put_back(run: Runner, moved: Path, site: DemoSite) -> None:
    site.put("/" + "n" * 90, FEED.format("Long").encode())
    site.set_status("/new", 301, {"Location": f"{site.url}{'n' * 90}"})
    run("poll", "--all", "--config", moved)
    size = len(moved.read_bytes())
    padded = moved.read_text() + "#" * (2_000_000 - size)  # as large as a file of the configuration may be
    moved.write_text(padded)

    done = run("sources", "--apply-moves", "--config", moved, expect=2)

    assert "larger than 2 MB" in done.stderr
    assert moved.read_text() == padded
