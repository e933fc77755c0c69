"""A digest of 1,000 entries composed and rendered, and 1,000 mails delivered, against bare smtplib on the same server.

python -m bench.digest [ROUNDS]
python -m bench.digest sent [DATABASE SENT…]    what an issue costs after so many entries sent, 10,000 and 200,000


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
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from aggregator.app import Aggregator, utc_now
from aggregator.config import Config
from aggregator.digests.delivering import deliver_due
from aggregator.digests.issuing import Digests
from aggregator.model import CategoryMatch, Decision, Entry, PollResult, Selection
from aggregator.model.issues import DigestState, Issue, SentVersion
from aggregator.notify.channels import preview
from aggregator.store import Store
from aggregator.store import tables as tables_
from bench.filled import NOW, PER_DAY, fill, send, settle

RECIPIENTS = 1_000
ENTRIES = 1_000
SHOWN = 40
CONNECTIONS = 8
# Entries that are news when an issue is made after many.
_UNSENT = 40


def main(rounds: int = 3) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _compose(Path(folder))
    ratios = [_deliver() for _ in range(rounds)]
    print(f"{RECIPIENTS} mails: {statistics.median(ratios):.2f} x the rate of bare smtplib (median of {rounds})")


def cost_by_sent(url: str = "", *sizes: str) -> None:
    """Measure looking for news and making an issue at these numbers of entries sent; ``url`` is an empty database."""
    first = None
    for size in [int(size) for size in sizes] or [10_000, 200_000]:
        with tempfile.TemporaryDirectory() as folder:
            look_s, issue_s = _cost_after(url or f"sqlite:///{folder}/sent.db", size)
        first = first or (look_s, issue_s)
        print(
            f"{size} entries sent: looking for news {look_s * 1000:.0f} ms ({look_s / first[0]:.2f} x the first), "
            f"making an issue {issue_s * 1000:.0f} ms ({issue_s / first[1]:.2f} x)"
        )


def _cost_after(url: str, sent: int) -> tuple[float, float]:
    """Return how long it takes, each the least of five, in seconds; what is made is rolled back."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:  # of the size before
        tables = sa.inspect(connection).get_table_names()
        for table in tables if connection.dialect.name == "postgresql" else ():
            connection.exec_driver_sql(f'DROP TABLE "{table}" CASCADE')
    engine.dispose()
    fill(url, sent + _UNSENT, source_count=100)
    considered = NOW - timedelta(days=_UNSENT / PER_DAY)
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
            send(connection, "news", range(1, sent + 1))
            connection.execute(tables_.digests.update().values(considered_pk=sent, considered_until=considered))
    settle(url)
    looking, making = [], []
    with closing(Store(url)) as store:
        for _ in range(5):
            began = time.perf_counter()
            with suppress(_UndoneError), store.ledger.making("news") as transaction:
                found = transaction.pending(Selection(), until=NOW)
                looking.append(time.perf_counter() - began)
                assert len(found) > _UNSENT / 2
                versions = [SentVersion(entry_id=each.id, title="", updated=each.updated) for each in found]
                issue = Issue(id="one-more", digest="news", number=10**6, title="News", made_at=NOW)
                transaction.write(issue, slot=None, until=NOW, entries_=versions, updated=(), endpoints=(), told=())
                making.append(time.perf_counter() - began)
                raise _UndoneError
    return min(looking), min(making)


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
    for claim in aggregator.store.claim_due_sources(now=now, lease=timedelta(hours=1), limit=20):
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
