"""A poll that takes no more than a question: nothing is due, or the main job that runs already does it.

The main job listens at a socket beside its database (``desk.py``). Each side writes lines of JSON: a wish, then what
came, then the exit code.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from aggregator.entrypoints.glance import NOTHING_IS_DUE, Wish, known_database, nothing_is_due

_CUT_OFF = "aggregator: the main job ended before it had polled everything\n"


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
    """Have the main job poll; None when there is none, or it declines."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(address))
        except OSError:
            return None
        with line.makefile("rw", encoding="utf-8") as stream:
            json.dump(asdict(wish) | {"path": str(wish.path)}, stream)
            stream.write("\n")
            stream.flush()
            for answer in stream:
                said = json.loads(answer)
                if "exit" in said:
                    code: int | None = said["exit"]
                    return code
                sys.stdout.write(f"{said['line']}\n")
                sys.stdout.flush()
    sys.stderr.write(_CUT_OFF)
    return 1
