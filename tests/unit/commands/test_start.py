"""What the program loads before it knows what is wanted of it."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aggregator.entrypoints.cli import app, commands

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

    assert done.stdout.splitlines() == ["nothing is due; `aggregator poll --all` polls every source", "0 []"]
