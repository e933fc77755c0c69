"""Follow a page of the documentation as a reader would: write its files, run its commands, look for what it shows.

``python -m tests.walkthrough PROGRAM PAGE…`` does it with an installed program, each page in an empty directory.

A ``yaml`` or ``xml`` block whose first line names a file is written there, a YAML one beside what is in it (``email``
in its place). Each line of a ``sh`` block is run: ``aggregator …`` (``&`` leaves it running), ``curl …``, ``cd`` and
``export``. ``# exits with 2`` or ``# 401`` behind a line is what it must come to. The lines of a ``text`` block must be
in the output of the ``sh`` block before; ``…`` stands for anything. Addresses at ``*.example`` are served on loopback.
"""

from __future__ import annotations

import http.server
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.ports import reserved_port

DOCS = Path(__file__).parent.parent / "docs"
_BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r"(?:https://|(?<=feed:)https://)([\w.-]+\.example)(?=[/\s'\"\])}]|$)")
_WAIT_S = 60


def _rss(title: str, *items: tuple[str, str, str]) -> str:
    """Return a feed of items: address, title, text."""
    written = "".join(
        f"<item><link>{url}</link><guid>{url}</guid><title>{name}</title><description>{text}</description></item>"
        for url, name, text in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{written}</channel></rss>'


def _press(*titles: str) -> str:
    """Return a page with a list of releases, as press rooms have them."""
    items = "".join(
        f'<li><h3><a href="/press/{number}">{title}</a></h3><time datetime="2026-11-{20 - number:02}">'
        f"{20 - number} November 2026</time><p>What it is about, in a sentence or two of its own.</p></li>"
        for number, title in enumerate(titles)
    )
    return f"<html><head><title>Press</title></head><body><main><h1>Press</h1><ul>{items}</ul></main></body></html>"


def _ranking(*names: str) -> str:
    rows = "".join(f"<tr><td>{place}</td><td>{name}</td></tr>" for place, name in enumerate(names, 1))
    table = f"<table><tr><th>Rank</th><th>Country</th></tr>{rows}</table>"
    return f"<html><head><title>Talent index</title></head><body><h1>Talent index</h1>{table}</body></html>"


_NAMED = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
_PRESS = _press("New fund for young companies", "Report on talent published", "Space law amended", "A new laboratory")
# What is served at each address; of several versions the next one at each request, the last one for ever.
SITE: dict[str, tuple[str, ...]] = {
    "observatory.example/": (
        '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>',
    ),
    "observatory.example/feed.xml": (
        _rss(
            "Observatory news",
            ("https://observatory.example/dust", "Lunar dust in a new light", "Space telescopes look at the Moon."),
            (
                "https://observatory.example/offices",
                "Office space in the station quarter",
                "Rooms to let.",
            ),
            (
                "https://observatory.example/rover",
                "A rover wakes up after the long night",
                "It had slept.",
            ),
        ),
    ),
    "agency.example/feed.xml": (
        _rss(
            "Agency",
            ("https://agency.example/esric", "ESRIC opens a laboratory", "It works on space resources in Luxembourg."),
            ("https://agency.example/call", "Call for proposals", "Young companies may apply until the end of May."),
        ),
    ),
    "desk.example/feed.xml": (
        _rss(
            "News desk",
            ("https://desk.example/station", "Wasserstofftankstelle im Hafen eröffnet", "Der Hafen liegt am Rhein."),
            (
                "https://desk.example/cement",
                "Cement works to burn green ammonia from spring",
                "It stands by the quarry.",
            ),
            ("https://desk.example/bomb", "Hydrogen bomb test remembered on the atoll", "Survivors told of that day."),
            ("https://desk.example/ransom", "Second school district hit by ransomware", "Lessons went on."),
            ("https://desk.example/fair", "Ferry company opens its yard to visitors", "On Sunday, from ten to four."),
        ),
    ),
    "ministry.example/press/": (_PRESS,),
    "ministry.example/archive/": (_PRESS,),
    "institute.example/ranking": (
        _ranking("Singapore", "Norway", "Denmark", "Luxembourg", "Finland"),
        _ranking("Norway", "Luxembourg", "Singapore", "Denmark", "Finland"),
    ),
}


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = self.path.removeprefix("/").partition("?")[0]
        versions = SITE.get(address, ())
        asked: Counter[str] = self.server.asked  # type: ignore[attr-defined]
        body = versions[min(asked[address], len(versions) - 1)] if versions else ""
        asked[address] += 1
        # pages link to themselves from the top
        body = re.sub(r'href="/', f'href="/{address.partition("/")[0]}/', body)
        self._answer(200 if versions else 404, body.replace("https://", f"http://{self.headers['Host']}/"))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(200, "ok")

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if "<html" in body else "application/xml")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    """Serve the addresses at ``*.example``; yield what stands for their ``https://``."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.asked = Counter()  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def pages() -> list[Path]:
    """Return the pages that are run: the quickstart and all how-to guides."""
    return [DOCS / "quickstart.md", *sorted(path for path in (DOCS / "how-to").glob("*.md") if path.stem != "index")]


# Runs a command of the program to its end: arguments, folder, environment.
Running = Callable[[list[str], Path, dict[str, str]], subprocess.CompletedProcess[str]]


class Walk:
    """One reader with one page, in a directory of their own."""

    def __init__(
        self,
        program: Path,
        folder: Path,
        site: str,
        *,
        port: int,
        database: str | None = None,
        running: Running | None = None,
    ) -> None:
        """``site`` stands for ``https://`` of example addresses, ``database`` for that of the page on PostgreSQL.

        ``port`` is where the main job is to listen, in place of 8080. ``running`` runs commands; None starts each.
        """
        self._running_command = running or self._started
        self._program = program
        self._folder = folder
        self._site = site
        self._database = database
        self._port = port
        self._environment = {name: text for name, text in os.environ.items() if not name.startswith("AGGREGATOR_")}
        self._running: list[subprocess.Popen[bytes]] = []
        self._said = ""

    def follow(self, page: Path) -> None:
        """Go through a page. Raises AssertionError where it does not hold."""
        text = page.read_text(encoding="utf-8")
        try:
            if "aggregator init" not in text:
                self._run("aggregator init --yes --sources none")
            for kind, body in _BLOCK.findall(text):
                match kind:
                    case "sh":
                        self._said = "".join(self._run(line) for line in body.splitlines() if line.strip())
                    case "text":
                        self._expect(body)
                    case "yaml" | "xml":
                        self._write(body)
        finally:
            self._end()

    def _run(self, line: str) -> str:
        command, _, note = line.partition(" # ")
        words = shlex.split(self._local(command))
        match words[0]:
            case "cd":
                self._folder /= words[1]
                return ""
            case "export":
                name, _, value = words[1].partition("=")
                self._environment[name] = value
                return ""
            case "curl":
                return self._ask(words[1:], note)
        assert words[0] == "aggregator", line
        if words[-1] == "&":
            self._start(words[1:-1])
            return ""
        done = self._running_command(words[1:], self._folder, self._environment)
        expected = int(found[1]) if (found := re.search(r"exits with (\d)", note)) else 0
        assert done.returncode == expected, f"{line}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        if words[1] == "init":
            self._allow_loopback()
        return done.stdout + done.stderr

    def _started(self, words: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, *words],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def _local(self, text: str) -> str:
        text = _EXAMPLE.sub(rf"{self._site}\1", text)
        if self._database is not None:
            text = text.replace("postgresql://aggregator@database/aggregator", self._database)
        return text.replace("127.0.0.1:8080", f"127.0.0.1:{self._port}")

    def _allow_loopback(self) -> None:
        """Let sources be on this machine, and be asked without a pause."""
        for path in self._folder.glob("**/aggregator.yaml"):
            loopback = "allow_private: true\n  politeness: {spacing: 1ms}"
            path.write_text(path.read_text().replace("allow_private: false", loopback))

    def _start(self, words: list[str]) -> None:
        has_port = not any(word.startswith("--only") for word in words) or "web" in words[-1]
        port = ["--port", str(self._port)] if has_port else []
        process = subprocess.Popen(
            [self._program, *words, *port],
            cwd=self._folder,
            env=self._environment,
            stdout=(log := self._folder / f"run-{len(self._running)}.log").open("wb"),
            stderr=subprocess.STDOUT,
        )
        self._running.append(process)
        _wait_for_start(log, process)

    def _ask(self, words: list[str], note: str) -> str:
        request = urllib.request.Request(words[-1])
        for option, value in zip(words[:-1:2], words[1::2], strict=False):
            if option == "-H":
                request.add_header(*re.split(r":\s*", value, maxsplit=1))
            elif option == "-u":
                manager = urllib.request.HTTPPasswordMgrWithPriorAuth()
                manager.add_password(None, words[-1], *value.split(":", 1), is_authenticated=True)
                urllib.request.install_opener(urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(manager)))
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                status, body = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read().decode()
        finally:
            urllib.request.install_opener(urllib.request.build_opener())
        assert status == int(note.strip() or 200), f"curl {words}: {status}"
        return body

    def _expect(self, body: str) -> None:
        said = self._said.replace(self._site, "https://")
        for line in filter(None, map(str.strip, body.splitlines())):
            pattern = ".*".join(map(re.escape, line.split("…")))
            assert re.search(pattern, said), f"{line!r} is not in\n{said}"

    def _write(self, body: str) -> None:
        named = re.match(r"(?:# |<!-- )([\w.-]+\.(?:yaml|opml))(?: -->)?\n", body)
        assert named, f"the first line names no file: {body[:40]}"
        path, text = self._folder / named[1], self._local(body[named.end() :])
        if path.suffix != ".yaml":
            path.write_text(text)
            return
        yaml = YAML()
        before: Any = yaml.load(path.read_text()) or {}
        for key, value in yaml.load(text).items():
            before[key] = value if key == "email" else _joined(before.get(key), value)
        with path.open("w") as file:
            yaml.dump(before, file)

    def _end(self) -> None:
        for process in self._running:
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(60) for process in self._running]
        assert codes == [0] * len(codes), "the main job did not stop as it should"


def _joined(before: Any, new: Any) -> Any:
    """Return a section with the new keys, a list with the new items in place of those of the same name."""
    if isinstance(before, dict) and isinstance(new, dict):
        before.update(new)
        return before
    if isinstance(before, list) and isinstance(new, list):
        names = {each["name"] for each in new if isinstance(each, dict) and "name" in each}
        return [each for each in before if not (isinstance(each, dict) and each.get("name") in names)] + new
    return new


def _wait_for_start(log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _WAIT_S
    while "aggregator.started" not in log.read_text():
        assert process.poll() is None, f"aggregator run ended with {process.returncode}: {log.read_text()}"
        assert time.monotonic() < deadline, f"aggregator run did not start: {log.read_text()}"
        time.sleep(0.1)


def main() -> None:
    program, *names = map(Path, sys.argv[1:])
    for page in names:
        with served() as site, reserved_port() as port, tempfile.TemporaryDirectory() as folder:
            Walk(program.absolute(), Path(folder), site, port=port).follow(page)
        print(f"{page}: holds")  # noqa: T201


if __name__ == "__main__":
    main()
