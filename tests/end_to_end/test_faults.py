"""Faults of the machine: the program says what is wrong, loses nothing, and goes on by itself when they are over."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from aggregator.app import Aggregator, utc_now
from aggregator.entrypoints.demo import DemoSite, expected, formats
from aggregator.http import resolve
from aggregator.model import Selection, SourceStatus
from aggregator.polling.workers import poll_due
from tests.conftest import skip_or_fail
from tests.end_to_end.conftest import Runner, get, wait_for
from tests.end_to_end.test_main_job import entries_of
from tests.newsroom import Clock, make_config
from tests.postgresql import PostgresqlServer


class Running:
    """A main job, its log as it comes, and a way to give it something new to store."""

    def __init__(self, run: Runner, config: Path, port: int, site: DemoSite, **environment: str) -> None:
        self.process = run.start("run", "--config", config, "--port", str(port), **environment)
        self._sources = config.parent / "sources.yaml"
        self._site = site
        self.address = f"http://127.0.0.1:{port}"
        self.log: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with suppress(ValueError):  # closed at the end
            for line in self.process.stdout or ():
                self.log.append(line)

    def has_logged(self, text: str) -> bool:
        return any(re.search(text, line) for line in self.log)

    def wait_for_articles(self, count: int) -> None:
        wait_for(lambda: len(entries_of(get(f"{self.address}/feeds/all.atom")[1] or b"<x/>")) >= count, timeout_s=120)

    def add_source(self, name: str, *, words: int = 10) -> None:
        """Configure another source, with one entry named for it: it is polled at once."""
        text = f"{name} " * words
        body = f"<rss version='2.0'><channel><title>{name}</title><item><title>News of {name}</title>"
        body += f"<guid>{name}</guid><description>{text}</description></item></channel></rss>"
        self._site.put(f"/{name}.xml", body.encode())
        with self._sources.open("a") as file:
            file.write(f"\n  - url: {self._site.url}{name}.xml\n    name: {name}\n")

    def shows(self, name: str) -> bool:
        return f"News of {name}".encode() in get(f"{self.address}/feeds/all.atom")[1]

    def status(self, path: str) -> int:
        return get(self.address + path)[0]

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(35) == 0, "".join(self.log)
        assert "Traceback" not in "".join(self.log), "".join(self.log)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        skip_or_fail("a small file system can't be mounted here: that takes root, in a container CAP_SYS_ADMIN")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def on_disk(config: Path, url: str) -> Path:
    """Let a configuration name another database."""
    text = config.read_text()
    config.write_text(re.sub(r"(?m)^storage:.*?(?=^\S)", f"storage: {{url: '{url}'}}\n", text, flags=re.DOTALL))
    assert url in config.read_text()
    return config


def fill(folder: Path) -> Path:
    filler = folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return filler


@pytest.mark.slow  # what waits for the disk is tried again after a while
def test_a_full_disk_is_told_and_what_comes_meanwhile_is_stored_when_there_is_room(
    run: Runner, config: Path, site: DemoSite, small_disk: Path, tmp_path: Path, free_port: int
) -> None:
    running = Running(run, on_disk(config, f"sqlite:///{small_disk}/a.db"), free_port, site)
    running.wait_for_articles(expected(formats()).articles)

    filler = fill(small_disk)
    running.add_source("meanwhile", words=60_000)
    wait_for(lambda: running.has_logged(r"database\.failed.*(full|disk I/O)"))
    status, told = get(f"{running.address}/healthz")[:2]
    assert (status, json.loads(told)) in [
        (200, {"status": "ok", "database": said}) for said in ("its disk is full", "failing")
    ]
    assert "error    disk" in run("doctor", "--quick", "--config", config, expect=1).stdout
    filler.unlink()

    wait_for(lambda: running.shows("meanwhile"), timeout_s=120)
    wait_for(lambda: json.loads(get(f"{running.address}/healthz")[1]) == {"status": "ok"})
    running.stop()
    run("backup", tmp_path / "whole.db", "--config", config)  # which checks it


def test_a_backup_or_a_restore_that_finds_the_disk_full_leaves_what_there_was(
    run: Runner, config: Path, small_disk: Path, tmp_path: Path
) -> None:
    on_disk(config, f"sqlite:///{small_disk}/a.db")
    run("poll", "--all", "--config", config)
    before = run.json("entries", "--config", config)
    run("backup", tmp_path / "copy.db", "--config", config)
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:  # more than there is room for
        connection.execute("CREATE TABLE more AS SELECT randomblob(9000000) AS blob")
        connection.commit()

    restored = run("restore", tmp_path / "copy.db", "--replace", "--config", config, expect=1)
    filler = fill(small_disk)
    backed_up = run("backup", small_disk / "copy.db", "--config", config, expect=1)
    filler.unlink()

    for done in (restored, backed_up):
        assert re.search("full|disk I/O", done.stderr)
    assert sorted(path.name for path in small_disk.iterdir() if "copy" in path.name) == []
    assert run.json("entries", "--config", config) == before


def test_a_read_only_file_system_is_a_sentence_and_can_be_looked_at(
    run: Runner, config: Path, small_disk: Path, free_port: int
) -> None:
    on_disk(config, f"sqlite:///{small_disk}/a.db")
    run("poll", "--all", "--config", config)

    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    refused = run("run", "--config", config, "--port", str(free_port), expect=1)
    examined = run("doctor", "--config", config, expect=1)
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)

    assert re.search("read-only|readonly", refused.stderr, re.IGNORECASE)
    assert "Read-only file system" in examined.stdout
    assert "nothing is due" in run("poll", "--config", config).stdout


class Proxy:
    """Between the program and PostgreSQL: passes bytes on, until it is cut."""

    def __init__(self, target: str, port: int) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._ends: list[socket.socket] = []
        self.port = port
        self.mend()

    def mend(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._run, args=(self._listener,), daemon=True).start()

    def _run(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._target)
            with self._lock:
                if listener is not self._listener:  # it was cut meanwhile
                    near.close()
                    far.close()
                    return
                self._ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        with self._lock:
            listener, self._listener = self._listener, None
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            for each in self._ends:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
            self._ends.clear()


@pytest.mark.slow  # it waits for what it waits for
def test_a_database_that_goes_away_is_waited_for(
    run: Runner, config: Path, site: DemoSite, postgresql: PostgresqlServer, free_port: int, another_port: int
) -> None:
    url = postgresql.new_database()
    name, folder = re.findall(r"@/(\w+)\?host=(.*)", url)[0]
    proxy = Proxy(f"{folder}/.s.PGSQL.5432", another_port)
    on_disk(config, f"postgresql://tests@127.0.0.1:{proxy.port}/{name}")
    running = Running(run, config, free_port, site)
    running.wait_for_articles(expected(formats()).articles)

    proxy.cut()
    wait_for(lambda: running.status("/readyz") == 503)
    running.add_source("meanwhile")
    wait_for(lambda: running.has_logged(r"database\.failed"))
    assert running.status("/healthz") == 200
    assert running.status("/") == 503
    assert "aggregator_database_up 0.0" in get(f"{running.address}/metrics")[1].decode()
    assert "error    database" in run("doctor", "--config", config, expect=1).stdout
    proxy.mend()

    wait_for(lambda: running.status("/readyz") == 200)
    wait_for(lambda: running.shows("meanwhile"), timeout_s=120)
    running.stop()
    proxy.cut()


def test_without_a_name_server_sources_fail_as_such_and_recover_at_the_next_poll(
    site: DemoSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = "<item><title>News</title><guid>1</guid></item>"
    site.put("/late.xml", f"<rss version='2.0'><channel><title>Late</title>{item}</channel></rss>".encode())
    config = make_config(
        f"sqlite:///{tmp_path}/a.db",
        sources=[{"url": f"{site.url}late.xml".replace("127.0.0.1", "localhost"), "name": "orbit"}],
        fetch={"allow_private": True, "timeout": "5s"},
    )
    clock = Clock(utc_now())
    aggregator = Aggregator(config, clock=clock)
    look_up = resolve._getaddrinfo

    def gone(host: str, port: int, flags: int) -> list[resolve.Endpoint]:
        if flags & socket.AI_NUMERICHOST:
            return look_up(host, port, flags)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(resolve, "_getaddrinfo", gone)
    [failed] = poll_due(aggregator)
    monkeypatch.undo()
    clock.now = failed.state.next_check or clock.now
    [recovered] = poll_due(aggregator)

    assert "can't be looked up now (the name server gives no answer)" in str(failed.error)
    assert failed.state.status is not SourceStatus.GONE
    assert recovered.error is None
    assert recovered.new == len(list(aggregator.store.entries(Selection()))) > 0
    aggregator.close()


@contextmanager
def many_silent_connections() -> Iterator[tuple[int, threading.Event]]:
    """A server that answers nothing until it is told to; then with an empty feed."""
    may_answer = threading.Event()
    body = b"<rss version='2.0'><channel><title>Late</title></channel></rss>"
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    def serve(line: socket.socket) -> None:
        with suppress(OSError), line:
            line.recv(4096)
            if may_answer.wait(60):
                line.sendall(answer)
                line.recv(1)

    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:

        def accept() -> None:
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(line,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield int(listener.getsockname()[1]), may_answer


@pytest.mark.slow  # 250 servers that say nothing
def test_when_no_more_files_can_be_opened_it_says_so_and_goes_on_afterwards(
    run: Runner, tmp_path: Path, free_port: int
) -> None:
    with many_silent_connections() as (port, may_answer):
        sources = "\n".join(f"  - {{url: 'http://127.0.0.1:{port}/{n}', name: s{n}}}" for n in range(250))
        (tmp_path / "c.yaml").write_text(
            "storage: {url: 'sqlite:///x.db'}\n"
            f"fetch: {{timeout: 15s, allow_private: true, workers: 200}}\nsources:\n{sources}\n"
        )
        log = tmp_path / "log"
        limited = ["sh", "-c", 'ulimit -n 120; exec "$@"', "sh", run.program]  # more than it has open at rest
        process = subprocess.Popen(
            [*limited, "run", "--config", tmp_path / "c.yaml", "--port", str(free_port)],
            cwd=tmp_path,
            stdout=log.open("w"),
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(lambda: re.search("too many (open )?files", log.read_text(), re.IGNORECASE), timeout_s=120)
            may_answer.set()
            wait_for(lambda: get(f"http://127.0.0.1:{free_port}/readyz")[0] == 200, timeout_s=120)
            wait_for(lambda: "source.polled" in log.read_text(), timeout_s=120)
            assert process.poll() is None
            process.terminate()
            assert process.wait(35) == 0
        finally:
            process.kill()
        assert "Traceback" not in log.read_text()
