"""A Maildir of this machine, which is only read: what `mbsync`, `getmail`, Dovecot or Postfix deliver into.

A file's name changes when a mail is read or flagged, and its time of change (ctime) with it; nobody can set that one.
So the cursor is a time of change: what came later has a later one, and a mail that only was flagged is known by then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from aggregator.errors import FetchError, StatusError
from aggregator.fetch.mailbox.batch import Batch, Wish

# What is behind this of one mail are attachments.
_MOST_BYTES_OF_ONE = 2_000_000
# A head that is longer says nothing of whom it is from.
_HEAD_BYTES = 65_536


def new_in_folder(path: str, wish: Wish) -> Batch:
    """Return the mails in ``new`` and ``cur`` that are wanted. Raises FetchError for what is no Maildir."""
    folder = Path(path)
    try:
        files = sorted(_files(folder))
    except PermissionError as error:
        raise FetchError(f"{folder} may not be read by this program's user") from error
    except OSError as error:
        raise StatusError(f"{folder} is no Maildir: it needs the folders new and cur", status=404) from error
    since, _, number = wish.cursor.partition("-")
    after = int(since) if since.isdigit() else 0
    waiting = [each for each in files if each[0] >= after]
    if len(waiting) == int(number or 0) and all(changed == after for changed, _ in waiting):
        return Batch(mails=(), cursor=wish.cursor or "0-0")
    if not wish.cursor and not wish.with_backlog:
        waiting = _newest(waiting, wish)
    return _taken(waiting, wish, after)


def _newest(waiting: list[tuple[int, Path]], wish: Wish) -> list[tuple[int, Path]]:
    """Return all from the first of the newest mails that are wanted."""
    found = 0
    for place in range(len(waiting) - 1, -1, -1):
        found += not wish.senders or wish.fits(_read(waiting[place][1], _HEAD_BYTES))
        if found == wish.most:
            return waiting[place:]
    return waiting


def _taken(waiting: list[tuple[int, Path]], wish: Wish, after: int) -> Batch:
    """Take so many that the limits hold, but never a part of those that changed at one time."""
    mails, size, last, number = list[bytes](), 0, after, 0
    for changed, path in waiting:
        if changed != last and (len(mails) >= wish.most or size >= wish.most_bytes):
            break
        last, number = changed, number + 1 if changed == last else 1
        if wish.senders and not wish.fits(_read(path, _HEAD_BYTES)):
            continue
        mail = _read(path, _MOST_BYTES_OF_ONE)
        if mail:
            mails.append(mail)
            size += len(mail)
    return Batch(mails=tuple(mails), cursor=f"{last}-{number}")


def _files(folder: Path) -> Iterator[tuple[int, Path]]:
    for name in ("new", "cur"):
        with os.scandir(folder / name) as found:
            for each in found:
                with suppress(FileNotFoundError):  # it was read meanwhile, and has another name now
                    if each.is_file(follow_symlinks=False) and not each.name.startswith("."):
                        yield each.stat(follow_symlinks=False).st_ctime_ns, Path(each.path)


def _read(path: Path, most: int) -> bytes:
    """Read a mail; nothing where it is gone or was renamed meanwhile: then it has a new time of change."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise FetchError(f"{path} can't be read ({error.strerror})") from error
