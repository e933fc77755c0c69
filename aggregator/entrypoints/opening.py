"""The program opened for one command, and what commands are asked for by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.entrypoints.logs import keep_secrets_of
from aggregator.errors import UsageError
from aggregator.model import Source
from aggregator.polling.reader_start import Started
from aggregator.polling.readers import ReaderPool
from aggregator.store import database_exists

_MOST_LISTED = 20


@contextmanager
def opened(path: Path | None, *, readers: int = 0, first: Started | None = None) -> Iterator[Aggregator]:
    """Load the configuration and open the store; close it at the end. ``readers`` processes read what is polled.

    ``first`` is one of them that was started already.
    """
    config = load(path)
    keep_secrets_of(config)
    is_first = readers > 0 and not database_exists(config.storage.url)
    with ReaderPool(readers, config, begins=is_first, first=first) as pool:
        aggregator = Aggregator(config, readers=pool.configured)
        try:
            yield aggregator
        finally:
            aggregator.close()


def known_sources(config_sources: tuple[Source, ...], wanted: Sequence[str]) -> list[str]:
    """Return the wanted names, each once, when all are configured; raises UsageError that names the nearest one."""
    names = [source.name for source in config_sources]
    for name in wanted:
        require_name("source", name, names)
    return list(dict.fromkeys(wanted))


def require_name(kind: str, name: str, names: list[str]) -> None:
    """Raise UsageError for a name that is not among ``names``, with the nearest that is."""
    if name in names:
        return
    near = get_close_matches(name, names, n=1)
    if near:
        hint = f"did you mean {near[0]!r}?"
    elif len(names) > _MOST_LISTED:
        hint = f"there are {len(names)}" + ("; `aggregator sources` lists them" if kind == "source" else "")
    else:
        hint = f"there are: {', '.join(sorted(names)) or 'none'}"
    raise UsageError(f"no {kind} is named {name!r}; {hint}")
