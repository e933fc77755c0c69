"""backup, restore and db: the database as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aggregator.config import load
from aggregator.entrypoints.commands.options import ConfigOption
from aggregator.entrypoints.terminal import say
from aggregator.issues import DeliveryStatus
from aggregator.model import Inventory
from aggregator.store import Store, back_up
from aggregator.store import restore as restore_database

ReplaceOption = Annotated[bool, typer.Option("--replace", help="Overwrite what is there.")]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What the copy is to be called.")],
    replace: ReplaceOption = False,
    config: ConfigOption = None,
) -> None:
    """Copy the SQLite database into one file, while the program runs or not; the copy is checked.

    Example: aggregator backup /srv/backup/aggregator.db
    """
    found = back_up(load(config).storage.url, file, replace=replace)
    say(f"{file}: {_in_words(found)}; checked")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that `aggregator backup` made.")],
    replace: ReplaceOption = False,
    config: ConfigOption = None,
) -> None:
    """Make the SQLite database what a backup holds. The program must not run meanwhile.

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
        say(f"{waiting} deliveries wait in it and will be sent; `aggregator deliveries` lists them")


def db_upgrade(config: ConfigOption = None) -> None:
    """Bring the database to this program's schema (run does it too).

    Example: aggregator db upgrade
    """
    store = Store(load(config).storage.url)
    try:
        before, after = store.upgrade()
    finally:
        store.close()
    say(f"schema {after}, nothing to do" if before == after else f"schema {before or 'empty'} → {after}")


def _in_words(found: Inventory) -> str:
    counts = ", ".join(f"{found.rows.get(name, 0):,} {name}" for name in ("sources", "entries", "issues", "deliveries"))
    return f"schema {found.schema}, {counts}"
