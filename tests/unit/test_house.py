"""The house: what its files are called, so that the next reader finds one thing behind each name."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import aggregator

ROOT = Path(aggregator.__file__).parent

# One name for several files or packages is right only where it is one thing, seen from several rooms.
SAME_THING = {
    "database": "where the configuration puts it, the commands for it, what doctor says of it",
    "digests": "the room, and the command",
    "doctor": "the room, and the command",
    "entries": "the record, and its rows",
    "feeds": "output feeds: the record, its rows, and the documents",
    "hubs": "telling them, and the command that shows whom we told",
    "issues": "the record, and its rows",
    "ledger": "kept by the store, shown on a page",
    "moves": "sources that moved: in the store, and what commands say of them",
    "opml": "the format, read and written",
    "pages": "web pages: those we read in parse/, those we make in publish/",
    "parse": "the stage, and the step that calls it",
    "polling": "the room, and the command",
    "polls": "the record, and its rows",
    "rules": "the categories' rules, and the command for them",
    "sources": "the room, the record, and its rows",
    "store": "the room, and its front",
    "web": "its settings, and the room",
}


def _named() -> dict[str, list[str]]:
    found = defaultdict(list)
    for path in sorted(ROOT.rglob("*")):
        is_package = path.is_dir() and (path / "__init__.py").exists()
        if "_defaults" not in path.parts and (is_package or (path.suffix == ".py" and path.stem != "__init__")):
            found[path.stem].append(str(path.relative_to(ROOT)))
    return found


NAMED = _named()


def test_one_name_means_one_thing() -> None:
    doubles = {name: places for name, places in NAMED.items() if len(places) > 1}

    assert {name: places for name, places in doubles.items() if name not in SAME_THING} == {}


@pytest.mark.parametrize("name", SAME_THING)
def test_every_exception_is_still_one(name: str) -> None:
    assert len(NAMED[name]) > 1


@pytest.mark.parametrize("name", ["utils", "util", "helpers", "common", "misc", "manager", "base"])
def test_no_file_is_named_for_nothing(name: str) -> None:
    assert name not in NAMED


def test_the_top_of_the_package_fits_on_one_screen() -> None:
    listed = [path.name for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]

    assert len(set(listed) - {"__init__.py", "__main__.py"}) <= 23


# A file as docs and docstrings mention it: "pipeline.py", "polling/readers.py"; "file.py" stands for any.
_MENTIONED = re.compile(r"(?<![\w/.{*])((?:\w+/)*\w+\.py)\b")
_ANY = "file.py"


@pytest.mark.parametrize("room", ["aggregator", "bench", "docs", "."])
def test_every_file_that_is_mentioned_is_there(room: str) -> None:
    """Decisions and the changelog are history: they may name what is gone."""
    top = ROOT.parent
    there = [
        f"/{path.relative_to(top).as_posix()}"
        for each in ("aggregator", "bench", "tests")
        for path in (top / each).rglob("*.py")
    ]
    deep = [] if room in {"docs", "."} else (top / room).rglob("*.py")
    texts = [*deep, *(path for path in (top / room).glob("*.md") if path.name != "CHANGELOG.md")]

    mentioned = {(path.name, name) for path in texts for name in _MENTIONED.findall(path.read_text())}

    assert {
        (where, name)
        for where, name in mentioned
        if name != _ANY and not any(each.endswith(f"/{name}") for each in there)
    } == set()


def _imported(path: Path, *, anywhere: bool) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if anywhere else tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)


def _parts_loaded_by(package: Path) -> set[str]:
    """Return the parts that a package loads when it is imported, and what these load of it."""
    name = ".".join((ROOT.name, *package.relative_to(ROOT).parts))
    loaded: set[str] = set()
    waiting = [package / "__init__.py"]
    while waiting:
        for part in _imported(waiting.pop(), anywhere=False):
            file = package / f"{part.removeprefix(f'{name}.')}.py"
            if part.startswith(f"{name}.") and part not in loaded and file.exists():
                loaded.add(part)
                waiting.append(file)
    return loaded


# Loaded by worker threads, when there is something for them to do: the rest is there before threads start.
LOADED_LATE = (
    "dedupe",
    "fetch/browser",
    "fetch/mailbox",
    "normalize",
    "notify/chat",
    "parse/fast",
    "parse/mails",
    "parse/pages",
    "parse/watch",
)


@pytest.mark.parametrize("package", LOADED_LATE)
def test_a_package_that_threads_load_is_entered_by_its_front_door_alone(package: str) -> None:
    """Of two threads, one importing a package and one a part that it loads, Python may end one with an error."""
    parts = _parts_loaded_by(ROOT / package)
    others = (path for path in ROOT.rglob("*.py") if not path.is_relative_to(ROOT / package))

    assert parts
    assert {str(path): found for path in others if (found := parts & set(_imported(path, anywhere=True)))} == {}
