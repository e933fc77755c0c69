"""Whether files were edited since they were read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

# What tells one state of a file from another: modification time in ns, size in bytes, inode. None: it isn't there.
Stamp = tuple[int, int, int] | None


def stamp_of(path: Path) -> Stamp:
    """Return a file's stamp. Take it before reading: an edit during the reading is seen afterwards."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def were_edited(stamps: Mapping[Path, Stamp]) -> bool:
    """Whether one of the files differs from its stamp now."""
    return any(stamp_of(path) != stamp for path, stamp in stamps.items())
