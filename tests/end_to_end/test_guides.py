"""The quickstart and each how-to guide are followed as they stand, with the installed program."""

from __future__ import annotations

import hashlib
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests.end_to_end.conftest import run_warm
from tests.postgresql import PostgresqlServer
from tests.walkthrough import DOCS, Walk, pages, served

QUICK = ("newsletters", "watch-a-ranking")  # each page is many commands; the others are in the slow group


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=() if page.stem in QUICK else pytest.mark.slow, id=page.stem) for page in pages()],
)
def test_a_guide_holds(
    page: Path, program: Path, warm: Path, tmp_path: Path, free_port: int, request: pytest.FixtureRequest
) -> None:
    database = None
    if "postgresql://" in page.read_text():
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        database = server.new_database()
    package = _package(program)
    before = _hash_of(package)

    with served() as site:
        Walk(program, tmp_path, site, port=free_port, database=database, running=partial(run_warm, warm)).follow(page)

    assert _hash_of(package) == before, "the installed package was written to"


def test_every_guide_is_in_the_index() -> None:
    listed = (DOCS / "how-to" / "index.md").read_text().splitlines()

    assert {page.stem for page in pages()[1:]} <= set(listed)


def _package(program: Path) -> Path:
    command = [program.with_name("python"), "-c", "import aggregator; print(aggregator.__path__[0])"]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True, cwd="/").stdout.strip())


def _hash_of(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return found.hexdigest()
