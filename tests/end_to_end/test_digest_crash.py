"""kill -9 anywhere while issues are made and sent: nothing lost, and nothing twice that the receiver can't tell."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.model.issues import DeliveryStatus
from aggregator.store import Store
from tests import kills
from tests.newsroom import START, Clock, Newsroom, make_config
from tests.processes import forking, make_and_deliver
from tests.receivers import HttpReceiver, MailServer

READERS = ["a@example.org", "b@example.org", "c@example.org"]
MOST_IN_FLIGHT = 3  # a mail, with one connection, and two webhooks


class Bench:
    """Three readers and two webhooks, and a database with news for them that each trial gets a copy of."""

    def __init__(self, folder: Path, mail: MailServer, hooks: HttpReceiver) -> None:
        self.folder, self.mail, self.hooks = folder, mail, hooks
        self.context = forking()
        self.config = make_config(
            f"sqlite:///{folder}/trial.db",
            {"every": "now", "to": [{"email": READERS}, {"webhook": f"{hooks.url}/1"}, {"webhook": f"{hooks.url}/2"}]},
            email={
                "from": "News <news@example.org>",
                "smtp": {"host": "127.0.0.1", "port": mail.port, "connections": 1},
            },
        )
        room = Newsroom(self.config, Clock(START))
        room.publish("Lunar ice found", "A rocket lands")
        room.close()
        (folder / "trial.db").rename(folder / "template.db")

    def begin(self) -> None:
        for left in self.folder.glob("trial.db*"):
            left.unlink()
        shutil.copy(self.folder / "template.db", self.folder / "trial.db")
        self.mail.mails.clear()
        self.hooks.posts.clear()

    def run(self, kill_at: int | None, counted: Any = None) -> int | None:
        """Make and deliver in a process of its own; return how it ended."""
        process = self.context.Process(
            target=make_and_deliver, args=(self.config, START, kill_at, counted), daemon=True
        )
        process.start()
        process.join(300)
        return process.exitcode

    def noted_as_sent(self) -> set[str]:
        """Return the ids of the messages that the ledger has as sent."""
        with closing(Store(self.config.storage.url)) as store:
            return {each.message_id for each in store.ledger.deliveries() if each.status is DeliveryStatus.SENT}

    def recover(self) -> None:
        """Start again, half a minute later."""
        make_and_deliver(self.config, START + timedelta(seconds=30), None)

    def received(self) -> list[tuple[str, str]]:
        """Return what arrived, where and under which id, repetitions among it."""
        mails = [(mail.recipient, mail.message_id) for mail in self.mail.mails]
        return mails + [(post.path, post.headers["webhook-id"]) for post in self.hooks.posts]


@pytest.mark.parametrize("points", [10, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_anywhere_nothing_is_lost_and_only_what_was_in_flight_comes_twice_under_the_same_id(
    tmp_path: Path, capsys: Any, points: int
) -> None:
    killed = repeated = 0
    with MailServer() as mail, HttpReceiver() as hooks:
        bench = Bench(tmp_path, mail, hooks)
        bench.begin()
        counted = bench.context.Value("q", 0)
        ended, events = bench.run(None, counted), int(counted.value)
        assert (ended, len(bench.received())) == (0, 5)
        for point in range(points):
            bench.begin()
            killed += bench.run(1 + events * point // points) == -9
            noted = bench.noted_as_sent()
            bench.recover()
            received = bench.received()
            where = f"killed at point {point} of {points}: {received}"
            assert {place for place, _ in received} == {*READERS, "/1", "/2"}, where
            by_place = Counter(place for place, _ in set(received))
            assert set(by_place.values()) == {1}, where  # the same issue never comes under two ids
            again = [each for each, times in Counter(received).items() if times > 1]
            assert len(received) - len(set(received)) == len(again) <= MOST_IN_FLIGHT, where
            assert noted.isdisjoint(message_id for _, message_id in again), where
            repeated += len(again)

    with capsys.disabled():
        print(  # noqa: T201 - what was counted
            f"\n{points} points, {killed} kills, {5 * points} deliveries expected, 0 lost, "
            f"{repeated} repeated under the same id, 0 under another"
        )
    assert killed >= points * 0.9


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_at_random_while_it_polls_issues_and_sends_nothing_is_lost_nor_comes_under_another_id(
    database: str, tmp_path: Path, capsys: Any, request: pytest.FixtureRequest
) -> None:
    """`make chaos` does it a thousand times."""
    url = f"sqlite:///{tmp_path}/kills.db"
    if database == "postgresql":
        url = request.getfixturevalue("postgresql").new_database()

    told = kills.run(url, kills=8)

    with capsys.disabled():
        print(f"\n{database}: {told}")  # noqa: T201 - what was counted
