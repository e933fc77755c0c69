"""Sources that moved to an address which another one has are polled once, on every database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model import Claim, PollResult, Selection, SourceHealth, SourceStatus, Validators
from aggregator.store import Store
from tests.builders import NOW, make_decision, make_entry, make_source

LEASE = timedelta(minutes=5)
A, B, C = (make_source(name) for name in "abc")


def save(store: Store, name: str, *titles: str, **state: object) -> Claim:
    """Poll one source by its name, with these entries and this outcome."""
    [claim] = store.claims.take(now=NOW, lease=LEASE, limit=1, names=[name])
    decisions = tuple(make_decision(make_entry(title, key=f"{name}:{title}")) for title in titles)
    status = SourceStatus.MOVED if state.get("moved_to") else SourceStatus.OK
    after = replace(claim.state, **{"status": status, "next_check": NOW + timedelta(hours=1)} | state)
    with store.poll(claim) as poll:
        poll.write(PollResult(source=name, state=after, decisions=decisions))
    return claim


def due(store: Store) -> set[str]:
    """Return the names of what is asked by and by; nothing of it is asked."""
    later = NOW + timedelta(days=1)
    claims = store.claims.take(now=later, lease=LEASE, limit=100)
    assert store.claims.count_due(later) == len(claims)
    store.claims.release(claims)
    return {claim.source.name for claim in claims}


def health(store: Store, name: str) -> SourceHealth:
    return next(each for each in store.sources() if each.source.name == name)


def test_a_source_that_moved_to_anothers_address_is_polled_there_only(store: Store) -> None:
    store.configure([A, B])
    save(store, "a", moved_to=B.url, failures=2, last_error="down")

    assert due(store) == {"b"}
    assert store.claims.polled_names() == ["b"]
    merged = health(store, "a")
    assert merged.merged_into == "b"
    assert merged.state.next_check_reason == "it moved to the address of b and is polled there"
    assert (merged.state.status, merged.state.next_check) == (SourceStatus.MOVED, None)
    assert (merged.state.failures, merged.state.last_error) == (0, None)
    assert health(store, "b").merged_into is None


def test_of_sources_that_moved_to_one_address_the_first_is_polled(store: Store) -> None:
    store.configure([A, B, C])
    for name in "cab":
        save(store, name, moved_to="https://new.example/feed")

    assert due(store) == {"a"}
    assert [health(store, name).merged_into for name in "abc"] == [None, "a", "a"]


def test_the_one_configured_with_the_address_is_polled_before_those_that_moved_there(store: Store) -> None:
    store.configure([A, B, C])
    for name in "ab":
        save(store, name, moved_to=C.url)

    assert due(store) == {"c"}
    assert store.claims.polled_names() == ["c"]
    assert [health(store, name).merged_into for name in "abc"] == ["c", "c", None]


def test_sources_that_point_at_each_other_are_not_both_given_up(store: Store) -> None:
    store.configure([A, B])
    save(store, "a", moved_to=B.url)
    save(store, "b", moved_to=A.url)

    assert due(store) == {"a", "b"}
    assert store.claims.polled_names() == ["a", "b"]


@pytest.mark.parametrize("edit", ["removed", "another address"])
def test_it_is_polled_again_when_the_other_is_no_longer_at_the_address(store: Store, edit: str) -> None:
    store.configure([A, B])
    save(store, "a", moved_to=B.url)
    store.configure([A] if edit == "removed" else [A, replace(B, url="https://elsewhere.example/feed")])

    assert "a" in due(store)
    assert health(store, "a").merged_into is None
    assert health(store, "a").state.next_check == NOW + timedelta(hours=1)


def test_a_merged_source_is_polled_when_it_is_asked_for_by_name(store: Store) -> None:
    store.configure([A, B])
    save(store, "a", moved_to=B.url)

    assert save(store, "a").source.name == "a"


def test_what_the_other_brings_is_selected_by_both_names(store: Store) -> None:
    store.configure([A, B, C])
    save(store, "a", "Before", moved_to=B.url)
    save(store, "b", "After")
    save(store, "c", "Elsewhere")

    def titles(*names: str) -> set[str]:
        return {entry.title for entry in store.entries(Selection(sources=names))}

    assert titles("a") == {"Before", "After"}
    assert titles("b") == {"After"}
    assert titles("a", "c") == {"Before", "After", "Elsewhere"}
    assert len(store.published(Selection(sources=("a",)), limit=10).items) == 2


def test_what_is_polled_for_several_has_the_categories_of_all(store: Store) -> None:
    a, b = replace(A, categories=("space", "law")), replace(B, categories=("talent", "law"))
    store.configure([a, b])
    save(store, "a", moved_to=b.url)

    assert save(store, "b").source == replace(b, categories=("talent", "law", "space"))
    assert health(store, "b").source == b


@pytest.mark.parametrize("name", ["a", "renamed"])
def test_a_move_that_is_written_into_the_configuration_loses_nothing(store: Store, name: str) -> None:
    new = "https://new.example/feed"
    validators = Validators(url=new, etag='"1"')
    store.configure([A, B])
    save(store, "a", "Ice", moved_to=new, validators=validators)
    before = health(store, "a").state
    store.configure([replace(A, name=name, url=new), B])

    after = health(store, name)
    assert after.entries == 1
    assert after.state == replace(before, status=SourceStatus.OK, moved_to=None)


def test_a_new_source_where_another_one_moved_to_takes_nothing_from_it(store: Store) -> None:
    new = replace(C, url="https://new.example/feed")
    store.configure([A])
    save(store, "a", "Ice", moved_to=new.url)
    store.configure([new, A])

    assert (health(store, "a").entries, health(store, "c").entries) == (1, 0)
    assert health(store, "a").merged_into == "c"


def test_a_source_keeps_its_own_when_it_moves_to_the_address_of_one_that_was_removed(store: Store) -> None:
    store.configure([A, B])
    store.configure([A])
    save(store, "a", "Ice", moved_to=B.url)
    store.configure([replace(A, name="unlike", url=B.url)])

    assert health(store, "unlike").entries == 1
    assert health(store, "unlike").state.seed == A.url
