"""What several commands share: options, and the program opened for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from aggregator.app import Aggregator, utc_now
from aggregator.config import Config, load
from aggregator.entrypoints.logs import keep_secrets_of
from aggregator.errors import ConfigError, UsageError
from aggregator.model import Source, SourceKind
from aggregator.polling.readers import ReaderPool
from aggregator.store import database_exists
from aggregator.text.durations import parse_duration

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The configuration; else $AGGREGATOR_CONFIG, config/aggregator.yaml, aggregator.yaml.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON array, for scripts.")]
KindOption = Annotated[SourceKind, typer.Option("--kind", help="How to read the address.", show_default=False)]
LimitOption = Annotated[
    int | None, typer.Option("--limit", min=1, metavar="N", help="Show at most N.", show_default=False)
]


_DAYS_BACK = {"today": 0, "yesterday": 1, "last week": 7, "last month": 30}
_MOST_LISTED = 20


@contextmanager
def opened(path: Path | None, *, readers: int = 0) -> Iterator[Aggregator]:
    """Load the configuration and open the store; close it at the end. ``readers`` processes read what is polled."""
    config = load(path)
    keep_secrets_of(config)
    is_first = readers > 0 and not database_exists(config.storage.url)
    with ReaderPool(readers, config, begins=is_first) as pool:
        aggregator = Aggregator(config, readers=pool.configured)
        try:
            yield aggregator
        finally:
            aggregator.close()


@contextmanager
def edited(config: Config, *files: Path) -> Iterator[None]:
    """Change files of the configuration; what can't be loaded then is put back as it was. Raises ConfigError."""
    before = {path: path.read_bytes() for path in files}
    try:
        yield
        load(config.path)
    except ConfigError:
        for path, body in before.items():
            if path.read_bytes() != body:
                path.write_bytes(body)
        raise


def since_option(text: str | None) -> datetime | None:
    """Turn "7d" into the time seven days ago, "yesterday" and "2026-11-27" into the beginning of that day (UTC).

    Raises UsageError.
    """
    if text is None:
        return None
    now, word = utc_now(), text.strip().lower()
    if word in _DAYS_BACK:
        return _midnight(now) - timedelta(days=_DAYS_BACK[word])
    with suppress(ValueError):
        return _midnight(datetime.strptime(word, "%Y-%m-%d").replace(tzinfo=UTC))
    try:
        return now - parse_duration(word)
    except ValueError:
        raise UsageError(f"--since: expected 7d, yesterday or 2026-11-27, got {text!r}") from None


def _midnight(time: datetime) -> datetime:
    return time.replace(hour=0, minute=0, second=0, microsecond=0)


def known_sources(config_sources: tuple[Source, ...], wanted: list[str]) -> list[str]:
    """Return the wanted names when all are configured; raises UsageError that names the nearest one."""
    names = [source.name for source in config_sources]
    for name in wanted:
        require_name("source", name, names)
    return wanted


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
