"""A key that is part of a source's address is in nothing that anybody gets to see."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aggregator.entrypoints.cli import app
from aggregator.text.hidden_keys import hide_in_addresses

CONFIG = "sources: [{name: a, url: 'https://a.example/feed?key=${KEY}'}]\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("KEY", "sword42fish")
    path = tmp_path / "aggregator.yaml"
    path.write_text(CONFIG)
    yield path
    hide_in_addresses([])


@pytest.mark.parametrize("command", ["sources --json", "opml export"])
def test_a_key_is_in_no_list_of_sources(config: Path, command: str) -> None:
    done = CliRunner().invoke(app, [*command.split(), "--config", str(config)])

    assert "https://a.example/feed?key=***" in done.stdout
    assert "sword42fish" not in done.output


def test_a_key_is_on_no_page(config: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["publish", "--out", str(tmp_path / "out"), "--config", str(config)])

    written = {path.name: path.read_text() for path in (tmp_path / "out").rglob("*.*") if path.is_file()}
    assert done.exit_code == 0
    assert "https://a.example/feed?key=***" in written["sources.opml"]
    assert "sword42fish" not in "".join(written.values())
