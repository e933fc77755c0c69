"""Processes that poll, make issues and send them, each killed at a random step, the next going on with what it left.

python -m tests.kills [--kills 1000] [--seed N] [--databases sqlite,postgresql]

Prints what was counted, and fails with the first thing that was lost, or came twice in a way that the receiver can't
tell; an interrupt ends the killing early. A step is a call of a function of this program, of SQLAlchemy or of smtplib
(tests/processes.py).
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from aggregator.config import Config
from aggregator.model.issues import Delivery, DeliveryStatus
from aggregator.store import Store
from aggregator.store.tables import entries
from tests.newsroom import make_config
from tests.postgresql import PostgresqlServer, find_server_programs
from tests.processes import PARTS, forking, poll_issue_and_deliver
from tests.receivers import Answer, HttpReceiver, MailServer, Posted

FEEDS = 4
READERS = ["a@example.org", "b@example.org"]
HOOKS = ["/1", "/2"]
IN_FLIGHT = 1 + len(HOOKS)  # one mail, with one connection, and the webhooks
# Longer than claims last, so that each process has something to do; shorter than what was refused waits.
BETWEEN = timedelta(seconds=61)
# In the end, what was refused waits for so long at a time.
_LONG = timedelta(minutes=20)
# So often a receiver is busy.
BUSY = 0.05


class Wire:
    """Feeds that grow: each shows its latest articles. Every fourth article stands in two of them."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._lock = threading.Lock()
        self._shown: list[list[int]] = [[] for _ in range(FEEDS)]
        self.articles = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = outer._document(int(self.path.strip("/"))).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A client that was killed went away in the middle."""

        self._server = Server(("127.0.0.1", 0), Handler)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def publish(self, count: int) -> None:
        with self._lock:
            for _ in range(count):
                self.articles += 1
                for feed in self._chance.sample(range(FEEDS), 2 if self.articles % 4 == 0 else 1):
                    self._shown[feed].append(self.articles)

    def entries(self) -> set[tuple[str, str]]:
        """Return all that was ever shown: sources and titles."""
        with self._lock:
            return {(f"s{feed}", _title(number)) for feed, shown in enumerate(self._shown) for number in shown}

    def sources(self) -> list[dict[str, str]]:
        address = f"http://127.0.0.1:{self._server.server_address[1]}"
        return [{"url": f"{address}/{feed}", "name": f"s{feed}", "kind": "feed"} for feed in range(FEEDS)]

    def _document(self, feed: int) -> str:
        with self._lock:
            shown = self._shown[feed][-25:]
        items = "".join(
            f"<item><title>{_title(number)}</title><link>https://paper.example/{number}</link>"
            f"<guid isPermaLink='false'>{number}</guid><description>{_title(number)} in full.</description></item>"
            for number in reversed(shown)
        )
        return f"<rss version='2.0'><channel><title>Feed {feed}</title>{items}</channel></rss>"


def _title(number: int) -> str:
    chance = random.Random(number)
    return f"{' '.join(''.join(chance.choices('abdefgiklmnoprstu', k=7)) for _ in range(6)).capitalize()} {number}"


class Receivers:
    """A mail server and webhooks that are busy now and then, with what they accepted, in order."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.mail = MailServer(on_data=lambda _: "451 busy" if self._is_busy() else None)
        self.hooks = HttpReceiver(self._answer)
        self.posts: list[Posted] = []

    def _is_busy(self) -> bool:
        return self._chance.random() < BUSY

    def _answer(self, posted: Posted) -> Answer:
        if self._is_busy():
            return Answer(status=503)
        self.posts.append(posted)
        return Answer()

    def accepted(self) -> list[tuple[str, str]]:
        """Return who accepted what: a reader or a webhook, and the id of a message, repetitions among it."""
        mails = [(mail.recipient, mail.message_id) for mail in tuple(self.mail.mails)]
        return mails + [(post.path, post.headers["webhook-id"]) for post in tuple(self.posts)]


class Trial:
    """One database, and one process after another that works on it."""

    def __init__(self, url: str, wire: Wire, receivers: Receivers) -> None:
        self._wire, self._receivers = wire, receivers
        self._now = datetime.now(UTC).replace(microsecond=0)
        self._context = forking()
        self.config = _config(url, wire, receivers)
        self._ended: dict[str, int] = {}

    def run(self, killed: tuple[str, int] | None, counted: Any = None) -> bool:
        """Poll, issue and send, in a process of its own; return whether it was killed."""
        self._now += BETWEEN
        process = self._context.Process(
            target=poll_issue_and_deliver, args=(self.config, self._now, killed, counted), daemon=True
        )
        process.start()
        process.join(600)
        assert process.exitcode in {0, -9}, f"a process ended with {process.exitcode}"
        return process.exitcode == -9

    def steps(self) -> dict[str, int]:
        """Return how many steps each part has when nobody is killed."""
        counted = self._context.Array("q", len(PARTS))
        assert not self.run(None, counted)
        return dict(zip(PARTS, counted, strict=True))

    def note_sent(self, store: Store) -> None:
        """Note what the ledger has as sent; it may not come once more."""
        times = Counter(message_id for _, message_id in self._receivers.accepted())
        for message_id, before in self._ended.items():
            assert times[message_id] == before, f"{message_id} was marked as sent, and came again"
        for delivery in store.ledger.deliveries(limit=20 * IN_FLIGHT, statuses=[DeliveryStatus.SENT]):
            assert times[delivery.message_id], f"{delivery.message_id} is marked as sent, and never came"
            self._ended.setdefault(delivery.message_id, times[delivery.message_id])

    def finish(self, store: Store) -> list[Delivery]:
        """Let it go on undisturbed until all is delivered."""
        for _ in range(50):
            self._now += _LONG
            self.run(None)
            found = list(store.ledger.deliveries())
            if all(each.status is DeliveryStatus.SENT for each in found):
                return found
        raise AssertionError(f"still waiting: {Counter(each.status for each in found)}")


def run(url: str, *, kills: int, seed: int = 1, is_enough: Callable[[], bool] = lambda: False) -> str:
    """Kill so many processes that work on an empty database; return in a sentence what came of it."""
    chance, began = random.Random(seed), time.monotonic()
    receivers = Receivers(random.Random(seed))
    with Wire(chance) as wire, receivers.mail, receivers.hooks:
        trial = Trial(url, wire, receivers)
        wire.publish(8)
        trial.run(None)
        with closing(Store(url)) as store:
            wire.publish(2)
            steps, killed, survived = trial.steps(), Counter[str](), 0
            while killed.total() < kills and not is_enough():
                wire.publish(chance.choice((1, 2, 3)))
                part = chance.choice(PARTS)
                if trial.run((part, chance.randrange(1, steps[part]))):
                    killed[part] += 1
                else:
                    survived += 1
                trial.note_sent(store)
                if killed.total() % 100 == 0:
                    print(f"{killed.total()} kills", file=sys.stderr, flush=True)  # noqa: T201
            deliveries = trial.finish(store)
            trial.note_sent(store)
            _check_store(store, wire)
        repeated = _check_messages(receivers, deliveries)
    assert repeated <= IN_FLIGHT * killed["deliver"]
    issues = {delivery.issue for delivery in deliveries}
    where = ", ".join(f"{killed[part]} among {steps[part]:,} steps of part {part}" for part in PARTS)
    return (
        f"{killed.total()} kills at random ({where}; {survived} processes ended before theirs) in "
        f"{time.monotonic() - began:.0f} s: {len(wire.entries())} entries of {wire.articles} articles stored, "
        f"{len(issues)} issues, {len(deliveries)} deliveries, 0 lost, {repeated} repeated under the same id, "
        "0 under another"
    )


def _check_store(store: Store, wire: Wire) -> None:
    """Each entry is stored once, each article has one original."""
    with store._read() as connection:
        titles = connection.exec_driver_sql(
            "SELECT s.name, e.title FROM entries e JOIN sources s ON s.pk = e.source_pk"
        ).all()
        originals = connection.execute(sa.select(sa.func.count(entries.c.original.distinct()))).scalar_one()
    stored = Counter((str(name), str(title)) for name, title in titles)
    assert set(stored) == wire.entries(), sorted(wire.entries().symmetric_difference(stored))[:5]
    assert set(stored.values()) == {1}, "an entry is stored twice"
    assert originals == wire.articles


def _check_messages(receivers: Receivers, deliveries: list[Delivery]) -> int:
    """Each issue came to everyone under one id, each article in one issue; return how many messages came again."""
    accepted = Counter(receivers.accepted())
    assert {message_id for _, message_id in accepted} == {each.message_id for each in deliveries}
    issues = {each.message_id: each.issue for each in deliveries}
    by_place = Counter((place, issues[message_id]) for place, message_id in accepted)
    assert set(by_place) == {(place, issue) for place in [*READERS, *HOOKS] for issue in set(issues.values())}
    assert set(by_place.values()) == {1}, "an issue came twice under two ids"
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for path, bodies in _bodies(receivers.posts).items():
        for body in bodies:
            told[path].update(entry["title"] for entry in json.loads(body)["data"]["entries"])
    numbers = range(1, 1 + sum(told[HOOKS[0]].values()))
    for path in HOOKS:
        assert set(told[path]) == {_title(number) for number in numbers}, f"{path} was not told of an article"
        assert set(told[path].values()) == {1}, f"{path} was told of an article in two issues"
    return sum(accepted.values()) - len(accepted)


def _bodies(posts: list[Posted]) -> dict[str, set[bytes]]:
    """Return what was posted where, each message once; under one id it is the same each time."""
    found: dict[str, dict[str, bytes]] = defaultdict(dict)
    for post in posts:
        before = found[post.path].setdefault(post.headers["webhook-id"], post.body)
        assert json.loads(before)["data"] == json.loads(post.body)["data"], "one id, and two messages"
    return {path: set(bodies.values()) for path, bodies in found.items()}


def _config(url: str, wire: Wire, receivers: Receivers) -> Config:
    return make_config(
        url,
        {"every": "now", "to": [{"email": READERS}, *({"webhook": f"{receivers.hooks.url}{path}"} for path in HOOKS)]},
        sources=wire.sources(),
        fetch={
            "every": "5s",
            "timeout": "5s",
            "workers": 2,
            "allow_private": ["127.0.0.0/8"],
            "politeness": {"connections": 2, "spacing": "1ms"},
        },
        email={
            "from": "News <news@example.org>",
            "smtp": {"host": "127.0.0.1", "port": receivers.mail.port, "connections": 1},
        },
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill processes that poll, issue and send, at random steps.")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--databases", default="sqlite,postgresql")
    chosen = parser.parse_args()
    programs = find_server_programs()
    if programs is None:
        sys.exit("tests.kills needs PostgreSQL (apt install postgresql)")
    is_interrupted = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: is_interrupted.set())
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for database in chosen.databases.split(","):
            url = f"sqlite:///{Path(folder)}/kills.db"
            if database == "postgresql":
                url = stack.enter_context(PostgresqlServer(programs)).new_database()
            told = run(url, kills=chosen.kills, seed=chosen.seed, is_enough=is_interrupted.is_set)
            print(f"{database}: {told}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
