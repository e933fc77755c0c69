"""What several commands share: options, and the program opened for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from aggregator.app import utc_now
from aggregator.config import Config, load
from aggregator.errors import ConfigError, UsageError
from aggregator.model import SourceKind
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
