"""Five thousand broken answers through the whole program: no exception, no hang, no growth, and a sound store."""

from __future__ import annotations

import socket
import sqlite3
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest

from aggregator.app import Aggregator, utc_now
from aggregator.config import load
from aggregator.model import FeedFormat, PollSummary, Selection
from aggregator.polling.workers import poll_due
from aggregator.publish import render_feed
from aggregator.steps.seen import Seen
from tests.end_to_end.hostile.mutations import SEEDS, mutated_answer
from tests.end_to_end.hostile.server import HostileServer, answer
from tests.memory import resident_mb

PARTS = [
    range(300),
    *(pytest.param(range(first, first + 940), marks=pytest.mark.slow) for first in range(300, 5_000, 940)),
]
SEED = 20260301
SOURCES = 100
TIMEOUT_S = 30
LIMIT_CPU_S = 3


class Mouth:
    """Sends one prepared answer to each connection, and hangs up."""

    def __init__(self) -> None:
        self.answer = b""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _talk(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with sock, suppress(OSError):
                sock.recv(64 * 1024)
                sock.sendall(self.answer)
                sock.shutdown(socket.SHUT_WR)


@pytest.fixture
def mouth() -> Iterator[Mouth]:
    with Mouth() as running:
        yield running


@pytest.fixture
def seeds(request: pytest.FixtureRequest) -> Sequence[bytes]:
    """Ours, and with them what real publishers send, where the corpus is and as far as it is short."""
    with suppress(pytest.skip.Exception):
        folder: Path = request.getfixturevalue("corpus") / "feeds"
        return SEEDS * 20 + tuple(path.read_bytes()[:2_000] for path in sorted(folder.iterdir()) if path.is_file())
    return SEEDS


class Patient:
    """The program with many sources at one mouth, polled one after the other."""

    def __init__(self, mouth: Mouth, folder: Path) -> None:
        self.mouth, self.now, self.folder = mouth, utc_now(), folder
        listed = "".join(f"  - {{name: s{number}, url: '{mouth.url}{number}'}}\n" for number in range(SOURCES))
        (folder / "c.yaml").write_text(
            "storage: {url: 'sqlite:///x.db'}\n"
            f"fetch: {{allow_private: true, timeout: {TIMEOUT_S}s, max_body: 1MB}}\nsources:\n{listed}"
        )
        self.aggregator = Aggregator(load(folder / "c.yaml"), clock=lambda: self.now)

    def polls(self, answers: Iterator[bytes]) -> Iterator[tuple[PollSummary, float]]:
        """Poll each source in turn, one for each answer; yield results with the seconds of CPU that they took."""
        names = [source.name for source in self.aggregator.sources]
        while True:
            self.now += timedelta(hours=1)
            store, pipeline = self.aggregator.store, self.aggregator.setup.pipeline
            for claim in store.claims.take(now=self.now, lease=timedelta(hours=1), limit=SOURCES, names=names):
                try:
                    self.mouth.answer = next(answers)
                except StopIteration:
                    return
                began = time.process_time()
                answer = pipeline.ask(claim)
                result = (
                    pipeline.recorder.record(claim, answer)
                    if isinstance(answer, Seen)
                    else pipeline.read(claim, answer)
                )
                yield result, time.process_time() - began


@pytest.mark.parametrize("numbers", PARTS, ids=lambda numbers: f"from {numbers[0]}")
def test_broken_answers_raise_nothing_hang_nowhere_and_leave_a_sound_store(
    mouth: Mouth, seeds: Sequence[bytes], tmp_path: Path, numbers: range
) -> None:
    patient = Patient(mouth, tmp_path)
    new = failed = 0
    resident_after_a_while = 0.0

    answers = (mutated_answer(SEED, number, seeds) for number in numbers)
    for number, (result, took_s) in zip(numbers, patient.polls(answers), strict=True):
        assert "this program failed" not in (result.error or ""), (number, result.error)
        assert took_s < LIMIT_CPU_S, (number, took_s)
        assert "within" not in (result.error or ""), (number, result.error)
        assert result.error is None or not (result.new or result.updated), number
        new, failed = new + result.new, failed + (result.error is not None)
        if number == numbers[len(numbers) // 2]:
            resident_after_a_while = resident_mb()

    assert resident_mb() - resident_after_a_while < 25
    # the mutations are neither so wild that nothing is read nor so tame that nothing fails
    assert new > len(numbers) / 5
    assert 0.3 < failed / len(numbers) < 0.8
    stored = list(patient.aggregator.store.entries(Selection()))
    assert len(stored) == new
    assert sum(source.entries for source in patient.aggregator.store.sources()) == new
    ids = {entry.id for entry in stored}
    assert all(entry.original in ids for entry in stored)
    document = patient.aggregator.feed_document("all")
    for form in (FeedFormat.ATOM, FeedFormat.RSS):
        ET.fromstring(render_feed(document, form))
    patient.aggregator.close()
    with closing(sqlite3.connect(tmp_path / "x.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.slow
def test_polling_real_feeds_again_takes_no_more_memory(server: HostileServer, corpus: Path, tmp_path: Path) -> None:
    files = sorted(path for path in (corpus / "feeds").iterdir() if path.is_file())[::3]  # each polled twice
    listed = ""
    for number, path in enumerate(files):
        url = server.tells(f"/{number}", answer(200, path.read_bytes()), answer(200, path.read_bytes() + b"\n"))
        listed += f"  - {{name: f{number}, url: '{url}'}}\n"
    (tmp_path / "c.yaml").write_text(
        f"storage: {{url: 'sqlite:///x.db'}}\nfetch: {{allow_private: true}}\nsources:\n{listed}"
    )
    aggregator = Aggregator(load(tmp_path / "c.yaml"))
    names = [source.name for source in aggregator.sources]

    # the body differs each time by a line's end, so that each poll reads everything anew
    resident = []
    for _ in range(2):
        results = list(poll_due(aggregator, names))
        resident.append(resident_mb())
    aggregator.close()

    assert len(results) == len(files)
    assert sum(result.unchanged for result in results) > 700
    assert not any(result.new for result in results)
    assert resident[1] - resident[0] < 30
