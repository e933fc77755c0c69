"""A start without a network, and an edit that is wrong: the pages tell the truth about both."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Runner, get, wait_for


@pytest.fixture
def closed_ports() -> Iterator[list[int]]:
    """Ports that nobody listens on, taken so that nobody will."""
    taken = [socket.socket() for _ in range(3)]
    for each in taken:
        each.bind(("127.0.0.1", 0))
    yield [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()


@pytest.fixture
def unreachable(tmp_path: Path, closed_ports: list[int]) -> Path:
    sources = "".join(f"  - url: http://127.0.0.1:{port}/feed\n" for port in closed_ports)
    path = tmp_path / "aggregator.yaml"
    path.write_text(f"fetch: {{allow_private: true, politeness: {{spacing: 1ms}}}}\nsources:\n{sources}")
    return path


def test_a_poll_that_reaches_nobody_is_tried_again_in_one_two_and_five_minutes(run: Runner, unreachable: Path) -> None:
    for minutes in (1, 2, 5):
        said = run("poll", "--all", "--config", unreachable, expect=1).stdout
        gaps = [
            (source["last_checked"], source["next_check"]) for source in run.json("sources", "--config", unreachable)
        ]

        assert "no source could be reached; is this machine online?" in said
        assert {_minutes(checked, following) for checked, following in gaps} == {minutes}


def _minutes(first: str, second: str) -> int:
    hours = [int(time[11:13]) * 60 + int(time[14:16]) + int(time[17:19]) / 60 for time in (first, second)]
    return round((hours[1] - hours[0]) % (24 * 60))


def test_one_source_that_answers_is_no_outage(run: Runner, unreachable: Path, config: Path) -> None:
    text = unreachable.read_text() + f"include: [{config.parent}/sources.yaml, {config.parent}/categories.yaml]\n"
    unreachable.write_text(text)

    said = run("poll", "--all", "--config", unreachable).stdout

    assert "is this machine online" not in said


def test_the_pages_say_that_nobody_was_reached_and_when_it_is_tried_again(
    run: Runner, unreachable: Path, free_port: int
) -> None:
    run.start("run", "--config", unreachable, "--port", str(free_port))
    address = f"http://127.0.0.1:{free_port}"

    front = wait_for(lambda: _page_with(f"{address}/", "No source could be reached"))
    sources = get(f"{address}/sources")[1].decode()

    assert re.search(r"Is this machine online\? We will retry (at \d\d:\d\d|soon)\.", front)
    assert "first poll is running" not in front
    assert sources.count("Is this machine online?") == 1
    assert "check this network" not in sources, "the same paragraph is not repeated for each source"


def _page_with(url: str, text: str) -> str | None:
    page = get(url)[1].decode()
    return page if text in page else None


@pytest.mark.slow  # each command is a program
def test_a_rejected_edit_is_on_the_page_of_sources_and_in_the_details_of_health(
    run: Runner, config: Path, free_port: int
) -> None:
    process = run.start("run", "--config", config, "--port", str(free_port))
    address = f"http://127.0.0.1:{free_port}"
    wait_for(lambda: get(f"{address}/healthz")[0] == 200)
    sources, good = config.parent / "sources.yaml", (config.parent / "sources.yaml").read_text()

    sources.write_text(good.replace("title:", "titel:", 1))

    page = wait_for(lambda: _page_with(f"{address}/sources", "An edit of the configuration was rejected"))
    health = json.loads(get(f"{address}/healthz")[1])
    assert "unknown key &#39;titel&#39;; did you mean &#39;title&#39;?" in page
    assert (health["status"], health["configuration"]) == ("ok", "rejected")
    assert re.search(r"sources\.yaml:\d+: unknown key 'titel'", health["problems"][0])
    sources.write_text(good)
    wait_for(lambda: json.loads(get(f"{address}/healthz")[1]) == {"status": "ok"})
    assert process.poll() is None
