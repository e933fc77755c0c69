"""poll and check: ask the sources, and say what came."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from aggregator.config import Config, load
from aggregator.entrypoints.commands.digest_checks import check_digests, tell_stops
from aggregator.entrypoints.commands.moves import tell_known_moves
from aggregator.entrypoints.commands.options import ConfigOption, known_sources, opened
from aggregator.entrypoints.terminal import ago, complain, console, say, table
from aggregator.errors import SourceError
from aggregator.fetch import key_of
from aggregator.finding import claim_once, look
from aggregator.model import PollSummary, Source, SourceStatus
from aggregator.pipeline import Aggregator, Seen, open_client, open_gate, utc_now
from aggregator.processes import useful_processes
from aggregator.sources import Credentials, configured_sources
from aggregator.workers import poll_due

# How long one source of many on the same host waits for its turn to be checked.
_PATIENCE: Final = timedelta(minutes=15)


def poll(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Only these, due or not.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every source, due or not.")] = False,
    config: ConfigOption = None,
) -> None:
    """Poll what is due once, then exit.

    The exit code is 1 when not one source could be read.

    Example: aggregator poll spacenews esa-space-news
    """
    with opened(config, processes=useful_processes()) as aggregator:
        configured = configured_sources(aggregator.config)
        wanted = known_sources(configured, names) if names else _all_addresses(aggregator) if everything else None
        results = []
        with Progress(
            TextColumn("[progress.description]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console(),
            transient=True,
            disable=not console().is_terminal,
        ) as progress:
            task = progress.add_task(
                "polling", total=len(wanted) if wanted else aggregator.store.count_due(aggregator.clock())
            )
            for result in poll_due(aggregator, wanted):
                results.append(result)
                progress.update(task, advance=1, description=f"{result.source:<24.24}")
                if result.error or not console().is_terminal:
                    progress.console.print(_line(result))
        passed_over = len(wanted) - len(results) if wanted else 0
    _sum_up(results, passed_over)
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
        say("nothing is due; `aggregator poll --all` asks every source")
        return
    new, duplicates = sum(each.new for each in results), sum(each.duplicates for each in results)
    failed = sum(each.error is not None for each in results)
    say(f"{len(results)} sources polled: {new} new entries, {duplicates} of them duplicates, {failed} sources failed")
    if passed_over:
        say(f"{passed_over} sources were passed over: their servers rest, or another worker is polling them now")


def check(
    live: Annotated[bool, typer.Option("--live", help="Ask every source once and tell what it has.")] = False,
    config: ConfigOption = None,
) -> None:
    """Validate the configuration; with --live also every source. Nothing is stored.

    Example: aggregator check --live
    """
    loaded = load(config)
    sources = configured_sources(loaded)
    counts = (
        (len(sources), "sources"),
        (len(loaded.categories), "categories"),
        (len(loaded.feeds), "feeds"),
        (len(loaded.digests), "digests"),
    )
    check_digests(loaded)
    say(f"{loaded.path} is good: " + ", ".join(f"{count} {noun}" for count, noun in counts))
    tell_known_moves(loaded)
    tell_stops(loaded)
    if live and not _check_live(loaded, sources):
        raise typer.Exit(1)


def _check_live(config: Config, sources: tuple[Source, ...]) -> bool:
    """Ask every source at once and print a table; return whether all are well."""
    client, gate, now = open_client(config), open_gate(config), utc_now()
    credentials = Credentials(config, sources)

    def ask(source: Source) -> Seen:
        try:
            with gate.enter(key_of(source, source.url, config.fetch.politeness.per), timeout=_PATIENCE):
                return look(client, claim_once(source, now), now, secrets=credentials.of(source))
        except SourceError as error:
            return Seen(error=error)

    listing = table("source", "format", "entries", "newest", "what it says", wide=("what it says",))
    failed = 0
    with ThreadPoolExecutor(config.fetch.workers) as pool:
        for source, seen in zip(sources, pool.map(ask, sources), strict=True):
            failed += seen.error is not None
            listing.add_row(*_live_row(source, seen, now))
    console().print(listing)
    if failed:
        complain(f"{failed} of {len(sources)} sources can't be read")
    return not failed


def _live_row(source: Source, seen: Seen, now: datetime) -> tuple[str | Text, ...]:
    if seen.error is not None or seen.document is None or seen.answer is None:
        return source.name, "", "", "", Text(str(seen.error), style="red")
    dates = [entry.published for entry in seen.entries if entry.published]
    says = (
        Text(f"moved for good to {seen.answer.moved_to}", style="yellow")
        if seen.answer.moved_to
        else Text("ok", style="green")
    )
    return source.name, seen.document.format, str(len(seen.entries)), ago(max(dates), now) if dates else "undated", says
