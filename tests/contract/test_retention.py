"""Old entries go in small steps beside polls; what they were known by stays, and their room is used again."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

from aggregator.model import Selection
from aggregator.store import Store, file_of
from tests.builders import make_entry
from tests.newsroom import Newsroom, make_config

_OLD = 3000


def with_old_entries(url: str) -> Newsroom:
    room = Newsroom(make_config(url))
    long_ago = room.clock.now - timedelta(days=500)
    for start in range(0, _OLD, 500):
        room.publish(*(f"Old {start + n}" for n in range(500)), seen_at=long_ago, content="word " * 100)
    return room


def count(url: str, table: str) -> int:
    store = Store(url)
    with store._read() as connection:
        found = int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
    store.close()
    return found


def test_polls_are_written_while_old_entries_go_and_all_of_those_go(url: str) -> None:
    room = with_old_entries(url)
    gone: list[int] = []
    forgetting = threading.Thread(target=lambda: gone.append(room.aggregator.forget_old()))
    polls = 0

    forgetting.start()
    while forgetting.is_alive():
        room.publish(f"New {polls}", source="wire")
        polls += forgetting.is_alive()
    forgetting.join()

    assert gone == [_OLD]
    assert polls >= 3, "polls had to wait until all was deleted"
    assert {entry.title[:4] for entry in room.aggregator.store.entries(Selection())} == {"New "}
    assert count(url, "forgotten") == _OLD
    room.close()


def test_what_was_deleted_does_not_come_back(url: str) -> None:
    room = with_old_entries(url)
    room.aggregator.forget_old()

    store = room.aggregator.store
    [claim] = store.claims.take(now=room.clock.now, lease=timedelta(minutes=5), limit=1, names=["orbit"])
    with store.poll(claim) as poll:
        known = poll.known([make_entry("Old 7", key="orbit:Old 7"), make_entry("Other", key="orbit:Other")])

    assert known.forgotten == {"orbit:Old 7"}
    room.close()


def test_several_may_delete_at_once(url: str) -> None:
    room = with_old_entries(url)
    gone: list[int] = []
    errors: list[Exception] = []

    def forget() -> None:
        store = Store(url)
        try:
            gone.append(store.forget(before=room.clock.now - timedelta(days=400)))
        except Exception as error:  # noqa: BLE001 - reported below
            errors.append(error)
        store.close()

    threads = [threading.Thread(target=forget) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert sum(gone) == _OLD == count(url, "forgotten")
    room.close()


def test_it_ends_early_when_the_program_stops(url: str) -> None:
    room = with_old_entries(url)

    first = room.aggregator.forget_old(is_stopping=lambda: True)

    assert 0 < first < _OLD
    assert room.aggregator.forget_old() == _OLD - first
    room.close()


def test_the_room_of_old_entries_is_used_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    file = file_of(url)
    assert file is not None
    with_old_entries(url).close()
    before = file.stat().st_size

    room = Newsroom(make_config(url))
    room.aggregator.forget_old()
    for start in range(0, _OLD, 500):
        room.publish(*(f"Newer {start + n}" for n in range(500)), content="word " * 100)
    room.close()

    assert file.stat().st_size < 1.25 * before
