"""The reference of all commands: ``python -m aggregator.entrypoints.command_pages`` prints reference/commands.md."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from aggregator.entrypoints.cli import commands

_INTRODUCTION = """\
# Commands

<!-- Made by python -m aggregator.entrypoints.command_pages from the commands themselves; edit those, not this page. -->

Without `--config FILE` the configuration is `$AGGREGATOR_CONFIG`, else `config/aggregator.yaml`, else
`aggregator.yaml`; without any, every command but `init`, `demo` and `preview` says so and exits with 2.

Exit codes: 0 it went well, 1 it failed, 2 wrong usage or configuration, 130 interrupted. `--json` prints one array with
stable keys; its times are RFC 3339 in UTC.
"""

_Parameter = tuple[inspect.Parameter, ArgumentInfo | OptionInfo, Any]  # as declared, what Typer is told, its type


def command_pages() -> str:
    """Return the page, in Markdown."""
    return "\n".join([_INTRODUCTION, *(_section(name, function) for name, function in commands())])


def _section(name: str, function: Callable[..., None]) -> str:
    about, _, example = inspect.cleandoc(function.__doc__ or "").partition("\n\nExample: ")
    parameters = list(_parameters(function))
    arguments = [each for each in parameters if isinstance(each[1], ArgumentInfo)]
    options = [each for each in parameters if isinstance(each[1], OptionInfo)]
    usage = " ".join(["aggregator", name, *map(_shown_argument, arguments), *(["[OPTIONS]"] if options else [])])
    rows = [f"| `{each[1].metavar}` | {each[1].help} |" for each in arguments]
    rows += [f"| `{_shown_option(*each)}` | {each[1].help}{_default(*each[:2])} |" for each in options]
    table = ["| | |", "|---|---|", *rows, ""] if rows else []
    return "\n".join([f"## {name}", "", f"`{usage}`", "", about, "", *table, "```sh", example, "```", ""])


def _parameters(function: Callable[..., None]) -> Iterator[_Parameter]:
    hints = get_type_hints(function, include_extras=True)
    for parameter in inspect.signature(function).parameters.values():
        kind, *more = get_args(hints[parameter.name])
        told = next(each for each in more if isinstance(each, ArgumentInfo | OptionInfo))
        yield parameter, told, kind


def _shown_argument(given: _Parameter) -> str:
    parameter, told, kind = given
    shown = str(told.metavar)
    if shown.startswith("["):
        return shown
    shown = f"{shown}…" if "list" in str(kind) else shown
    return shown if parameter.default is inspect.Parameter.empty else f"[{shown}]"


def _shown_option(parameter: inspect.Parameter, told: ArgumentInfo | OptionInfo, kind: Any) -> str:  # noqa: ANN401
    # within Annotated, what would be the default elsewhere is the first name
    names = ", ".join([*([told.default] if isinstance(told.default, str) else []), *(told.param_decls or ())])
    if isinstance(parameter.default, bool):
        return names
    choices = next(
        (each for each in (kind, *get_args(kind)) if inspect.isclass(each) and issubclass(each, StrEnum)), None
    )
    return f"{names} {told.metavar or ' or '.join(choices or ()) or 'N'}"


def _default(parameter: inspect.Parameter, told: ArgumentInfo | OptionInfo) -> str:
    default = parameter.default
    is_shown = told.show_default and isinstance(default, str | int) and not isinstance(default, bool)
    return f" Default: `{default}`." if is_shown else ""


def main() -> None:
    sys.stdout.write(command_pages())


if __name__ == "__main__":
    main()
