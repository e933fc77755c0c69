"""The programs that poll side by side: ours, newsboat, sfeed_update and reader, each with a folder of its own."""

from __future__ import annotations

import compileall
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from bench.measure import Cost, run

_ROOT = Path(__file__).parent.parent
_CATEGORIES = _ROOT / "config" / "categories.yaml"
# Connections at a time, for those that let one choose.
_CONNECTIONS = 16


class Program(Protocol):
    """Polls what it was made with when told to; each poll builds on what the one before has stored."""

    name: str

    def __init__(self, folder: Path, urls: Sequence[str]) -> None: ...

    def poll(self) -> Cost: ...

    def count_entries(self) -> int: ...


class Ours:
    """``aggregator poll --all`` with the default categories, as a user runs it."""

    name = "aggregator poll --all"
    has_all = True  # the work of the others: they keep all that a feed shows
    semantic = "auto"

    def __init__(self, folder: Path, urls: Sequence[str]) -> None:
        self._config, self._database = folder / "aggregator.yaml", folder / "a.db"
        sources = "".join(f"  - {{name: s{number}, url: '{url}'}}\n" for number, url in enumerate(urls))
        backlog = ", backlog: all" if self.has_all else ""
        self._config.write_text(
            f"site: {{url: 'https://news.example.org/'}}\nstorage: {{url: 'sqlite:///a.db'{backlog}}}\n"
            f"fetch: {{allow_private: [127.0.0.1]}}\njudgement: {{semantic: {self.semantic}}}\n"
            f"{self._include}sources:\n{sources}"
        )

    @property
    def _include(self) -> str:
        return f"include: ['{_CATEGORIES}']\n"

    def poll(self) -> Cost:
        return run([Path(sys.executable).with_name("aggregator"), "poll", "--all", "--config", self._config])[0]

    def count_entries(self) -> int:
        return _count(self._database, "entries")


class OursPlain(Ours):
    """The same without vectors: stories by their words, as where the extra ``semantic`` isn't installed."""

    name = "… without vectors"
    semantic = "off"


class OursBare(OursPlain):
    """The same without categories, too: the others have none."""

    name = "… and categories"
    _include = ""


class OursUsual(Ours):
    """The same with the usual backlog: of a new source its newest entries, and what is younger than a year or so."""

    name = "… with the usual backlog"
    has_all = False


class OursRunning(Ours):
    """The same poll in a program that runs already: without its start."""

    name = "… without its start"

    def poll(self) -> Cost:
        whole, said = run([sys.executable, "-m", "bench.running", self._config])
        return Cost(**json.loads(said.splitlines()[-1]), peak_mb=whole.peak_mb)


class Libraries:
    """No poll at all: a Python that loads the libraries that a poll can't do without. Nothing of ours is quicker."""

    name = "loading libraries alone"

    def __init__(self, folder: Path, urls: Sequence[str]) -> None:
        self._command = [sys.executable, "-c", "import lxml.etree, nh3, pydantic, requests, sqlalchemy, typer"]

    def poll(self) -> Cost:
        return run(self._command)[0]

    def count_entries(self) -> int:
        return 0


class Pieces:
    """A poll by the libraries alone: what a Python that loads and uses them takes before it does anything of ours."""

    name = "its libraries alone"

    def __init__(self, folder: Path, urls: Sequence[str]) -> None:
        self._database, self._urls = folder / "pieces.db", folder / "pieces.urls"
        self._urls.write_text("\n".join(urls))

    def poll(self) -> Cost:
        return run([sys.executable, "-m", "bench.pieces", self._database, self._urls])[0]

    def count_entries(self) -> int:
        return _count(self._database, "entries")


class Newsboat:
    """``newsboat -x reload``."""

    name = "newsboat"

    def __init__(self, folder: Path, urls: Sequence[str]) -> None:
        self._cache = folder / "cache.db"
        (folder / "urls").write_text("".join(f"{url}\n" for url in urls))
        (folder / "config").write_text(f"reload-threads {_CONNECTIONS}\n")
        files: list[str | Path] = ["-u", folder / "urls", "-c", self._cache, "-C", folder / "config"]
        self._command: list[str | Path] = ["newsboat", *files, "-x", "reload"]
        self._env = {"HOME": str(folder)}

    def poll(self) -> Cost:
        return run(self._command, env=self._env)[0]

    def count_entries(self) -> int:
        return _count(self._cache, "rss_item")


class Sfeed:
    """``sfeed_update``, which asks without conditions."""

    name = "sfeed_update"

    def __init__(self, folder: Path, urls: Sequence[str]) -> None:
        self._rc, self._folder = folder / "sfeedrc", folder / "feeds"
        feeds = "".join(f"feed s{number} '{url}'\n" for number, url in enumerate(urls))
        self._rc.write_text(f"sfeedpath='{self._folder}'\nmaxjobs={_CONNECTIONS}\nfeeds() {{\n{feeds}}}\n")

    def poll(self) -> Cost:
        # exits with 1 when a feed has no entries that it understands
        return run(["sh", "-c", 'sfeed_update "$0" || test $? = 1', self._rc])[0]

    def count_entries(self) -> int:
        return sum(path.read_bytes().count(b"\n") for path in self._folder.iterdir())


class Reader:
    """lemon24's reader (PyPI), in its own environment."""

    name = "reader"

    _ADD = """
import sys
from reader import make_reader
reader = make_reader(sys.argv[1])
for url in open(sys.argv[2]).read().split():
    reader.add_feed(url, exist_ok=True)
"""
    _UPDATE = """
import sys
from reader import make_reader
make_reader(sys.argv[1]).update_feeds(workers=int(sys.argv[2]), scheduled=False)
"""

    def __init__(self, folder: Path, urls: Sequence[str]) -> None:
        self._database, self._python = folder / "reader.sqlite", _reader_python()
        (folder / "urls").write_text("\n".join(urls))
        run([self._python, "-c", self._ADD, self._database, folder / "urls"])

    def poll(self) -> Cost:
        return run([self._python, "-W", "ignore", "-c", self._UPDATE, self._database, str(_CONNECTIONS)])[0]

    def count_entries(self) -> int:
        return _count(self._database, "entries")


def installed() -> tuple[list[type[Program]], list[str]]:
    """Return the programs that can be run here, and a sentence on each of the others."""
    compileall.compile_dir(_ROOT / "aggregator", quiet=1)  # as pip does for the others
    programs: list[type[Program]] = [Ours, OursPlain, OursBare, OursUsual, OursRunning, Libraries, Pieces]
    missing = []
    for command, program in (("newsboat", Newsboat), ("sfeed_update", Sfeed)):
        if shutil.which(command):
            programs.append(program)
        else:
            missing.append(f"{program.name} is not installed")
    try:
        _reader_python()
        programs.append(Reader)
    except (OSError, subprocess.CalledProcessError):
        missing.append("reader can't be installed with pip")
    return programs, missing


def _reader_python() -> Path:
    """Return the Python of an environment that has reader; made when there is none yet."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aggregator-bench" / "reader"
    python, is_done = folder / "bin" / "python", folder / "installed"
    if not is_done.exists():
        venv.create(folder, with_pip=True, clear=True)
        packages = ["reader", "sgmllib3k"]  # reader 3.26 needs it and doesn't say so
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True, capture_output=True)
        is_done.touch()
    return python


def _count(database: Path, table: str) -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()
