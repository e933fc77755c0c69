"""Several workers on one PostgreSQL, and one that does a part of the work; `make chaos` does the first at length."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests import chaos
from tests.end_to_end.conftest import Runner, get, wait_for
from tests.end_to_end.test_main_job import stop
from tests.postgresql import PostgresqlServer, find_server_programs


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_killed_and_started_workers_leave_what_one_undisturbed_would(
    program: Path, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str], postgresql: PostgresqlServer
) -> None:
    """With a server of its own, since that is restarted; ``postgresql`` tells whether there may be one."""
    programs = find_server_programs()
    assert programs is not None
    with PostgresqlServer(programs) as server:
        told = chaos.run(program, tmp_path, server, feeds=150, seconds=12, workers=4, seed=seed)

    with capsys.disabled():
        print(f"\n{told}")  # noqa: T201 - what was counted


def test_the_work_is_split_by_roles_and_readers_see_at_once_what_another_process_polled(
    run: Runner, config: Path, free_port: int
) -> None:
    address = f"http://127.0.0.1:{free_port}"
    web = run.start("run", "--only", "web", "--config", config, "--port", str(free_port))
    wait_for(lambda: get(f"{address}/readyz")[0] == 200)
    before = get(f"{address}/feeds/all.atom")[1]

    worker = run.start("run", "--only", "poll,deliver", "--config", config)
    wait_for(lambda: get(f"{address}/feeds/all.atom")[1].count(b"<entry") >= 10)

    assert before.count(b"<entry") == 0, "who only serves polls nothing"
    assert "poll,deliver" in stop(worker)
    assert "does=web" in stop(web)


def test_a_worker_without_readers_listens_for_monitoring_alone_where_it_is_told_to(
    run: Runner, config: Path, free_port: int
) -> None:
    address = f"http://127.0.0.1:{free_port}"
    worker = run.start("run", "--only", "poll", "--config", config, "--port", str(free_port))
    wait_for(lambda: get(f"{address}/readyz")[0] == 200)

    statuses = {path: get(f"{address}/{path}")[0] for path in ("healthz", "metrics", "", "feeds/all.atom", "sources")}

    stop(worker)
    assert statuses == {"healthz": 200, "metrics": 200, "": 404, "feeds/all.atom": 404, "sources": 404}


def test_a_second_poller_on_one_file_is_refused_and_told_what_to_do(run: Runner, config: Path) -> None:
    first = run.start("run", "--only", "poll", "--config", config)
    wait_for(lambda: list(config.parent.glob("*.db.lock")) or list(config.parent.glob("**/*.db.lock")))

    wait_for(lambda: run("run", "--only", "deliver", "--config", config, expect=None).returncode == 1)
    second = run("run", "--only", "deliver", "--config", config, expect=1)

    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=30)
    assert "another `aggregator run` uses" in second.stderr
    assert "PostgreSQL" in second.stderr


@pytest.mark.parametrize("roles", ["polls", "poll,readers", ","])
def test_a_role_that_is_none_is_named_with_those_that_are(run: Runner, config: Path, roles: str) -> None:
    told = run("run", "--only", roles, "--config", config, expect=2).stderr

    assert "poll, deliver, web" in told
