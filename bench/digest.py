"""A digest of 1,000 entries composed and rendered, and 1,000 mails delivered, against bare smtplib on the same server.

python -m bench.digest [ROUNDS]
python -m bench.digest sent [sqlite|postgresql] [SENT…]

The second says what an issue costs after so many entries sent, 1,000 and 1,000,000, and fails when it grows by more
than a third; `postgresql` starts a server of its own.

Bare smtplib sends the same messages, made before, one after the other over one connection, and notes nothing anywhere.
Ours makes each message, sends it, and writes into the ledger that it was accepted before it begins the next.
"""

from __future__ import annotations

import multiprocessing
import smtplib
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from aggregator.app import Aggregator, utc_now
from aggregator.config import Config
from aggregator.digests.delivering import deliver_due
from aggregator.digests.issuing import Digests
from aggregator.model import CategoryMatch, Decision, Entry, PollResult, Selection
from aggregator.model.issues import DigestState, Issue, SentVersion
from aggregator.notify.channels import preview
from aggregator.store import Store
from aggregator.store import tables as tables_
from bench.filled import NOW, fill, send, settle
from tests.postgresql import PostgresqlServer, find_server_programs

RECIPIENTS = 1_000
ENTRIES = 1_000
SHOWN = 40
CONNECTIONS = 8
# Entries that are news when an issue is made after many; how many come in a day, which are looked at anew each time.
_UNSENT, _PER_DAY = 40, 500
_MOST_GROWTH = 1.3
_ROUNDS = 40


def main(rounds: int = 3) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _compose(Path(folder))
    ratios = [_deliver() for _ in range(rounds)]
    print(f"{RECIPIENTS} mails: {statistics.median(ratios):.2f} x the rate of bare smtplib (median of {rounds})")


def cost_by_sent(kind: str = "sqlite", *sizes: str) -> None:
    """Measure looking for news and making an issue at these numbers of entries sent; exit with 1 when it grows."""
    chosen = [int(size) for size in sizes] or [1_000, 1_000_000]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if kind == "postgresql":
            programs = find_server_programs()
            if programs is None:
                sys.exit("PostgreSQL is not installed")
            server = stack.enter_context(PostgresqlServer(programs))
            urls = [server.new_database() for _ in chosen]
        else:
            urls = [f"sqlite:///{folder}/sent-{size}.db" for size in chosen]
        for url, size in zip(urls, chosen, strict=True):
            send_many(url, size)
        sys.exit(compare_costs(kind, urls, chosen))


def send_many(url: str, sent: int) -> None:
    """Make a store with so many entries that were sent, and a few that were not."""
    fill(url, sent + _UNSENT, source_count=100, per_day=_PER_DAY)
    considered = NOW - timedelta(days=_UNSENT / _PER_DAY)
    state = DigestState(
        name="news",
        set_up_at=NOW - timedelta(days=4000),
        begins_at=NOW - timedelta(days=4000),
        considered_until=considered,
        last_slot=None,
        last_number=0,
    )
    with closing(Store(url)) as store:
        store.configure([health.source for health in store.sources()], digests=[state])
        with store._write() as connection:
            send(connection, "news", range(1, sent + 1), per_day=_PER_DAY)
            connection.execute(tables_.digests.update().values(considered_pk=sent, considered_until=considered))
    settle(url)


def compare_costs(kind: str, urls: Sequence[str], sizes: Sequence[int]) -> str | None:
    """Print what it costs in each of these stores, in turn, as the machine may be busy; return what is too much."""
    with ExitStack() as stack:
        stores = [stack.enter_context(closing(Store(url))) for url in urls]
        rounds = [[_cost(store) for store in stores] for _ in range(_ROUNDS)]
    growth = [1.0, 1.0]
    for place, size in enumerate(sizes):
        least = [min(each[place][part] for each in rounds) for part in range(2)]
        growth = [
            statistics.median(each[place][part] / each[0][part] for each in rounds[1:])  # the first one warms up
            for part in range(2)
        ]
        print(
            f"{kind}, {size:,} entries sent: looking for news {least[0] * 1000:.1f} ms ({growth[0]:.2f} x the first), "
            f"making an issue {least[1] * 1000:.1f} ms ({growth[1]:.2f} x)",
            flush=True,
        )
    return f"that is more than {_MOST_GROWTH} x" if max(growth) > _MOST_GROWTH else None


def _cost(store: Store) -> tuple[float, float]:
    """Return how long it takes to look for news, and with making an issue of them, in seconds; that is rolled back."""
    began = time.perf_counter()
    looked_s = 0.0
    with suppress(_UndoneError), store.ledger.making("news") as transaction:
        found = transaction.pending(Selection(), until=NOW)
        looked_s = time.perf_counter() - began
        assert len(found) > _UNSENT / 2
        versions = [SentVersion(entry_id=each.id, title="", updated=each.updated) for each in found]
        issue = Issue(id="one-more", digest="news", number=10**6, title="News", made_at=NOW)
        transaction.write(issue, slot=None, until=NOW, entries_=versions, updated=(), endpoints=(), told=())
        raise _UndoneError
    return looked_s, time.perf_counter() - began


class _UndoneError(Exception):
    """Rolls an issue back."""


def _compose(folder: Path) -> None:
    aggregator = _open(folder, 25, entries=ENTRIES, limit=1_000)
    digests = Digests(aggregator)
    digest = digests.digest("daily")
    preview(digests.draft("daily"), digest, aggregator.config)  # templates and statements are compiled by now
    began, began_cpu = time.perf_counter(), time.process_time()
    issue = digests.make_now("daily")
    made_s = time.perf_counter() - began
    assert issue is not None
    assert issue.entry_count == ENTRIES
    rendered = preview(issue, digest, aggregator.config)
    total_s, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    print(
        f"{ENTRIES} entries: composed and fixed in the ledger in {made_s:.2f} s, with its mail {total_s:.2f} s "
        f"(CPU {cpu_s:.2f} s); HTML {len(rendered.html.encode()) / 1000:.0f} kB"
    )
    aggregator.close()


def _deliver() -> float:
    """Return how fast we are, bare smtplib being 1."""
    with tempfile.TemporaryDirectory() as name, _Server() as server:
        aggregator = _open(Path(name), server.port, entries=SHOWN, limit=SHOWN)
        assert Digests(aggregator).make_now("daily") is not None
        began, began_cpu = time.perf_counter(), time.process_time()
        sent = sum(attempted.outcome.status == "sent" for attempted in deliver_due(aggregator))
        ours_s, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
        aggregator.close()
        assert sent == RECIPIENTS
        messages, connections = server.take()
        assert len(messages) == RECIPIENTS
        assert connections <= CONNECTIONS
        bare_s = _time_bare(server.port, messages)
    print(
        f"ours {RECIPIENTS / ours_s:.0f} mails/s over {connections} connections (CPU {cpu_s:.2f} s), "
        f"bare smtplib {RECIPIENTS / bare_s:.0f} mails/s over 1; {len(messages[0][1]) / 1000:.0f} kB each"
    )
    return bare_s / ours_s


def _time_bare(port: int, messages: list[tuple[str, bytes]]) -> float:
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for recipient, body in messages:
            smtp.sendmail("news@example.org", [recipient], body)
    return time.perf_counter() - began


def _open(folder: Path, port: int, *, entries: int, limit: int) -> Aggregator:
    readers = [f"reader{number}@example.org" for number in range(RECIPIENTS)]
    config = Config.model_validate(
        {
            "site": {"title": "Bench", "url": "https://news.example.org/"},
            "storage": {"url": f"sqlite:///{folder}/bench.db"},
            "sources": [{"url": f"https://s{number}.example/feed", "name": f"s{number}"} for number in range(20)],
            "categories": [{"name": name} for name in ("space", "talent", "innovation")],
            "digests": [{"name": "daily", "every": "now", "limit": limit, "to": [{"email": readers}]}],
            "email": {
                "from": "News <news@example.org>",
                "smtp": {"host": "127.0.0.1", "port": port, "connections": CONNECTIONS},
            },
        }
    )
    aggregator = Aggregator(config)
    now = utc_now()
    for claim in aggregator.store.claims.take(now=now, lease=timedelta(hours=1), limit=20):
        share = range(entries // 20)
        decisions = tuple(_decision(claim.source.name, number, now) for number in share)
        with aggregator.store.poll(claim) as poll:
            poll.write(PollResult(source=claim.source.name, state=claim.state, decisions=decisions))
    return aggregator


def _decision(source: str, number: int, now: datetime) -> Decision:
    key = f"{source}-{number}"
    entry = Entry(
        key=key,
        url=f"https://{source}.example/{number}/a-headline-of-the-usual-length",
        title=f"Headline number {number} of {source}, of the length that headlines usually have",
        summary="Two sentences that say what it is about. They are as long as such sentences are, and not longer.",
        content="<p>" + "A paragraph of an article. " * 60 + "</p>",
    )
    category = ("space", "talent", "innovation", "")[number % 4]
    return Decision(
        id=key,
        entry=entry,
        is_new=True,
        original=key,
        evidence=None,
        published=datetime(2026, 1, 1, tzinfo=UTC),
        updated=datetime(2026, 1, 1, tzinfo=UTC),
        first_seen=now,
        listed_at=now,
        digest="",
        story=key,
        categories=(CategoryMatch(category=category, reasons=("bench",)),) if category else (),
    )


class _Server:
    """aiosmtpd in a process of its own, which keeps what it accepts."""

    def __enter__(self) -> _Server:
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        self.port = int(self._pipe.recv())
        return self

    def take(self) -> tuple[list[tuple[str, bytes]], int]:
        """Return the messages so far with their recipients, and how many connections brought them; forget them."""
        self._pipe.send("take")
        messages, connections = self._pipe.recv()
        return messages, connections

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()


def _serve(pipe: Connection) -> None:
    import asyncio

    from aiosmtpd.smtp import SMTP

    messages: list[tuple[str, bytes]] = []
    peers: set[Any] = set()

    class Handler:
        async def handle_DATA(self, _server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
            peers.add(session.peer)
            messages.append((envelope.rcpt_tos[0], envelope.original_content))
            return "250 OK"

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Handler(), hostname="bench"), "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        while True:
            await asyncio.sleep(0.2)
            if pipe.poll():
                pipe.recv()
                pipe.send((messages[:], len(peers)))
                messages.clear()
                peers.clear()

    asyncio.run(serve())


if __name__ == "__main__":
    if sys.argv[1:2] == ["sent"]:
        cost_by_sent(*sys.argv[2:])
    else:
        main(*map(int, sys.argv[1:]))
