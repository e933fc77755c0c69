"""What check and sources --apply-moves have to say of sources that permanent redirects led elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from aggregator.app import Aggregator
from aggregator.config import Config, SourceConfig, load
from aggregator.entrypoints.commands.options import edited
from aggregator.entrypoints.terminal import say
from aggregator.errors import StoreError
from aggregator.model import SourceHealth, SourceStatus
from aggregator.sources.configured import configured_sources
from aggregator.sources.edit import replace_addresses
from aggregator.store import Store, database_exists


def tell_known_moves(config: Config) -> None:
    """List the configured sources that have moved, as far as the database knows; it is not made, nor changed."""
    if not database_exists(config.storage.url):
        return
    store = Store(config.storage.url)
    try:
        sources = store.sources()
        moved = _moved(config, sources)
    except StoreError as error:
        say(f"whether sources have moved isn't known: {error}")
        return
    finally:
        store.close()
    _tell_changes(sources)
    if not moved:
        return
    is_to_write = any(health.merged_into is None for health, _ in moved)
    hint = "; `aggregator sources --apply-moves` writes the new addresses" if is_to_write else ""
    say(f"{_counted(len(moved))} moved for good{hint}")
    for health, written in moved:
        where = f"the address of {health.merged_into}" if health.merged_into else str(health.state.moved_to)
        say(f"  {health.source.name} ({written.file}:{written.line}) to {where}")


def _tell_changes(sources: Iterable[SourceHealth]) -> None:
    changed = [health for health in sources if health.state.status is SourceStatus.CHANGED]
    if changed:
        say(f"{_counted(len(changed))} changed: the page was rebuilt, it seems, and its news may not be found")
    for health in changed:
        say(f"  {health.source.name}: {health.state.last_error}")


def apply_moves(aggregator: Aggregator) -> None:
    """Write where sources have moved to into the files that name them, and say what was done and what wasn't.

    All files or none: raises ConfigError when the result can't be loaded, and leaves them as they were.
    """
    config = aggregator.config
    new: dict[Path, dict[int, str]] = defaultdict(dict)
    taken = set(_written(config))
    for health, written in _moved(config, aggregator.store.sources()):
        name, address, place = health.source.name, str(health.state.moved_to), f"{written.file}:{written.line}"
        if health.merged_into or address in taken:
            other = health.merged_into or "another source"
            say(f"{name} has moved to the address of {other}; when you don't need its name any more, remove {place}")
        elif _has_credentials(written):  # which the new address would be given: a person must want that
            say(f"{name} has moved to {address}; it has a password or the like: please change {place} yourself")
        else:
            taken.add(address)
            new[Path(written.file)][written.line] = address
    count = 0
    with edited(config, *new):
        for path, addresses in new.items():
            left = replace_addresses(path, addresses)
            count += len(addresses) - len(left)
            for line in sorted(left):
                say(
                    f"{path}:{line}: this source has moved to {addresses[line]}; its address isn't written out in one "
                    "place and line: please change it yourself"
                )
    aggregator.use(load(config.path))
    say(f"{_counted(count)} a new address now" if count else "no address was changed")


def _moved(config: Config, sources: Iterable[SourceHealth]) -> list[tuple[SourceHealth, SourceConfig]]:
    """Return the sources that have moved, each with where it is written."""
    written = _written(config)
    return [
        (health, written[health.source.url])
        for health in sources
        if health.state.moved_to and health.source.url in written
    ]


def _written(config: Config) -> dict[str, SourceConfig]:
    return {source.url: written for source, written in zip(configured_sources(config), config.sources, strict=True)}


def _has_credentials(source: SourceConfig) -> bool:
    return bool("@" in urlsplit(source.url).netloc or source.auth or source.headers)


def _counted(count: int) -> str:
    return "1 source has" if count == 1 else f"{count} sources have"
