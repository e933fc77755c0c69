"""Outputs on the disk: whole or not at all, and only touched when they changed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from aggregator.errors import PublishError


def write_if_changed(path: Path, body: bytes) -> bool:
    """Put ``body`` at ``path`` in one step, unless it is there already; tell whether it was put.

    Who reads the file meanwhile sees the old one or the new one, a crash leaves one of them. The folder must exist.
    Raises PublishError.
    """
    try:
        if path.is_file() and path.read_bytes() == body:
            return False
        _replace(path, body)
    except OSError as error:
        raise PublishError(f"can't write {path}: {error.strerror or error}") from error
    return True


def _replace(path: Path, body: bytes) -> None:
    # in the same folder, because a rename is one step only within a file system
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
