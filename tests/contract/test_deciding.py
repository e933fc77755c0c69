"""Deciding is done before it is a worker's turn to write, and holds when it is; on every database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.config import FetchSettings
from aggregator.dedupe import sign
from aggregator.errors import ClaimLost
from aggregator.model import CategoryMatch, Claim, Entry, Fetched, PollSummary, Selection
from aggregator.pipeline import Recorder
from aggregator.steps.decide import Decided, decide
from aggregator.steps.seen import Seen
from aggregator.store import Look, PollTransaction, Store
from aggregator.stories.gist import gists_of
from tests.builders import NOW, make_entry, make_source

LINK = "https://agency.example/budget"
SETTINGS = FetchSettings()


def seen_in(*entries: Entry) -> Seen:
    return Seen(
        answer=Fetched(url="https://orbit.example/feed", body=b"", content_type=None),
        body_hash="",
        entry_hashes=b"",
        entries=entries,
        signatures=sign(entries),
        gists=gists_of(entries),
        categories=((CategoryMatch(category="space", reasons=("because",)),),) * len(entries),
    )


def claims_of(store: Store, *names: str) -> list[Claim]:
    store.configure([make_source(name) for name in names])
    claims = store.claims.take(now=NOW, lease=timedelta(minutes=5), limit=len(names), names=names)
    return sorted(claims, key=lambda claim: names.index(claim.source.name))


def record(store: Store, claim: Claim, *entries: Entry) -> PollSummary:
    return Recorder(store, SETTINGS, clock=lambda: NOW).record(claim, seen_in(*entries))


def decided_by(look: Look, claim: Claim, seen: Seen, before: Decided | None = None) -> Decided:
    return decide(look, claim, seen, settings=SETTINGS, now=NOW, before=before)


class Overtaken(Store):
    """A store in which another worker is quicker: what it does comes between a poll's look and its turn to write."""

    meanwhile: Callable[[], object] | None = None

    @contextmanager
    def poll(self, claim: Claim) -> Iterator[PollTransaction]:
        quicker, self.meanwhile = self.meanwhile, None
        if quicker is not None:
            quicker()
        with super().poll(claim) as transaction:
            yield transaction


@pytest.fixture
def overtaken(store: Store, url: str) -> Iterator[Overtaken]:
    opened = Overtaken(url)
    yield opened
    opened.close()


def test_an_article_that_another_worker_stores_meanwhile_is_found(overtaken: Overtaken) -> None:
    mine, other = claims_of(overtaken, "orbit", "wire")
    budget = make_entry("Budget approved", url=LINK, canonical_url=LINK)
    earlier = replace(budget, published=NOW - timedelta(hours=2))
    overtaken.meanwhile = lambda: record(overtaken, other, earlier)

    done = record(overtaken, mine, budget, make_entry("Unrelated"))

    assert (done.new, done.duplicates) == (2, 1)
    by_source = {(each.source, each.title): each for each in overtaken.entries(Selection())}
    mine_stored = by_source["orbit", "Budget approved"]
    assert mine_stored.original == by_source["wire", "Budget approved"].id != mine_stored.id
    assert [each.category for each in mine_stored.categories] == ["space"]


def test_what_was_decided_holds_when_others_wrote_about_other_things(store: Store) -> None:
    mine, other = claims_of(store, "orbit", "wire")
    seen = seen_in(make_entry("Budget approved", canonical_url=LINK))
    with store.look(mine) as look:
        first = decided_by(look, mine, seen)
    record(store, other, make_entry("Unrelated"))

    with store.poll(mine) as poll:
        is_older = look.is_older_than(poll)
        again = decided_by(poll, mine, seen, before=first)

    assert is_older
    assert again is first


def test_what_was_decided_is_current_while_nobody_wrote(store: Store) -> None:
    [mine] = claims_of(store, "orbit")

    with store.look(mine) as look, store.poll(mine) as poll:
        assert not look.is_older_than(poll)


def test_an_entry_is_judged_while_another_worker_writes(store: Store) -> None:
    mine, other = claims_of(store, "orbit", "wire")

    with store.poll(other), store.look(mine) as look:
        decided = decided_by(look, mine, seen_in(make_entry("Budget approved")))

    assert [each.is_new for each in decided.result.decisions] == [True]


def test_a_claim_that_is_lost_after_the_look_writes_nothing(overtaken: Overtaken) -> None:
    [mine] = claims_of(overtaken, "orbit")
    overtaken.meanwhile = lambda: overtaken.claims.take(
        now=NOW + timedelta(hours=1), lease=timedelta(minutes=5), limit=1, names=["orbit"]
    )

    with pytest.raises(ClaimLost, match="another worker has taken over orbit"):
        record(overtaken, mine, make_entry("Budget approved"))

    assert list(overtaken.entries(Selection())) == []
    assert overtaken.sources()[0].state.last_checked is None


def test_a_claim_that_is_lost_before_the_look_is_not_judged(store: Store) -> None:
    [mine] = claims_of(store, "orbit")

    with pytest.raises(ClaimLost), store.look(replace(mine, token="another's")):
        pass


def test_an_entry_that_is_purged_while_its_edit_is_judged_does_not_come_again(overtaken: Overtaken) -> None:
    [mine] = claims_of(overtaken, "orbit")
    record(overtaken, mine, make_entry("Budget approved", summary="as it was"))
    [mine] = overtaken.claims.take(now=NOW, lease=timedelta(minutes=5), limit=1, names=["orbit"])
    overtaken.meanwhile = lambda: overtaken.forget(before=NOW + timedelta(days=1))

    done = record(overtaken, mine, make_entry("Budget approved", summary="as it is now"))

    assert (done.new, done.updated) == (0, 0)
    assert list(overtaken.entries(Selection())) == []
