"""poll: ask the sources, and say what came."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from aggregator.app import Aggregator
from aggregator.entrypoints.commands.options import ConfigOption, known_sources, opened
from aggregator.entrypoints.glance import NOTHING_IS_DUE
from aggregator.entrypoints.terminal import ago, console, counted, is_terminal, say
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
    with opened(config, readers=useful_readers()) as aggregator:
        corrected = aggregator.store.correct_times(aggregator.clock())
        if corrected:
            say(f"the clock was ahead: {corrected} planned times are corrected")
        wanted = (
            known_sources(aggregator.sources, names) if names else _all_addresses(aggregator) if everything else None
        )
        results = []
        with _progress(len(wanted) if wanted else aggregator.store.count_due(aggregator.clock())) as tell:
            for result in poll_due(aggregator, wanted, is_plain=bool(names)):
                results.append(result)
                tell(result)
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


@contextmanager
def _progress(total: int) -> Iterator[Callable[[PollSummary], None]]:
    """Yield what tells of each result: a bar and the failures on a terminal, else a line for each source."""
    if not is_terminal(sys.stdout):
        yield lambda result: say("".join(_parts(result)))
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    description = TextColumn("[progress.description]{task.description}")
    columns = (description, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(), transient=True) as progress:
        task = progress.add_task("polling", total=total)

        def tell(result: PollSummary) -> None:
            progress.update(task, advance=1, description=f"{result.source:<24.24}")
            if result.error:
                name, failed, error = _parts(result)
                progress.console.print(Text.assemble((name, "bold"), (failed, "red"), error))

        yield tell


def _parts(result: PollSummary) -> tuple[str, str, str]:
    """Return a line on a result: whose it is, whether it failed, and what came."""
    if result.error:
        return f"{result.source}: ", "failed: ", result.error
    duplicates = "1 duplicate" if result.duplicates == 1 else f"{result.duplicates} duplicates"
    parts = [f"{result.new} new", f"{result.updated} changed", duplicates]
    said = ", ".join(part for part in parts if not part.startswith("0 ")) or "nothing new"
    moved = f" (moved to {result.state.moved_to})" if result.state.status is SourceStatus.MOVED else ""
    return f"{result.source}: ", "", f"{said}{moved}"


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
