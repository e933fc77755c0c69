"""add and opml import: new sources, written into the operator's own YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aggregator.config import Config, bare_address, load
from aggregator.entrypoints.commands.options import ConfigOption, edited
from aggregator.entrypoints.terminal import say
from aggregator.errors import UsageError
from aggregator.finding import find_feed
from aggregator.normalize import canonical_url
from aggregator.pipeline import open_client, utc_now
from aggregator.sources import NewSource, append_sources, configured_sources, name_for, parse_opml


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or a page whose feed is wanted.")],
    category: Annotated[list[str] | None, typer.Option("--category", metavar="C", help="Every entry has it.")] = None,
    config: ConfigOption = None,
) -> None:
    """Find the feed behind an address and append it to the sources file; the file's comments stay.

    Example: aggregator add https://spacenews.com/
    """
    loaded = load(config)
    found = find_feed(open_client(loaded), url, utc_now())
    if _is_watched(loaded, found.url):
        say(f"{bare_address(found.url)} is watched already")
        return
    taken = {source.name for source in configured_sources(loaded)}
    title = found.document.title
    name = name_for(title, found.url, taken=taken)
    new = NewSource(url=found.url, name=name, title=title, categories=tuple(category or ()))
    path = _append(loaded, [new])
    say(f"added {name} ({bare_address(found.url)}, {len(found.entries)} entries) to {path}")


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
