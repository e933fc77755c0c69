"""``aggregator run`` and ``aggregator demo`` as processes: what they serve, how they stop, what they survive."""

from __future__ import annotations

import json
import re
import shutil
import signal
import xml.etree.ElementTree as ET
from pathlib import Path

import feedparser
import pytest

from aggregator.entrypoints.demo import DemoSite, expected, formats
from tests.end_to_end.conftest import Runner, get, wait_for

ATOM = "{http://www.w3.org/2005/Atom}"


def stop(process, sent: signal.Signals = signal.SIGTERM) -> str:
    process.send_signal(sent)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    return output


def entries_of(body: bytes) -> list[ET.Element]:
    return ET.fromstring(body).findall(f"{ATOM}entry")


def samples_in(body: bytes) -> list[str]:
    """Return the addresses of the sample articles in a feed; the demo's mailbox and its page of scripts have others."""
    links = [entry.find(f"{ATOM}link[@rel='alternate']") for entry in entries_of(body)]
    return [link.get("href", "") for link in links if link is not None and "/articles/" in link.get("href", "")]


def polls(address: str, outcome: str = r"\w+") -> int:
    """Return how many polls have ended, as the metrics tell."""
    line = re.compile(rf'^aggregator_polls_total{{outcome="{outcome}"}} ([0-9.]+)$', re.MULTILINE)
    return sum(int(float(each)) for each in line.findall(get(f"{address}/metrics")[1].decode()))


@pytest.mark.slow  # the whole demo
def test_the_demo_shows_every_article_once_and_an_interrupt_stops_it_cleanly(run: Runner, free_port: int) -> None:
    process = run.start("demo", "--port", str(free_port))
    address = f"http://127.0.0.1:{free_port}"
    articles = expected().articles

    wait_for(lambda: len(samples_in(get(f"{address}/feeds/all.atom")[1] or b"<x/>")) >= articles)
    wait_for(lambda: polls(address, "failed"))
    status, body = get(f"{address}/feeds/all.atom")
    output = stop(process, signal.SIGINT)

    ids = [entry.findtext(f"{ATOM}id") for entry in entries_of(body)]
    assert status == 200
    assert len(ids) == len(set(ids))
    assert len(samples_in(body)) == articles
    assert not feedparser.parse(body).bozo
    assert "aggregator.cut_off" not in output, "it waited for what hangs"
    assert "Traceback" not in output
    assert "source.failed" in output


def test_run_serves_pages_feeds_and_health(run: Runner, config: Path, free_port: int) -> None:
    process = run.start("run", "--config", config, "--port", str(free_port), "--log-format", "json")
    address = f"http://127.0.0.1:{free_port}"
    wait_for(lambda: get(f"{address}/healthz")[0] == 200)
    wait_for(lambda: polls(address) >= expected(formats()).sources)
    assert len(entries_of(get(f"{address}/feeds/all.atom")[1])) == expected(formats()).articles

    for path in ("/", "/sources", "/feeds/", "/feeds/all.rss", "/feeds/all.json", "/opml", "/metrics"):
        assert get(address + path)[0] == 200, path
    assert get(f"{address}/feeds/nothing.atom")[0] == 404
    lines = [json.loads(line) for line in stop(process).splitlines()]
    events = [line["event"] for line in lines]
    # without the extra semantic, and in a folder whose path is longer than a socket's may be, there are words before
    before = {"stories.without_meaning", "desk.not_opened"}
    assert next(each for each in events if each not in before) == "aggregator.started"
    assert events[-1] == "aggregator.stopped"
    polled = [line["source"] for line in lines if line["event"] in {"source.polled", "source.failed"}]
    assert len(polled) == len(set(polled)) == expected(formats()).sources


def test_run_works_and_says_so_when_nothing_can_be_reached(run: Runner, tmp_path: Path, free_port: int) -> None:
    (tmp_path / "c.yaml").write_text(
        "storage: {url: 'sqlite:///x.db'}\nsources: [{url: 'https://nowhere.invalid/feed', name: nowhere}]\n"
    )
    process = run.start("run", "--config", tmp_path / "c.yaml", "--port", str(free_port))
    address = f"http://127.0.0.1:{free_port}"

    wait_for(lambda: b"nowhere.invalid" in get(f"{address}/sources")[1] and b"ailing" in get(f"{address}/sources")[1])
    assert get(f"{address}/feeds/all.atom")[0] == 200
    output = stop(process)

    assert "source.failed" in output
    assert "nowhere.invalid" in output


def test_stopping_does_not_wait_for_a_server_that_hangs_longer_than_the_timeout(
    run: Runner, tmp_path: Path, free_port: int
) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        (tmp_path / "c.yaml").write_text(
            "storage: {url: 'sqlite:///x.db'}\nfetch: {timeout: 3s, allow_private: true}\n"
            f"sources: [{{url: '{url}', name: silent}}]\n"
        )
        process = run.start("run", "--config", tmp_path / "c.yaml", "--port", str(free_port))
        silent.settimeout(60)
        silent.accept()
        output = stop(process)

    assert "aggregator.cut_off" not in output


def test_told_twice_to_stop_within_a_moment_it_still_stops_cleanly(run: Runner, config: Path, free_port: int) -> None:
    process = run.start("run", "--config", config, "--port", str(free_port))
    wait_for(lambda: get(f"http://127.0.0.1:{free_port}/healthz")[0] == 200)

    # two of a kind that are pending at a time are one; it finds both when it goes on
    for sent in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
        process.send_signal(sent)
    output, _ = process.communicate(timeout=60)

    assert process.returncode == 0, output
    assert "aggregator.stopped" in output


def test_a_second_main_job_on_one_sqlite_database_is_refused(run: Runner, config: Path, free_port: int) -> None:
    first = run.start("run", "--config", config, "--port", str(free_port))
    wait_for(lambda: get(f"http://127.0.0.1:{free_port}/healthz")[0] == 200)

    second = run("run", "--config", config, "--port", "0", expect=1)

    assert "another `aggregator run` uses" in second.stderr
    assert get(f"http://127.0.0.1:{free_port}/healthz")[0] == 200
    stop(first)


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_database_that_is_deleted_or_replaced_stops_it_with_a_sentence(
    run: Runner, config: Path, free_port: int, is_replaced: bool
) -> None:
    """It went on with a new, empty one, and what people had was gone at the end."""
    process = run.start("run", "--config", config, "--port", str(free_port))
    wait_for(lambda: get(f"http://127.0.0.1:{free_port}/readyz")[0] == 200)
    [database] = config.parent.rglob("*.db")

    if is_replaced:
        shutil.copyfile(database, database.with_suffix(".copy"))
        database.with_suffix(".copy").replace(database)
    else:
        database.unlink()
    output, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "database.lost" in output
    assert "deleted or replaced" in output
    assert "Traceback" not in output


def test_a_port_that_is_taken_is_a_sentence(run: Runner, config: Path, free_port: int) -> None:
    import socket

    with socket.create_server(("127.0.0.1", free_port)):
        done = run("run", "--config", config, "--port", str(free_port), expect=2)

    said = f"can't listen on 127.0.0.1 port {free_port}: Address already in use; --port takes another one"
    assert done.stderr.splitlines()[-1] == f"aggregator: {said}"


@pytest.mark.slow  # each edit waits for the next look at the files
@pytest.mark.parametrize("how", ["edit", "signal"])
def test_an_edit_is_taken_up_and_a_bad_one_is_reported_and_left(
    run: Runner, config: Path, site: DemoSite, free_port: int, how: str
) -> None:
    process = run.start("run", "--config", config, "--port", str(free_port))
    address = f"http://127.0.0.1:{free_port}"
    wait_for(lambda: get(f"{address}/healthz")[0] == 200)
    sources_file = config.parent / "sources.yaml"
    good = sources_file.read_text()

    sources_file.write_text(good + "\nnonsense: [\n")
    wait_for(lambda: b'"rejected"' in get(f"{address}/healthz")[1])
    site.put(
        "/added.xml",
        b"<rss version='2.0'><channel><title>Added</title><item><title>Fresh</title></item></channel></rss>",
    )
    sources_file.write_text(good + f"\n  - url: {site.url}added.xml\n    name: added\n")
    if how == "signal":
        process.send_signal(signal.SIGHUP)
    wait_for(lambda: b"Fresh" in get(f"{address}/feeds/all.atom")[1])
    output = stop(process)

    assert "config.rejected" in output
    assert re.search(r"sources\.yaml:\d+", output)
    assert "config.reloaded" in output
