"""sources, entries and explain: what is stored, and why it is as it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.text import Text

from aggregator.app import Aggregator
from aggregator.entrypoints.commands.judgement import explained_duplicates, explained_importance, explained_story
from aggregator.entrypoints.commands.moves import apply_moves
from aggregator.entrypoints.commands.options import ConfigOption, JsonOption, LimitOption, since_option
from aggregator.entrypoints.opening import known_sources, opened, require_name
from aggregator.entrypoints.terminal import (
    NO_SOURCES,
    STATUS_STYLE,
    ago,
    entry_json,
    print_json,
    rfc3339,
    say,
    show,
    source_json,
    table,
)
from aggregator.errors import UsageError
from aggregator.model import Selection, SourceHealth, SourceKind, SourceStatus, StoredEntry
from aggregator.normalize import canonical_url
from aggregator.text.durations import duration_in_words, silence_in_words
from aggregator.text.hidden_keys import discreet
from aggregator.text.legal import visible
from aggregator.text.locales import ENGLISH

_SHOWN = 50


def sources(
    as_json: JsonOption = False,
    limit: LimitOption = None,
    is_applying: Annotated[
        bool, typer.Option("--apply-moves", help="Write the new addresses of sources that moved into the YAML.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Show every source with its health.

    Example: aggregator sources --json
    """
    if is_applying and as_json:
        raise UsageError("--apply-moves says in words what it did; ask for --json afterwards")
    with opened(config) as aggregator:
        if is_applying:
            apply_moves(aggregator)
            return
        all_health = aggregator.store.sources()[:limit]
        now, zone = aggregator.clock(), aggregator.config.site.tz
    if as_json:
        from aggregator.publish import next_step

        steps = (next_step(health, zone=zone, now=now, locale=ENGLISH) for health in all_health)
        print_json(source_json(health, next_step=step, now=now) for health, step in zip(all_health, steps, strict=True))
        return
    listing = table("source", "status", "entries", "last success", "next check", wide=("next check",))
    for health in all_health:
        state = health.state
        standing = health.status_at(now)
        status = Text(standing.value, style=STATUS_STYLE[standing])
        if state.failures > 1:
            status.append(f" ×{state.failures}")
        last_success = ago(state.last_success, now)
        listing.add_row(health.source.name, status, str(health.entries), last_success, _next_check(health, now))
    show(listing)
    if not all_health:
        say(NO_SOURCES)


def _next_check(health: SourceHealth, now: datetime) -> Text:
    """Say when a source is asked next and why, what is wrong with it, and where it went."""
    state = health.state
    is_asked = state.status is not SourceStatus.GONE and health.merged_into is None
    if state.next_check is not None and state.next_check > now:
        when = ago(state.next_check, now)
    else:
        when = "now" if is_asked else "none"
    said = Text(f"{when} because {state.next_check_reason}")
    if state.last_error:
        said.append(f": {state.last_error}", style=STATUS_STYLE[SourceStatus.FAILING])
    if health.status_at(now) is SourceStatus.SILENT:
        quiet = silence_in_words(health.silence(now) or timedelta(), state.usual_gap or timedelta())
        ask = f"; {quiet}. If the site has news, run: aggregator poll {health.source.name}"
        said.append(ask, style=STATUS_STYLE[SourceStatus.SILENT])
    if state.moved_to and health.merged_into is None:
        said.append(f"; it moved to {discreet(state.moved_to)}", style=STATUS_STYLE[SourceStatus.MOVED])
    if health.source.kind is SourceKind.AUTO and state.read_as is SourceKind.PAGE and state.read_because:
        said.append(f"; read as a page: {state.read_because}")
    return said


def entries(
    category: Annotated[
        str | None, typer.Option("--category", metavar="C", help="Only entries in this category.")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", metavar="S", help="Only entries of this source.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="7d", help="First seen since: 7d, yesterday, 2026-11-27.")
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="TEXT", help="With these words (docs/reference/search.md).")
    ] = None,
    as_json: JsonOption = False,
    limit: LimitOption = None,
    config: ConfigOption = None,
) -> None:
    """List stored entries, the latest first.

    Duplicates are included. The order is that of first seen; with --search that of published.

    Example: aggregator entries --category space --since 7d --json
    """
    with opened(config) as aggregator:
        if category is not None:
            require_name("category", category, [each.name for each in aggregator.config.categories])
        if source is not None:
            known_sources(aggregator.sources, [source])
        selection = Selection(
            categories=(category,) if category else (),
            sources=(source,) if source else (),
            since=since_option(since),
            search=search,
        )
        if as_json:
            print_json(entry_json(entry) for entry in aggregator.store.entries(selection, limit=limit))
            return
        _print_entries(aggregator, selection, limit)


def _print_entries(aggregator: Aggregator, selection: Selection, limit: int | None) -> None:
    shown = list(aggregator.store.entries(selection, limit=(limit or _SHOWN) + 1))
    listing = table("id", "first seen", "source", "title", "categories", wide=("title",))
    now = aggregator.clock()
    for entry in shown[: limit or _SHOWN]:
        title = Text(entry.title)
        if entry.duplicate_of:
            title.append(f"  (duplicate of {entry.duplicate_of})", style="dim")
        names = " ".join(match.category for match in entry.categories)
        listing.add_row(entry.id, ago(entry.first_seen, now), entry.source, title, names)
    if not shown:
        is_all = selection == Selection()
        say("nothing is stored yet; `aggregator poll` polls the sources" if is_all else "nothing matches")
        return
    show(listing)
    if limit is None and len(shown) > _SHOWN:
        say(f"the newest {_SHOWN}; --limit N shows more, --json all")


def explain(
    what: Annotated[str, typer.Argument(metavar="URL-or-ID", help="An entry's address or id.")],
    config: ConfigOption = None,
) -> None:
    """Explain an entry's categories, duplicates, story and digests.

    Example: aggregator explain https://spacenews.com/some-article/
    """
    with opened(config) as aggregator:
        found = aggregator.store.find_entries(entry_id=what, url=what, canonical_url=canonical_url(what))
        if not found:
            raise UsageError(f"no stored entry has the id or address {what}")
        for number, entry in enumerate(found):
            if number:
                say()
            for line in _explanation(aggregator, entry):
                say(line)


def _explanation(aggregator: Aggregator, entry: StoredEntry) -> Iterator[str]:
    yield f"{entry.title}"
    yield f"  id          {entry.id}"
    yield f"  from        {entry.source} ({entry.feed.title})"
    yield f"  address     {visible(entry.url or 'none')}"
    yield f"  compared as {entry.canonical_url or 'nothing: it has no web address'}"
    yield f"  published   {rfc3339(entry.published)}, updated {rfc3339(entry.updated)}"
    delay = duration_in_words(entry.first_seen - entry.published)
    yield f"  first seen  {rfc3339(entry.first_seen)}, {delay} after it was published"
    yield from _explained_categories(aggregator, entry)
    yield from explained_duplicates(aggregator, entry)
    yield from explained_story(aggregator, entry)
    yield from explained_importance(aggregator, entry)
    yield from _explained_digests(aggregator, entry)


def _explained_categories(aggregator: Aggregator, entry: StoredEntry) -> Iterator[str]:
    yield "categories"
    for match in entry.categories:
        yield f"  {match.category}: {'; '.join(match.reasons)}"
    if not entry.categories:
        yield "  none"
    lines = aggregator.explained_categories(entry)
    if not lines:
        has_source = entry.source in aggregator.setup.by_name
        why = "no categories are configured" if has_source else "its source is no longer configured"
        yield f"the rules as they are now: {why}"
        return
    # what is said above is not said again
    known = {match.category for match in entry.categories}
    is_same = aggregator.categories_of(entry) == entry.categories
    yield "the rules as they are now say the same" if is_same else "the rules as they are now say"
    for line in lines:
        if not is_same or line.partition(":")[0] not in known:
            yield f"  {line}"


def _explained_digests(aggregator: Aggregator, entry: StoredEntry) -> Iterator[str]:
    yield "digests"
    found = aggregator.store.ledger.issues_with(entry.original)
    for digest, number, made_at in found:
        yield f"  {digest}, issue {number} of {rfc3339(made_at)}"
    if not found:
        yield "  none had it"
