"""Real feeds as their servers sent them, through the whole program. Skips, saying so, where they are absent."""

from __future__ import annotations

import io
import threading
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import feedparser
import pytest

from tests.conftest import in_batches, name_of_batch, real_feeds
from tests.end_to_end.conftest import Runner

ATOM = "{http://www.w3.org/2005/Atom}"


class _Files(SimpleHTTPRequestHandler):
    """What any static server does: Last-Modified and 304, and whatever type the ending suggests."""

    statuses: ClassVar[Counter[int]] = Counter()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        self.statuses[int(code)] += 1


@pytest.fixture
def address(corpus: Path) -> Iterator[str]:
    _Files.statuses.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(corpus / "feeds")))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.slow
# each second one: unit/normalize/test_corpus.py has all
@pytest.mark.parametrize("files", in_batches(real_feeds()[::2]), ids=name_of_batch)
@pytest.mark.usefixtures("corpus")
def test_real_feeds_are_stored_published_and_asked_again_politely(
    run: Runner, address: str, tmp_path: Path, files: list[Path]
) -> None:
    names = {path: f"f{number}" for number, path in enumerate(files)}
    sources = "".join(f"  - {{name: {names[path]}, url: '{address}{path.name}'}}\n" for path in files)
    (tmp_path / "c.yaml").write_text(
        "site: {url: 'https://news.example.org/'}\nstorage: {url: 'sqlite:///c.db', backlog: all}\n"
        "fetch: {allow_private: [127.0.0.1]}\n"
        f"feeds: [{{name: all, limit: 1000}}]\nsources:\n{sources}"
    )

    run("poll", "--all", "--config", "c.yaml")
    first = run.json("entries", "--config", "c.yaml")
    asked = Counter(_Files.statuses)
    run("poll", "--all", "--config", "c.yaml")
    second = run.json("entries", "--config", "c.yaml")

    # every file that feedparser reads entries from has them in the store
    stored = Counter(entry["source"] for entry in first)
    for path in files:
        body = io.BytesIO(path.read_bytes())
        read = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False).entries
        # the same id and link twice in one document is one entry (RFC 4287 §4.1.1)
        distinct = {(entry.get("id"), entry.get("link")) for entry in read if entry.get("id")}
        without_id = [entry for entry in read if not entry.get("id")]
        assert stored[names[path]] >= (1 if read else 0), path.name
        assert stored[names[path]] >= len(distinct), path.name
        assert stored[names[path]] <= len(distinct) + len(without_id), path.name

    # a second poll asks with conditions and adds nothing
    assert second == first
    assert _Files.statuses[304] >= asked[200] * 0.9
    assert _Files.statuses[200] - asked[200] <= asked[200] * 0.1

    # the output is well-formed, has unique ids, and stays byte for byte
    bodies = []
    for _ in range(2):
        run("publish", "--out", "out", "--config", "c.yaml")
        bodies.append({path.name: path.read_bytes() for path in (tmp_path / "out").glob("all.*")})
    ids = [entry.findtext(f"{ATOM}id") for entry in ET.fromstring(bodies[0]["all.atom"]).findall(f"{ATOM}entry")]
    articles = sum(entry["duplicate_of"] is None for entry in first)
    assert len(ids) == len(set(ids)) == min(1000, articles)
    assert not feedparser.parse(bodies[0]["all.atom"]).bozo
    assert not feedparser.parse(bodies[0]["all.rss"]).bozo
    assert bodies[0] == bodies[1]
