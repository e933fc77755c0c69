"""What the store promises, on every database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.errors import ClaimLost, StoreBusy, StoreError, StoreTooNew, Unstorable, UsageError
from aggregator.model import (
    CategoryMatch,
    Claim,
    Decision,
    Enclosure,
    Origin,
    PollResult,
    Selection,
    Source,
    SourceStatus,
    Validators,
)
from aggregator.store import Store
from aggregator.store.migrate import HEAD
from tests.builders import NOW, make_decision, make_entry, make_source
from tests.postgresql import PostgresqlServer

LEASE = timedelta(minutes=5)


def claim_all(store: Store, *sources: Source, at=NOW) -> dict[str, Claim]:
    store.configure(sources)
    claims = store.claims.take(now=at, lease=LEASE, limit=100, names=[source.name for source in sources])
    return {claim.source.name: claim for claim in claims}


def save(store: Store, claim: Claim, *decisions: Decision, **state) -> None:
    result = PollResult(source=claim.source.name, state=replace(claim.state, **state), decisions=decisions)
    with store.poll(claim) as poll:
        poll.write(result)


def poll(store: Store, source: Source, *decisions: Decision, at=NOW, **state) -> None:
    claims = store.claims.take(now=at, lease=LEASE, limit=1, names=[source.name])
    save(store, claims[0], *decisions, **state)


def test_upgrade_twice_changes_nothing_the_second_time(store: Store) -> None:
    before, after = store.upgrade()

    assert before == after == HEAD


def test_two_programs_that_start_at_once_migrate_once(empty_url: str) -> None:
    errors: list[Exception] = []

    def start() -> None:
        store = Store(empty_url)
        try:
            store.upgrade()
        except Exception as error:  # noqa: BLE001 - reported below
            errors.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []


def test_a_newer_schema_is_refused_and_left_alone(store: Store) -> None:
    with store._write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreTooNew, match="newer"):
        store.upgrade()


def test_the_identity_stays_what_it_was_first(store: Store) -> None:
    again = store.open_site(url="https://elsewhere.example/", now=NOW + timedelta(days=400))

    assert again.authority == "news.example.org,2026"
    assert again.since == NOW


def test_everything_stored_comes_back_as_it_was(store: Store) -> None:
    source = make_source(
        title="Orbit",
        categories=("space",),
        every=timedelta(hours=2),
        keep="moon",
        drop="mars",
        priority=3,
        group="press",
        throttled_by=(403, 420),
    )
    claim = claim_all(store, source)["orbit"]
    entry = make_entry(
        "Été à l’école 🚀",
        summary="Kurz",
        content="<p>Lang</p>",
        authors=("Ada", "Élise"),
        tags=("space",),
        language="fr",
        enclosures=(Enclosure(url="https://orbit.example/a.mp3", type="audio/mpeg", length=5, title=None),),
        origin=Origin(title="First", url="https://first.example/", id="urn:first"),
    )
    match = CategoryMatch(category="space", reasons=("because",))
    save(
        store,
        claim,
        make_decision(entry, categories=(match,)),
        status=SourceStatus.OK,
        validators=Validators(url=source.url, etag='W/"a"', last_modified="yesterday"),
        next_check=NOW + timedelta(hours=1),
        next_check_reason="because",
        last_success=NOW,
        usual_gap=timedelta(hours=3),
        skip_hours=(1, 2),
        skip_days=(6,),
        feed_title="The Orbit",
    )

    [stored] = store.entries(Selection())
    [health] = store.sources()

    assert (stored.title, stored.summary, stored.content) == (entry.title, "Kurz", "<p>Lang</p>")
    assert (stored.authors, stored.tags, stored.language) == (entry.authors, entry.tags, "fr")
    assert (stored.enclosures, stored.origin) == (entry.enclosures, entry.origin)
    assert (stored.published, stored.first_seen) == (entry.published, NOW)
    assert stored.categories == (match,)
    assert stored.feed.title == "Orbit"
    assert health.source == source
    assert health.entries == 1
    assert health.state.validators == Validators(url=source.url, etag='W/"a"', last_modified="yesterday")
    assert health.state.next_check == NOW + timedelta(hours=1)
    assert health.state.usual_gap == timedelta(hours=3)
    assert (health.state.skip_hours, health.state.skip_days) == ((1, 2), (6,))


def test_what_no_database_stores_is_taken_out_of_texts(store: Store) -> None:
    claim = claim_all(store, make_source())["orbit"]
    save(store, claim, make_decision(make_entry("a\x00b\ud800c", authors=("x\x00",), key="id:\x00")))

    [stored] = store.entries(Selection())

    assert stored.title == "ab?c"
    assert stored.authors == ("x",)


def test_a_source_is_claimed_by_one_worker_at_a_time(store: Store) -> None:
    first = claim_all(store, make_source())
    second = store.claims.take(now=NOW, lease=LEASE, limit=10)
    after_the_lease = store.claims.take(now=NOW + LEASE, lease=LEASE, limit=10)

    assert list(first) == ["orbit"]
    assert second == []
    assert [claim.source.name for claim in after_the_lease] == ["orbit"]


@pytest.mark.parametrize(("planned", "postponed"), [(None, True), (1, True), (3, False)])
def test_a_postponed_claim_is_given_back_for_then_or_for_later(store: Store, planned, postponed) -> None:
    planned = planned and NOW + timedelta(hours=planned)
    claim = claim_all(store, make_source())["orbit"]
    save(store, claim, next_check=planned, next_check_reason="as planned")
    [claim] = store.claims.take(now=NOW, lease=LEASE, limit=1, names=["orbit"])
    until = NOW + timedelta(hours=2)

    store.claims.postpone(claim, until=until, reason="its host rests")

    [health] = store.sources()
    expected = (until, "its host rests") if postponed else (planned, "as planned")
    assert (health.state.next_check, health.state.next_check_reason) == expected
    assert len(store.claims.take(now=NOW, lease=LEASE, limit=1, names=["orbit"])) == 1


def test_a_released_claim_can_be_taken_at_once(store: Store) -> None:
    claims = claim_all(store, make_source())
    store.claims.release(list(claims.values()))

    assert len(store.claims.take(now=NOW, lease=LEASE, limit=10)) == 1


def test_workers_that_claim_at_once_share_the_sources(open_store: Callable[[], Store]) -> None:
    """On SQLite one waits for the other to write; on PostgreSQL they really look for sources at the same moment."""
    stores = [open_store() for _ in range(4)]
    stores[0].configure([make_source(f"s{number:03}") for number in range(240)])
    at_once = threading.Barrier(len(stores))

    def claim(store: Store) -> list[str]:
        return [claim.source.name for claim in store.claims.take(now=NOW, lease=LEASE, limit=3)]

    def work(store: Store) -> list[str]:
        claimed = []
        for _ in range(20):
            at_once.wait(30)
            claimed += claim(store)
        return claimed

    with ThreadPoolExecutor(len(stores)) as pool:
        by_worker = list(pool.map(work, stores))
    claimed = [name for names in by_worker for name in names]
    while more := claim(stores[0]):  # what one had locked another has passed over
        claimed += more

    assert all(by_worker)
    assert len(claimed) == len(set(claimed)) == 240


def test_the_result_of_a_lost_claim_is_dropped_whole(store: Store) -> None:
    lost = claim_all(store, make_source())["orbit"]
    store.claims.take(now=NOW + LEASE, lease=LEASE, limit=1)

    with pytest.raises(ClaimLost):
        save(store, lost, make_decision())

    assert list(store.entries(Selection())) == []


def test_a_poll_that_fails_halfway_leaves_nothing(store: Store) -> None:
    claim = claim_all(store, make_source())["orbit"]

    state = replace(claim.state, validators=Validators(url="https://orbit.example/feed", etag='"new"'))

    def write_and_fail() -> None:
        with store.poll(claim) as transaction:
            transaction.write(PollResult(source="orbit", state=state, decisions=(make_decision(),)))
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        write_and_fail()

    assert list(store.entries(Selection())) == []
    assert store.sources()[0].state.validators is None


def test_due_means_never_checked_or_next_check_reached_and_not_gone(store: Store) -> None:
    late, new, early, gone = (make_source(name) for name in ("late", "new", "early", "gone"))
    claims = claim_all(store, late, new, early, gone)
    save(store, claims["late"], next_check=NOW - timedelta(minutes=1))
    save(store, claims["early"], next_check=NOW + timedelta(minutes=1))
    save(store, claims["gone"], status=SourceStatus.GONE)
    store.claims.release([claims["new"]])

    due = store.claims.take(now=NOW, lease=LEASE, limit=10)
    by_name = store.claims.take(now=NOW, lease=LEASE, limit=10, names=["gone", "early"])

    assert [claim.source.name for claim in due] == ["new", "late"]
    assert {claim.source.name for claim in by_name} == {"early", "gone"}


def test_a_removed_source_is_kept_but_neither_polled_nor_published(store: Store) -> None:
    source = make_source()
    save(store, claim_all(store, source)["orbit"], make_decision())
    store.configure([])
    while_removed = store.published(Selection(), limit=10).items
    due = store.claims.take(now=NOW, lease=LEASE, limit=10)
    store.configure([source])

    assert (while_removed, due) == ((), [])
    assert len(store.published(Selection(), limit=10).items) == 1


def test_a_source_keeps_its_entries_when_its_name_or_its_address_changes(store: Store) -> None:
    source = make_source()
    save(
        store,
        claim_all(store, source)["orbit"],
        make_decision(),
        status=SourceStatus.OK,
        validators=Validators(url=source.url, etag='"1"'),
    )
    store.configure([replace(source, name="renamed")])
    renamed = store.sources()[0]
    store.configure([replace(source, name="renamed", url="https://moved.example/feed")])
    readdressed = store.sources()[0]

    assert (renamed.source.name, renamed.entries) == ("renamed", 1)
    assert renamed.state.validators is not None
    assert (readdressed.source.url, readdressed.entries) == ("https://moved.example/feed", 1)
    assert (readdressed.state.validators, readdressed.state.status) == (None, SourceStatus.NEW)
    assert readdressed.state.seed == source.url


def test_two_sources_can_swap_their_names(store: Store) -> None:
    a, b = make_source("a"), make_source("b")
    store.configure([a, b])
    store.configure([replace(a, name="b"), replace(b, name="a")])

    assert {health.source.name: health.source.url for health in store.sources()} == {"a": b.url, "b": a.url}


def test_seeds_are_unique_when_an_old_address_is_used_again(store: Store) -> None:
    a = make_source("a")
    store.configure([a])
    store.configure([replace(a, url="https://new.example/")])
    store.configure([replace(a, url="https://new.example/"), make_source("b", url=a.url)])

    assert len({health.state.seed for health in store.sources()}) == 2


def test_duplicates_are_published_once_from_the_preferred_source_under_the_first_ones_id(store: Store) -> None:
    first, second = make_source("first"), make_source("second", priority=5)
    claims = claim_all(store, first, second)
    original = make_decision(make_entry(), id="original", listed_at=NOW)
    copy = make_decision(
        make_entry("A better title", key="k2"), id="copy", original="original", evidence="same address"
    )
    save(store, claims["first"], original)
    save(store, claims["second"], copy)

    [published] = store.published(Selection(), limit=10).items

    assert published.id == "original"
    assert published.entry.id == "copy"
    assert [entry.id for entry in published.also] == ["original"]
    assert store.totals().duplicates == 1


def test_a_later_duplicate_does_not_bring_an_article_up_again(store: Store) -> None:
    a, b = make_source("a"), make_source("b")
    claims = claim_all(store, a, b)
    old = make_decision(make_entry("Old", key="1"), id="old", listed_at=NOW - timedelta(days=2))
    newer = make_decision(make_entry("Newer", key="2"), id="newer", listed_at=NOW - timedelta(days=1))
    copy = make_decision(make_entry("Old", key="3"), id="copy", original="old", listed_at=NOW)
    save(store, claims["a"], old, newer)
    save(store, claims["b"], copy)

    assert [each.id for each in store.published(Selection(), limit=10).items] == ["newer", "old"]


def test_a_selection_by_category_finds_an_article_that_has_it_through_a_duplicate(store: Store) -> None:
    a, b = make_source("a"), make_source("b")
    claims = claim_all(store, a, b)
    save(store, claims["a"], make_decision(make_entry(), id="original"))
    space = CategoryMatch(category="space", reasons=("r",))
    save(store, claims["b"], make_decision(make_entry(), id="copy", original="original", categories=(space,)))

    [in_space] = store.published(Selection(categories=("space",)), limit=10).items

    assert in_space.id == "original"
    assert in_space.categories == ("space",)
    assert store.published(Selection(categories=("talent",)), limit=10).items == ()


def test_pages_are_stable_while_new_entries_arrive(store: Store) -> None:
    source = make_source()
    claim = claim_all(store, source)["orbit"]
    decisions = [
        make_decision(make_entry(f"t{n}"), id=f"id{n}", listed_at=NOW + timedelta(seconds=n // 2)) for n in range(6)
    ]
    save(store, claim, *decisions)
    first = store.published(Selection(), limit=3)
    poll(store, source, make_decision(make_entry("late"), id="late", listed_at=NOW + timedelta(hours=1)))
    second = store.published(Selection(), limit=3, cursor=first.next)

    ids = [each.id for page in (first, second) for each in page.items]
    assert sorted(ids) == [f"id{n}" for n in range(6)]
    assert second.next is None


@pytest.mark.parametrize("cursor", ["", "x", "1-2-3", "zz-1", "-", "f" * 40 + "-1", "1-" + "f" * 40])
def test_a_cursor_that_is_not_ours_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(UsageError):
        store.published(Selection(), limit=3, cursor=cursor)


def test_entries_are_found_by_source_category_time_language_and_words(store: Store) -> None:
    a, b = make_source("a"), make_source("b")
    claims = claim_all(store, a, b)
    space = CategoryMatch(category="space", reasons=("r",))
    lunar = make_decision(
        make_entry("Lunar 100%", language="de-LU"), id="lunar", first_seen=NOW - timedelta(days=3), categories=(space,)
    )
    other = make_decision(make_entry("ÉCOLE", summary="under_score", language="fr"), id="other")
    save(store, claims["a"], lunar)
    save(store, claims["b"], other)

    def ids(**conditions) -> list[str]:
        return [entry.id for entry in store.entries(Selection(**conditions))]

    assert ids() == ["other", "lunar"]
    assert ids(sources=("a",)) == ["lunar"]
    assert ids(categories=("space",)) == ["lunar"]
    assert ids(since=NOW - timedelta(days=1)) == ["other"]
    assert ids(language="de") == ["lunar"]
    assert ids(search="école UNDER_") == ["other"]
    assert ids(search="-lunar") == ["other"]
    assert ids(search="100%") == ["lunar"]
    assert ids(search="lunar missing") == []
    assert ids(search="lunar", sources=("b",)) == []


def test_entries_come_complete_in_batches_and_limited_on_demand(store: Store) -> None:
    claim = claim_all(store, make_source())["orbit"]
    save(store, claim, *(make_decision(make_entry(f"t{n}"), id=f"id{n:04}") for n in range(1203)))

    assert len({entry.id for entry in store.entries(Selection())}) == 1203
    assert len(list(store.entries(Selection(), limit=7))) == 7


def test_an_edit_keeps_id_and_first_seen_and_replaces_the_rest(store: Store) -> None:
    source = make_source()
    claim = claim_all(store, source)["orbit"]
    space, talent = (CategoryMatch(category=name, reasons=("r",)) for name in ("space", "talent"))
    save(store, claim, make_decision(make_entry(), id="id", categories=(space,)))
    edited = make_decision(
        make_entry("Lunar ice confirmed", published=NOW),
        id="id",
        is_new=False,
        first_seen=NOW + timedelta(hours=1),
        updated=NOW + timedelta(hours=1),
        categories=(talent,),
    )
    poll(store, source, edited)

    [stored] = store.entries(Selection())

    assert stored.title == "Lunar ice confirmed"
    assert (stored.first_seen, stored.published) == (NOW, NOW)  # a time that was ours gives way to the publisher's
    assert stored.updated == NOW + timedelta(hours=1)
    assert stored.categories == (talent,)


def test_known_is_what_bears_on_the_entries_of_a_poll(store: Store) -> None:
    a, b = make_source("a"), make_source("b")
    claims = claim_all(store, a, b)
    entry = make_entry()
    save(store, claims["a"], make_decision(entry, id="in-a"), make_decision(make_entry("Unrelated"), id="unrelated"))
    with store.poll(claims["b"]) as transaction:
        known = transaction.known([entry])

    assert [each.id for each in known.elsewhere] == ["in-a"]
    assert known.elsewhere[0].source == "a"
    assert known.same_source == ()
    again = store.claims.take(now=NOW, lease=LEASE, limit=1, names=["a"])[0]
    with store.poll(again) as transaction:
        known = transaction.known([entry])
        assert [each.id for each in known.same_source] == ["in-a"]


def test_what_was_purged_is_remembered_and_does_not_come_back(store: Store) -> None:
    source = make_source()
    claim = claim_all(store, source)["orbit"]
    old = make_decision(make_entry("Old"), id="old", first_seen=NOW - timedelta(days=500))
    save(store, claim, old, make_decision(make_entry("Young"), id="young"))

    count = store.forget(before=NOW - timedelta(days=400))

    again = store.claims.take(now=NOW, lease=LEASE, limit=1, names=["orbit"])[0]
    with store.poll(again) as transaction:
        known = transaction.known([make_entry("Old"), make_entry("Young")])
    assert count == 1
    assert known.forgotten == {"id:old"}
    assert [entry.id for entry in store.entries(Selection())] == ["young"]


def test_the_content_version_moves_with_content_and_only_then(store: Store) -> None:
    source = make_source()
    claim = claim_all(store, source)["orbit"]
    before = store.content_version()
    save(store, claim, make_decision())
    with_entry = store.content_version()
    poll(store, source, last_checked=NOW, next_check=NOW)
    after_quiet_poll = store.content_version()

    assert before < with_entry == after_quiet_poll


def test_entries_get_other_categories_and_the_content_version_moves_with_those_only(store: Store) -> None:
    source = make_source("a")
    kept, lost, reworded = (CategoryMatch(category=name, reasons=("r",)) for name in ("kept", "lost", "reworded"))
    store.configure([source])
    poll(
        store,
        source,
        make_decision(make_entry("One"), id="one", categories=(kept, lost)),
        make_decision(make_entry("Two"), id="two", categories=(reworded,)),
        make_decision(make_entry("Three"), id="three"),
    )
    new = CategoryMatch(category="reworded", reasons=("other",))

    def changed(decide: dict[str, tuple[CategoryMatch, ...] | None]) -> list[str]:
        batches = store.recategorizing.entries(Selection(), lambda entry: decide[entry.id])
        return sorted(each.entry.id for batch in batches for each in batch.changed)

    version = store.content_version()
    assert changed({"one": (kept, lost), "two": None, "three": ()}) == []
    assert changed({"one": None, "two": (new,), "three": ()}) == ["two"]
    assert store.content_version() == version
    assert changed({"one": (kept,), "two": (new,), "three": (new,)}) == ["one", "three"]
    assert store.content_version() == version + 1
    assert {entry.id: entry.categories for entry in store.entries(Selection())} == {
        "one": (kept,),
        "two": (new,),
        "three": (new,),
    }
    assert [each.id for each in store.entries(Selection(categories=("lost",)))] == []


def test_an_article_gets_other_categories_with_its_copies_and_no_other_does(store: Store) -> None:
    source, (old, new) = make_source("a"), (CategoryMatch(category=name, reasons=("r",)) for name in ("old", "new"))
    store.configure([source])
    poll(
        store,
        source,
        make_decision(make_entry("One"), id="one", categories=(old,)),
        make_decision(make_entry("Copy"), id="copy", original="one", categories=(old,)),
        make_decision(make_entry("Two"), id="two", categories=(old,)),
    )
    version = store.content_version()

    changed = store.recategorizing.article("one", lambda entry: (new,) if entry.id == "copy" else None)

    assert [(each.entry.id, each.categories) for each in changed] == [("copy", (new,))]
    assert store.content_version() == version + 1
    found = {entry.id: entry.categories for entry in store.entries(Selection())}
    assert found == {"one": (old,), "copy": (new,), "two": (old,)}
    assert store.recategorizing.article("one", lambda entry: entry.categories) == []
    assert store.content_version() == version + 1


def test_one_sqlite_database_serves_one_main_job_and_postgresql_many(open_store: Callable[[], Store], url: str) -> None:
    first, second = open_store(), open_store()

    with first.hold():
        if url.startswith("sqlite"):
            with pytest.raises(StoreBusy, match="another `aggregator run`"), second.hold():
                pass
        else:
            with second.hold():
                pass
    with second.hold():
        pass


def test_an_explained_entry_is_found_by_id_address_or_canonical_address(store: Store) -> None:
    claim = claim_all(store, make_source())["orbit"]
    entry = make_entry(url="https://orbit.example/ice?utm_source=x", canonical_url="https://orbit.example/ice")
    save(store, claim, make_decision(entry, id="id"))

    def find(text: str, canonical: str | None = None) -> list[str]:
        return [each.id for each in store.find_entries(entry_id=text, url=text, canonical_url=canonical)]

    assert find("id") == ["id"]
    assert find("https://orbit.example/ice?utm_source=x") == ["id"]
    assert find("https://www.orbit.example/ice/", "https://orbit.example/ice") == ["id"]
    assert find("nothing") == []


def test_an_entry_without_a_canonical_address_is_found_beside_those_that_have_it(store: Store) -> None:
    """As a page that is watched as a whole, which other sources link to."""
    claim = claim_all(store, make_source())["orbit"]
    watched = make_entry(url="https://orbit.example/", canonical_url=None)
    linked = make_entry(url="https://orbit.example/?from=x", canonical_url="https://orbit.example/", key="other")
    save(store, claim, make_decision(watched, id="watched"), make_decision(linked, id="linked"))

    found = store.find_entries(
        entry_id="https://orbit.example/", url="https://orbit.example/", canonical_url="https://orbit.example/"
    )

    assert {each.id for each in found} == {"watched", "linked"}


@pytest.mark.parametrize("address", ["nonsense", "mysql+nothing://x/y", "postgresql+psycopg://nobody@127.0.0.1:1/x"])
def test_an_unusable_database_is_a_store_error_not_a_traceback(address: str) -> None:
    with pytest.raises(StoreError):
        Store(address).ping()


def test_a_file_that_is_no_database_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"not a database at all" * 100)

    with pytest.raises(StoreError, match="database failed"):
        Store(f"sqlite:///{tmp_path}/x.db").upgrade()


def test_the_first_poller_takes_back_what_dead_workers_held(tmp_path: Path) -> None:
    dead, alive = (Store(f"sqlite:///{tmp_path}/a.db") for _ in range(2))
    dead.upgrade()
    dead.open_site(url="https://news.example.org/", now=NOW)
    claim_all(dead, make_source())

    with alive.polling():
        claims = alive.claims.take(now=NOW, lease=LEASE, limit=10)
    dead.close()
    alive.close()

    assert [claim.source.name for claim in claims] == ["orbit"]


def test_on_a_server_leases_decide_who_is_dead(postgresql: PostgresqlServer) -> None:
    store = Store(postgresql.new_database())
    store.upgrade()
    store.open_site(url="https://news.example.org/", now=NOW)
    claim_all(store, make_source())

    with store.polling():
        before = store.claims.take(now=NOW, lease=LEASE, limit=10)
        after = store.claims.take(now=NOW + LEASE, lease=LEASE, limit=10)
    store.close()

    assert before == []
    assert [claim.source.name for claim in after] == ["orbit"]


def test_a_second_poller_leaves_the_first_ones_claims_alone(open_store: Callable[[], Store]) -> None:
    first, second = open_store(), open_store()

    with first.polling():
        claim_all(first, make_source())
        with second.polling():
            claims = second.claims.take(now=NOW, lease=LEASE, limit=10)

    assert claims == []


def test_what_the_database_refuses_of_a_poll_is_the_sources_failure_and_nothing_of_it_is_written(store: Store) -> None:
    claim = claim_all(store, make_source("a"))["a"]
    decision = make_decision(make_entry("Twice"))

    with pytest.raises(Unstorable, match="the database refuses it"):
        save(store, claim, decision, replace(decision, entry=replace(decision.entry, key="another")))

    assert list(store.entries(Selection())) == []
    assert store.sources()[0].state.last_checked is None


def test_a_key_that_no_database_stores_is_known_by_what_is_stored_of_it(store: Store) -> None:
    claim = claim_all(store, make_source("a"))["a"]
    save(store, claim, make_decision(make_entry("Odd", key="id:\x00a")))

    assert store.whole_articles(claim, ["id:\x00a"]) == {"id:a": None}


def test_a_pool_that_is_resized_has_room_for_more_and_lets_what_is_under_way_end(url: str) -> None:
    store = Store(url, pool_size=1)
    store.upgrade()
    store.open_site(url="https://news.example.org/", now=NOW)

    with store._read() as held:
        store.resize(3)
        with store._read(), store._read(), store._read():
            assert held.exec_driver_sql("SELECT 1").scalar_one() == 1
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(store._engine.pool, "_timeout", 0.1)
                with pytest.raises(StoreBusy, match="all database connections are in use"), store._read():
                    pass
    store.configure([make_source("a")])

    assert [health.source.name for health in store.sources()] == ["a"]
    store.close()
