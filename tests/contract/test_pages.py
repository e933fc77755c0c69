"""What the store keeps of pages without a feed, on every database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model import ListMemory, PageRules, SourceKind, SourceState, Validators
from aggregator.store import Store
from tests.builders import NOW, make_decision, make_entry, make_source
from tests.contract.test_store import claim_all, save

PINNED = make_source("news", kind=SourceKind.PAGE, page=PageRules(items="ul > li"), links="/press/")
FOUND = {
    "read_as": SourceKind.FEED,
    "found_at": "https://x.example/rss",
    "listed": ListMemory(place="ul > li", usual=12, links=("ab", "cd"), folder="x.example/news", complaint="few"),
    "watched": b"\x00packed\xff",
    "validators": Validators(url="https://x.example/", etag='"1"'),
    "body_hash": "ab",
    "last_success": NOW,
}


def state_of(store: Store) -> SourceState:
    [health] = store.sources()
    return health.state


@pytest.mark.parametrize(
    "edit",
    [{"kind": SourceKind.AUTO}, {"page": PageRules(items="ol > li")}, {"kind": SourceKind.WATCH, "select": "table"}],
)
def test_a_source_that_is_to_be_read_in_another_way_begins_anew_and_is_due(store: Store, edit: dict) -> None:
    save(store, claim_all(store, PINNED)["news"], next_check=NOW + timedelta(days=1), **FOUND)

    store.configure([make_source("news", **{"kind": SourceKind.PAGE, "page": PINNED.page} | edit)])

    state = state_of(store)
    assert (state.read_as, state.found_at, state.listed, state.watched) == (None, None, None, b"")
    assert (state.validators, state.body_hash, state.next_check) == (None, None, None)


def test_other_links_look_at_the_whole_page_again_and_remember_its_list(store: Store) -> None:
    save(store, claim_all(store, PINNED)["news"], **FOUND)

    store.configure([make_source("news", kind=SourceKind.PAGE, page=PINNED.page, links="/other/")])

    state = state_of(store)
    assert (state.listed, state.body_hash, state.validators) == (FOUND["listed"], None, None)


def test_it_is_told_which_entries_are_known_and_which_texts_are_whole(store: Store) -> None:
    claim = claim_all(store, PINNED)["news"]
    whole = make_entry("Whole", key="id:whole", content="<p>All of it</p>", is_full=True)
    teaser = make_entry("Teaser", key="id:teaser", content="<p>Begins</p>")
    save(store, claim, *(make_decision(each) for each in (whole, teaser)))

    known = store.whole_articles(claim, ["id:whole", "id:teaser", "id:new"])

    assert known.keys() == {"id:whole", "id:teaser"}
    assert known["id:teaser"] is None
    assert known["id:whole"] is not None
    assert (known["id:whole"].content, known["id:whole"].title) == ("<p>All of it</p>", "Whole")


def test_what_was_forgotten_is_known(store: Store) -> None:
    claim = claim_all(store, PINNED)["news"]
    save(store, claim, make_decision(make_entry("Old", key="id:old", content="x", is_full=True)))
    store.forget(before=NOW + timedelta(days=1))

    assert store.whole_articles(claim, ["id:old"]) == {"id:old": None}
