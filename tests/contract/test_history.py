"""The latest polls of a source, and the numbers of its entries that are kept in step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from aggregator.model import Decision, Exchange, Poll, PollOutcome, PollResult, Selection, Source
from aggregator.store import Store
from tests.builders import NOW, make_decision, make_entry, make_source
from tests.contract.test_store import LEASE, claim_all

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FAST = Exchange(status=200, took=timedelta(milliseconds=120), size=2048)


def record(store: Store, source: Source, *decisions: Decision, at=NOW, **facts) -> None:
    [claim] = store.claims.take(now=at, lease=LEASE, limit=1, names=[source.name])
    state = replace(claim.state, last_checked=at)
    result = PollResult(source=source.name, state=state, decisions=decisions, **{"exchange": FAST} | facts)
    if decisions:
        with store.poll(claim) as poll:
            poll.write(result)
    else:
        store.write_quiet([(claim, result)])


def article(name: str, **fields) -> Decision:
    return make_decision(make_entry(name), **{"id": name} | fields)


def test_polls_are_kept_with_what_they_brought_the_last_one_first(store: Store) -> None:
    source = make_source()
    store.configure([source])
    late = Exchange(took=timedelta(seconds=20))

    record(store, source, article("one"), article("copy", original="one"))
    record(store, source, article("one", is_new=False), at=NOW + MINUTE)
    record(store, source, at=NOW + 2 * MINUTE)
    record(store, source, at=NOW + 3 * MINUTE, exchange=Exchange(status=304, took=MINUTE, size=0))
    record(store, source, at=NOW + 4 * MINUTE, exchange=late, error="no answer within 20 s")

    assert store.polls("orbit") == [
        Poll(at=NOW + 4 * MINUTE, outcome=PollOutcome.FAILED, exchange=late, error="no answer within 20 s"),
        Poll(
            at=NOW + 3 * MINUTE,
            outcome=PollOutcome.NOT_MODIFIED,
            exchange=Exchange(status=304, took=MINUTE, size=0),
        ),
        Poll(at=NOW + 2 * MINUTE, outcome=PollOutcome.NOTHING_NEW, exchange=FAST),
        Poll(at=NOW + MINUTE, outcome=PollOutcome.NEWS, exchange=FAST, updated=1),
        Poll(at=NOW, outcome=PollOutcome.NEWS, exchange=FAST, new=2, duplicates=1),
    ]
    assert [each.at for each in store.polls("orbit", limit=2)] == [NOW + 4 * MINUTE, NOW + 3 * MINUTE]
    assert store.polls("nobody") == []


def test_the_last_fifty_polls_are_kept_of_each_source(store: Store) -> None:
    often, once = make_source("often"), make_source("once")
    store.configure([often, once])
    record(store, once)

    for number in range(73):
        record(store, often, at=NOW + number * MINUTE)

    assert [each.at for each in store.polls("often")] == [NOW + number * MINUTE for number in reversed(range(23, 73))]
    assert [each.at for each in store.polls("once")] == [NOW]


def test_a_poll_whose_claim_was_lost_leaves_no_trace(store: Store) -> None:
    source = make_source()
    claim = claim_all(store, source)["orbit"]
    store.claims.release([claim])

    store.write_quiet([(claim, PollResult(source="orbit", state=replace(claim.state, last_checked=NOW)))])

    assert store.polls("orbit") == []


def test_numbers_of_entries_are_kept_in_step_with_what_comes_and_what_is_forgotten(store: Store) -> None:
    a, b = make_source("a"), make_source("b")
    store.configure([a, b])
    record(store, a, article("one", first_seen=NOW - DAY), article("two"))
    record(store, b, article("copy", original="one", first_seen=NOW - DAY), article("three"))
    record(store, b, article("three", is_new=False), at=NOW + MINUTE)

    assert {each.source.name: each.entries for each in store.sources()} == {"a": 2, "b": 2}
    assert (store.totals().entries, store.totals().duplicates) == (4, 1)

    store.forget(before=NOW)

    assert {each.source.name: each.entries for each in store.sources()} == {"a": 1, "b": 1}
    assert (store.totals().entries, store.totals().duplicates) == (2, 0)
    assert len(list(store.entries(Selection()))) == 2


def test_entries_are_counted_by_the_day_on_which_they_count_as_news(store: Store) -> None:
    a, b = make_source("a"), make_source("b")
    store.configure([a, b])
    record(store, a, article("old", listed_at=NOW - 29 * DAY), article("older", listed_at=NOW - 30 * DAY))
    record(store, a, article("one"), article("two"), article("late", listed_at=NOW - DAY))

    found = store.activity(today=NOW.date())
    next_day = store.activity(today=(NOW + DAY).date())

    assert found["a"] == (1, *[0] * 27, 1, 2)
    assert found["b"] == (0,) * 30
    assert next_day["a"] == (*[0] * 27, 1, 2, 0)
