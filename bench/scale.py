"""How polling scales: with sources that are configured, with those that are due, and with workers on one PostgreSQL.

python -m bench.scale [--due 10000] [--configured 1000 10000 100000] [--workers 1 2 4] [--entries 100000] [--rounds 3]

The server is a process of its own on the same machine. PostgreSQL is started for it where it is installed, in a
temporary folder, and waits for no disk (fsync off), so that it is not the disk that is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from aggregator.app import Aggregator, utc_now
from aggregator.config import load
from aggregator.model import Worker
from aggregator.polling.reader_start import useful_readers
from aggregator.polling.readers import ReaderPool
from aggregator.polling.workers import poll_due
from aggregator.store import Store
from aggregator.store.tables import sources
from bench import measure
from bench.filled import fill
from bench.server import served
from tests.postgresql import PostgresqlServer, find_server_programs

# Groups that sources share their limits by, as a host's sources do: a worker has each for itself.
_GROUPS = 200
# Of those that are due, so many bring something: each twentieth.
_WITH_NEWS = 20
# Of those that are configured, so many are due in the cycle that is measured.
_DUE = 20
_CLAIMED_AT_ONCE = 64
_PAUSE_S = 0.1  # when others have all hosts
# A file of the configuration may have two megabytes.
_IN_A_FILE = 10_000


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Poll very many sources.")
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--configured", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--cycle", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.work:
        _work(chosen.work)
    elif chosen.cycle:
        _cycle(chosen.cycle, chosen.rounds)
    else:
        _measure(chosen)


def _measure(chosen: argparse.Namespace) -> None:
    programs = find_server_programs()
    if programs is None:
        print("PostgreSQL is not installed: SQLite alone")
    with served() as address, PostgresqlServer(programs) if programs else nullcontext() as server:
        kinds = {"SQLite": None} | ({"PostgreSQL": server} if server else {})
        for name, kind in kinds.items():
            _all_due(name, kind, address, chosen.due, chosen.rounds)
        if server:
            _several(server, address, chosen.due, chosen.workers)
        for name, kind in kinds.items():
            _cycles(name, kind, address, chosen.configured, chosen.rounds)
        for name, kind in kinds.items():
            _size(name, kind, chosen.entries)


def _all_due(name: str, server: PostgresqlServer | None, address: str, count: int, rounds: int) -> None:
    """Print how many sources one worker polls that are all due, most of them unchanged."""
    rates, peaks = [], []
    for _ in range(rounds):
        with _configured(server, address, count) as config:
            _all_are_due(config)
            cost, said = measure.run([sys.executable, "-m", "bench.scale", "--work", config])
            result = json.loads(said.splitlines()[-1])
            assert result["polled"] == count, result
            rates.append((count / result["wall_s"], count / result["cpu_s"]))
            peaks.append(cost.peak_mb)
    wall, cpu = (statistics.median(each) for each in zip(*rates, strict=True))
    print(
        f"{name}: {count:,} sources due, 95 % unchanged: {wall:.0f} a second, {cpu:.0f} for each second of processor "
        f"time, {statistics.median(peaks):.0f} MB",
        flush=True,
    )


def _several(server: PostgresqlServer, address: str, count: int, workers: Sequence[int]) -> None:
    """Print how many sources several workers poll together."""
    first = None
    for number in workers:
        with _configured(server, address, count) as config:
            _all_are_due(config)
            command: list[str | Path] = [sys.executable, "-m", "bench.scale", "--work", config]
            crew = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(number)]
            results = [json.loads(process.communicate()[0].splitlines()[-1]) for process in crew]
        polled = sum(each["polled"] for each in results)
        assert polled == count, results
        rate = count / (max(each["ended"] for each in results) - min(each["began"] for each in results))
        first = first or rate
        shares = ", ".join(f"{each['polled']:,}" for each in results)
        print(f"PostgreSQL, {number} workers: {rate:.0f} a second, {rate / first:.2f} x one ({shares})", flush=True)


def _cycles(name: str, server: PostgresqlServer | None, address: str, sizes: Sequence[int], rounds: int) -> None:
    """Print what a cycle costs of which one source in twenty is due, by how many are configured."""
    first = None
    for size in sizes:
        with _configured(server, address, size) as config:
            _, said = measure.run([sys.executable, "-m", "bench.scale", "--rounds", str(rounds), "--cycle", config])
        result = json.loads(said.splitlines()[-1])
        first = first or result["cycle_ms"]
        print(
            f"{name}: {size:,} configured, 5 % due: {result['cycle_ms']:.2f} ms for each that is due, "
            f"{result['cycle_ms'] / first:.2f} x the first; claims: {result['claimed']:,.0f} sources a second, "
            f"{result['empty_ms']:.2f} ms when none is due",
            flush=True,
        )


def _size(name: str, server: PostgresqlServer | None, count: int) -> None:
    """Print how large a database is that has so many entries."""
    with tempfile.TemporaryDirectory() as folder:
        url = server.new_database() if server else None
        fill(url or f"sqlite:///{folder}/size.db", count, source_count=200)
        if url is None:
            size = sum(file.stat().st_size for file in Path(folder).iterdir())
        else:
            store = Store(url, pool_size=1)
            with store._read() as connection:
                size = connection.execute(sa.select(sa.func.pg_database_size(sa.func.current_database()))).scalar_one()
            store.close()
    print(
        f"{name}: {size / 1e6:.0f} MB with {count:,} entries, {size / count / 1000:.1f} GB with a million", flush=True
    )


# --- in a process of its own -----------------------------------------------------------------------------------------


def _work(path: Path) -> None:
    """Poll what is due until nothing is; print how many and how long."""
    config = load(path)
    with ReaderPool(useful_readers(), config) as processes:
        aggregator = Aggregator(config, readers=processes.configured)
        began, cpu = time.time(), sum(os.times()[:4])
        polled = 0
        while aggregator.store.claims.count_due(utc_now()):
            done = [result for result in poll_due(aggregator) if not result.error]
            polled += len(done)
            if not done:
                time.sleep(_PAUSE_S)
        ended = time.time()
        aggregator.close()
    cpu_s = sum(os.times()[:4]) - cpu
    print(json.dumps({"polled": polled, "wall_s": ended - began, "cpu_s": cpu_s, "began": began, "ended": ended}))


def _cycle(path: Path, rounds: int) -> None:
    config = load(path)
    aggregator = Aggregator(config)
    store, due = aggregator.store, len(config.sources) // _DUE
    cycles, claims, empties = [], [], []
    for _ in range(rounds):
        _age(store, due_every=_DUE, news_every=None)
        began = time.perf_counter()
        assert sum(1 for result in poll_due(aggregator) if not result.error) == due
        cycles.append((time.perf_counter() - began) / due * 1000)

        worker, lease = Worker(token="bench", per_host=100), timedelta(minutes=5)
        _age(store, due_every=_DUE, news_every=None)
        claimed, began = [], time.perf_counter()
        while found := store.claims.take(now=utc_now(), lease=lease, limit=_CLAIMED_AT_ONCE, worker=worker):
            claimed += found
        claims.append(len(claimed) / (time.perf_counter() - began))
        store.claims.release(claimed)
        _age(store, due_every=10 * len(config.sources), news_every=None)
        began = time.perf_counter()
        for _ in range(20):
            assert not store.claims.take(now=utc_now(), lease=lease, limit=_CLAIMED_AT_ONCE, worker=worker)
        empties.append((time.perf_counter() - began) / 20 * 1000)
    aggregator.close()
    names = ("cycle_ms", "claimed", "empty_ms")
    print(json.dumps(dict(zip(names, map(statistics.median, (cycles, claims, empties)), strict=True))))


@contextmanager
def _configured(server: PostgresqlServer | None, address: str, count: int) -> Iterator[Path]:
    """Yield the configuration of a new database that has these sources."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "aggregator.yaml"
        path.write_text(
            json.dumps(
                {
                    "storage": {"url": server.new_database() if server else f"sqlite:///{folder}/scale.db"},
                    "fetch": {"allow_private": True, "politeness": {"connections": 100, "spacing": "1ms"}},
                    "include": [f"sources-{start:06}.yaml" for start in range(0, count, _IN_A_FILE)],
                }
            )
        )
        listed = [
            {
                "name": f"s{number}",
                "url": f"{address}{number}",
                "kind": "feed",
                "politeness": {"group": f"g{number % _GROUPS}"},
            }
            for number in range(count)
        ]
        for start in range(0, count, _IN_A_FILE):
            part = {"sources": listed[start : start + _IN_A_FILE]}
            path.with_name(f"sources-{start:06}.yaml").write_text(json.dumps(part))
        Aggregator(load(path)).close()
        yield path


def _all_are_due(path: Path) -> None:
    aggregator = Aggregator(load(path))
    _age(aggregator.store, due_every=1, news_every=_WITH_NEWS)
    aggregator.close()


def _age(store: Store, *, due_every: int, news_every: int | None) -> None:
    """Leave sources as if they had been polled for long: one in so many is due, and one in so many brings something."""
    later = utc_now() + timedelta(days=1)
    is_due = sources.c.pk % due_every == 0
    brings = sources.c.pk % news_every == 0 if news_every else sa.false()
    with store._write() as connection:
        connection.execute(
            sources.update().values(
                status="ok",
                last_checked=utc_now() - timedelta(hours=1),
                next_check=sa.case((is_due, utc_now() - timedelta(minutes=1)), else_=later),
                next_check_reason="",
                validators_url=sources.c.url,
                etag=sa.case((brings, '"v0"'), else_='"v1"'),
                claim_token=None,
                claimed_until=None,
            )
        )
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE sources")


if __name__ == "__main__":
    main()
