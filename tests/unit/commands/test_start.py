"""What the program loads before it knows what is wanted of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aggregator.entrypoints.cli import app, commands
from aggregator.entrypoints.terminal import NO_SOURCES
from aggregator.errors import UsageError

_FOR_READING = {"feedparser", "lxml", "nh3", "Stemmer", "aggregator.dedupe", "aggregator.normalize"}
_FOR_PEOPLE = {"rich", "structlog"}
_FOR_COMMANDS = {"pydantic", "sqlalchemy", "requests", "asyncio"}


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [("cli", _FOR_COMMANDS | _FOR_PEOPLE | _FOR_READING), ("one_poll", {"typer"} | _FOR_PEOPLE | _FOR_READING)],
)
def test_nothing_is_loaded_before_it_is_needed(module: str, unwanted: set[str]) -> None:
    loaded = f"import sys, aggregator.entrypoints.{module}; print(sorted({unwanted} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_the_list_of_commands_has_the_beginning_of_what_each_says_of_itself() -> None:
    listed = CliRunner().invoke(app, ["--help"]).stdout.partition("Commands:\n")[2].splitlines()

    said = {line.split(maxsplit=1)[0]: line.split(maxsplit=1)[1].removesuffix("...") for line in listed}
    for name, function in commands():
        if " " not in name:
            assert " ".join(function.__doc__.split()).startswith(said.pop(name).strip().rstrip("."))
    assert said.keys() == {"opml", "rules", "db"}


@pytest.mark.parametrize("group", [(), ("opml",), ("rules",), ("db",)], ids=" ".join)
def test_no_command_is_described_by_a_sentence_that_is_cut_off(group: tuple[str, ...]) -> None:
    listed = CliRunner().invoke(app, [*group, "--help"], env={"COLUMNS": "80"}).stdout.partition("Commands:\n")[2]

    assert listed
    assert "..." not in listed


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs a device that is always full")
def test_output_that_can_not_be_written_is_a_sentence_and_a_failure() -> None:
    program = [sys.executable, "-m", "aggregator.entrypoints.main", "--version"]

    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert (done.returncode, done.stderr) == (1, "aggregator: can't write the output: No space left on device\n")


def test_a_poll_loads_nothing_that_reads_options(tmp_path: Path) -> None:
    (tmp_path / "aggregator.yaml").write_text("sources: []\n")
    loads = (
        "import sys; from aggregator.entrypoints.main import main\n"
        "sys.argv = ['aggregator', 'poll']\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code, sorted({'typer', 'aggregator.entrypoints.cli'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", loads], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["no sources are configured; `aggregator add URL` adds one", "0 []"]


def test_a_poll_of_all_of_no_sources_says_so(tmp_path: Path) -> None:
    (tmp_path / "aggregator.yaml").write_text("sources: []\n")

    done = subprocess.run(
        [sys.executable, "-m", "aggregator", "poll", "--all"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, f"{NO_SOURCES}\n")


@pytest.mark.parametrize("arguments", ["check", "poll"])
def test_closed_standard_streams_change_nothing_but_what_is_heard(tmp_path: Path, arguments: str) -> None:
    (tmp_path / "aggregator.yaml").write_text("sources: []\n")
    command = f"{sys.executable} -m aggregator {arguments} <&- >&- 2>said"

    done = subprocess.run(command, shell=True, cwd=tmp_path, timeout=60, check=False)

    assert done.returncode == 0
    assert (tmp_path / "said").read_text() == ""


@pytest.mark.parametrize("asked", ["-h", "--help"])
@pytest.mark.parametrize("command", [(), ("poll",), ("opml",), ("opml", "export")], ids=" ".join)
def test_every_command_helps(command: tuple[str, ...], asked: str) -> None:
    helped = CliRunner().invoke(app, [*command, asked])

    assert helped.exit_code == 0
    assert helped.stdout.startswith("Usage: ")


def test_a_reader_that_goes_away_is_no_failure(tmp_path: Path) -> None:
    names = "".join(f"  - {{name: source-{number}, url: 'https://{number}.example/'}}\n" for number in range(400))
    (tmp_path / "aggregator.yaml").write_text(f"sources:\n{names}")
    program = [sys.executable, "-m", "aggregator", "sources", "--json"]

    with subprocess.Popen(program, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""

    assert process.returncode == 0


def test_characters_that_a_terminal_lacks_end_no_command(tmp_path: Path) -> None:
    (tmp_path / "aggregator.yaml").write_text("sources: [{name: a, url: 'https://a.example/', title: Ž}]\n")
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}

    listed, written = (
        subprocess.run(
            [sys.executable, "-m", "aggregator", *command],
            cwd=tmp_path, env=ascii_only, capture_output=True, encoding="ascii", timeout=60, check=False,
        )
        for command in (["sources", "--json"], ["poll", "ä"])
    )  # fmt: skip

    assert [source["title"] for source in json.loads(listed.stdout)] == ["Ž"]
    assert (written.returncode, written.stderr.partition(";")[0]) == (2, "aggregator: no source is named '?'")


@pytest.mark.parametrize("arguments", ["poll --config aggregator.yaml", "init"])
def test_a_folder_that_was_deleted_is_a_sentence(tmp_path: Path, arguments: str) -> None:
    (tmp_path / "gone").mkdir()
    command = f"rmdir ../gone; exec {sys.executable} -m aggregator {arguments}"

    done = subprocess.run(command, shell=True, cwd=tmp_path / "gone", capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "aggregator: the current folder was deleted; change to another one\n"


@pytest.mark.parametrize(
    ("command", "usage"),
    [
        ("add", "[OPTIONS] URL"),
        ("poll", "[OPTIONS] [SOURCE]..."),
        ("rankings", "[OPTIONS] [NAME]"),
        ("opml import", "[OPTIONS] FILE"),
        ("rules suggest", "[OPTIONS] [CATEGORY]"),
        ("check", "[OPTIONS]"),
    ],
)
def test_a_usage_line_can_be_typed_as_it_stands(command: str, usage: str) -> None:
    helped = CliRunner().invoke(app, [*command.split(), "--help"])

    assert helped.stdout.partition("\n")[0].endswith(f" {command} {usage}")


def test_a_configuration_before_the_command_is_told_its_place() -> None:
    done = CliRunner().invoke(app, ["--config", "a.yaml", "check"])

    assert isinstance(done.exception, UsageError)
    assert str(done.exception) == "--config goes behind the command, as in: aggregator check --config a.yaml"
