"""check: validate the configuration, and on demand ask every source once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Annotated, Final

import typer
from rich.text import Text

from aggregator.app import open_client, open_gate, utc_now
from aggregator.config import Config, bare_address, load
from aggregator.config.suggest import without_userinfo
from aggregator.entrypoints.commands.digest_checks import check_digests, tell_stops
from aggregator.entrypoints.commands.moves import tell_known_moves
from aggregator.entrypoints.commands.options import ConfigOption
from aggregator.entrypoints.commands.rule_checks import tell_doubts
from aggregator.entrypoints.terminal import ago, complain, counted, say, show, table
from aggregator.errors import SourceError
from aggregator.fetch import key_of
from aggregator.model import Source, SourceKind
from aggregator.polling.look import Found, find_source
from aggregator.sources.configured import configured_sources
from aggregator.sources.credentials import Credentials

# How long one source of many on the same host waits for its turn to be checked.
_PATIENCE: Final = timedelta(minutes=15)


def check(
    live: Annotated[bool, typer.Option("--live", help="Poll every source once and report what it has.")] = False,
    config: ConfigOption = None,
) -> None:
    """Validate the configuration; with --live poll every source too.

    Nothing is stored.

    Example: aggregator check --live
    """
    loaded = load(config)
    sources = configured_sources(loaded)
    counts = (
        counted(len(sources), "source"),
        counted(len(loaded.categories), "category"),
        counted(len(loaded.feeds), "feed"),
        counted(len(loaded.digests), "digest"),
    )
    check_digests(loaded)
    say(f"{loaded.path} is good: " + ", ".join(counts))
    for doubt in loaded.doubts:
        say(f"  {doubt}")
    _tell_database(loaded)
    tell_known_moves(loaded)
    tell_stops(loaded)
    tell_doubts(loaded, sources, utc_now())
    if live and not _check_live(loaded, sources):
        raise typer.Exit(1)


def _tell_database(config: Config) -> None:
    say(f"database: {without_userinfo(config.storage.url.removeprefix('sqlite:///'))}")
    if config.storage.is_above:
        say("  it is in the folder above, where earlier releases put it; to keep it there, name it in the settings:")
        say("  storage: {url: sqlite:///../var/aggregator.db}")


def _check_live(config: Config, sources: tuple[Source, ...]) -> bool:
    """Ask every source at once and print a table; return whether all are well."""
    client, gate, now = open_client(config), open_gate(config), utc_now()
    credentials = Credentials(config, sources)

    def ask(source: Source) -> Found | SourceError:
        try:
            with gate.enter(key_of(source.group, source.url, config.fetch.politeness.per), timeout=_PATIENCE):
                return find_source(client, source, now, secrets=credentials.of(source))
        except SourceError as error:
            return error

    listing = table("source", "format", "entries", "newest", "what it says", wide=("what it says",))
    failed = 0
    with ThreadPoolExecutor(config.fetch.workers) as pool:
        for source, found in zip(sources, pool.map(ask, sources), strict=True):
            failed += isinstance(found, SourceError)
            listing.add_row(*_live_row(source, found, now))
    show(listing)
    if failed:
        complain(f"{failed} of {counted(len(sources), 'source')} can't be read")
    return not failed


def _live_row(source: Source, found: Found | SourceError, now: datetime) -> tuple[str | Text, ...]:
    if isinstance(found, SourceError):
        return source.name, "", "", "", Text(str(found), style="red")
    dates = [entry.published for entry in found.entries if entry.published]
    newest = ago(max(dates), now) if dates else "" if found.kind is SourceKind.WATCH else "undated"
    return source.name, found.document.format, str(len(found.entries)), newest, _says(found)


def _says(found: Found) -> Text:
    if found.document.complaint:
        return Text(found.document.complaint, style="yellow")
    if found.moved_to:
        return Text(f"moved for good to {found.moved_to}", style="yellow")
    if not found.is_direct:
        return Text(f"ok: the feed {bare_address(found.url)}", style="green")
    if found.page is not None:
        return Text(f"ok: a list, from {found.page.found_in}", style="green")
    return Text("ok", style="green")
