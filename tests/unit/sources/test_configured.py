from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config import load
from aggregator.model import SourceKind
from aggregator.sources import configured_sources, name_for


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
    found = names(
        tmp_path,
        "  - url: https://x.example/1\n  - url: https://x.example/2\n"
        "  - url: https://y.example/\n    name: x-example\n",
    )

    assert found == ["x-example-2", "x-example-3", "x-example"]


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
        "sources:\n  - {url: 'https://a.example/', name: a, kind: feed, categories: [c], every: 2h, keep: moon, "
        "priority: 3}\n"
        "categories: [{name: c, any: [x]}]\n"
    )

    [source] = configured_sources(load(tmp_path / "c.yaml"))

    assert (source.kind, source.categories, source.keep, source.priority) == (SourceKind.FEED, ("c",), "moon", 3)
    assert source.every is not None
    assert source.every.total_seconds() == 7200
