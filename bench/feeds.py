"""A folder of feeds to poll: copied under many names, served over loopback, given new entries."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_connection, socket

import feedparser

from bench.server import served

_ROOT = Path(__file__).parent.parent
_ADDRESSES = re.compile(rb"""<(?:link|guid|id)\b[^<>]*?(?:>|\shref=["'])\s*(?:<!\[CDATA\[)?https?://""")
_GUIDS = re.compile(rb"""<guid\b[^<>]*>\s*(?:<!\[CDATA\[)?(?!\s*https?://)""")
_NO_WORDS = rb"""<!\[CDATA\[|<[^<>]*>|&lt;.*?&gt;|&[#\w]+;|https?://[^\s<"']+"""
_LONGER_WORDS = re.compile(_NO_WORDS + rb"|([a-z]{4,})", re.DOTALL)
_FIRST_ITEM = re.compile(rb"<(item|entry)[\s>]")
_NGINX = """
daemon off; master_process off; error_log {folder}/error.log; pid {folder}/pid;
events {{ worker_connections 512; }}
http {{
  access_log off; default_type text/xml; sendfile on; keepalive_requests 100000;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{ listen 127.0.0.1:{port}; root {feeds}; }}
}}
"""


def default_folder() -> Path:
    """Return the real feeds that AGGREGATOR_CORPUS names, else those in ../shared/corpus beside the checkout."""
    return Path(os.environ.get("AGGREGATOR_CORPUS") or _ROOT.parent / "shared" / "corpus") / "feeds"


class Feeds:
    """Copies of the feeds of a folder, as many as there are sources, with as many entries as feedparser finds.

    The second copy of a file and those after it have links and ids of their own.
    """

    def __init__(self, origin: Path, folder: Path, *, sources: int | None, mean_kb: float | None) -> None:
        self.folder = folder
        files = sorted(path for path in origin.iterdir() if path.is_file())
        chosen = _of_mean_size(files, mean_kb * 1000) if mean_kb else files
        expected = {path: _count_entries(path.read_bytes()) for path in chosen}
        self.names: list[str] = []
        self.entries = self.bytes = 0
        for number, path in zip(range(sources or len(chosen)), itertools.cycle(chosen), strict=False):
            body = path.read_bytes()
            copy = number // len(chosen)
            if copy:
                body = _copied(body, copy)
            self.names.append(f"{number:04}.xml")
            (folder / self.names[-1]).write_bytes(body)
            self.entries += expected[path]
            self.bytes += len(body)

    def __str__(self) -> str:
        size = f"{self.bytes / 1e6:.0f} MB, {self.bytes / 1e3 / len(self.names):.0f} kB each"
        return f"{len(self.names)} feeds, {size}, {self.entries} entries as feedparser counts"

    def publish(self, number: int, *, one_in: int) -> int:
        """Put a new entry into one in so many feeds; return how many those are. ``number`` makes it a new one."""
        able = [path for name in self.names if _FIRST_ITEM.search((path := self.folder / name).read_bytes())]
        changed = able[:: max(1, round(one_in * len(able) / len(self.names)))][: len(self.names) // one_in]
        for path in changed:
            body = path.read_bytes()
            first = _FIRST_ITEM.search(body)
            assert first is not None
            new = _new_item(first[1], f"{path.stem}-{number}")
            path.write_bytes(body[: first.start()] + new + body[first.start() :])
            later = time.time() + 2 * number  # file times with whole seconds would miss it else
            os.utime(path, (later, later))
        return len(changed)


def _copied(body: bytes, number: int) -> bytes:
    """Return a feed with links and ids of its own, and with other letters in its longer words."""
    body = _GUIDS.sub(rb"\g<0>copy%d-" % number, _ADDRESSES.sub(rb"\g<0>copy%d." % number, body))
    letters = bytes(range(ord("a"), ord("z") + 1))
    turned = bytes.maketrans(letters, letters[number % 26 :] + letters[: number % 26])
    return _LONGER_WORDS.sub(lambda found: found[1].translate(turned) if found[1] else found[0], body)


def _new_item(tag: bytes, name: str) -> bytes:
    address = f"https://news.example.org/{name}"
    title, text = f"The newest of {name}", "What happened, in a sentence or two. " * 5
    if tag == b"entry":
        return (
            f"<entry><id>{address}</id><title>{title}</title><link href='{address}'/>"
            f"<updated>2024-05-01T12:00:00Z</updated><summary>{text}</summary></entry>\n"
        ).encode()
    return (
        f"<item><title>{title}</title><link>{address}</link><guid>{address}</guid>"
        f"<pubDate>Wed, 01 May 2024 12:00:00 GMT</pubDate><description>{text}</description></item>\n"
    ).encode()


def _of_mean_size(files: Sequence[Path], mean_bytes: float) -> list[Path]:
    """Return the largest files, as many as it takes to come down to a mean size."""
    ordered = sorted(files, key=lambda path: path.stat().st_size, reverse=True)
    sizes = itertools.accumulate(path.stat().st_size for path in ordered)
    return [
        path for count, (path, size) in enumerate(zip(ordered, sizes, strict=True), 1) if size / count >= mean_bytes
    ]


def _count_entries(body: bytes) -> int:
    return len(feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False).entries)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, str]]:
    """Serve a folder from a process of its own; yield the address, with a slash at its end, and what serves it."""
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if nginx is None:
        with served(folder) as address:
            yield address, "our own server (nginx is not installed)"
        return
    with tempfile.TemporaryDirectory() as own, closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        config = Path(own, "nginx.conf")
        config.write_text(_NGINX.format(folder=own, port=port, feeds=folder))
        process = subprocess.Popen([nginx, "-c", config, "-e", f"{own}/error.log"])
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}/", "nginx"
        finally:
            process.terminate()
            process.wait()


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise RuntimeError("nginx does not answer")
