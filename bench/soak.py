"""The main job under steady work: 120 sources every 15 s, a twentieth changing each time, and a webhook that is away.

python -m bench.soak [--seconds 600] [--sources 120] [--every 15] [--most 1.5]

A digest makes an issue of each news and can deliver none. Prints what the program uses when it has settled, after a
minute or a third of the time, and after that; exits with 1 when it does not keep to this: memory flat, threads and open
files constant, and an unchanged poll, with all that it needs of scheduler and database, at most 1.5 times the CPU of a
bare conditional request that is made in the same rhythm.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import multiprocessing
import random
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import requests

from bench.measure import family, memory_kb
from tests.ports import reserved_port

# One source in so many changes in each round; each shows so many entries.
_SHARE, _SHOWN = 20, 20
# The program is left alone for so long, or for a third of the time.
_SETTLED_S = 60.0
_LOOK_EVERY_S = 1.0
_WORKERS = 32
# Caches of the database and of the allocator still move a little.
_MOST_GROWTH = 1.05
_SYLLABLES = [first + second for first in "bcdfglmnprstv" for second in ("a", "e", "i", "o", "u", "an", "er")]
_BEGUN_S = 180.0
# What was new a moment ago is still worked on for so long.
_CALM_S = 5.0
# Between two rounds of bare requests, of half of the sources each: so they come when the main job looks every 10 s.
_BETWEEN_S = 5.0


@dataclass(frozen=True, slots=True)
class Look:
    """What a program and its processes use: CPU seconds since their start, megabytes, numbers; what it had asked."""

    cpu_s: float
    memory_mb: float
    threads: int
    files: int
    asked: int


def look_at(pid: int, asked: int) -> Look:
    pids = list(family(pid))
    threads = files = 0
    cpu_s = 0.0
    for each in pids:
        with suppress(OSError):  # it has ended meanwhile
            cpu_s += time.clock_gettime(~each << 3 | 2)  # the clock of another process (clock_getcpuclockid)
            threads += int(Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[17])
            files += len(list(Path(f"/proc/{each}/fd").iterdir()))
    memory_mb = sum(map(memory_kb, pids)) / 1024
    return Look(cpu_s=cpu_s, memory_mb=memory_mb, threads=threads, files=files, asked=asked)


class Sources:
    """Feeds on a server in a process of its own. In each round one of ``_SHARE`` has another entry."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.round, self._asked = context.Value("i", _SHOWN * _SHARE), context.Value("i", 0)
        ours, theirs = multiprocessing.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self.round, self._asked), daemon=True)
        self._process.start()
        self.address = f"http://127.0.0.1:{ours.recv()}/"

    def __enter__(self) -> Sources:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()

    @property
    def asked(self) -> int:
        return int(self._asked.value)


def _serve(pipe: Connection, round_: Any, asked: Any) -> None:
    async def run() -> None:
        answer = partial(_answer_all, round_, asked)
        server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=512)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def _answer_all(round_: Any, asked: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = request.split(" ", 2)[1].strip("/")
            asked.value += path.isdigit()  # bare requests are not counted
            number = path.rpartition("/")[2]
            writer.write(_answer(int(number) if number.isdigit() else 0, round_.value, request))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _answer(source: int, round_: int, request: str) -> bytes:
    version = (round_ + source) // _SHARE
    etag = f'"{version}"'
    if f"if-none-match: {etag}" in request.lower():
        return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
    items = "".join(
        f"<item><guid isPermaLink='false'>{source}-{number}</guid><link>http://paper.example/{source}/{number}</link>"
        f"<title>{_words(source, number, 8)}</title><description>{_words(source, number, 70)}</description></item>"
        for number in range(version, version - _SHOWN, -1)
    )
    body = f"<rss version='2.0'><channel><title>Paper {source}</title>{items}</channel></rss>".encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: {etag}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@cache
def _words(source: int, number: int, count: int) -> str:
    chance = random.Random(f"{source} {number} {count}")
    return " ".join("".join(chance.choices(_SYLLABLES, k=3)) for _ in range(count)).capitalize()


@contextmanager
def _running(folder: Path, sources: Sources, count: int, every_s: int) -> Iterator[int]:
    """Run the main job; yield its process id."""
    with reserved_port() as away, reserved_port() as port, (folder / "log").open("wb") as log:
        config = _configured(folder, sources, count, every_s, away)
        program = Path(sys.executable).with_name("aggregator")
        command: list[str | Path] = [program, "run", "--config", config, "--port", str(port)]
        with subprocess.Popen(command, stdout=log, stderr=log) as process:
            try:
                yield process.pid
                assert process.poll() is None, (folder / "log").read_text()[-2000:]
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(60)


def _configured(folder: Path, sources: Sources, count: int, every_s: int, away: int) -> Path:
    config = folder / "aggregator.yaml"
    config.write_text(
        json.dumps(
            {
                "site": {"title": "Soak", "url": "http://127.0.0.1:8080/"},
                "storage": {"url": "sqlite:///soak.db"},
                "fetch": {"every": f"{every_s}s", "workers": _WORKERS, "allow_private": ["127.0.0.0/8"]},
                "sources": [
                    {"name": f"s{number}", "url": f"{sources.address}{number}", "kind": "feed"}
                    for number in range(count)
                ],
                "digests": [{"name": "news", "every": "now", "to": [{"webhook": f"http://127.0.0.1:{away}/"}]}],
            }
        )
    )
    return config


def _watch(pid: int, sources: Sources, seconds: float, *, every_s: int, changes: bool) -> list[Look]:
    """Look for so long; with ``changes``, rounds go on."""
    began = next_round = time.monotonic()
    looks = [look_at(pid, sources.asked)]
    while time.monotonic() < began + seconds:
        if changes and time.monotonic() > next_round:
            sources.round.value += 1
            next_round += every_s
        time.sleep(_LOOK_EVERY_S)
        looks.append(look_at(pid, sources.asked))
    return looks


def _wait_until(condition: Callable[[], bool]) -> None:
    """Wait until the program has begun in earnest: all that was new at the start is read and judged."""
    deadline = time.monotonic() + _BEGUN_S
    while not condition():
        assert time.monotonic() < deadline, "the sources are not polled"
        time.sleep(_LOOK_EVERY_S)


def _cost_of_a_poll(looks: Sequence[Look]) -> tuple[float, float]:
    """Return the CPU seconds of a poll, and what the program uses in a second without polls."""
    spans = [(before, after) for before, after in itertools.pairwise(looks)]
    polls = [after.asked > before.asked for before, after in spans]
    busy = [now or before for now, before in zip(polls, [False, *polls], strict=False)]  # the last ones end later
    used = [after.cpu_s - before.cpu_s for before, after in spans]
    idle = [each for each, is_busy in zip(used, busy, strict=True) if not is_busy]
    idle_s = statistics.fmean(idle) if idle else 0.0
    spent_s = sum(each - idle_s for each, is_busy in zip(used, busy, strict=True) if is_busy)
    return spent_s / max(looks[-1].asked - looks[0].asked, 1), idle_s / _LOOK_EVERY_S


def _at_rest(looks: Sequence[Look]) -> Sequence[Look]:
    """Return the looks between two polls; all where there is none."""
    calm = [now for now, before, after in zip(looks[1:], looks, looks[2:], strict=False) if before.asked == after.asked]
    return calm or looks


def _first_and_last(looks: Sequence[Look]) -> tuple[Sequence[Look], Sequence[Look]]:
    third = max(len(looks) // 3, 1)
    return looks[:third], looks[-third:]


def _ask_barely(pipe: Connection, address: str, count: int) -> None:
    """Make bare conditional requests in the rhythm of polls until told to end; tell the CPU seconds of each."""
    costs: list[float] = []
    addresses = [f"{address}bare/{number}" for number in range(count)]
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=_WORKERS))
        etags = {each: session.get(each).headers["ETag"] for each in addresses}

        def ask(url: str) -> int:
            return session.get(url, headers={"If-None-Match": etags[url]}, timeout=20).status_code

        while not pipe.poll(_BETWEEN_S):
            began = _own_cpu_s()
            with ThreadPoolExecutor(_WORKERS) as pool:
                assert set(pool.map(ask, addresses)) == {304}
            costs.append((_own_cpu_s() - began) / count)
    pipe.send(statistics.median(costs[1:] or costs))  # the first one connects


@contextmanager
def _bare(address: str, count: int) -> Iterator[Callable[[], float]]:
    """Make bare requests in a process of its own; yield what ends it and returns what one cost."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_ask_barely, args=(theirs, address, count), daemon=True
    )
    process.start()

    def ended() -> float:
        ours.send(None)
        return float(ours.recv())

    yield ended
    process.join(30)


def _own_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Watch the main job under steady work.")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--sources", type=int, default=120)
    parser.add_argument("--every", type=int, default=15)
    parser.add_argument("--most", type=float, default=1.5, help="CPU of an unchanged poll, in bare requests")
    chosen = parser.parse_args(arguments)
    missed = soak(chosen.seconds, count=chosen.sources, every_s=chosen.every, most=chosen.most)
    if missed:
        sys.exit("\n".join(missed))


def soak(seconds: float, *, count: int, every_s: int, most: float) -> list[str]:
    """Do it and print the figures; return which floors were missed."""
    settling_s = min(_SETTLED_S, seconds / 3)
    with (
        tempfile.TemporaryDirectory() as folder,
        Sources() as sources,
        _running(Path(folder), sources, count, every_s) as pid,
    ):
        _wait_until(lambda: sources.asked >= 2 * count)
        _watch(pid, sources, settling_s, every_s=every_s, changes=True)
        asked = sources.asked
        _wait_until(lambda: sources.asked >= asked + count)  # what has changed is fetched once more
        _watch(pid, sources, _CALM_S, every_s=every_s, changes=False)
        with _bare(sources.address, count // 2) as ended:
            quiet = _watch(pid, sources, seconds / 3, every_s=every_s, changes=False)
            bare_s = ended()
        looks = _watch(pid, sources, seconds - settling_s - seconds / 3, every_s=every_s, changes=True)
    ours_s, idle_s = _cost_of_a_poll(quiet)
    unchanged = quiet[-1].asked - quiet[0].asked
    memory = [statistics.median(look.memory_mb for look in part) for part in _first_and_last(looks)]
    # what is there all the time; polls and deliveries have more while they last
    at_rest = _at_rest(looks)
    threads = [min(look.threads for look in part) for part in _first_and_last(at_rest)]
    files = [min(look.files for look in part) for part in _first_and_last(at_rest)]
    print(
        f"{count} sources every {every_s} s for {seconds:.0f} s; {unchanged} unchanged polls: "
        f"{ours_s * 1000:.2f} ms CPU each, a bare request {bare_s * 1000:.2f} ms, {ours_s / bare_s:.2f} x; "
        f"{idle_s:.1%} of a core without polls"
    )
    print(
        f"with news, at first and at last: memory {memory[0]:.1f} and {memory[1]:.1f} MB, "
        f"threads {threads[0]:.0f} and {threads[1]:.0f}, open files {files[0]:.0f} and {files[1]:.0f}"
    )
    found = {
        "nothing was polled": not unchanged or looks[-1].asked == looks[0].asked,
        f"an unchanged poll costs more than {most} x a bare request": ours_s / bare_s > most,
        f"memory grew by more than {_MOST_GROWTH - 1:.0%}": memory[1] > _MOST_GROWTH * memory[0],
        "threads grew": threads[1] > threads[0],
        "open files grew": files[1] > files[0],
    }
    return [told for told, is_so in found.items() if is_so]


if __name__ == "__main__":
    main()
