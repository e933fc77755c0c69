"""Outputs on the disk: whole or not at all, only touched when they changed, removed when no call writes them."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aggregator.errors import PublishError

# What was written here, so that the next call knows what to remove.
_MANIFEST: Final = ".aggregator-site.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The names of the files that were written, of those that were as they should be already, and of those removed."""

    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...] = ()


def write_site(out: Path, files: Mapping[str, bytes]) -> Written:
    """Write ``files`` by name into a folder, in their order, and remove what an earlier call wrote beside them.

    Files of others stay. Raises PublishError.
    """
    before = _read_manifest(out)
    try:
        for folder in {(out / name).parent for name in files} | {out}:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PublishError(f"can't make the folder {out}: {error.strerror or error}") from error
    # before the first of them: what a call wrote that was cut off is known to the next one
    write_if_changed(out / _MANIFEST, _manifest({*before, *files}))
    changed: list[str] = []
    unchanged: list[str] = []
    for name, body in files.items():
        (changed if write_if_changed(out / name, body) else unchanged).append(name)
    removed = tuple(name for name in sorted(before - files.keys()) if _remove(out, name))
    write_if_changed(out / _MANIFEST, _manifest(files))
    return Written(changed=tuple(changed), unchanged=tuple(unchanged), removed=removed)


def _manifest(names: Mapping[str, bytes] | set[str]) -> bytes:
    return json.dumps(sorted(names), indent=0, ensure_ascii=False).encode()


def _read_manifest(out: Path) -> set[str]:
    """Return the names that an earlier call wrote; none when there was none, or its list can't be read."""
    try:
        names = json.loads((out / _MANIFEST).read_bytes())
    except (OSError, ValueError):
        return set()
    return {name for name in names if isinstance(name, str)} if isinstance(names, list) else set()


def _remove(out: Path, name: str) -> bool:
    """Remove a file of ours and the folders that are empty then; nothing outside of the site's folder."""
    path = out / name
    if Path(name).is_absolute() or ".." in Path(name).parts or not path.is_file() or path.is_symlink():
        return False
    try:
        path.unlink()
        for folder in path.relative_to(out).parents[:-1]:
            (out / folder).rmdir()
    except OSError:
        return not path.exists()
    return True


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


def write_named(path: Path, body: bytes) -> None:
    """Put ``body`` at a path that a person named: into a file in one step, through a link, device or pipe as it is.

    Raises PublishError.
    """
    if path.is_dir():
        raise PublishError(f"can't write {path}: it is a folder; name a file")
    if not path.is_symlink() and (path.is_file() or not path.exists()):
        write_if_changed(path, body)
        return
    try:
        path.write_bytes(body)  # /dev/stdout stays what it is
    except OSError as error:
        raise PublishError(f"can't write {path}: {error.strerror or error}") from error


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
