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

# What a poll would do something about: a source that is due or claimed, articles that wait for their stories, times
# that a clock noted that was ahead. ``store/claims.py`` has the first at length, ``store/clock.py`` the last.
_WORK: Final = """
SELECT EXISTS (
    SELECT 1 FROM sources
    WHERE is_active AND status != 'gone' AND (next_check IS NULL OR next_check <= :now)
    AND (moved_to IS NULL OR NOT EXISTS (
        SELECT 1 FROM sources AS other
        WHERE other.is_active AND other.pk != sources.pk AND (
            (other.url = sources.moved_to AND other.moved_to IS NULL)
            OR (other.moved_to = sources.moved_to AND other.pk < sources.pk)))))
OR EXISTS (SELECT 1 FROM sources WHERE claim_token IS NOT NULL OR last_checked > :late)
OR EXISTS (SELECT 1 FROM ungrouped)
OR EXISTS (SELECT 1 FROM deliveries WHERE status = 'waiting' AND made_at > :late)
OR EXISTS (SELECT 1 FROM deliveries WHERE claim_token IS NOT NULL AND claimed_until > :late)
"""


def nothing_is_due(arguments: Sequence[str], env: Mapping[str, str]) -> bool:
    """Whether these arguments are a poll of what is due, and nothing is. False where that is not sure. Raises nothing.

    It never changes the database.
    """
    try:
        path = _configuration(arguments, env)
        if path is None:
            return False
        main = path.read_bytes()
        return any(_is_quiet(database, path, env) for database in _databases(path.parent, main))
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error):
        return False


def _configuration(arguments: Sequence[str], env: Mapping[str, str]) -> Path | None:
    """Return the file that a poll of what is due would load; None when something else is wanted."""
    match arguments:
        case ["poll"]:
            named = env.get("AGGREGATOR_CONFIG") or next(filter(os.path.exists, _USUAL_FILES), None)
        case ["poll", "--config", named]:
            pass
        case ["poll", option] if option.startswith("--config="):
            named = option.removeprefix("--config=")
        case _:
            return None
    return None if named is None else Path(os.path.abspath(named))  # noqa: PTH100 - links are not followed


def _databases(folder: Path, main: bytes) -> Iterator[Path]:
    """Yield the databases in files that a configuration may mean, those that are there."""
    names = [*map(os.fsdecode, _DATABASE.findall(main)), *_USUAL_DATABASES]
    return (path for path in dict.fromkeys((folder / name).resolve() for name in names) if path.is_file())


def _is_quiet(database: Path, path: Path, env: Mapping[str, str]) -> bool:
    address = f"{database.as_uri()}?mode=rw"  # to read alone: the one that closes last folds the log in
    with closing(sqlite3.connect(address, uri=True, timeout=1, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        [(written,)] = connection.execute("SELECT configured_from FROM site").fetchall()
        basis = json.loads(written or "{}")
        files = [Path(each) for each in basis.get("files", ())]
        if files[:1] != [path]:
            return False
        values = map(env.get, basis["variables"])
        if fingerprint(str(database), (each.read_bytes() for each in files), values) != basis["fingerprint"]:
            return False
        now = datetime.now(UTC).replace(tzinfo=None)
        bound = {"now": _written(now), "late": _written(now.replace(microsecond=0) + _AHEAD)}
        return not connection.execute(_WORK, bound).fetchone()[0]


def _written(time: datetime) -> str:
    """Return a time as SQLAlchemy writes it into SQLite."""
    return time.isoformat(" ", "microseconds")
