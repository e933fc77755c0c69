"""Many readers at once on one web process: connection errors, how long they wait, and what a request costs.

python -m bench.readers [--readers 500] [--seconds 20] [--entries 20000]

Each reader opens a connection, asks for a feed or a page, reads the answer and hangs up, again and again without a
pause: as many wait at any time. Most ask "has it changed?", as feed readers do. Exits with 1 when a connection failed,
an answer was an error, or one of a hundred waited for longer than a second. The readers, in one process, take more CPU
than the server: what it would do alone on a core is said too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.filled import CATEGORIES, fill, settle, source_name

# What is asked for: the address, whether "has it changed?" is asked, and how often among ten.
Asked = tuple[str, bool, int]
ASKED: Sequence[Asked] = (
    ("feeds/all.atom", True, 6),
    ("feeds/all.atom", False, 2),
    ("", False, 1),
    ("?category=tenth", False, 1),
)
_MOST_S = 1.0
_SOURCES = 50


@dataclass(slots=True)
class Found:
    """What readers met: statuses, what went wrong, and how long each waited from connecting to the last byte."""

    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    waits_s: list[float] = field(default_factory=list)

    @property
    def p99_s(self) -> float:
        return sorted(self.waits_s)[int(len(self.waits_s) * 0.99)]


async def read(port: int, readers: int, seconds: float, *, asked: Sequence[Asked] = ASKED) -> Found:
    """Let so many readers ask for so long."""
    found, loop = Found(), asyncio.get_running_loop()
    etags = {path: (await _ask(port, path, ""))[1] for path, _, _ in asked}
    until = loop.time() + seconds
    choice = [each for each in asked for _ in range(each[2])]

    async def reader(number: int) -> None:
        chance = random.Random(number)
        is_over = False
        while not is_over:  # each asks once at least
            path, is_conditional, _ = chance.choice(choice)
            began = loop.time()
            try:
                status, _ = await _ask(port, path, etags[path] if is_conditional else "")
            except (OSError, EOFError, ValueError) as error:
                found.errors[type(error).__name__] += 1
            else:
                found.statuses[status] += 1
                found.waits_s.append(loop.time() - began)
            is_over = loop.time() >= until

    await asyncio.gather(*(reader(number) for number in range(readers)))
    return found


async def _ask(port: int, path: str, etag: str) -> tuple[int, str]:
    """Return the status and the ETag of an answer that was read to its end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        condition = f"If-None-Match: {etag}\r\n" if etag else ""
        head = (
            f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nConnection: close\r\n{condition}\r\n"
        )
        writer.write(head.encode())
        answer = await reader.read()
    finally:
        writer.close()
    said, _, body = answer.partition(b"\r\n\r\n")
    lines = said.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    length = headers.get("content-length")
    if length is not None and len(body) != int(length):
        raise EOFError
    return int(lines[0].split(" ")[1]), headers.get("etag", "")


@contextmanager
def _serving(folder: Path, entries: int) -> Iterator[tuple[int, int]]:
    """Run a web process on a store with so many entries; yield its process id and its port."""
    url = f"sqlite:///{folder}/readers.db"
    fill(url, entries, source_count=_SOURCES)
    settle(url)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    names = [source_name(number) for number in range(_SOURCES)]
    config = {
        "site": {"title": "News", "url": f"http://127.0.0.1:{port}/"},
        "storage": {"url": url, "keep": "9999d"},
        "sources": [{"url": f"https://{name}.example/feed", "name": name} for name in names],
        "categories": [{"name": name} for name in CATEGORIES],
    }
    (folder / "aggregator.yaml").write_text(json.dumps(config))
    program = Path(sys.executable).with_name("aggregator")
    command: list[str | Path] = [program, "run", "--only", "web", "--port", str(port), "--config"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, folder / "aggregator.yaml"], stdout=log, stderr=log)
        try:
            _wait_for(port)
            yield process.pid, port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError


def main() -> None:
    parser = argparse.ArgumentParser(description="Let many readers ask at once.")
    parser.add_argument("--readers", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--entries", type=int, default=20_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _serving(Path(folder), chosen.entries) as (pid, port):
        asyncio.run(read(port, 4, 2))  # all is rendered once
        clock = ~pid << 3 | 2  # that of another process (clock_getcpuclockid)
        began_s = time.clock_gettime(clock)
        found = asyncio.run(read(port, chosen.readers, chosen.seconds))
        cpu_s = time.clock_gettime(clock) - began_s
    answered = found.statuses.total()
    print(
        f"{chosen.readers} readers for {chosen.seconds:.0f} s: {answered} answers {dict(found.statuses)}, errors "
        f"{dict(found.errors)}; half waited {sorted(found.waits_s)[answered // 2]:.2f} s, one of a hundred "
        f"{found.p99_s:.2f} s; {cpu_s / answered * 1000:.2f} ms CPU an answer, {cpu_s / chosen.seconds:.0%} of a core; "
        f"alone on a core they would wait for {chosen.readers * cpu_s / answered:.2f} s"
    )
    is_wrong = found.errors or set(found.statuses) - {200, 304}
    if is_wrong or found.p99_s > _MOST_S:
        sys.exit("connections failed" if is_wrong else f"one of a hundred waited longer than {_MOST_S} s")


if __name__ == "__main__":
    main()
