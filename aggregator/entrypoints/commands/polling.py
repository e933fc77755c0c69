"""poll: ask the sources, and say what came."""

from __future__ import annotations

from typing import Annotated

import typer

from aggregator.entrypoints.commands.options import ConfigOption
from aggregator.entrypoints.one_poll import poll_once


def poll(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Only these sources, due or not.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every source, due or not.")] = False,
    config: ConfigOption = None,
) -> None:
    """Poll the sources that are due once, then exit. Sources that are named are asked for all they have.

    Where `aggregator run` is at work on the same SQLite database, it does the poll. Exits with 1 when no source could
    be read.

    Example: aggregator poll spacenews esa-space-news
    """
    raise typer.Exit(poll_once(config, names or (), everything=everything))
