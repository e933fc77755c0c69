"""Copies of an SQLite database, consistent while the program runs; and back again. PostgreSQL has its own programs."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shlex import quote

from sqlalchemy.engine import URL, make_url

from aggregator.errors import StoreBusy, StoreError, StoreTooNew, UsageError
from aggregator.model import Inventory
from aggregator.store.engine import BUSY_TIMEOUT_S
from aggregator.store.migrate import is_known
from aggregator.store.presence import alone
from aggregator.store.tables import metadata

# Pages copied at a time: 16 MB at SQLite's usual page size, after which Ctrl-C is heard.
_PAGES = 4096

# A database with no rows in any of these has nothing that a restore could destroy.
_WORTH_KEEPING = ("sources", "entries", "issues")


def back_up(url: str, target: Path, *, replace: bool = False) -> Inventory:
    """Copy the database into one file, as it is at this moment; return what is in it.

    Others may read and write meanwhile: the copy is one snapshot. It is checked, and appears under its name when it
    is whole and on disk. Raises UsageError for PostgreSQL and for a file that is there already, without ``replace``,
    StoreError for a database without our tables, a copy of which no restore would take.
    """
    database = _file_of(url, "pg_dump --format=custom --no-owner --file={file} --dbname={url}", target)
    if not database.is_file():
        raise StoreError(f"there is no database at {database} yet: nothing to copy")
    if target.is_dir():
        raise UsageError(f"{target} is a folder; name the file that the copy becomes")
    if target.exists() and (not replace or target.samefile(database)):
        raise UsageError(f"{target} is there already; another name, or --replace, makes the copy")
    with _sentences(f"no copy can be made at {target}"), _beside(target) as part:
        with closing(_open(database)) as source, closing(sqlite3.connect(part)) as copy:
            source.execute("BEGIN")
            was = _inventory(source)  # the first reading: from here on this connection sees one state
            if not was.schema or not was.rows:
                raise StoreError(f"{database} has no tables of aggregator's: nothing to copy")
            source.backup(copy, pages=_PAGES)
            copy.execute("PRAGMA journal_mode = DELETE")  # or there would be two more files beside it
            _check(copy, target)
            if _inventory(copy) != was:
                raise StoreError(f"the copy at {target} is not what the database holds; it was thrown away")
        _to_disk(part)
        part.replace(target)
        _to_disk(target.parent)
    return was


def restore(url: str, source: Path, *, replace: bool = False) -> Inventory:
    """Make the database what a backup holds, in one transaction; return what that is. The schema stays the backup's.

    Raises StoreBusy when a program of ours uses the database, UsageError when it holds something that would be lost
    (without ``replace``), StoreTooNew for a backup of a newer program, StoreError for a damaged one; then nothing was
    changed. A database that is damaged itself is put aside first.
    """
    database = _file_of(
        url, "pg_restore --clean --if-exists --no-owner --single-transaction --dbname={url} {file}", source
    )
    if not source.is_file():
        raise UsageError(f"there is no file {source}")
    if database.exists() and source.samefile(database):
        raise UsageError(f"{source} is the database itself")
    with _sentences(f"{source} can't be restored"), closing(_open(source)) as copy:
        was = inspect_backup(copy, source)
        database.parent.mkdir(parents=True, exist_ok=True)
        with alone(database):
            _make_way(database, replace=replace)
            with closing(_open(database, mode="rwc")) as target:
                copy.backup(target, pages=-1)  # one transaction: killed in the middle, all is as it was
                _check(target, database)
                if _inventory(target) != was:
                    raise StoreError(f"{database} is not what {source} holds; restore it again, or another backup")
                target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return was


def inspect_backup(copy: sqlite3.Connection, path: Path) -> Inventory:
    """Check an opened backup: whole, ours, not too new; return what it holds. Raises StoreError, StoreTooNew."""
    _check(copy, path)
    inventory = _inventory(copy)
    if not inventory.schema or not inventory.rows:
        raise StoreError(f"{path} is a database, but not one of aggregator's")
    if not is_known(inventory.schema):
        raise StoreTooNew(
            f"{path} has schema {inventory.schema}, which this program doesn't know: it was made by a newer "
            "aggregator. Update this one; nothing was changed"
        )
    return inventory


def postgresql_address(url: URL) -> str:
    """Write an address as PostgreSQL's own programs take it, without a password: those have their places for it."""
    plain = url._replace(drivername="postgresql", password=None)
    return plain.render_as_string(hide_password=False)


def _file_of(url: str, postgresql: str, other: Path) -> Path:
    """Return the file of an SQLite database. Raises UsageError for PostgreSQL, with the command that does it there."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return Path(parsed.database or "")
    command = postgresql.format(url=quote(postgresql_address(parsed)), file=quote(str(other)))
    secret = "; it takes the password from ~/.pgpass or $PGPASSWORD" if parsed.password else ""
    raise UsageError(f"the database is PostgreSQL, whose own program does this:\n  {command}{secret}")


def _open(path: Path, *, mode: str = "ro") -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None
    )


def _check(connection: sqlite3.Connection, path: Path) -> None:
    problems = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
    if problems != ["ok"]:
        raise StoreError(f"{path} is damaged: {'; '.join(problems)}")
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise StoreError(f"{path} is damaged: a row of {broken[0]} belongs to one of {broken[2]} that is not there")


def _inventory(connection: sqlite3.Connection) -> Inventory:
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    tables = [name for name in metadata.tables if name in there]
    rows = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608
    version = connection.execute("SELECT version_num FROM alembic_version") if "alembic_version" in there else None
    found = version.fetchone() if version else None
    return Inventory(schema=found[0] if found else "", rows=rows)


def _make_way(database: Path, *, replace: bool) -> None:
    """See to it that what is at the database's place may be overwritten."""
    if not database.exists():
        return
    try:
        with closing(_open(database, mode="rw")) as connection:
            _check(connection, database)
            rows = _inventory(connection).rows
    except (sqlite3.DatabaseError, StoreError) as error:
        if isinstance(error, sqlite3.OperationalError):  # locked, full, read-only: not damaged
            raise
        if not replace:
            raise UsageError(f"the database is damaged ({error}); --replace puts it aside and restores") from error
        _put_aside(database)
        return
    if any(rows.get(name) for name in _WORTH_KEEPING) and not replace:
        held = ", ".join(f"{rows[name]} {name}" for name in _WORTH_KEEPING if rows.get(name))
        raise UsageError(f"{database} holds {held}, which the restore would overwrite; --replace does so")


def _put_aside(database: Path) -> None:
    number = 1
    while (aside := database.with_name(f"{database.name}.damaged-{number}")).exists():
        number += 1
    for ending in ("-wal", "-shm", ""):  # the database last: interrupted here, it is still found damaged
        path = database.with_name(database.name + ending)
        if path.exists():
            path.rename(aside.with_name(aside.name + ending))


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give the name of a new file in the folder of another, for its owner's eyes; it is gone afterwards."""
    number, name = tempfile.mkstemp(dir=target.absolute().parent, prefix=f".{target.name}.", suffix=".part")
    os.close(number)
    part = Path(name)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _sentences(what: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if "locked" in str(error):
            raise StoreBusy(f"{what}: another program keeps the database locked") from error
        raise StoreError(f"{what}: {error}") from error
    except OSError as error:
        raise StoreError(f"{what}: {error.strerror or error}") from error
