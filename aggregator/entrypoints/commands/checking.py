"""check: validate the configuration, and on demand ask every source once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Annotated, Final

import typer
from rich.text import Text

from aggregator.config import Config, load
from aggregator.entrypoints.commands.digest_checks import check_digests, tell_stops
from aggregator.entrypoints.commands.moves import tell_known_moves
from aggregator.entrypoints.commands.options import ConfigOption
from aggregator.entrypoints.terminal import ago, complain, console, say, table
from aggregator.errors import SourceError
from aggregator.fetch import key_of
from aggregator.finding import claim_once, look
from aggregator.model import Source
from aggregator.pipeline import Seen, open_client, open_gate, utc_now
from aggregator.sources import Credentials, configured_sources

# How long one source of many on the same host waits for its turn to be checked.
_PATIENCE: Final = timedelta(minutes=15)


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
