"""add and opml import: new sources, written into the operator's own YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aggregator.app import open_client, utc_now
from aggregator.config import Config, bare_address, load
from aggregator.entrypoints.commands.options import ConfigOption, KindOption, edited
from aggregator.entrypoints.terminal import say
from aggregator.errors import UsageError
from aggregator.model import Source, SourceKind
from aggregator.normalize import canonical_url
from aggregator.polling.look import Found, find_source
from aggregator.sources import NewSource, append_sources, configured_sources, name_for, parse_opml


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, a page, or a sitemap.")],
    kind: KindOption = SourceKind.AUTO,
    category: Annotated[list[str] | None, typer.Option("--category", metavar="C", help="Every entry has it.")] = None,
    config: ConfigOption = None,
) -> None:
    """Find the feed behind an address, or the list on its page, and append it to the sources file.

    The file's comments stay. With --kind page no feed is looked for; with --kind watch the page is watched as a whole.

    Example: aggregator add https://spacenews.com/
    """
    loaded = load(config)
    found = find_source(open_client(loaded), Source(name="asked", url=url, kind=kind), utc_now())
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
    if found.page is not None:
        say(f"it names no feed, so its list is read (from {found.page.found_in}); look at what is found:")
        say(f"  aggregator preview {bare_address(found.url)}")


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
    """Append the feeds of an OPML file to the sources file. Folders named like categories become categories.

    Example: aggregator opml import feeds.opml
    """
    loaded = load(config)
    try:
        subscriptions = parse_opml(file.read_bytes())
    except OSError as error:
        raise UsageError(f"can't read {file}: {error.strerror}") from error
    categories = {word.casefold(): each.name for each in loaded.categories for word in (each.name, each.title or "")}
    taken = {source.name for source in configured_sources(loaded)}
    new: list[NewSource] = []
    for each in subscriptions:
        if _is_watched(loaded, each.url):
            continue
        name = name_for(each.title, each.url, taken=taken)
        taken.add(name)
        names = dict.fromkeys(categories[word] for folder in each.folders if (word := folder.casefold()) in categories)
        new.append(NewSource(url=each.url, name=name, title=each.title, categories=tuple(names)))
    where = f" to {_append(loaded, new)}" if new else ""
    say(f"added {len(new)} sources{where}; {len(subscriptions) - len(new)} were there already")


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
    return next((path for path in config.files if path.stem == "sources"), config.path)
