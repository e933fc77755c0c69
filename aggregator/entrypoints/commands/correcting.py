"""correct: a right answer, written into the operator's own YAML file and in force at once."""

from __future__ import annotations

from typing import Annotated

import typer

from aggregator.app import Aggregator
from aggregator.config import load
from aggregator.entrypoints.commands.options import ConfigOption, edited
from aggregator.entrypoints.opening import opened, require_name
from aggregator.entrypoints.terminal import counted, say
from aggregator.errors import UsageError
from aggregator.model import StoredEntry
from aggregator.normalize import canonical_url
from aggregator.tuning.corrections import Correction, Noted, note, put_in_force


def correct(
    what: Annotated[str, typer.Argument(metavar="URL-or-ID", help="An entry's address or id.")],
    belongs: Annotated[
        list[str] | None, typer.Option("--is", metavar="CATEGORY", help="It belongs to this category.")
    ] = None,
    belongs_not: Annotated[
        list[str] | None, typer.Option("--not", metavar="CATEGORY", help="It doesn't belong to this one.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Note that an entry belongs to a category, or doesn't.

    It becomes one of the examples in the categories file, and is in force at once.

    Comments in the file stay. `aggregator rules suggest` tells how to mend the rule.

    Example: aggregator correct https://spacenews.com/some-article/ --not innovation
    """
    corrections = [*(Correction(each, is_yes=True) for each in belongs or ())]
    corrections += (Correction(each, is_yes=False) for each in belongs_not or ())
    if not corrections:
        raise UsageError("say what is right: either --is CATEGORY or --not CATEGORY, or both for two categories")
    if both := set(belongs or ()) & set(belongs_not or ()):
        raise UsageError(f"--is {min(both)} and --not {min(both)} can't both be right")
    with opened(config) as aggregator:
        for each in corrections:
            require_name("category", each.category, [known.name for known in aggregator.config.categories])
        found = aggregator.store.find_entries(entry_id=what, url=what, canonical_url=canonical_url(what))
        if not found:
            raise UsageError(f"no stored entry has the id or address {what}")
        for each in corrections:
            _correct(aggregator, found, each)
        _tell_changes(aggregator, found)


def _correct(aggregator: Aggregator, found: list[StoredEntry], correction: Correction) -> None:
    """Write one correction and say what the rule had said."""
    noted = note(aggregator, found, correction)
    with edited(aggregator.config, noted.file.path):
        noted.file.write()
    aggregator.use(load(aggregator.config.path))
    _tell(noted)


def _tell(noted: Noted) -> None:
    category, verb = noted.correction.category, "belongs to" if noted.correction.is_yes else "doesn't belong to"
    if noted.added:
        say(f"noted in {noted.file.path}: {' and '.join(noted.added)} {verb} {category}")
    else:
        say(f"{noted.file.path} says already that it {verb} {category}")
    if noted.was_right:
        say(f"the rule of {category} is right by itself: {noted.rule_said}")
    else:
        say(f"the rule of {category} was wrong: {noted.rule_said}")
        say(f"  `aggregator rules suggest {category}` shows how to mend it")


def _tell_changes(aggregator: Aggregator, found: list[StoredEntry]) -> None:
    moved = put_in_force(aggregator, found)
    for entry_id, category, is_gained in moved:
        say(f"{entry_id} {'has' if is_gained else 'no longer has'} {category}")
    if not moved:
        say(f"{counted(len(found), 'entry')}: no category changes")
