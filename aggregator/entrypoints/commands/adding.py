"""add and opml import: new sources, written into the operator's own YAML file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from aggregator.app import open_client, utc_now
from aggregator.config import Config, bare_address, load, shown_path
from aggregator.entrypoints.commands.options import ConfigOption, KindOption, edited
from aggregator.entrypoints.terminal import counted, say
from aggregator.errors import FetchError, FetchTimeout, NoTls, ParseError, StatusError, Unreachable, UsageError
from aggregator.model import Source, SourceKind
from aggregator.normalize import canonical_url
from aggregator.polling.look import Found, find_source
from aggregator.sources.configured import configured_sources, name_for
from aggregator.sources.edit import NewSource, append_sources
from aggregator.sources.opml import OpmlList, parse_opml
from aggregator.sources.typed import natural_addresses


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, a page or a sitemap; https:// may be left out.")],
    kind: KindOption = SourceKind.AUTO,
    category: Annotated[
        list[str] | None, typer.Option("--category", metavar="C", help="A category for every entry of it.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Find the feed behind an address and add it as a source.

    Without a feed it is the list on the page.

    Comments in the file stay. --kind page does not look for a feed; --kind watch watches the page as a whole.

    Example: aggregator add https://spacenews.com/
    """
    loaded = load(config)
    found = find_behind(loaded, url, kind)
    if _is_watched(loaded, found.url):
        say(f"{bare_address(found.url)} is watched already")
        return
    taken = {source.name for source in configured_sources(loaded)}
    title = found.document.title
    name = name_for(title, found.url, taken=taken)
    written_kind = SourceKind.AUTO if found.kind is SourceKind.FEED else found.kind
    new = NewSource(url=found.url, name=name, title=title, categories=tuple(category or ()), kind=written_kind)
    path = _append(loaded, [new])
    say(f"added {name} ({bare_address(found.url)}, {what_it_is(found)}) to {path}")
    if found.note is not None:
        say(f"note: {found.note}")
    if found.page is not None:
        why = "" if found.note else "it names no feed, so "
        say(f"{why}its list is read (from {found.page.found_in}); look at what is found:")
        say(f"  aggregator preview {bare_address(found.url)}")


def find_behind(config: Config, text: str, kind: SourceKind) -> Found:
    """Find out what is behind an address as people type it. Raises UsageError for none, SourceError."""
    try:
        first, *others = natural_addresses(text)
    except ValueError as error:
        raise UsageError(f"{text.strip()}: {error}") from error
    client, now = open_client(config), utc_now()
    try:
        return find_source(client, Source(name="asked", url=first, kind=kind), now)
    except StatusError:
        raise
    except FetchError:
        for other in others:  # without a scheme it may be a server that speaks http alone
            with suppress(
                Unreachable, NoTls, FetchTimeout
            ):  # what it answers by http says more than that it has no TLS
                return find_source(client, Source(name="asked", url=other, kind=kind), now)
        raise


def what_it_is(found: Found) -> str:
    """Say what was found: "12 entries", "12 entries in its list"."""
    count = f"{len(found.entries)} {'entry' if len(found.entries) == 1 else 'entries'}"
    match found.kind:
        case SourceKind.PAGE:
            return f"{count} in its list"
        case SourceKind.SITEMAP:
            return f"{count} in its sitemap"
        case SourceKind.WATCH:
            return "watched as a whole"
        case _:
            return count


def opml_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An OPML file, as other readers export it.")],
    config: ConfigOption = None,
) -> None:
    """Add the feeds of an OPML file to the sources file.

    What was left out is named, with the reason.

    Folders are kept for `opml export`; those named like categories become categories as well.

    Example: aggregator opml import feeds.opml
    """
    loaded = load(config)
    try:
        listed = parse_opml(file.read_bytes())
    except OSError as error:
        raise UsageError(f"can't read {file}: {error.strerror}") from error
    except ParseError as error:
        raise ParseError(f"{file}: {error}") from error
    categories = _categories_by_word(loaded)
    new = _new_sources(loaded, listed, categories)
    where = f" to {_append(loaded, new)}" if new else ""
    say(f"added {counted(len(new), 'source')}{where}; {len(listed.subscriptions) - len(new)} were there already")
    _say_left_out(listed)
    _say_folders(listed, categories)
    if not listed.subscriptions:
        raise typer.Exit(1)


def _categories_by_word(config: Config) -> dict[str, str]:
    return {word.casefold(): each.name for each in config.categories for word in (each.name, each.title or each.name)}


def _new_sources(config: Config, listed: OpmlList, categories: Mapping[str, str]) -> list[NewSource]:
    watched = {canonical_url(source.url) for source in config.sources}
    taken = {source.name for source in configured_sources(config)}
    new: list[NewSource] = []
    for each in listed.subscriptions:
        if canonical_url(each.url) in watched:
            continue
        name = name_for(each.title, each.url, taken=taken)
        taken.add(name)
        names = dict.fromkeys(categories[word] for folder in each.folders if (word := folder.casefold()) in categories)
        new.append(NewSource(url=each.url, name=name, title=each.title, categories=tuple(names), folder=each.folders))
    return new


def _say_left_out(listed: OpmlList) -> None:
    if listed.repeated:
        say(f"{counted(listed.repeated, 'feed')} stood there more than once")
    if listed.is_cut:
        say("the file ends in the middle; what followed is missing")
    if listed.left_out:
        say(f"{len(listed.left_out)} left out:")
    for each in listed.left_out:
        what = " ".join(filter(None, (each.title, f"({bare_address(each.address)})" if each.address else None)))
        say(f"  {what}: {each.reason}" if what else f"  {each.reason}")


def _say_folders(listed: OpmlList, categories: Mapping[str, str]) -> None:
    if not listed.folders:
        return
    say(f"{counted(len(listed.folders), 'folder')}, kept as folder: in the sources file: {_folders(listed.folders)}")
    filled = {each.folders[:depth] for each in listed.subscriptions for depth in range(1, len(each.folders) + 1)}
    empty = [names for names in listed.folders if names not in filled]
    if empty:
        say(f"  without a feed, so not kept: {_folders(empty)}")
    known = dict.fromkeys(name for names in listed.folders for name in names[-1:] if name.casefold() in categories)
    if known:
        say(f"  categories as well: {', '.join(known)}")


def _folders(folders: Iterable[tuple[str, ...]]) -> str:
    return ", ".join(" / ".join(names) for names in folders)


def _is_watched(config: Config, url: str) -> bool:
    return canonical_url(url) in {canonical_url(source.url) for source in config.sources}


def _append(config: Config, new: list[NewSource]) -> Path:
    """Append to the file that holds the sources; put it back as it was when the result is no good configuration."""
    path = _sources_file(config)
    with edited(config, path):
        append_sources(path, new)
    return path


def _sources_file(config: Config) -> Path:
    """Return the file that holds the sources (the last of them), or that its name says is meant for them."""
    if config.sources:
        return Path(config.sources[-1].file)
    return Path(shown_path(next((path for path in config.files if path.stem == "sources"), config.path)))
