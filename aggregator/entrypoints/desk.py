"""Where commands ask the main job to poll: a socket beside the database, for the user that runs it alone.

The main job has everything loaded, so that ``aggregator poll`` need not (``errand.py``).
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import structlog

from aggregator.app import Aggregator
from aggregator.entrypoints.errand import socket_of
from aggregator.entrypoints.glance import Wish
from aggregator.entrypoints.poll_report import has_failed, parts_of, sentences
from aggregator.entrypoints.scheduler import Scheduler
from aggregator.entrypoints.terminal import shown
from aggregator.errors import AggregatorError
from aggregator.model import PollSummary
from aggregator.polling.retry import retry_soon
from aggregator.store import file_of

log = structlog.get_logger()

# Who asks says no more than the names of its sources.
_LONGEST_WISH = 1_000_000
_ASKED_AT_ONCE = 4


@contextmanager
def open_desk(database: str) -> Iterator[socket.socket | None]:
    """Listen beside a database in a file, which nobody else may be the main job of; None where that can't be."""
    file = file_of(database)
    if file is None:
        yield None
        return
    path = socket_of(file)
    with socket.socket(socket.AF_UNIX) as listener:
        umask = os.umask(0o177)
        try:
            path.unlink(missing_ok=True)  # of one that was killed
            listener.bind(str(path))
            listener.listen()
        except OSError as error:  # a path that is too long, or a file system without sockets
            log.warning("desk.not_opened", path=str(path), error=str(error), hint="`aggregator poll` works without it")
            yield None
            return
        finally:
            os.umask(umask)
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)


class Desk:
    """Answers those who ask, each in a thread of its own."""

    def __init__(self, aggregator: Aggregator, scheduler: Scheduler) -> None:
        self._aggregator = aggregator
        self._scheduler = scheduler
        self._places = threading.Semaphore(_ASKED_AT_ONCE)

    def serve(self, listener: socket.socket) -> None:
        """Answer, until the listener is closed."""
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(line,), name="errand", daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with suppress(OSError, ValueError), line, line.makefile("rw", encoding="utf-8") as stream:
            wish = _read(stream)
            _write(stream, read=True)
            with self._places:
                setup = self._aggregator.setup
                if wish.path != setup.config.path or not setup.by_name.keys() >= set(wish.names):
                    # the command says itself what is wrong
                    _write(stream, exit=None)
                else:
                    self._scheduler.run_now(lambda: self._told_of(wish, stream), "poll")

    def _told_of(self, wish: Wish, stream: TextIO) -> None:
        try:
            self._poll(wish, stream)
        except AggregatorError as error:
            _write(stream, error=str(error))
            raise

    def _poll(self, wish: Wish, stream: TextIO) -> None:
        aggregator = self._aggregator
        wanted = wish.names or (aggregator.store.claims.polled_names() if wish.everything else None)
        results: list[PollSummary] = []
        for result in self._scheduler.poll(wanted, is_plain=bool(wish.names)):
            results.append(result)
            _write(stream, line=shown("".join(parts_of(result))))
        if self._scheduler.is_stopping() and (wanted is None or len(results) < len(wanted)):
            return  # what is missing was not begun, as far as is known
        outage = retry_soon(aggregator, results)
        known = len(aggregator.sources)
        for sentence in sentences(results, wanted=wanted, known=known, outage=outage, now=aggregator.clock()):
            _write(stream, line=sentence)
        _write(stream, exit=int(has_failed(results)))


def _read(stream: TextIO) -> Wish:
    """Read what is asked for; raises ValueError for what is no wish."""
    match json.loads(stream.readline(_LONGEST_WISH)):
        case {"path": str(path), "names": list(names), "everything": bool(everything)}:
            return Wish(Path(path), tuple(map(str, names)), everything)
    raise ValueError("not a wish")


def _write(stream: TextIO, **said: object) -> None:
    """Write one line. Whoever went away is told nothing more, while what was begun is ended."""
    with suppress(OSError, ValueError):
        stream.write(f"{json.dumps(said)}\n")
        stream.flush()
