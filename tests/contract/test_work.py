"""What statements read, at two sizes of the store: what is done all the time must not cost more as the store grows.

A plan without a scan may still multiply two sizes, such as candidates by all entries ever sent; what it really reads
tells. On SQLite that is the steps of its virtual machine, on PostgreSQL the pages that EXPLAIN ANALYZE counts.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from aggregator.model import FeedRenewal, FeedState, PollResult, Selection
from aggregator.model.issues import ChannelKind, DeliveryStatus, DigestState, Endpoint, Issue, Outcome, SentVersion
from aggregator.store import Store, selections
from aggregator.store.tables import digests, feed_entries
from bench.filled import NOW, PER_DAY, fill, send, settle, source_name
from tests.builders import make_decision, make_entry

pytestmark = pytest.mark.slow

_SOURCES = 100
# All are more than a day has: what is new is the same. All else, what was sent too, is four times as much. PostgreSQL
# reads small tables whole, in less time than it looks up rows of them: what grows there is seen in larger ones.
_SIZES = {"sqlite": (2 * PER_DAY, 8 * PER_DAY), "postgresql": (16 * PER_DAY, 64 * PER_DAY)}
_UNSENT = 40
# A tree of pages that is a level higher costs up to a third more. What is read by so few steps may be chance; a server
# looks up each of a day's entries, by a handful of pages, where it reads a smaller table whole.
_HIGHER, _FEW = 1.5, {"sqlite": 40, "postgresql": 5 * PER_DAY}
_CONSIDERED = NOW - timedelta(days=_UNSENT / PER_DAY)
_BOTH_DIGESTS = ("news", "moments")


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Store]]:
    """A store with a few issues, and one with several times as many of everything."""
    opened = []
    for count in _SIZES[request.param]:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('work')}/work.db"
        else:
            url = request.getfixturevalue("postgresql").new_database()
        opened.append(_grown(url, count))
    yield opened[0], opened[1]
    for store in opened:
        store.close()


def test_nothing_that_is_done_all_the_time_reads_more_in_a_larger_store(
    stores: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    # entries of a category are looked up one by one, up to so many: here neither store has so few
    monkeypatch.setattr(selections, "_MOST_ENTRIES", 100)
    small, large = stores
    found = []

    for name, work in _WORK.items():
        before, after = read_by(small, work), read_by(large, work)
        few = _FEW[small._engine.dialect.name]
        found += [
            f"{name}: {before[statement]} in the small store, {count} in the large one: {statement}"
            for statement, count in after.items()
            if count > _HIGHER * before[statement] + few
        ]

    assert not found, "\n".join(found)
    assert sum(read_by(large, multiply).values()) > 3 * sum(read_by(small, multiply).values()), "it is not found out"


def multiply(store: Store) -> None:
    """Do what must be found out, as it was: for each candidate, look through all that the digest ever sent."""
    with store._read() as connection:
        connection.exec_driver_sql(
            "SELECT count(*) FROM (SELECT id FROM entries ORDER BY pk DESC LIMIT 20) AS candidate WHERE EXISTS"
            " (SELECT 1 FROM issue_entries WHERE digest = 'news' AND title = candidate.id)"
        )


# --- what is done ----------------------------------------------------------------------------------------------------


def look_for_news(store: Store) -> None:
    for digest in _BOTH_DIGESTS:
        with store.ledger.making(digest) as making:
            assert len(making.pending(Selection(), until=NOW)) > _UNSENT / 2
            making.pending(Selection(categories=("tenth",)), until=NOW)
            making.pending(Selection(sources=(source_name(3),)), until=NOW)
            making.changed(Selection(), since=NOW - timedelta(days=1))
    store.ledger.digests()


def issue(store: Store) -> None:
    with store.ledger.making("news") as making:
        pending = making.pending(Selection(), until=NOW)
        versions = [
            SentVersion(entry_id=each.id, title=each.entry.title, updated=each.entry.updated) for each in pending
        ]
        made = Issue(id="an-issue", digest="news", number=1_000_000, title="News", made_at=NOW)
        endpoint = Endpoint(digest="news", kind=ChannelKind.EMAIL, key="reader", label="a reader")
        making.write(
            made,
            slot=None,
            until=NOW,
            entries_=versions,
            updated=versions,
            endpoints=[(endpoint, "an-id")],
            told=[],
        )
        raise _UndoneError


class _UndoneError(Exception):
    """Rolls back what was only measured."""


def deliver(store: Store) -> None:
    ledger = store.ledger
    claims = ledger.claim(kinds=list(ChannelKind), now=NOW, lease=timedelta(minutes=1), limit=8)
    assert claims
    ledger.note_part(claims[0], 1, until=NOW + timedelta(minutes=2))
    ledger.record([(claims[0], Outcome(status=DeliveryStatus.WAITING, next_attempt=NOW, rest=timedelta(0)))], now=NOW)
    ledger.release(claims)
    ledger.next_due()
    ledger.take_back_claims()
    ledger.stops()
    ledger.issue(claims[0].delivery.issue_pk)
    ledger.find_issue("news")
    list(ledger.deliveries(limit=50))
    assert ledger.counts()["news", DeliveryStatus.SENT] > 3


def renew_feeds(store: Store) -> None:
    version, pk = store.feeds.newest()
    state = store.feeds.state("all")
    arrivals = store.feeds.arrivals(Selection(), after=pk - 100, limit=100)
    originals = {each.original for each in arrivals}
    store.feeds.known("all", originals)
    store.feeds.waiting("all")
    store.feeds.members(Selection(categories=("half",)), originals)
    store.feeds.last_archive("all")
    store.feeds.archive_numbers("all")
    assert state is not None
    renewal = FeedRenewal(before=state, version=version, considered_pk=pk, mark="", base="https://news.example.org/")
    store.feeds.write(renewal, now=NOW)
    store.published(Selection(), limit=100)
    store.content_version()


def show_pages(store: Store) -> None:
    front = store.front(Selection(), limit=50)
    store.front(Selection(), limit=50, cursor=front.next)
    store.front(Selection(sources=(source_name(3),)), limit=20)
    store.front(Selection(categories=("half",)), limit=50)
    store.count_newer(Selection(), front.newest)
    store.stories([front.items[0].entry.story])
    store.duplicates_of(front.items[0].id)
    shown = front.items[0].entry
    store.find_entries(entry_id=front.items[0].id, url=None, canonical_url=None)
    store.find_entries(entry_id="", url=shown.url, canonical_url=shown.canonical_url)  # as `explain URL` does
    nowhere = "https://nowhere.example/"
    assert not store.find_entries(entry_id=nowhere, url=nowhere, canonical_url=nowhere)
    store.ledger.issues_with(front.items[0].id)
    store.polls(source_name(0))
    store.sources()
    store.activity(today=NOW.date())
    store.totals()


def poll(store: Store) -> None:
    claims = store.claims.take(now=NOW, lease=timedelta(minutes=1), limit=8)
    store.claims.count_due(NOW)
    store.claims.extend(claims, now=NOW, until=NOW + timedelta(minutes=2))
    first, second, third = claims[:3]
    store.whole_articles(first, ["a", "b"])
    decision = make_decision(make_entry("A thing that nobody has heard of"), is_new=True)
    with store.poll(first) as transaction:
        transaction.write(PollResult(source=first.source.name, state=first.state, decisions=(decision,)))
        raise _UndoneError
    store.write_quiet([(second, PollResult(source=second.source.name, state=second.state))])
    store.claims.postpone(third, until=NOW + timedelta(hours=1), reason="")


def release(store: Store) -> None:
    store.claims.release(store.claims.take(now=NOW, lease=timedelta(minutes=1), limit=8))


def keep_house(store: Store) -> None:
    """As each hour, when nothing has grown too old."""
    before = NOW - timedelta(days=400)
    store.ledger.forget(before=before)
    store.feeds.forget(before=before)
    store.forget(before=before)
    store.forget_marks([(-(2**62), -(2**62) + 9)])
    store.correct_times(NOW + timedelta(days=1))
    store.backlog(now=NOW, overdue_after=timedelta(hours=1))
    store.pings.next_due()
    store.ping()


_WORK: Mapping[str, Callable[[Store], None]] = {
    "looking for news": look_for_news,
    "making an issue": issue,
    "delivering": deliver,
    "renewing feeds": renew_feeds,
    "pages": show_pages,
    "a poll": poll,
    "giving claims back": release,
    "housekeeping": keep_house,
}


# --- measuring -------------------------------------------------------------------------------------------------------


def read_by(store: Store, work: Callable[[Store], None]) -> Counter[str]:
    """Return how much each statement of some work reads, executed as often as it is."""
    with _measuring(store) as read, suppress(_UndoneError):
        work(store)
    return read


@contextmanager
def _measuring(store: Store) -> Iterator[Counter[str]]:
    read: Counter[str] = Counter()
    measure = _steps_of if store._engine.dialect.name == "sqlite" else _pages_of

    def hear(connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, is_many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            raw = connection.connection.dbapi_connection
            read[_shape_of(statement)] += measure(raw, statement, parameters[0] if is_many else parameters)

    sa.event.listen(store._engine, "before_cursor_execute", hear)
    try:
        yield read
    finally:
        sa.event.remove(store._engine, "before_cursor_execute", hear)


def _shape_of(statement: str) -> str:
    """Return a statement in one line, the same however many values it looks for."""
    return re.sub(r"(?:(?:\?|%\(\w+\)s::\w+)(?:, )?){2,}", "…", " ".join(statement.split()))


def _steps_of(raw: Any, statement: str, parameters: Any) -> int:
    """Return how many hundreds of steps SQLite takes; what the statement writes is taken back."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    raw.execute("SAVEPOINT measured")
    raw.set_progress_handler(count, 100)
    try:
        raw.execute(statement, parameters).fetchall()
    finally:
        raw.set_progress_handler(None, 0)
        raw.execute("ROLLBACK TO measured")
        raw.execute("RELEASE measured")
    return steps


def _pages_of(raw: Any, statement: str, parameters: Any) -> int:
    """Return how many pages PostgreSQL reads, from wherever; what the statement writes is taken back."""
    with raw.cursor() as cursor:
        cursor.execute("SAVEPOINT measured")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}", parameters)
        [row] = cursor.fetchall()
        cursor.execute("ROLLBACK TO measured")
    found = row[0] if isinstance(row[0], list) else json.loads(row[0])
    plan = found[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


# --- two sizes -------------------------------------------------------------------------------------------------------


def _grown(url: str, count: int) -> Store:
    """Fill a store whose digests have sent all but the newest entries, and whose feed has archived them."""
    fill(url, count, source_count=_SOURCES)
    store = Store(url)
    store.configure(
        [health.source for health in store.sources()],
        digests=[
            DigestState(
                name=name,
                set_up_at=NOW - timedelta(days=400),
                begins_at=NOW - timedelta(days=399),
                considered_until=_CONSIDERED,
                last_slot=None,
                last_number=0,
            )
            for name in _BOTH_DIGESTS
        ],
    )
    with store._write() as connection:
        connection.execute(digests.update().values(considered_pk=count - _UNSENT, considered_until=_CONSIDERED))
        for digest in _BOTH_DIGESTS:
            send(connection, digest, range(1, count + 1 - _UNSENT))
        rows = [
            {
                "feed": "all",
                "original": f"{pk:016x}",
                "listed_at": NOW,
                "archive": pk // 100 if pk < count - 99 else None,
            }
            for pk in range(1, count + 1)
        ]
        connection.execute(feed_entries.insert(), rows)
    before = FeedState(name="all", revision=0, considered_pk=0, version=0, mark="", last_archive=count // 100)
    store.feeds.write(
        FeedRenewal(before=before, version=1, considered_pk=count, mark="", base="https://news.example.org/"), now=NOW
    )
    store.close()
    settle(url)
    return Store(url)
