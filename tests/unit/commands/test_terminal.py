"""Tables on terminals that are wide and narrow."""

import re

import pytest
from rich.text import Text

from aggregator.entrypoints.one_poll import progress
from aggregator.entrypoints.terminal import show, table


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")


def shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, width: int) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    listing = table("id", "first seen", "title", "categories", wide=("title",))
    listing.add_row(
        "rawbmqlqc2hp6yaj",
        "8 minutes ago",
        Text("Lunar [bold] water is found in more places than was thought"),
        "space",
    )
    listing.add_row("it2x3ao3vzngtctj", "yesterday", Text(""), "")

    show(listing)

    plain = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    return [line.rstrip() for line in plain.splitlines()]


def test_a_table_that_fits_is_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(capsys, monkeypatch, width=80)

    assert lines == [
        "id                first seen     title                                categories",
        "rawbmqlqc2hp6yaj  8 minutes ago  Lunar [bold] water is found in more  space",
        "                                 places than was thought",
        "it2x3ao3vzngtctj  yesterday",
    ]


@pytest.mark.parametrize("width", [45, 60])
def test_on_a_narrow_terminal_nothing_is_cut_off(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    lines = shown(capsys, monkeypatch, width=width)

    assert lines[:3] == [
        "id                first seen     categories",
        "    title",
        "rawbmqlqc2hp6yaj  8 minutes ago  space",
    ]
    assert " ".join(" ".join(lines[3:-1]).split()) == "Lunar [bold] water is found in more places than was thought"
    assert lines[-1] == "it2x3ao3vzngtctj  yesterday"
    assert max(map(len, lines)) <= width


def test_a_terminal_is_told_that_stories_are_grouped_when_all_is_polled(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(1) as bar:
        bar.judge()

    assert "grouping stories" in capsys.readouterr().out
