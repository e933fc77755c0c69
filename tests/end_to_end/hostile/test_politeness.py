"""RULES D4, D8, D20, D23: no server is pressed, whatever it has many of, and whatever it does."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path

from tests.builders import NOW, believed_for
from tests.end_to_end.hostile.program import RSS, program
from tests.end_to_end.hostile.server import HostileServer, Line, answer

HOUR = timedelta(hours=1)


def grouped(server: HostileServer, *names: str) -> str:
    return "".join(f"  - {{name: {n}, url: '{server.url(f'/{n}')}', politeness: {{group: press}}}}\n" for n in names)


class Crowd:
    """Counts who is being answered at the same time, and when each came."""

    def __init__(self) -> None:
        self.most = self.inside = 0
        self.came_s: list[float] = []
        self._lock = threading.Lock()

    def __call__(self, line: Line) -> None:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
            self.came_s.append(time.monotonic())
        time.sleep(0.4)
        with self._lock:
            self.inside -= 1
        line.send(answer(200, RSS))


def test_a_group_shares_connections_and_spacing(server: HostileServer, other: HostileServer, tmp_path: Path):
    crowd = Crowd()
    for name in "abcdef":
        server.tells(f"/{name}", crowd)
        other.tells(f"/{name}", crowd)
    listed = grouped(server, *"abc") + grouped(other, *"def")

    with program(tmp_path, listed, fetch=", politeness: {connections: 2, spacing: 150ms}") as running:
        results = running.poll()

    assert len(results) == 6
    assert not any(result.error for result in results.values())
    assert crowd.most == 2
    came_s = sorted(crowd.came_s)
    # each two that are answered at a time came 150 ms apart; all three pairs together, as some may come late
    assert sum(later - earlier for earlier, later in zip(came_s[::2], came_s[1::2], strict=True)) > 0.15


def test_who_asks_for_rest_has_it_for_the_whole_group(server: HostileServer, other: HostileServer, tmp_path: Path):
    server.tells("/a", answer(429, b"", "Retry-After: 7200"))
    other.tells("/b", answer(200, RSS))
    fetch = ", politeness: {connections: 1, spacing: 1ms}"

    with program(tmp_path, grouped(server, "a") + grouped(other, "b"), fetch=fetch) as running:
        results = running.poll()
        state = running.state("b")

    assert list(results) == ["a"]
    assert other.requests == []
    assert timedelta(seconds=7190) < state.next_check - NOW <= 2 * HOUR
    assert state.next_check_reason == "its host asked us to come later"
    assert state.failures == 0


def test_a_rest_brings_no_check_forward(server: HostileServer, tmp_path: Path):
    server.tells("/a", answer(429, b"", "Retry-After: 600"))
    server.tells("/b", answer(200, RSS, "Cache-Control: max-age=18000"))
    fetch = ", politeness: {connections: 1, spacing: 1ms}"

    with program(tmp_path, grouped(server, "a", "b"), fetch=fetch) as running:
        running.poll("b")
        planned = running.state("b")
        running.poll("a")
        running.poll("b")
        state = running.state("b")

    assert planned.next_check >= NOW + 5 * HOUR
    assert (state.next_check, state.next_check_reason) == (planned.next_check, planned.next_check_reason)


def test_a_server_that_hangs_is_left_alone_and_holds_up_nobody(
    server: HostileServer, other: HostileServer, tmp_path: Path
):
    hanging = [f"h{number}" for number in range(20)]
    for name in hanging:
        server.tells(f"/{name}", Line.hang)
    healthy = f"  - {{name: well, url: '{other.tells('/well', answer(200, RSS))}'}}\n"
    fetch = ", politeness: {connections: 2, spacing: 1ms}"

    with program(tmp_path, grouped(server, *hanging) + healthy, fetch=fetch, timeout="1s") as running:
        results = running.poll()
        states = [running.state(name) for name in hanging]

    assert results["well"].new == 1
    # two at first, and one when the first of them has failed
    assert len(server.requests) <= 3
    rested = [state for state in states if state.failures == 0]
    assert len(rested) == 20 - len(server.requests)
    for state in rested:
        assert NOW + timedelta(minutes=1) < state.next_check <= NOW + timedelta(minutes=2)
        assert "its host is left alone: 127.0.0.1" in state.next_check_reason
        assert "did not finish answering within 1 s" in state.next_check_reason


def test_a_status_that_means_too_many_requests_is_treated_like_429(server: HostileServer, tmp_path: Path):
    same = [answer(status, b"", "Retry-After: 18000") for status in (403, 429)]
    silent = [answer(status, b"") for status in (403, 429)]
    url = server.tells("/said", same[0]), server.tells("/429", same[1])
    quiet = server.tells("/silent", silent[0]), server.tells("/429-silent", silent[1])
    server.tells("/forbidden", answer(403, b""))
    listed = "".join(
        f"  - {{name: {name}, url: '{address}', throttled_by: [403]}}\n"
        for name, address in (("said", url[0]), ("like", url[1]), ("silent", quiet[0]), ("like-silent", quiet[1]))
    )

    with program(tmp_path, f"{listed}  - {{name: plain, url: '{server.url('/forbidden')}'}}\n") as running:
        running.poll("silent", "like-silent", "plain")
        running.poll("said")
        states = {name: running.state(name) for name in ("said", "silent", "like-silent", "plain")}

    assert [states[name].failures for name in ("said", "silent", "like-silent", "plain")] == [0, 0, 0, 1]
    assert states["said"].next_check >= NOW + 5 * HOUR
    for name in ("silent", "like-silent"):
        assert NOW + 2 * HOUR <= states[name].next_check <= NOW + 2.1 * HOUR
    assert states["silent"].next_check_reason == "the server asked us to come less often (403)"
    assert states["plain"].next_check_reason == "it failed once"


def test_skipped_hours_are_kept_to_when_the_server_answers_304(server: HostileServer, tmp_path: Path):
    # NOW is Sunday, 12:00
    head = b"<skipHours><hour>13</hour><hour>14</hour></skipHours>"
    body = RSS.replace(b"<item>", head + b"<item>", 1)
    path = believed_for(timedelta(days=1), {f"/{n}": server.url(f"/{n}") for n in range(9)})
    url = server.tells(path, answer(200, body, 'ETag: "1"'), answer(304, b""))

    with program(tmp_path, f"  - {{name: a, url: '{url}', every: 90m}}\n") as running:
        running.poll()
        first = running.state("a")
        running.forward(timedelta(days=1))
        running.poll()
        second = running.state("a")

    assert [request.header("If-None-Match") for request in server.requests] == [None, '"1"']
    for state, day in ((first, NOW), (second, NOW + timedelta(days=1))):
        assert day + 3 * HOUR <= state.next_check <= day + 3 * HOUR + timedelta(minutes=5)
        assert "15:00 UTC (skipHours)" in state.next_check_reason


def test_a_move_that_leads_nowhere_any_more_is_taken_back(server: HostileServer, other: HostileServer, tmp_path: Path):
    there = other.tells("/there", answer(200, RSS), answer(410, b""))
    url = server.tells("/a", answer(301, b"", f"Location: {there}"), answer(200, RSS))

    with program(tmp_path, f"  - {{name: a, url: '{url}'}}\n") as running:
        seen = []
        for _ in range(5):
            running.poll()
            seen.append(running.state("a"))
            running.forward(timedelta(days=1))

    assert [state.moved_to for state in seen] == [there, there, there, None, None]
    assert [state.status.value for state in seen] == ["moved", "failing", "failing", "failing", "ok"]
    assert [request.target for request in server.requests] == ["/a", "/a"]
