"""A PostgreSQL server for tests: made in a temporary folder, on a Unix socket only, gone afterwards."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import psycopg

_MEMORY = Path("/dev/shm")  # where Linux keeps files in memory
_ENOUGH = 4 * 1024**3


def find_server_programs() -> Path | None:
    """Return the folder of initdb and postgres: on PATH, or where Debian and Red Hat keep them."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin"):
        candidates += sorted(Path("/").glob(pattern), reverse=True)
    return next((each for each in candidates if (each / "initdb").exists() and (each / "postgres").exists()), None)


class PostgresqlServer:
    """A running server; ``new_database()`` gives the address of an empty one, or of a copy.

    Where there is room it is in memory: hundreds of databases are made and deleted, of a thousand files each.
    """

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # a short path: a Unix socket's may have 107 characters
        has_room = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH
        self._folder = Path(tempfile.mkdtemp(prefix="pg", dir=_MEMORY if has_room else "/tmp"))
        self._numbers = itertools.count()
        self._user: dict[str, str] = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            name = next(name for name in ("postgres", "nobody") if _exists(name))
            self._user = {"user": name}
            shutil.chown(self._folder, name)

    def __enter__(self) -> Self:
        self._run("initdb", "-D", "data", "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self._start()
        return self

    def _start(self) -> None:
        options = f"-k {self._folder} -c listen_addresses='' -c fsync=off -c max_connections=400"
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def restart(self) -> None:
        """Stop at once, cutting off who is connected, and start again."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", "fast", "stop")
        self._start()

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", "data", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def new_database(self, *, like: str | None = None) -> str:
        """Make a database, as a copy of another that nobody is connected to."""
        name = f"t{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {_name_of(like)}" if like else ""))
        return f"postgresql+psycopg://tests@/{name}?host={self._folder}"

    def drop(self, url: str) -> None:
        self._execute(f"DROP DATABASE {_name_of(url)} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(host=str(self._folder), user="tests", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str) -> None:
        path = self._programs / program
        command = [str(path) if path.exists() else program, *arguments]
        done = subprocess.run(
            command,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **self._user,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")


def _name_of(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
