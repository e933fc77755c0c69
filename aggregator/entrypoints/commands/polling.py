"""poll: ask the sources, and say what came."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from aggregator.app import Aggregator
from aggregator.entrypoints.commands.options import ConfigOption, known_sources, opened
from aggregator.entrypoints.glance import NOTHING_IS_DUE
from aggregator.entrypoints.terminal import ago, console, counted, say
from aggregator.model import PollSummary, SourceStatus
from aggregator.polling.readers import useful_readers
from aggregator.polling.retry import retry_soon
from aggregator.polling.workers import poll_due


def poll(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Only these sources, due or not.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every source, due or not.")] = False,
    config: ConfigOption = None,
) -> None:
    """Poll the sources that are due once, then exit. Sources that are named are asked for all they have.

    Exits with 1 when no source could be read.

    Example: aggregator poll spacenews esa-space-news
    """
    output = console()
    with opened(config, readers=useful_readers()) as aggregator:
        corrected = aggregator.store.correct_times(aggregator.clock())
        if corrected:
            say(f"the clock was ahead: {corrected} planned times are corrected")
        wanted = (
            known_sources(aggregator.sources, names) if names else _all_addresses(aggregator) if everything else None
        )
        results = []
        with Progress(
            TextColumn("[progress.description]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=output,
            transient=True,
            disable=not output.is_terminal,
        ) as progress:
            task = progress.add_task(
                "polling", total=len(wanted) if wanted else aggregator.store.count_due(aggregator.clock())
            )
            for result in poll_due(aggregator, wanted, is_plain=bool(names)):
                results.append(result)
                progress.update(task, advance=1, description=f"{result.source:<24.24}")
                if result.error or progress.disable:
                    progress.console.print(_line(result))
        passed_over = len(wanted) - len(results) if wanted else 0
        outage = retry_soon(aggregator, results)
        now = aggregator.clock()
    _sum_up(results, passed_over)
    if outage is not None:
        say(f"no source could be reached; is this machine online? The next try is due {ago(outage.next_try, now)}")
    if results and all(result.error for result in results):
        raise typer.Exit(1)


def _all_addresses(aggregator: Aggregator) -> list[str]:
    """Return the names of all sources but those that are polled at another one's address."""
    return [health.source.name for health in aggregator.store.sources() if health.merged_into is None]


def _line(result: PollSummary) -> Text:
    if result.error:
        return Text.assemble((f"{result.source}: ", "bold"), ("failed: ", "red"), result.error)
    duplicates = "1 duplicate" if result.duplicates == 1 else f"{result.duplicates} duplicates"
    parts = [f"{result.new} new", f"{result.updated} changed", duplicates]
    said = ", ".join(part for part in parts if not part.startswith("0 ")) or "nothing new"
    moved = f" (moved to {result.state.moved_to})" if result.state.status is SourceStatus.MOVED else ""
    return Text(f"{result.source}: {said}{moved}")


def _sum_up(results: list[PollSummary], passed_over: int) -> None:
    if not results and not passed_over:
        say(NOTHING_IS_DUE)
        return
    new, duplicates = sum(each.new for each in results), sum(each.duplicates for each in results)
    failed = sum(each.error is not None for each in results)
    brought = f"{counted(new, 'new entry')}, {duplicates} of them duplicates"
    say(f"{counted(len(results), 'source')} polled: {brought}, {counted(failed, 'source')} failed")
    if passed_over:
        say(f"{passed_over} sources were skipped: their servers asked for a pause, or another worker is polling them")
