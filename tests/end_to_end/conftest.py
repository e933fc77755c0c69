"""The program as a user has it: the built wheel, installed, run as a process. Never the checkout."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aggregator.app import utc_now
from aggregator.entrypoints.demo import DemoSite, formats, write_config

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it into an environment of its own, and return the ``aggregator`` command there.

    Its dependencies are those of the environment that runs the tests; nothing is downloaded. Test processes share it.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # each process has a folder below that of the whole run
        folder = folder.parent
    folder /= "installed"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = folder / "venv" / "bin" / "aggregator"
        if not command.exists():
            _install(folder)
    return command


def _install(folder: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    [wheel] = (folder / "dist").glob("*.whl")
    venv.create(folder / "venv", symlinks=True)  # without pip, which takes several seconds
    python = folder / "venv" / "bin" / "python"
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    # a plain path line: the .pth files in there, among them that of the editable checkout, are not read
    (Path(site) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
        wheel,
    ]
    subprocess.run(install, check=True, capture_output=True)


def run_warm(
    warm: Path, arguments: list[str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in a fork of the program that is loaded already (``warm``)."""
    with (
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
        socket.socket(socket.AF_UNIX) as connection,
    ):
        connection.settimeout(600)
        connection.connect(str(warm))
        request = json.dumps([arguments, str(folder), environment]).encode()
        socket.send_fds(connection, [request], [out.fileno(), err.fileno()])
        code = int(connection.recv(16))
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(["aggregator", *arguments], code, out.read(), err.read())


class Runner:
    """Runs commands in one folder and ends what it started."""

    def __init__(self, program: Path, folder: Path, warm: Path) -> None:
        self.program = program
        self.folder = folder
        self._warm = warm
        self._started: list[subprocess.Popen[str]] = []

    def __call__(
        self, *arguments: str | Path, expect: int | None = 0, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; ``expect`` is the exit code that it must have (None: any)."""
        done = run_warm(self._warm, list(map(str, arguments)), self.folder, self._environment(environment))
        assert "Traceback" not in done.stderr, done.stderr
        if expect is not None:
            assert done.returncode == expect, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: str | Path) -> list[dict[str, Any]]:
        return json.loads(self(*arguments, "--json").stdout)

    def start(self, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [self.program, *arguments],
            cwd=self.folder,
            env=self._environment(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._started.append(process)
        return process

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "AGGREGATOR_"))}
        return kept | {"COLUMNS": "120", "TZ": "Europe/Luxembourg"} | more

    def end(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.communicate()


@pytest.fixture(scope="session")
def warm(program: Path) -> Iterator[Path]:
    """Where commands of the installed program are run without its start (warm_program.py)."""
    with tempfile.TemporaryDirectory(prefix="warm", dir="/tmp") as folder:  # a socket's path may have 107 characters
        path = Path(folder) / "socket"
        command = [program.with_name("python"), Path(__file__).with_name("warm_program.py"), path]
        process = subprocess.Popen(command, env=os.environ | {"COLUMNS": "120"})
        try:
            wait_for(path.exists)
            yield path
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def run(program: Path, warm: Path, tmp_path: Path) -> Iterator[Runner]:
    runner = Runner(program, tmp_path, warm)
    yield runner
    runner.end()


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite(now=utc_now()) as served:
        yield served


@pytest.fixture
def config(site: DemoSite, tmp_path: Path) -> Path:
    """The demo's configuration, on the sample site."""
    folder = tmp_path / "demo"
    folder.mkdir()
    return write_config(folder, site.url, of=formats())


def wait_for(condition: Callable[[], Any], *, timeout_s: float = 60) -> Any:
    """Return the condition's first true value; fail when there is none in time."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.1)
    raise AssertionError("it did not come true in time")


def get(url: str, **headers: str) -> tuple[int, bytes]:
    """Return status and body; status 0 while nothing listens, or a program that ends breaks off."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
