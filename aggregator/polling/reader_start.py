"""Start a reader process: with so little that it can begin before the program has loaded what only it needs itself."""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing.connection import Connection, Pipe
from typing import Final, NamedTuple

_MAX_READERS: Final = 4  # one process records what they read: more would wait for that


def useful_readers() -> int:
    """Return how many reader processes make a poll quicker: one a core, but for the one of the process that records."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores - 1, _MAX_READERS)


class Started(NamedTuple):
    """A reader process, and our end of the pipe to it."""

    pipe: Connection
    process: subprocess.Popen[bytes]


def start_reader() -> Started:
    """Start a reader, which loads what reading takes and waits for its preparation (``reader_process.py``).

    It ends when our end of the pipe is closed. Raises OSError.
    """
    ours, theirs = Pipe()
    with theirs:
        # as this process found its modules, whatever folder it was started in
        program = f"import sys; sys.path[:] = {sys.path!r}; import aggregator.polling.reader_process as reader; "
        process = subprocess.Popen(  # noqa: S603 - this Python, with a program of ours
            [sys.executable, "-c", f"{program}reader.serve({theirs.fileno()})"],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            process_group=0,
        )
    return Started(ours, process)
