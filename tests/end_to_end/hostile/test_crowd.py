"""Many sources at once: servers that hang take nothing from those that answer, neither time nor memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.polling.workers import poll_due
from tests.end_to_end.hostile.server import HostileServer, Line, answer
from tests.memory import resident_mb

TIMEOUT_S = 4
FEED = (
    "<rss version='2.0'><channel><title>News {0}</title>"
    "<item><title>Story {0}</title><link>https://news.example/{0}</link></item></channel></rss>"
)


def says_nothing(line: Line) -> None:
    line.hang()


def drips_headers(line: Line) -> None:
    line.drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: " * 10, every_s=1)


def drips_a_body(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
    line.drip(b"<rss>" * 100, every_s=1)


HANGING = (says_nothing, drips_headers, drips_a_body)


@pytest.fixture
def everywhere() -> Iterator[HostileServer]:
    """A server on all of this machine's addresses, 127.0.0.1 to 127.255.255.254: as many hosts as one wants."""
    with HostileServer(host="0.0.0.0") as running:
        yield running


@pytest.fixture
def program(everywhere: HostileServer, tmp_path: Path) -> Iterator[Callable[..., Aggregator]]:
    """Make the program for a number of sources that hang and, listed behind them, some that answer."""
    made: list[Aggregator] = []

    def make(*, hanging: int, healthy: int) -> Aggregator:
        everywhere._scripts.clear()
        names = [f"hangs{number}" for number in range(hanging)] + [f"well{number}" for number in range(healthy)]
        for number, name in enumerate(names):
            script = HANGING[number % 3] if number < hanging else answer(200, FEED.format(name).encode())
            everywhere.tells(f"/{name}", script)
        listed = "".join(
            f"  - {{name: {name}, url: '{everywhere.url(f'/{name}', host=f'127.0.1.{number + 1}')}'}}\n"
            for number, name in enumerate(names)
        )
        folder = tmp_path / f"{hanging}-{healthy}"
        folder.mkdir()
        (folder / "c.yaml").write_text(
            f"storage: {{url: 'sqlite:///x.db'}}\nfetch: {{allow_private: true, timeout: {TIMEOUT_S}s}}\n"
            f"sources:\n{listed}"
        )
        made.append(Aggregator(load(folder / "c.yaml")))
        return made[-1]

    yield make
    for aggregator in made:
        aggregator.close()


def poll(aggregator: Aggregator) -> dict[str, str | None]:
    """Poll all; return what became of each source, in the order in which they were done."""
    return {result.source: result.error for result in poll_due(aggregator)}


@pytest.mark.slow
def test_fifty_that_hang_delay_neither_fifty_healthy_ones_nor_the_end(
    program: Callable[..., Aggregator], everywhere: HostileServer
) -> None:
    poll(program(hanging=0, healthy=50))
    before_mb = resident_mb()

    errors = poll(program(hanging=50, healthy=50))

    # the hanging ones are listed first, and are more than there are workers
    assert set(list(errors)[:50]) == {f"well{number}" for number in range(50)}
    assert {name for name, error in errors.items() if error is None} == {f"well{number}" for number in range(50)}
    assert len(errors) == 100
    assert all(f"did not finish answering within {TIMEOUT_S} s" in error for error in errors.values() if error)
    assert everywhere.most_at_once >= 50, "some waited for others"
    assert resident_mb() - before_mb < 50


@pytest.mark.slow
def test_a_poll_of_which_all_hang_waits_for_all_at_once(
    program: Callable[..., Aggregator], everywhere: HostileServer
) -> None:
    errors = poll(program(hanging=100, healthy=0))

    assert len(errors) == 100
    assert everywhere.most_at_once == 100, "some waited for others"
