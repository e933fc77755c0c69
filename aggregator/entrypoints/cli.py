"""The commands of ``aggregator``, in one list."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache, wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from aggregator import __version__
from aggregator.entrypoints.main import loading
from aggregator.errors import UsageError

# The functions behind the commands, as module:function below ``commands``; a command loads what it needs, no more.
_COMMANDS: dict[str, str | dict[str, str]] = {
    "init": "starting:init",
    "run": "running:run",
    "check": "checking:check",
    "poll": "polling:poll",
    "publish": "publishing:publish",
    "digest": "digests:digest",
    "deliveries": "digests:deliveries",
    "sources": "listing:sources",
    "entries": "listing:entries",
    "rankings": "watching:rankings",
    "explain": "listing:explain",
    "preview": "publishing:preview",
    "add": "adding:add",
    "opml": {"import": "adding:opml_import", "export": "publishing:opml_export"},
    "correct": "correcting:correct",
    "rules": {"test": "rules:rules_test", "apply": "rules:rules_apply", "suggest": "suggesting:rules_suggest"},
    "demo": "running:demo",
    "doctor": "doctor:doctor",
    "backup": "database:backup",
    "restore": "database:restore",
    "db": {"upgrade": "database:db_upgrade", "copy": "database:db_copy"},
}
_GROUPS = {
    "opml": "Subscription lists, from and to other readers.",
    "rules": "Test the rules of the categories, apply them, and mend them.",
    "db": "Migrate or copy the database.",
}
_PLAIN: dict[str, Any] = {
    "no_args_is_help": True,
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
    "context_settings": {"help_option_names": ["--help", "-h"]},
}


class _Command(TyperCommand):
    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401
        """Write arguments as they are declared: Typer since 0.29 puts ``URL`` into braces, ``[NAME]`` into brackets."""
        return [
            re.sub(r"^\{(.*)\}$|^\[(\[.*)\](?:\.\.\.)?$", r"\1\2", piece) for piece in super().collect_usage_pieces(ctx)
        ]


class _Made(Mapping[str, Any]):
    """The commands by name, each made when it is asked for."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - Typer has a Click of its own since 0.26
        place = _COMMANDS[name]
        made = typer.Typer(name=name, help=_GROUPS.get(name), **_PLAIN)
        if isinstance(place, dict):
            made.callback()(lambda: None)
            for inner, function in place.items():
                made.command(inner, cls=_Command)(_function(function))
        else:
            made.command(name, cls=_Command)(_function(place))
        return typer.main.get_command(made)

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _Commands(TyperGroup):
    def __init__(self, **given: Any) -> None:  # noqa: ANN401
        super().__init__(**{**given, "commands": _Made()})

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """List the commands by the sentence that each begins with; to load them all would take a second."""
        limit = formatter.width - 6 - max(map(len, _COMMANDS))
        listed = ((name, TyperCommand(name, help=_sentence(name))) for name in _COMMANDS)
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(limit)) for name, each in listed])


def _sentence(name: str) -> str:
    """Return what a command says of itself, read from the source of its function."""
    place = _COMMANDS[name]
    if isinstance(place, dict):
        return _GROUPS[name]
    module, _, function = place.partition(":")
    source = Path(__file__).with_name("commands") / f"{module}.py"
    found = (each for each in _tree(source).body if isinstance(each, ast.FunctionDef) and each.name == function)
    return ast.get_docstring(next(found)) or ""


@cache
def _tree(source: Path) -> ast.Module:
    return ast.parse(source.read_text(encoding="utf-8"))


def _function(place: str) -> Any:  # noqa: ANN401 - each has options of its own
    module, _, name = place.partition(":")
    with loading():
        function = getattr(import_module(f"aggregator.entrypoints.commands.{module}"), name)

    @wraps(function)
    def run(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        try:
            return function(*given, **named)
        except BrokenPipeError:
            raise typer.Exit from None  # Click would call it a failure; ``main.py`` says why it is none

    return run


def commands() -> Iterator[tuple[str, Any]]:
    """Yield the name of each command, with its group's before it, and the function behind it."""
    for name, place in _COMMANDS.items():
        if isinstance(place, str):
            yield name, _function(place)
        else:
            yield from ((f"{name} {inner}", _function(function)) for inner, function in place.items())


app = typer.Typer(
    name="aggregator",
    help="Follow a subject across many sites: one combined feed, every story once.",
    cls=_Commands,
    **_PLAIN,
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"aggregator {__version__}")
        raise typer.Exit


def _refuse_config(file: str | None) -> None:
    if file is not None:
        raise UsageError(f"--config goes behind the command, as in: aggregator check --config {file}")


@app.callback()
def _options(
    config: str | None = typer.Option(None, "--config", callback=_refuse_config, is_eager=True, hidden=True),
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Show the version."),
) -> None:
    """Follow a subject across many sites: one combined feed, every story once."""
