"""Fixtures that several kinds of test share: a real PostgreSQL, the corpus, and "in CI a skip is a failure".

Tests come in two speeds: ``pytest`` runs the quick ones, ``pytest -m slow`` the others.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import reserved_port
from tests.postgresql import PostgresqlServer, find_server_programs

ROOT = Path(__file__).parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Leave out the group ``slow``, unless marks (``-m slow``) or single tests (``file.py::test``) are asked for."""
    if not config.option.markexpr and not any("::" in argument for argument in config.args):
        config.option.markexpr = "not slow"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave files without a slow test out of the group ``slow``: to load them all takes longer than many a test."""
    is_asked_for_slow = config.option.markexpr == "slow" and collection_path.name.startswith("test_")
    return True if is_asked_for_slow and "mark.slow" not in collection_path.read_text(encoding="utf-8") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, or at the end one process waits for another's."""
    items.sort(key=lambda item: "end_to_end" not in item.path.parts)


def skip_or_fail(reason: str) -> None:
    """Skip on a user's machine; fail in CI, which installs everything that tests need."""
    if os.environ.get("CI"):
        pytest.fail(f"in CI this must run: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresqlServer]:
    """A server of our own, one for each test process."""
    programs = find_server_programs()
    if programs is None:
        skip_or_fail("no PostgreSQL server programs (initdb, postgres) are installed")
        return
    with PostgresqlServer(programs) as server:
        yield server


# Real feeds and pages, where they are: AGGREGATOR_CORPUS, or ../shared/corpus beside the checkout.
CORPUS = Path(os.environ.get("AGGREGATOR_CORPUS") or ROOT.parent / "shared" / "corpus")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of real feeds and pages; skip without it."""
    if not (CORPUS / "feeds").is_dir():
        pytest.skip("the corpus of real feeds is absent (AGGREGATOR_CORPUS names its folder)")
    return CORPUS


def real_feeds() -> list[Path]:
    """Return the real feeds; none where the corpus is absent."""
    folder = CORPUS / "feeds"
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def in_batches(files: list[Path], size: int = 100) -> list[list[Path]]:
    """Return files in lists of so many, for tests that have one item for each list; an empty one without files."""
    return [files[first : first + size] for first in range(0, len(files), size)] or [[]]


def name_of_batch(files: list[Path]) -> str:
    return f"{len(files)} from {files[0].name}" if files else "absent"


@pytest.fixture
def free_port() -> Iterator[int]:
    with reserved_port() as port:
        yield port


@pytest.fixture
def another_port() -> Iterator[int]:
    with reserved_port() as port:
        yield port
