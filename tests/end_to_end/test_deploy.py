"""What deploy/ has: a systemd unit, an image, a compose file. Checked as far as can be where no engine runs."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from aggregator.config import load
from aggregator.entrypoints.main_job import _DRAIN_S, _LAST_REQUESTS_S
from tests.conftest import skip_or_fail
from tests.end_to_end.conftest import ROOT, Runner, get, wait_for

DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "aggregator.service"


def unit(name: str) -> str:
    """Return the last value of a setting of the unit."""
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)[-1]


def systemd_analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        skip_or_fail("systemd-analyze is not installed")
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_the_unit_is_one_that_systemd_understands(program: Path, tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/aggregator/bin/aggregator", str(program)))

    done = systemd_analyze("verify", "--man=no", copy)

    told = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert (done.returncode, told) == (0, []), done.stderr


def test_the_unit_exposes_next_to_nothing() -> None:
    done = systemd_analyze("security", "--offline=true", "--threshold=15", "--no-pager", UNIT)  # tenths: 1.5 of 10

    assert done.returncode == 0, done.stdout[-600:]


def test_the_unit_waits_for_as_long_as_the_program_drains() -> None:
    assert int(unit("TimeoutStopSec").removesuffix("s")) > _DRAIN_S + 2 * _LAST_REQUESTS_S
    assert _DRAIN_S + _LAST_REQUESTS_S < 30
    assert unit("Type") == "notify"


def test_the_unit_starts_the_program_with_options_that_it_has(run: Runner) -> None:
    program, command, *options = shlex.split(unit("ExecStart"))

    text = run(command, "--help").stdout

    assert program.endswith("/bin/aggregator")
    for option in options:
        if option.startswith("--"):
            assert option in text


# --- the image -------------------------------------------------------------------------------------------------------


def instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions of a Containerfile, each on one line."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    return [(line.split(None, 1)[0], line.split(None, 1)[1].strip()) for line in joined.splitlines() if line.strip()]


@pytest.fixture
def image() -> list[tuple[str, str]]:
    return instructions((DEPLOY / "Containerfile").read_text())


def last(image: list[tuple[str, str]], name: str) -> str:
    return [value for instruction, value in image if instruction == name][-1]


def test_the_image_is_not_root_and_pins_what_it_is_made_from(image: list[tuple[str, str]]) -> None:
    bases = [value.split()[0] for name, value in image if name == "FROM"]

    assert all(re.fullmatch(r"[a-z]+:\d[\w.-]*", base) for base in bases), bases
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last(image, "USER"))
    assert not [value for name, value in image if name == "ADD"], "COPY does no more than it says"
    assert not [value for name, value in image if name == "RUN" and re.search(r"\b(sudo|curl|wget)\b", value)]
    for name, value in image:
        if name == "RUN" and "pip install" in value:
            assert "--no-cache-dir" in value


def test_the_image_runs_the_program_itself_so_that_signals_reach_it(image: list[tuple[str, str]], run: Runner) -> None:
    entry, command = json.loads(last(image, "ENTRYPOINT")), json.loads(last(image, "CMD"))

    text = run(command[0], "--help").stdout

    assert entry == ["aggregator"]
    assert all(option in text for option in command if option.startswith("--"))
    assert last(image, "STOPSIGNAL") == "SIGTERM"


def test_the_check_of_the_images_health_follows_the_programs(
    image: list[tuple[str, str]], run: Runner, config: Path, free_port: int
) -> None:
    check = json.loads(last(image, "HEALTHCHECK").partition("CMD ")[2])
    assert str(json.loads(last(image, "CMD"))[4]) in check[2]
    here = [sys.executable, "-c", check[2].replace("8080", str(free_port))]

    dead = subprocess.run(here, capture_output=True, check=False, timeout=30)
    run.start("run", "--config", config, "--port", str(free_port))
    wait_for(lambda: get(f"http://127.0.0.1:{free_port}/healthz")[0] == 200)
    alive = subprocess.run(here, capture_output=True, check=False, timeout=30)

    assert dead.returncode != 0
    assert alive.returncode == 0


def test_what_the_image_copies_is_enough_to_build_the_program(image: list[tuple[str, str]], tmp_path: Path) -> None:
    source, built = tmp_path / "src", tmp_path / "dist"
    source.mkdir()
    first_stage = image[: [name for name, _ in image].index("FROM", 1)]
    for name, value in first_stage:
        if name == "COPY":
            *paths, target = value.split()
            for path in paths:
                origin, there = ROOT / path, source / target
                if origin.is_dir():
                    shutil.copytree(origin, there, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(origin, there)

    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", built, source]
    subprocess.run(command, check=True, capture_output=True)

    assert len(list(built.glob("*.whl"))) == 1
    for name, value in image:
        if name == "COPY" and "--from" not in value:
            assert all((ROOT / path).exists() for path in value.split()[:-1])


@pytest.mark.parametrize("environment", ["defaults", "compose"])
def test_the_images_configuration_is_good(
    environment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, image: list[tuple[str, str]]
) -> None:
    shutil.copy(DEPLOY / "container.yaml", tmp_path / "aggregator.yaml")
    for name in ("sources.yaml", "categories.yaml"):
        shutil.copy(ROOT / "config" / name, tmp_path)
    if environment == "compose":
        for name, value in compose()["services"]["aggregator"]["environment"].items():
            monkeypatch.setenv(name, re.sub(r"\$\{\w+:[-?](.*?)\}", r"\1", value))
        monkeypatch.setenv("AGGREGATOR_URL", "https://news.example.org/")

    config = load(tmp_path / "aggregator.yaml")

    database = {
        "defaults": f"sqlite:///{last(image, 'VOLUME')}/aggregator.db",
        "compose": "postgresql+psycopg://aggregator@database/aggregator",
    }
    assert config.storage.url == database[environment]
    assert config.sources


def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_the_compose_file_waits_for_the_database_and_keeps_passwords_out_of_itself() -> None:
    services = compose()["services"]
    text = (DEPLOY / "compose.yaml").read_text()
    example = (DEPLOY / "compose.env.example").read_text()

    assert services["aggregator"]["depends_on"]["database"]["condition"] == "service_healthy"
    assert "healthcheck" in services["database"]
    assert re.fullmatch(r"postgres:\d+", services["database"]["image"])
    assert int(services["aggregator"]["stop_grace_period"].removesuffix("s")) > _DRAIN_S + 2 * _LAST_REQUESTS_S
    assert services["aggregator"]["read_only"] is True
    assert services["aggregator"]["ports"] == ["127.0.0.1:8080:8080"], "TLS is a reverse proxy's business"
    for name, value in re.findall(r"(\w*PASSWORD\w*): (\S+)", text):
        assert value.startswith("${POSTGRES_PASSWORD:?"), name
    for name in set(re.findall(r"\$\{(\w+)", text)):
        assert f"{name}=" in example
    assert (ROOT / "deploy" / services["aggregator"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / services["aggregator"]["build"]["dockerfile"]).exists()


def test_where_an_engine_runs_the_image_is_built_and_serves(free_port: int) -> None:
    engine = next((name for name in ("podman", "docker") if _answers(name)), None)
    if engine is None:
        pytest.skip("no container engine runs here")
    build = [engine, "build", "-f", DEPLOY / "Containerfile", "-t", "aggregator-test", ROOT]
    subprocess.run(build, check=True, timeout=900)
    start = [engine, "run", "--rm", "--detach", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"]
    started = subprocess.run(
        [*start, "--publish", f"127.0.0.1:{free_port}:8080", "aggregator-test"],
        check=True, timeout=60, capture_output=True, text=True,
    )  # fmt: skip
    try:
        wait_for(lambda: get(f"http://127.0.0.1:{free_port}/readyz")[0] == 200, timeout_s=120)
        assert get(f"http://127.0.0.1:{free_port}/feeds/all.atom")[0] == 200
    finally:
        subprocess.run([engine, "stop", started.stdout.strip()], check=True, timeout=60)


def _answers(engine: str) -> bool:
    if shutil.which(engine) is None:
        return False
    return subprocess.run([engine, "info"], capture_output=True, check=False, timeout=30).returncode == 0
