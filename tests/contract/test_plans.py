"""How databases go about what is asked for all the time: along an index, never through all entries.

The quick test takes as many entries as make planners think of a million, the slow one more than ten times as many.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from aggregator.model import Grouping, Joined, Order, PollResult, Selection
from aggregator.model.issues import ChannelKind, DigestState
from aggregator.store import Store, selections
from aggregator.store.tables import entry_marks, signatures, story_aliases, ungrouped
from bench.filled import NOW, fill, settle, source_name

_SOURCES, _MILLION = 200, 1_000_000
# At least so many that no planner finds reading all of them the shortest way.
_ENOUGH = 15_000
# Filling a store with a million takes longer than all other tests; plans settle long before.
_MANY = 200_000
# The entries of a rare category are looked up one by one, and then sorted.
_FEW = "entries.pk IN (SELECT entry_categories.entry_pk"
# What a plan must not have. All entries can be gone through along an index, too: then they are sorted.
_SORTS = re.compile(r"^USE TEMP B-TREE FOR ORDER BY|\bSort\b")
_ALL_OF_THEM = {
    "sqlite": re.compile(r"^SCAN (entries|candidate|member)\b(?!.* USING )|^SORTS"),
    "postgresql": re.compile(r"Seq Scan on (entries|entry_words)\b|^SORTS"),
}


@pytest.fixture
def sparse(url: str) -> Iterator[Store]:
    """Many sources with hardly any entries."""
    fill(url, 100, source_count=_SOURCES)
    settle(url)
    store = Store(url)
    yield store
    store.close()


@pytest.fixture(params=["some", pytest.param("many", marks=pytest.mark.slow)])
def count(request: pytest.FixtureRequest) -> int:
    return _MANY if request.param == "many" else _ENOUGH


@pytest.fixture
def filled(url: str, count: int) -> Iterator[Store]:
    fill(url, count, source_count=_SOURCES)
    settle(url)
    store = Store(url)
    store.configure(
        [health.source for health in store.sources()],
        digests=[
            DigestState(
                name="news",
                set_up_at=NOW,
                begins_at=NOW - timedelta(days=1),
                considered_until=NOW - timedelta(hours=1),
                last_slot=None,
                last_number=0,
            )
        ],
    )
    yield store
    store.close()


@contextmanager
def listening(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that are executed, with their parameters."""
    heard: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, is_many: bool) -> None:
        heard.append((statement, parameters[0] if is_many else parameters))

    sa.event.listen(store._engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        sa.event.remove(store._engine, "before_cursor_execute", hear)


def plans_of(store: Store, query: Callable[[Store], object]) -> list[tuple[str, list[str]]]:
    """Return the statements that are executed, each with the lines of its plan."""
    with listening(store) as heard:
        query(store)
    explain = "EXPLAIN QUERY PLAN" if store._engine.dialect.name == "sqlite" else "EXPLAIN"
    with store._read() as connection:
        return [
            (statement, [str(row[-1]).strip() for row in connection.exec_driver_sql(f"{explain} {statement}", given)])
            for statement, given in heard
            if statement.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE"))
        ]


def read_whole(store: Store, query: Callable[[Store], object]) -> list[str]:
    """Return the lines of plans that say that a large table is read from its first row to its last."""
    found = []
    for statement, lines in plans_of(store, query):
        is_list = statement.startswith("SELECT entries.listed_at, entries.pk \n") and _FEW not in statement
        if is_list and any(_SORTS.search(line) for line in lines):
            lines.append("SORTS entries of which few are taken")
        whole = [line for line in lines if _ALL_OF_THEM[store._engine.dialect.name].search(line)]
        found += [f"{line}: {statement}" for line in whole]
    return found


def claim_sources(store: Store) -> None:
    claims = store.claims.take(now=NOW, lease=timedelta(minutes=1), limit=64)
    store.claims.extend(claims, now=NOW, until=NOW + timedelta(minutes=2))
    store.claims.release(claims)
    store.claims.count_due(NOW)


def make_digest(store: Store) -> None:
    with store.ledger.making("news") as making:
        making.pending(Selection(), until=NOW)
        making.pending(Selection(categories=("tenth",)), until=NOW)
        making.changed(Selection(), since=NOW - timedelta(days=1))


def claim_deliveries(store: Store) -> None:
    store.ledger.claim(kinds=[ChannelKind.EMAIL], now=NOW, lease=timedelta(minutes=1), limit=32)
    store.ledger.next_due()


def judge_round(store: Store) -> None:
    """Two reports that are known by their marks, one of which is a story, and one that waits."""
    with store._write() as connection:
        connection.execute(signatures.delete().where(signatures.c.entry_pk.in_([1, 2, 3])))
        for pk in (1, 2, 3):
            connection.execute(signatures.insert().values(entry_pk=pk, language="en", words="ice|moon|||", marks=b""))
        connection.execute(entry_marks.delete().where(entry_marks.c.mark.in_([71, 72])))
        connection.execute(entry_marks.insert(), [{"mark": mark, "entry_pk": pk} for mark in (71, 72) for pk in (1, 2)])
        connection.execute(ungrouped.delete())
        connection.execute(ungrouped.insert().values(entry_pk=3))
    store.rounds.may_group(now=NOW, waits_since=NOW)
    [waiting] = store.rounds.waiting(limit=10)
    found = store.rounds.surroundings([[71, 72]], [])
    assert store.rounds.report(found.reports[0].id) is not None
    story = found.reports[0].story
    judged = Grouping(
        waiting=(waiting.pk,),
        joined={waiting.id: Joined(story=story, evidence="")},
        merged={story: found.reports[-1].story},
        marks={waiting.pk: (73,)},
        vectors={waiting.pk: (NOW, b"")},
    )
    store.rounds.write(judged)
    store.stories([story])
    with store._write() as connection:
        connection.execute(story_aliases.delete())
        connection.execute(entry_marks.delete().where(entry_marks.c.mark == 73))
    store.rounds.forget_vectors(before=NOW + timedelta(days=1))


_QUERIES: dict[str, Callable[[Store], object]] = {
    "front page": lambda store: store.front(Selection(), limit=50),
    "front page, further on": lambda store: store.front(
        Selection(), limit=50, cursor=store.front(Selection(), limit=50).next
    ),
    "front page of a period": lambda store: store.front(
        Selection(listed_since=NOW - timedelta(days=3), listed_before=NOW - timedelta(days=2)), limit=50
    ),
    "front page of a source": lambda store: store.front(Selection(sources=(source_name(3),)), limit=50),
    "front page of a common category": lambda store: store.front(Selection(categories=("half",)), limit=50),
    "front page of a rare category": lambda store: store.front(Selection(categories=("few",)), limit=50),
    "front page of a common language": lambda store: store.front(Selection(language="en"), limit=50),
    "front page of a rare language": lambda store: store.front(Selection(language="lb"), limit=50),
    "what is newer": lambda store: store.count_newer(Selection(), store.front(Selection(), limit=50).newest),
    "feed": lambda store: store.published(Selection(), limit=100),
    "search": lambda store: store.search(Selection(search="common"), limit=50),
    "search by relevance": lambda store: store.search(Selection(search="common"), limit=50, order=Order.RELEVANCE),
    "search for what is nowhere": lambda store: store.search(Selection(search="nowhereatall"), limit=50),
    "search without a word": lambda store: store.search(Selection(search="-common"), limit=50),
    "an address that no entry has": lambda store: store.find_entries(
        entry_id="", url="https://nowhere.example/", canonical_url="https://nowhere.example/"
    ),
    "story": lambda store: store.stories([store.front(Selection(), limit=1).items[0].entry.story]),
    "stories of a round": judge_round,
    "digest": make_digest,
    "claim of sources": claim_sources,
    "claim of deliveries": claim_deliveries,
}


def test_nothing_that_is_asked_for_all_the_time_reads_all_entries(
    filled: Store, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_proportion = max(100, selections._MOST_ENTRIES * count // _MILLION)
    monkeypatch.setattr(selections, "_MOST_ENTRIES", in_proportion)
    found = {name: lines for name, query in _QUERIES.items() if (lines := read_whole(filled, query))}

    assert not found, "\n".join(f"{name}: {line}" for name, lines in found.items() for line in lines)
    judged = [line for _, lines in plans_of(filled, judge_round) for line in lines]
    assert not [line for line in judged if line.startswith("SCAN entries")], "no index either is gone through"
    with filled._write() as connection:
        connection.exec_driver_sql("DROP INDEX ix_entries_listed_at_pk")
    filled._engine.dispose()  # SQLite remembers plans that it only explains
    assert read_whole(filled, _QUERIES["front page"]), "it would not be found out"


def test_who_has_a_source_is_asked_of_the_source(sparse: Store) -> None:
    """And not of all sources that somebody has, in spite of an index of these, which was empty when last looked at."""
    claims = sparse.claims.take(now=NOW, lease=timedelta(minutes=1), limit=64)
    first, second, third = claims[:3]

    def use(store: Store) -> None:
        store.claims.extend(claims, now=NOW, until=NOW + timedelta(minutes=2))
        state = replace(first.state, last_checked=NOW)
        store.write_quiet([(first, PollResult(source=first.source.name, state=state))])
        with store.poll(second):
            pass
        store.claims.postpone(third, until=NOW + timedelta(hours=1), reason="")
        store.claims.release(claims)

    plans = plans_of(sparse, use)

    assert len(plans) >= 7
    assert [(statement, lines) for statement, lines in plans if "ix_sources_claimed_host" in str(lines)] == []
