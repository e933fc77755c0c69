"""Workers that poll and deliver from one PostgreSQL while they are killed and started, and the database is restarted.

python -m tests.chaos [--feeds 2000] [--seconds 60] [--workers 8] [--seed N]

Prints what was done, and fails with the first thing that is not as one undisturbed worker leaves it.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aggregator.model.issues import DeliveryStatus
from aggregator.store import Store
from tests.crowd import EDITIONS, FIRST, Crowd
from tests.postgresql import PostgresqlServer, find_server_programs
from tests.receivers import HttpReceiver

GROUPS, CONNECTIONS = 50, 2

# What is made of the entries: how many there are, which are the same article, which belong to one story.
Outcome = tuple[int, frozenset[frozenset[str]], frozenset[frozenset[str]]]

_PLACES = (
    "SELECT s.name || ' ' || e.key AS place, e.original, coalesce(e.story, e.original) AS story"
    " FROM entries e JOIN sources s ON s.pk = e.source_pk"
)


class Workers:
    """Processes of ``aggregator run``, which write what they say into files."""

    def __init__(self, program: Path, folder: Path, config: Path) -> None:
        self._command = [program, "run", "--only", "poll,deliver", "--log-format", "json", "--config", config]
        self._folder = folder
        self.running: list[subprocess.Popen[bytes]] = []
        self.killed = self.started = 0
        self._logs: dict[int, str] = {}

    def start(self) -> None:
        self.drop_ended()
        self.started += 1
        with (self._folder / f"worker-{self.started}.log").open("wb") as log:
            process = subprocess.Popen(self._command, cwd=self._folder, stdout=log, stderr=log)
        self.running.append(process)
        self._logs[process.pid] = log.name

    def kill(self, chance: random.Random) -> None:
        process = self.running.pop(chance.randrange(len(self.running)))
        process.kill()
        process.wait()
        self.killed += 1

    def drop_ended(self) -> None:
        """Forget those that ended by themselves: who starts while the database is away says so, and gives up."""
        for process in self.running:
            if process.poll() is not None:
                said = Path(self._logs[process.pid]).read_text()
                assert process.returncode == 1, said
                assert "the database" in said, said
        self.running = [process for process in self.running if process.poll() is None]

    def stop(self) -> list[int]:
        """Ask all to end, and return how they did."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        return [process.wait(40) for process in self.running]

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()

    def said(self) -> list[dict[str, Any]]:
        """Return all that was logged, but for lines that a kill cut off."""
        lines = [line for file in self._folder.glob("worker-*.log") for line in file.read_text().splitlines()]
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]


def run(
    program: Path,
    folder: Path,
    server: PostgresqlServer,
    *,
    feeds: int,
    seconds: float,
    workers: int,
    seed: int = 1,
) -> str:
    """Do it; return in a sentence what was done. Raises AssertionError."""
    chance = random.Random(seed)
    with Crowd(groups=GROUPS, feeds=feeds) as crowd, HttpReceiver() as hooks:
        url = server.new_database()
        crew = Workers(program, folder, _config(folder / "chaos.yaml", crowd, url, hooks.url))
        subprocess.run([program, "poll", FIRST, "--config", folder / "chaos.yaml"], check=True, capture_output=True)
        try:
            for _ in range(2):
                crew.start()
            _disturb(crew, crowd, server, chance, seconds=seconds, workers=workers)
            crowd.edition = EDITIONS
            crew.drop_ended()
            while len(crew.running) < workers:
                crew.start()
            store = Store(url)
            _wait(lambda: all(crowd.seen.get(feed) == EDITIONS for feed in range(feeds)), "every source is asked")
            _wait(lambda: outcome(store)[0] == crowd.entries, "every entry is stored")
            _wait(lambda: not store.rounds.waiting(limit=1), "every article has been judged for its story")
            _wait(lambda: len(_told(hooks)) >= _articles(store), "every article is told", within_s=90)
            _wait(lambda: _is_delivered(store), "every delivery is marked")
            endings = crew.stop()
        finally:
            crew.end()
        assert set(endings) == {0}, endings
        assert max(crowd.most_of_feed.values()) == 1, "a source was asked by two at a time"
        assert max(crowd.most_in_group.values()) <= CONNECTIONS, "a host was asked more often at a time than is polite"
        crashes = [line for line in crew.said() if "Traceback" in json.dumps(line)]
        assert not crashes, crashes[0]
        _check_deliveries(store, hooks)
        disturbed = outcome(store)
        store.close()
        undisturbed = _undisturbed(program, folder, crowd)
    assert disturbed == undisturbed, f"what was made of the entries differs: {_difference(disturbed, undisturbed)}"
    return (
        f"{feeds} sources of {GROUPS} groups, asked {sum(crowd.asked.values())} times by up to {workers} workers, of "
        f"which {crew.started} were started and {crew.killed} killed within {seconds:g} s, with one restart of the "
        f"database: {disturbed[0]} entries, {len(disturbed[1])} with duplicates, {len(disturbed[2])} stories, all as "
        f"one undisturbed worker leaves them; {len(hooks.posts)} messages, "
        f"{len(hooks.posts) - len({post.headers['webhook-id'] for post in hooks.posts})} of them repeated"
    )


def _disturb(
    crew: Workers, crowd: Crowd, server: PostgresqlServer, chance: random.Random, *, seconds: float, workers: int
) -> None:
    began = time.monotonic()
    is_restarted = False
    while (passed := time.monotonic() - began) < seconds:
        crowd.edition = int(EDITIONS * passed / seconds)
        if not is_restarted and passed > seconds / 2:
            server.restart()
            is_restarted = True
        elif len(crew.running) < 2 or (len(crew.running) < workers and chance.random() < 0.6):
            crew.start()
        elif len(crew.running) > 2:
            crew.kill(chance)
        time.sleep(chance.uniform(0.2, 2.0) * min(1, seconds / 60))


def _config(path: Path, crowd: Crowd, url: str, hook: str | None) -> Path:
    digests = [{"name": "news", "every": "now", "to": [{"webhook": hook}]}] if hook else []
    path.write_text(
        json.dumps(
            {
                "site": {"title": "News", "url": "http://127.0.0.1:8080/"},
                "storage": {"url": url},
                "fetch": {
                    "every": "5s",
                    "timeout": "5s",
                    "allow_private": ["127.0.0.0/8"],
                    "politeness": {"connections": CONNECTIONS, "spacing": "1ms"},
                },
                "sources": crowd.sources(),
                "digests": digests,
            }
        )
    )
    return path


def outcome(store: Store) -> Outcome:
    """Return what the entries of a store came to, whichever was first."""
    with store._read() as connection:
        rows = connection.exec_driver_sql(_PLACES).all()
    articles, stories = defaultdict(set), defaultdict(set)
    for place, original, story in rows:
        articles[original].add(place)
        stories[story].add(place)
    return len(rows), _groups(articles), _groups(stories)


def _groups(found: dict[str, set[str]]) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(places) for places in found.values() if len(places) > 1)


def _undisturbed(program: Path, folder: Path, crowd: Crowd) -> Outcome:
    config = _config(folder / "alone.yaml", crowd, f"sqlite:///{folder}/alone.db", None)
    for whom in (FIRST, "--all"):
        subprocess.run([program, "poll", whom, "--config", config], check=True, capture_output=True, timeout=600)
    store = Store(f"sqlite:///{folder}/alone.db")
    found = outcome(store)
    store.close()
    return found


def _difference(one: Outcome, other: Outcome) -> str:
    counts = [(found[0], len(found[1]), len(found[2])) for found in (one, other)]
    groups = [sorted(map(sorted, one[kind] ^ other[kind]))[:4] for kind in (1, 2)]
    return f"{counts}, articles {groups[0]}, stories {groups[1]}"


def _is_delivered(store: Store) -> bool:
    return all(each.status is DeliveryStatus.SENT for each in store.ledger.deliveries())


def _articles(store: Store) -> int:
    with store._read() as connection:
        return int(connection.exec_driver_sql("SELECT count(DISTINCT original) FROM entries").scalar_one())


def _told(hooks: HttpReceiver) -> Counter[str]:
    """Return the articles that arrived, and in how many messages; one that came again under its id is one."""
    arrived = {post.headers["webhook-id"]: post.body for post in tuple(hooks.posts)}
    return Counter(entry["id"] for body in arrived.values() for entry in json.loads(body)["data"]["entries"])


def _check_deliveries(store: Store, hooks: HttpReceiver) -> None:
    """Each issue arrived under one id, each article in one issue."""
    arrived = {post.headers["webhook-id"]: json.loads(post.body)["data"] for post in hooks.posts}
    assert len({(data["issue"], data["part"]) for data in arrived.values()}) == len(arrived), "twice under two ids"
    assert set(_told(hooks).values()) <= {1}, "an article was in two issues"
    sent = [each for each in store.ledger.deliveries() if each.status is DeliveryStatus.SENT]
    assert {data["issue"] for data in arrived.values()} == {each.issue for each in sent}, "an issue is missing"


def _wait(condition: Callable[[], bool], told: str, *, within_s: float = 240) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"it did not come true in time that {told}"
        time.sleep(0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill and start workers on one PostgreSQL.")
    parser.add_argument("--feeds", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    programs = find_server_programs()
    if programs is None:
        sys.exit("tests.chaos needs PostgreSQL (apt install postgresql)")
    program = Path(sys.executable).with_name("aggregator")
    with tempfile.TemporaryDirectory() as folder, PostgresqlServer(programs) as server:
        print(run(program, Path(folder), server, **vars(chosen)))  # noqa: T201


if __name__ == "__main__":
    main()
