"""The documentation: its site builds, its generated pages are those of the program, and nothing is left out."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.config.shape import known_keys, nodes, shape
from aggregator.entrypoints.cli import commands
from aggregator.entrypoints.command_pages import command_pages
from tests.conftest import skip_or_fail

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    if importlib.util.find_spec("sphinx") is None:
        skip_or_fail("sphinx is not installed")
    build = [sys.executable, "-m", "sphinx", "--builder", "html", "--fail-on-warning", "--keep-going", "--quiet"]

    done = subprocess.run([*build, DOCS, tmp_path], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "index.html").exists()


def test_the_reference_of_commands_is_that_of_the_program() -> None:
    committed = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")

    command = "python -m aggregator.entrypoints.command_pages > docs/reference/commands.md"
    assert committed == command_pages(), f"run: {command}"


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_command_is_in_the_readme_and_the_reference(name: str) -> None:
    assert re.search(rf"`aggregator {name}\b", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert f"\n## {name}\n" in command_pages()


def test_every_option_of_a_command_says_what_it_does() -> None:
    empty = [line for line in command_pages().splitlines() if re.fullmatch(r"\| `.*` \| (None)?\s*\|", line)]

    assert empty == []


def test_every_key_is_in_the_reference() -> None:
    page = (DOCS / "reference" / "configuration.md").read_text(encoding="utf-8")

    keys = {key for node in nodes(shape()) for key in known_keys(node)}
    assert len(keys) > 80
    assert {key for key in keys if f"| `{key}` |" not in page} == set()


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "bench").glob("*.md")]
    lost = {
        (page.relative_to(ROOT).as_posix(), target)
        for page in pages
        if page.name != "CHANGELOG.md"
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    }

    assert lost == set()
