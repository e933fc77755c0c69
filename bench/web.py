"""What readers and people ask for, from a large store, beside nginx that has the same bytes as files.

python -m bench.web [--entries N] [--sources N] [--seconds S] [--database URL]

Needs wrk and nginx (apt install wrk nginx-light). One process answers, as ``aggregator run`` has it; wrk keeps 16
connections busy on the same machine. The queries below the pages are timed alone, by the database's own connection.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.filled import NOW, fill, settle, source_name

_CONNECTIONS = 16
_ROUNDS = 5
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_P99 = re.compile(r"99%\s+([\d.]+)(us|ms|s)")
_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}

# What is asked for: its name, its address, and whether it is asked "has it changed?".
_CASES = (
    ("feed, 304", "feeds/all.atom", True),
    ("feed", "feeds/all.atom", False),
    ("front page, 304", "", True),
    ("front page", "", False),
    ("a category", "?category=hundredth", False),
    ("a language", "?language=ja", False),
    ("sources", "sources", False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Requests a second, and the time within which 99 of 100 were answered."""

    per_s: float
    p99_ms: float


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve a large store.")
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--database", help="An empty database of PostgreSQL; else SQLite in a temporary folder.")
    given = parser.parse_args()
    missing = [name for name in ("wrk", "nginx") if shutil.which(name) is None]
    if missing:
        sys.exit(f"bench.web needs {' and '.join(missing)}")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        url = given.database or f"sqlite:///{folder}/web.db"
        print(f"{given.entries:,} entries of {given.sources} sources, {url.partition(':')[0]}", flush=True)
        fill(url, given.entries, source_count=given.sources)
        settle(url)
        _time_queries(url)
        _compare(url, folder, given.sources, given.seconds)


# --- queries ---------------------------------------------------------------------------------------------------------


def _time_queries(url: str) -> None:
    from aggregator.model import Order, Selection
    from aggregator.store import Store

    store = Store(url, pool_size=2)
    front = store.front(Selection(), limit=50)
    deep = store.front(Selection(listed_before=NOW - timedelta(days=20)), limit=50).next
    queries: dict[str, Callable[[], Any]] = {
        "front page": lambda: store.front(Selection(), limit=50),
        "front page, older": lambda: store.front(Selection(), limit=50, cursor=deep),
        "what is newer": lambda: store.count_newer(Selection(), front.newest, limit=50),
        **{
            f"category, {share}": lambda share=share: store.front(Selection(categories=(share,)), limit=50)  # type: ignore[misc]
            for share in ("half", "hundredth", "thousandth", "few")
        },
        "language, 1 %": lambda: store.front(Selection(language="ja"), limit=50),
        "source, large": lambda: store.front(Selection(sources=(source_name(0),)), limit=50),
        "source, small": lambda: store.front(Selection(sources=(source_name(150),)), limit=50),
        "period": lambda: store.front(Selection(listed_since=NOW - timedelta(days=1)), limit=50),
        "feed": lambda: store.published(Selection(), limit=100),
        "a story": lambda: store.stories([item.entry.story for item in front.items[:1]]),
        "sources": store.sources,
        "content version": store.content_version,
        "search, common word": lambda: store.search(Selection(search="common"), limit=50),
        "search, by relevance": lambda: store.search(Selection(search="common"), limit=50, order=Order.RELEVANCE),
        "search, two words": lambda: store.search(Selection(search="common x17x"), limit=50),
        "search, rare word": lambda: store.search(Selection(search="x17x"), limit=50),
        "search, nowhere": lambda: store.search(Selection(search="nowhereatall"), limit=50),
    }
    print(f"{'query':24} {'median':>9} {'slowest':>9}")
    for name, query in queries.items():
        times = []
        for _ in range(_ROUNDS):
            start = time.perf_counter()
            query()
            times.append((time.perf_counter() - start) * 1000)
        print(f"{name:24} {statistics.median(times):6.1f} ms {max(times):6.1f} ms", flush=True)
    store.close()


# --- requests --------------------------------------------------------------------------------------------------------


def _compare(url: str, folder: Path, source_count: int, seconds: int) -> None:
    with _ours(url, source_count) as ours:
        bodies = {path: _fetch(ours + path) for _, path, _ in _CASES}
        with _nginx(folder, {path: body for path, (body, _) in bodies.items()}) as theirs:
            print(f"{'request':20} {'kB':>6} {'ours/s':>8} {'p99':>9} {'nginx/s':>8} {'ours in nginx':>14}")
            for name, path, is_conditional in _CASES:
                body, etag = bodies[path]
                own = _measure(ours + path, etag if is_conditional else None, seconds)
                files = theirs + _file_of(path)
                other = _measure(files, _fetch(files)[1] if is_conditional else None, seconds)
                ratio = own.per_s / other.per_s
                kb = len(body) / 1000
                print(f"{name:20} {kb:6.1f} {own.per_s:8.0f} {own.p99_ms:6.1f} ms {other.per_s:8.0f} {ratio:14.3f}")


def _fetch(url: str) -> tuple[bytes, str]:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read(), answer.headers.get("ETag", "")


def _file_of(path: str) -> str:
    return re.sub(r"[^a-z.]", "_", path) or "index.html"


def _measure(url: str, etag: str | None, seconds: int) -> Rate:
    condition = ["-H", f"If-None-Match: {etag}"] if etag else []
    command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", "--latency", *condition, url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate, latency = _RATE.search(text), _P99.search(text)
    if rate is None or latency is None or "Non-2xx" in text:
        sys.exit(f"wrk on {url}:\n{text}")
    return Rate(per_s=float(rate[1]), p99_ms=float(latency[1]) * _MS[latency[2]])


@contextmanager
def _ours(url: str, source_count: int) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.set_inheritable(True)
        port = listener.getsockname()[1]
        process = multiprocessing.get_context("fork").Process(
            target=_serve, args=(listener, url, port, source_count), daemon=True
        )
        process.start()
        address = f"http://127.0.0.1:{port}/"
        try:
            _fetch(address)
            yield address
        finally:
            process.terminate()
            process.join()


def _serve(listener: socket.socket, url: str, port: int, source_count: int) -> None:
    import uvicorn

    from aggregator.app import Aggregator
    from aggregator.config import Config
    from aggregator.entrypoints.web.application import create_app

    names = [source_name(number) for number in range(source_count)]
    config = Config.model_validate(
        {
            "site": {"title": "News", "url": f"http://127.0.0.1:{port}/"},
            "storage": {"url": url, "keep": "9999d"},
            "sources": [{"url": f"https://{name}.example/feed", "name": name, "title": name.title()} for name in names],
            "categories": [{"name": name} for name in ("half", "tenth", "hundredth", "thousandth", "few")],
        }
    )
    app = create_app(Aggregator(config, clock=lambda: NOW))
    settings = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", server_header=False, proxy_headers=False
    )
    uvicorn.Server(settings).run(sockets=[listener])


@contextmanager
def _nginx(folder: Path, bodies: dict[str, bytes]) -> Iterator[str]:
    root = folder / "static"
    root.mkdir()
    folder.chmod(0o755)
    for path, body in bodies.items():
        (root / _file_of(path)).write_bytes(body)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    settings = folder / "nginx.conf"
    settings.write_text(
        f"worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;"
        " events { worker_connections 512; }"
        f" http {{ access_log off; sendfile on; keepalive_requests 10000000; client_body_temp_path {folder}/b;"
        f" proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;"
        f" scgi_temp_path {folder}/s; server {{ listen 127.0.0.1:{port}; root {root}; }} }}"
    )
    process = subprocess.Popen(["nginx", "-c", str(settings)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
