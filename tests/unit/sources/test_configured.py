from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.config import load
from aggregator.model import BacklogRule, SourceKind
from aggregator.sources.configured import configured_sources, name_for


def names(tmp_path: Path, sources: str) -> list[str]:
    (tmp_path / "c.yaml").write_text(f"sources:\n{sources}")
    return [source.name for source in configured_sources(load(tmp_path / "c.yaml"))]


def test_a_source_without_a_name_is_named_for_its_title_or_else_its_host(tmp_path: Path) -> None:
    found = names(
        tmp_path,
        "  - url: https://a.example/feed\n    title: Été spatial & Co.\n  - url: https://www.space.example/feed\n",
    )

    assert found == ["ete-spatial-co", "space-example"]


def test_made_names_never_take_a_given_one(tmp_path: Path) -> None:
    found = names(tmp_path, "  - url: https://x.example/\n  - url: https://y.example/\n    name: x-example\n")

    assert found[1] == "x-example"
    assert re.fullmatch(r"x-example-[0-9a-f]{6}", found[0])


SAME_HOST = (
    "https://x.example/feed", "https://x.example/rss.xml", "https://x.example/atom.xml", "https://x.example/a/feed",
    "https://x.example/b/feed", "https://x.example/f?id=1", "https://x.example/f?id=2", "https://www.x.example/a?b",
)  # fmt: skip


@pytest.mark.parametrize("left_out", SAME_HOST)
def test_names_made_from_hosts_stay_when_a_line_goes(tmp_path: Path, left_out: str) -> None:
    urls = [url for url in SAME_HOST if url != left_out]
    before = dict(zip(SAME_HOST, names(tmp_path, "".join(f"  - url: {url}\n" for url in SAME_HOST)), strict=True))

    after = names(tmp_path, "".join(f"  - url: {url}\n" for url in urls))

    assert after == [before[url] for url in urls]
    assert len(set(before.values())) == len(SAME_HOST)


def test_a_source_keeps_the_name_that_its_address_has(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        "sources:\n  - url: https://x.example/a\n    title: New title\n  - url: https://x.example/b\n"
        "  - url: https://y.example/\n    name: kept\n"
    )
    known = {"https://x.example/a": "old", "https://x.example/b": "kept", "https://z.example/": "x-example-b"}

    found = [source.name for source in configured_sources(load(tmp_path / "c.yaml"), known=known)]

    assert found == ["old", "x-example-b", "kept"]


def test_a_name_that_several_would_have_is_nobodys(tmp_path: Path) -> None:
    one, two, three = (f"  - url: https://{host}.example/\n    title: News\n" for host in "abc")

    both, first, all_three = (names(tmp_path, text) for text in (one + two, one, one + two + three))

    assert first == ["news"]
    assert all(re.fullmatch(r"news-[0-9a-f]{6}", name) for name in both)
    assert all_three[:2] == both


@pytest.mark.parametrize(
    ("title", "url", "name"),
    [
        (None, "https://feeds.news.example/x", "news-example"),
        ("日本語", "https://jp.example/", "jp-example"),
        ("日本語", "https://[::1]/", "1"),
        ("", "https:///", "source"),
        ("A" * 80, "https://a.example/", "a" * 48),
    ],
)
def test_names_are_short_and_plain(title: str | None, url: str, name: str) -> None:
    assert name_for(title, url) == name


def test_all_that_is_configured_arrives(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        "sources:\n  - {url: 'https://a.example/', name: a, kind: feed, categories: [c], folder: [A, B/C], "
        "every: 2h, keep: moon, priority: 3}\n"
        "categories: [{name: c, any: [x]}]\n"
    )

    [source] = configured_sources(load(tmp_path / "c.yaml"))

    assert (source.kind, source.categories, source.keep, source.priority) == (SourceKind.FEED, ("c",), "moon", 3)
    assert source.folder == ("A", "B/C")
    assert source.every is not None
    assert source.every.total_seconds() == 7200


def test_a_source_keeps_the_backlog_that_is_told_for_it_or_for_all(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        "storage: {backlog: 5, keep: 10d}\nsources:\n  - {url: https://a.example/}\n"
        "  - {url: https://b.example/, backlog: 0}\n"
        "  - {url: https://c.example/, backlog: all}\n  - {url: https://d.example/, kind: page, depth: 3}\n"
    )

    rules = [source.backlog for source in configured_sources(load(tmp_path / "c.yaml"))]

    ten_days = timedelta(days=10)
    assert rules == [
        BacklogRule(newest=5, younger_than=ten_days), BacklogRule(newest=0, younger_than=ten_days), None, None,
    ]  # fmt: skip
