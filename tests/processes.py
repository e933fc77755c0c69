"""What runs in processes of its own in tests: many that deliver at once, and ones that are killed. Forked, so quick."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from multiprocessing.context import ForkServerContext
from typing import Any

from aggregator.config import Config
from aggregator.errors import AggregatorError
from aggregator.outputs.hubs import ping_due
from aggregator.outputs.renewal import renew_feeds
from aggregator.polling.workers import poll_due
from aggregator.store import Store
from tests.builders import NOW
from tests.newsroom import Clock, Newsroom, make_config

# imported once by the server that forks, so that a process begins within milliseconds
_PRELOADED = ["tests.processes", "tests.warm"]


def forking() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def deliver(url: str, digest: dict[str, Any], email: dict[str, Any], start: Any, now: datetime) -> None:
    """Deliver all that is due, when all others are ready to."""
    room = Newsroom(make_config(url, digest, email=email), Clock(now))
    start.wait(120)
    room.deliver()
    room.close()


def upgrade_at_once(url: str, start: Any, results: Any) -> None:
    """Migrate, when all others are about to as well; tell the revisions before and after."""
    store = Store(url)
    start.wait(120)
    results.put(store.upgrade())
    store.close()


def open_at_once(url: str, start: Any, results: Any) -> None:
    """Open a database that may be new, when all others are about to as well; tell who we are in ids, or the error."""
    store = Store(url)
    start.wait(120)
    try:
        store.upgrade()
        results.put(store.open_site(url="https://news.example.org/", now=NOW))
    except AggregatorError as error:
        results.put(error)
    store.close()


def make_and_deliver(config: Config, now: datetime, kill_at: int | None, counted: Any = None) -> None:
    """Make what is due and deliver it; die with SIGKILL at the given event, or count them into ``counted``."""
    room = Newsroom(config, Clock(now))
    with nullcontext(lambda: 0) if kill_at is None and counted is None else _mortal(kill_at) as count:
        room.issues()
        room.deliver()
    room.close()
    if counted is not None:
        counted.value = count()


# What a process does in turn that does all.
PARTS = ("poll", "issue", "deliver")


def poll_issue_and_deliver(config: Config, now: datetime, killed: tuple[str, int] | None, counted: Any = None) -> None:
    """Poll what is due, make issues, deliver; die at an event of one of these, or count those of each."""
    room = Newsroom(config, Clock(now))
    parts: list[Callable[[], object]] = [lambda: list(poll_due(room.aggregator)), room.issues, room.deliver]
    for index, (name, part) in enumerate(zip(PARTS, parts, strict=True)):
        kill_at = killed[1] if killed is not None and killed[0] == name else None
        with nullcontext(lambda: 0) if kill_at is None and counted is None else _mortal(kill_at) as count:
            part()
        if counted is not None:
            counted[index] = count()
    room.close()


def renew_and_ping(config: Config, now: datetime, kill_at: int | None, counted: Any = None) -> None:
    """Look at the feeds and tell hubs of changes; die or count as ``make_and_deliver`` does."""
    room = Newsroom(config, Clock(now))
    with nullcontext(lambda: 0) if kill_at is None and counted is None else _mortal(kill_at) as count:
        renew_feeds(room.aggregator)
        list(ping_due(room.aggregator))
    room.close()
    if counted is not None:
        counted.value = count()


@contextmanager
def _mortal(kill_at: int | None) -> Iterator[Callable[[], int]]:
    """Count the calls of functions of this program and of C in all threads, and kill this process at one of them.

    So the points lie between any two steps: before and after each statement of the database and each byte on the wire.
    """
    events = 0
    here = os.getpid()

    def on_event(frame: Any, event: str, _argument: object) -> None:
        nonlocal events
        name = frame.f_code.co_filename
        if "/aggregator/" not in name and "smtplib" not in name and "/sqlalchemy/engine/" not in name:
            return
        events += 1
        if events == kill_at:
            os.kill(here, signal.SIGKILL)

    threading.setprofile(on_event)
    sys.setprofile(on_event)
    try:
        yield lambda: events
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
