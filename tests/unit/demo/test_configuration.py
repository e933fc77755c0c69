"""The demo's configuration is one that the program accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config import load
from aggregator.entrypoints.demo import sources, write_config
from aggregator.errors import UsageError

SITE = "http://127.0.0.1:8000/"


def test_it_loads_and_watches_every_sample_source(tmp_path: Path) -> None:
    main = write_config(tmp_path / "new" / "demo", SITE, public_url="http://127.0.0.1:9999/")

    config = load(main, env={})

    assert main.parent == tmp_path / "new" / "demo"
    assert config.site.url == "http://127.0.0.1:9999/"
    assert [(source.name, source.url, source.title) for source in config.sources] == [
        (source.name, SITE + source.path[1:], source.title) for source in sources()
    ]
    assert [(source.kind, source.categories, source.priority) for source in config.sources] == [
        (source.kind, source.categories, source.priority) for source in sources()
    ]
    assert [category.name for category in config.categories] == ["space", "innovation", "talent"]
    assert [feed.name for feed in config.feeds] == ["all", "space", "innovation", "talent"]


def test_the_database_is_in_its_folder(tmp_path: Path) -> None:
    config = load(write_config(tmp_path, SITE), env={})

    assert str(tmp_path / "demo.db") in config.storage.url


def test_an_earlier_one_is_replaced(tmp_path: Path) -> None:
    write_config(tmp_path, "http://127.0.0.1:1/")

    write_config(tmp_path, SITE)

    assert "127.0.0.1:1/" not in (tmp_path / "sources.yaml").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match="file"):
        write_config(tmp_path / "file", SITE)
