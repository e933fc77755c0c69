"""A poll that takes no more than a question: nothing is due, or the main job that runs already does it.

The main job listens at a socket beside its database (``desk.py``). Each side writes lines of JSON: a wish; then that
it is read, a line for each source, and the exit code or an error.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from aggregator.entrypoints.glance import NOTHING_IS_DUE, Wish, known_database, nothing_is_due
from aggregator.errors import AggregatorError

# A main job that is at work says within this time that it is there; one that is suspended doesn't.
_ANSWERS_WITHIN_S = 5.0

_CUT_OFF = "the main job ended before it had polled everything"


def socket_of(database: Path) -> Path:
    """Return where the main job of a database listens."""
    return database.with_name(f"{database.name}.socket")


def polled_at_once(wish: Wish, env: Mapping[str, str]) -> int | None:
    """Poll without loading anything and return the exit code; None where that takes the program itself.

    Prints what the poll would print.
    """
    database = known_database(wish.path, env)
    if database is None:
        return None
    if not wish.names and not wish.everything and nothing_is_due(database):
        sys.stdout.write(f"{NOTHING_IS_DUE}\n")
        return 0
    return _asked(socket_of(database), wish)


def _asked(address: Path, wish: Wish) -> int | None:
    """Have the main job poll and return the exit code; None when there is none, it declines, or it has begun nothing.

    Raises AggregatorError for what it failed of, and when it ended in the middle.
    """
    has_begun = False
    for said in _told(address, wish):
        match said:
            case {"line": str(text)}:
                has_begun = True
                sys.stdout.write(f"{text}\n")
                sys.stdout.flush()
            case {"exit": int() | None as code}:
                return code
            case {"error": str(sentence)}:
                raise AggregatorError(sentence)
    if has_begun:
        raise AggregatorError(_CUT_OFF)
    return None


def _told(address: Path, wish: Wish) -> Iterator[object]:
    """Yield what the main job says until it says no more; it may be killed in the middle of a word."""
    with suppress(OSError, ValueError), socket.socket(socket.AF_UNIX) as line:
        line.settimeout(_ANSWERS_WITHIN_S)
        line.connect(str(address))
        with line.makefile("rw", encoding="utf-8") as stream:
            json.dump(asdict(wish) | {"path": str(wish.path)}, stream)
            stream.write("\n")
            stream.flush()
            for answer in stream:
                line.settimeout(None)  # how long a poll takes is up to the servers
                yield json.loads(answer)
