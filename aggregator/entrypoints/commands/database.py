"""backup, restore and db: the database as a whole."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TaskID, TextColumn

from aggregator.config import database_address, load
from aggregator.entrypoints.commands.options import ConfigOption
from aggregator.entrypoints.logs import keep_secrets_of
from aggregator.entrypoints.terminal import console, say
from aggregator.errors import UsageError
from aggregator.model import Inventory, Plan
from aggregator.model.issues import DeliveryStatus
from aggregator.store import Store, database_exists
from aggregator.store.backup import back_up
from aggregator.store.backup import restore as restore_database
from aggregator.store.copying import copy_database

ReplaceOption = Annotated[bool, typer.Option("--replace", help="Overwrite an existing file or database.")]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    replace: ReplaceOption = False,
    config: ConfigOption = None,
) -> None:
    """Copy the SQLite database into one file, and check the copy.

    The program may be running.

    Example: aggregator backup /srv/backup/aggregator.db
    """
    found = back_up(load(config).storage.url, file, replace=replace)
    say(f"{file}: {_in_words(found)}; checked")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that `aggregator backup` made.")],
    replace: ReplaceOption = False,
    config: ConfigOption = None,
) -> None:
    """Restore the SQLite database from a backup. The program must not be running.

    Example: aggregator restore /srv/backup/aggregator.db
    """
    url = load(config).storage.url
    found = restore_database(url, file, replace=replace)
    say(f"restored {_in_words(found)}; checked")
    store = Store(url)
    try:
        before, after = store.upgrade()
        counts = store.ledger.counts()
    finally:
        store.close()
    if before != after:
        say(f"schema {before} → {after}")
    if waiting := sum(count for (_, status), count in counts.items() if status is DeliveryStatus.WAITING):
        wait = "1 delivery waits" if waiting == 1 else f"{waiting} deliveries wait"
        say(f"{wait} in it and will be sent; `aggregator deliveries` lists them")


def db_upgrade(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Migrate, roll back, and print what was done.")] = False,
    config: ConfigOption = None,
) -> None:
    """Migrate the database to the schema of this version.

    `aggregator run` does it too.

    Example: aggregator db upgrade --dry-run
    """
    url = load(config).storage.url
    if dry_run and not database_exists(url):
        say("there is no database yet; its tables would be made")
        return
    store = Store(url)
    try:
        if dry_run:
            _tell_plan(store.rehearse_upgrade())
            return
        before, after = store.upgrade()
    finally:
        store.close()
    say(f"schema {after}, nothing to do" if before == after else f"schema {before or 'empty'} → {after}")


def db_copy(
    to: Annotated[str, typer.Option("--to", metavar="URL", help="The other database: empty, or partly copied.")],
    config: ConfigOption = None,
) -> None:
    """Copy everything to another database, and compare.

    From and to SQLite or PostgreSQL. Run again, it resumes.

    Example: aggregator db copy --to postgresql://aggregator@localhost/aggregator
    """
    loaded = load(config)
    keep_secrets_of(loaded)
    try:
        target = database_address(to, folder=Path.cwd())
    except ValueError as error:
        raise UsageError(f"--to: {error}") from error
    with Progress(TextColumn("{task.description:<18}"), TextColumn("{task.completed:,}"), console=console()) as shown:
        tasks: dict[str, TaskID] = {}

        def tell(table: str, rows: int) -> None:
            if table not in tasks:
                tasks[table] = shown.add_task(table, total=None)
            shown.update(tasks[table], completed=rows)

        found = copy_database(loaded.storage.url, target, tell=tell)
    say(f"copied {_in_words(found)}; every table was compared")
    say("now set storage.url to it and start the program; the database it came from was not changed")


def _tell_plan(plan: Plan) -> None:
    """Print the steps as comments and the SQL, so that all of it can be read, or kept, as SQL."""
    if plan.before == plan.after:
        say(f"-- schema {plan.after}, nothing to do")
        return
    say(f"-- schema {plan.before or 'empty'} → {plan.after}; what follows was done and taken back")
    for step in plan.steps:
        say(f"-- {step}")
    for statement, same in groupby(plan.statements):
        times = sum(1 for _ in same)
        say(f"{statement};" + (f"  -- {times:,} times" if times > 1 else ""))


def _in_words(found: Inventory) -> str:
    counts = ", ".join(f"{found.rows.get(name, 0):,} {name}" for name in ("sources", "entries", "issues", "deliveries"))
    return f"schema {found.schema}, {counts}"
