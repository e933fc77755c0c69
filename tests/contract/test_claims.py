"""Claims by host: one worker at a time has a host, what it learned of it goes to the next, and nothing is left over."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from aggregator.model import Claim, HostState, PollResult, Worker
from aggregator.store import Store
from tests.builders import NOW, make_source

LEASE = timedelta(minutes=1)


def host_of(_group: str | None, address: str) -> str:
    return address.split("/")[2]


def fill(store: Store, **counts: int) -> None:
    """Configure so many sources on each host."""
    store.configure(
        [
            make_source(f"{host}-{number}", url=f"https://{host}/{number}")
            for host, count in counts.items()
            for number in range(count)
        ],
        host_of,
    )


def claim(store: Store, worker: str, *, limit: int = 100, later: timedelta = timedelta(0)) -> list[Claim]:
    return store.claims.take(now=NOW + later, lease=LEASE, limit=limit, worker=Worker(token=worker, per_host=2))


def hosts(claims: list[Claim]) -> Counter[str]:
    return Counter(each.host.key for each in claims)


def finish(store: Store, claims: list[Claim]) -> None:
    later = NOW + timedelta(days=1)
    store.write_quiet(
        [(each, PollResult(source=each.source.name, state=replace(each.state, next_check=later))) for each in claims]
    )


def test_a_host_is_one_workers_until_its_last_claim_there_has_ended(store: Store) -> None:
    fill(store, one=3)
    first = claim(store, "a", limit=2)

    while_both = claim(store, "b")
    finish(store, first[:1])
    while_one = claim(store, "b")
    finish(store, first[1:])
    after = claim(store, "b")

    assert hosts(first) == {"one": 2}
    assert while_both == while_one == []
    assert hosts(after) == {"one": 1}


def test_who_has_a_host_gets_more_of_it(store: Store) -> None:
    fill(store, one=3)

    claimed = [claim(store, "a", limit=2), claim(store, "a", limit=2), claim(store, "a", limit=2)]

    assert [len(each) for each in claimed] == [2, 1, 0]


def test_no_more_hosts_are_taken_than_keep_a_worker_busy(store: Store) -> None:
    fill(store, one=10, two=10, three=10)

    first, second = claim(store, "a", limit=4), claim(store, "b", limit=4)

    assert hosts(first) == {"one": 4}
    assert set(hosts(second)) == {"two"}


def test_sources_on_many_hosts_are_taken_in_the_order_of_waiting(store: Store) -> None:
    fill(store, one=1, two=1, three=1, four=1)

    assert list(hosts(claim(store, "a", limit=3))) == ["one", "two", "three"]


def test_a_dead_workers_hosts_are_free_at_the_end_of_its_lease(store: Store) -> None:
    fill(store, one=2)
    claim(store, "a", limit=1)

    before, after = claim(store, "b", later=LEASE - timedelta(seconds=1)), claim(store, "b", later=LEASE)

    assert before == []
    assert hosts(after) == {"one": 2}


def test_claims_that_are_extended_last_longer(store: Store) -> None:
    fill(store, one=2)
    held = claim(store, "a")

    extended = store.claims.extend(held, now=NOW, until=NOW + 2 * LEASE)

    assert extended == {each.state.seed for each in held}
    assert claim(store, "b", later=LEASE) == []
    assert hosts(claim(store, "b", later=2 * LEASE)) == {"one": 2}


def test_a_claim_that_has_ended_is_not_extended_even_when_nobody_has_it(store: Store) -> None:
    fill(store, one=1)
    ended = claim(store, "a")

    assert store.claims.extend(ended, now=NOW + LEASE, until=NOW + 9 * LEASE) == set()
    assert hosts(claim(store, "b", later=LEASE)) == {"one": 1}


def test_hosts_that_a_worker_has_enough_of_are_left_out(store: Store) -> None:
    fill(store, one=3, two=1)

    claimed = store.claims.take(now=NOW, lease=LEASE, limit=2, worker=Worker(token="a"), without=["one"])

    assert hosts(claimed) == {"two": 1}


def test_a_claim_that_was_lost_is_not_extended(store: Store) -> None:
    fill(store, one=1)
    lost = claim(store, "a")
    claim(store, "b", later=LEASE)

    assert store.claims.extend(lost, now=NOW + LEASE, until=NOW + 9 * LEASE) == set()


def test_what_a_worker_learned_of_a_host_reaches_the_next(store: Store) -> None:
    fill(store, one=1)
    held = claim(store, "a")
    until = NOW + timedelta(hours=1)
    store.claims.note_rest(HostState(key="one", not_before=until, why="it asked for it", troubles=3))
    store.claims.release(held)

    [next_] = claim(store, "b")

    assert next_.host == HostState(key="one", not_before=until, why="it asked for it", troubles=3, last_worker="a")


def test_a_source_that_moved_is_limited_with_its_new_host(store: Store) -> None:
    fill(store, one=1, two=1)
    moved = next(each for each in claim(store, "a") if each.host.key == "one")
    state = replace(moved.state, moved_to="https://two/elsewhere")
    store.write_quiet([(moved, PollResult(source=moved.source.name, state=state, host="two"))])

    assert claim(store, "b") == []
    assert hosts(claim(store, "a")) == {"two": 1}


def test_a_source_whose_group_changes_is_limited_with_the_new_one(store: Store) -> None:
    source = make_source("s", url="https://one/")
    store.configure([source])
    store.configure([replace(source, group="press")])

    assert hosts(claim(store, "a")) == {"press": 1}


def test_workers_that_claim_at_once_never_share_a_host(open_store: Callable[[], Store]) -> None:
    stores = {f"w{number}": open_store() for number in range(4)}
    fill(stores["w0"], **{f"h{number}": 12 for number in range(8)})
    together = threading.Lock()
    owner: dict[str, str] = {}
    done: list[str] = []
    shared: list[str] = []

    def work(name: str) -> None:
        while len(done) < 96:
            claims = claim(stores[name], name, limit=5)
            with together:
                shared.extend(host for host in hosts(claims) if owner.setdefault(host, name) != name)
            with together:  # or another one could have the host before it says that it has
                finish(stores[name], claims)
                for host in hosts(claims):
                    owner.pop(host, None)
                done.extend(each.source.name for each in claims)

    threads = [threading.Thread(target=work, args=(name,)) for name in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)

    assert not shared
    assert len(done) == len(set(done)) == 96


def test_processes_that_start_at_once_configure_the_same_sources_once(open_store: Callable[[], Store]) -> None:
    stores = [open_store() for _ in range(4)]
    barrier = threading.Barrier(4)
    failed: list[BaseException] = []

    def start(store: Store) -> None:
        barrier.wait(30)
        try:
            fill(store, one=20, two=20)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failed.append(error)

    threads = [threading.Thread(target=start, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)

    assert not failed
    assert len(stores[0].sources()) == 40
