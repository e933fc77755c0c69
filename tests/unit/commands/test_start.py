"""What the program loads before it knows what is wanted of it."""

import subprocess
import sys

from typer.testing import CliRunner

from aggregator.entrypoints.cli import app, commands

_HEAVY = {"pydantic", "rich", "sqlalchemy", "structlog", "lxml", "requests", "asyncio"}
_LOADED = f"import sys; from aggregator.entrypoints import cli; print(sorted({_HEAVY} & set(sys.modules)))"


def test_the_program_starts_without_what_only_some_commands_need() -> None:
    done = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_the_list_of_commands_has_the_beginning_of_what_each_says_of_itself() -> None:
    listed = CliRunner().invoke(app, ["--help"]).stdout.partition("Commands:\n")[2].splitlines()

    said = {line.split(maxsplit=1)[0]: line.split(maxsplit=1)[1].removesuffix("...") for line in listed}
    for name, function in commands():
        if " " not in name:
            assert " ".join(function.__doc__.split()).startswith(said.pop(name).strip().rstrip("."))
    assert said.keys() == {"opml", "rules", "db"}
