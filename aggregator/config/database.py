"""Which database a configuration has that names none: the one beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

USUAL_DATABASE: Final = "sqlite:///var/aggregator.db"
_ABOVE: Final = "sqlite:///../var/aggregator.db"
_FILE: Final = Path("var/aggregator.db")
_NAMES_A_DATABASE: Final = re.compile(rb"""(?m)^[^#\n]*(?:(?:sqlite|postgresql)(?:\+psycopg)?:/|\burl:\s*['"]?\$\{)""")


class AmbiguousDatabase(ValueError):
    """A database in the folder above may belong to this configuration or to another one beside it."""


def usual_database(folder: Path) -> tuple[str, bool]:
    """Return the address of the database of a configuration in ``folder``, relative to it, and whether it is above.

    It is ``var/`` beside the configuration; beside the folder where that is called ``config``. Up to 0.4 it was always
    in the folder above: one that is there goes on to be used, but not by two configurations side by side. Raises
    AmbiguousDatabase.
    """
    if folder.name == "config":
        return _ABOVE, False
    above = folder.parent / _FILE
    if (folder / _FILE).exists() or not above.is_file():
        return USUAL_DATABASE, False
    rival = next((path for path in folder.parent.glob("*/aggregator.yaml") if _is_rival(path, folder)), None)
    if rival is not None:
        raise AmbiguousDatabase(
            f"{above} may be the database of this configuration or of {rival}; write storage: {{url: {_ABOVE}}} into "
            f"the one that it belongs to, and storage: {{url: {USUAL_DATABASE}}} into the other"
        )
    return _ABOVE, True


def _is_rival(path: Path, folder: Path) -> bool:
    """Whether another configuration would take the database above for its own."""
    if path.parent == folder or path.parent.name == "config" or (path.parent / _FILE).exists():
        return False
    try:
        return _NAMES_A_DATABASE.search(path.read_bytes()) is None
    except OSError:
        return False
