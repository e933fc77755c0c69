"""Where ``aggregator`` begins: a poll that takes no more than a question, else a command. Errors become sentences."""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from aggregator.entrypoints.errand import polled_at_once
from aggregator.entrypoints.glance import Wish, wish_of
from aggregator.errors import AggregatorError, ConfigError, UsageError

# The commands are loaded where one is wanted: what reads options takes longer than to see that nothing is due.

# What a full disk answers, and one that breaks; the standard output may be on it.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def main() -> None:
    """Run a command. Exit codes: 0 it went well, 1 it failed, 2 wrong usage or configuration, 130 interrupted."""
    try:
        _run()
    except ConfigError as error:
        _end(2, *map(str, error.problems))
    except UsageError as error:
        _end(2, str(error))
    except AggregatorError as error:
        _end(1, str(error))
    except BrokenPipeError:
        _drop_output()  # its reader went away, as `head` does: not an error
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - a bug of ours: shown whole, but for the secrets in it
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            _drop_output()
            _end(1, f"can't write {error.filename or 'the output'}: {error.strerror}")
        if isinstance(error, FileNotFoundError) and _is_nowhere():
            _end(2, "the current folder was deleted; change to another one")
        import traceback

        from aggregator.entrypoints.logs import masked

        sys.stderr.write(masked(traceback.format_exc()))
        sys.exit(1)


def _run() -> None:
    _open_streams()
    try:
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look through all that is installed
        wish = wish_of(sys.argv[1:], os.environ)
        if wish is not None:
            code = polled_at_once(wish, os.environ)
            sys.exit(_polled(wish) if code is None else code)
        from aggregator.entrypoints.cli import app

        app()
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()  # what can't be written is told, not lost at the very end


def _open_streams() -> None:
    """Open the standard streams that are closed: whoever closes them wants to hear nothing.

    A database or a socket would get their numbers, and what is printed. Characters that a terminal's encoding lacks are
    written as ``?``.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _polled(wish: Wish) -> int:
    """Poll, and return the exit code. Where there will hardly be nothing to read, what reads is loaded beside it."""
    from aggregator.polling.reader_start import start_reader, useful_readers

    first = None
    if (wish.everything or wish.names) and useful_readers():
        with suppress(OSError):
            first = start_reader()
    with loading():
        from aggregator.entrypoints.one_poll import poll_once
    return poll_once(wish.path, wish.names, everything=wish.everything, first=first)


@contextmanager
def loading() -> Iterator[None]:
    """Load the modules of a command, and let Python look for garbage more rarely from then on."""
    gc.disable()  # collecting while modules load would take a tenth of the time
    try:
        yield
    finally:
        gc.enable()
    gc.freeze()  # what is loaded stays
    gc.set_threshold(50_000, 20, 100)  # a poll makes many records, none of them garbage that only collecting finds


def _is_nowhere() -> bool:
    """Whether the folder that the program was started in is gone."""
    try:
        os.getcwd()  # noqa: PTH109
    except FileNotFoundError:
        return True
    return False


def _drop_output() -> None:
    """Let what is still to be written to the standard output go nowhere: Python would try it once more at the end."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end(code: int, *sentences: str) -> NoReturn:
    from aggregator.entrypoints.terminal import complain

    for each in sentences:
        complain(each)
    sys.exit(code)


if __name__ == "__main__":
    main()
