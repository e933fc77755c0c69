"""A glance at the database before anything is loaded: most polls that a timer starts find nothing due.

It knows no more of the configuration than that it is the one that the sources were made from (``config/basis.py``),
and leaves to the poll itself whatever it is not sure of.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from aggregator.text.fingerprints import fingerprint

NOTHING_IS_DUE: Final = "nothing is due; `aggregator poll --all` polls every source"

_DATABASE = re.compile(rb"""sqlite:///([^\s'"?,}]+)""")

# As ``config/load.py`` and ``config/database.py`` look for them.
_USUAL_FILES: Final = ("config/aggregator.yaml", "aggregator.yaml")
_USUAL_DATABASES: Final = ("var/aggregator.db", "../var/aggregator.db")

# As in ``store/clock.py``.
_AHEAD = timedelta(hours=1)

# What a poll would do something about, or say: a source that is due or claimed, or none at all; articles that wait for
# their stories; times that a clock noted that was ahead. ``store/claims.py`` has the first at length,
# ``store/clock.py`` the last.
_WORK: Final = """
SELECT EXISTS (
    SELECT 1 FROM sources
    WHERE is_active AND status != 'gone' AND (next_check IS NULL OR next_check <= :now)
    AND (moved_to IS NULL OR NOT EXISTS (
        SELECT 1 FROM sources AS other
        WHERE other.is_active AND other.pk != sources.pk AND (
            (other.url = sources.moved_to AND other.moved_to IS NULL)
            OR (other.moved_to = sources.moved_to AND other.pk < sources.pk)))))
OR NOT EXISTS (SELECT 1 FROM sources WHERE is_active)
OR EXISTS (SELECT 1 FROM sources WHERE claim_token IS NOT NULL OR last_checked > :late)
OR EXISTS (SELECT 1 FROM ungrouped)
OR EXISTS (SELECT 1 FROM deliveries WHERE status = 'waiting' AND made_at > :late)
OR EXISTS (SELECT 1 FROM deliveries WHERE claim_token IS NOT NULL AND claimed_until > :late)
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a poll is asked for: the configuration that it would load, these sources by name, or every source."""

    path: Path
    names: tuple[str, ...] = ()
    everything: bool = False


def wish_of(arguments: Sequence[str], env: Mapping[str, str]) -> Wish | None:
    """Return what arguments ask a poll for; None when they are another command's, or not clear."""
    command, *rest = arguments or [""]
    named, names, everything = env.get("AGGREGATOR_CONFIG"), [], False
    while rest:
        argument = rest.pop(0)
        if argument == "--all":
            everything = True
        elif argument == "--config" and rest and rest[0]:
            named = rest.pop(0)
        elif argument.startswith("--config=") and argument != "--config=":
            named = argument.removeprefix("--config=")
        elif argument.startswith("-") or not argument:
            return None
        else:
            names.append(argument)
    named = named or next(filter(os.path.exists, _USUAL_FILES), None)
    if command != "poll" or named is None:
        return None
    return Wish(Path(os.path.abspath(named)), tuple(dict.fromkeys(names)), everything)  # noqa: PTH100 - links are not followed


def known_database(path: Path, env: Mapping[str, str]) -> Path | None:
    """Return the database in a file whose sources were made from this configuration as it is now; None for none.

    Raises nothing.
    """
    try:
        databases = _databases(path.parent, path.read_bytes())
        return next((each for each in databases if _is_made_from(each, path, env)), None)
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error):
        return None


def nothing_is_due(database: Path) -> bool:
    """Whether a poll of what is due would do nothing at all. False where that is not sure. Raises nothing."""
    now = datetime.now(UTC).replace(tzinfo=None)
    bound = {"now": _written(now), "late": _written(now + _AHEAD)}
    try:
        with _reading(database) as connection:
            return not connection.execute(_WORK, bound).fetchone()[0]
    except sqlite3.Error:
        return False


def _databases(folder: Path, main: bytes) -> Iterator[Path]:
    """Yield the databases in files that a configuration may mean, those that are there."""
    names = [*map(os.fsdecode, _DATABASE.findall(main)), *_USUAL_DATABASES]
    return (path for path in dict.fromkeys((folder / name).resolve() for name in names) if path.is_file())


def _is_made_from(database: Path, path: Path, env: Mapping[str, str]) -> bool:
    with _reading(database) as connection:
        [(written,)] = connection.execute("SELECT configured_from FROM site").fetchall()
    basis = json.loads(written or "{}")
    files = [Path(each) for each in basis.get("files", ())]
    if files[:1] != [path]:
        return False
    values = map(env.get, basis["variables"])
    known: str = basis["fingerprint"]
    return fingerprint(str(database), (each.read_bytes() for each in files), values) == known


def _reading(database: Path) -> closing[sqlite3.Connection]:
    """Open a database to read alone; the one that closes last folds its log in."""
    return closing(sqlite3.connect(f"{database.as_uri()}?mode=rw", uri=True, timeout=1, isolation_level=None))


def _written(time: datetime) -> str:
    """Return a time as SQLAlchemy writes it into SQLite."""
    return time.isoformat(" ", "microseconds")
