"""rules suggest: small edits of the rules that get their examples right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Annotated

import typer

from aggregator.app import Aggregator
from aggregator.config import CategoryConfig, load
from aggregator.entrypoints.commands.options import ConfigOption, edited
from aggregator.entrypoints.commands.rule_checks import figures
from aggregator.entrypoints.opening import opened, require_name
from aggregator.entrypoints.terminal import counted, say
from aggregator.errors import UsageError
from aggregator.model import Selection, Source, StoredEntry
from aggregator.tuning.categories_file import file_of
from aggregator.tuning.edits import write_all
from aggregator.tuning.examples import Example, measure, resolve
from aggregator.tuning.suggestions import Effect, Suggestions, suggest

# Of the store the newest entries are looked at, so that it takes seconds.
_MOST_LOOKED_AT = 5_000
_SINCE = timedelta(days=90)
_MOST_SHOWN = 5


def rules_suggest(
    category: Annotated[str | None, typer.Argument(metavar="CATEGORY", help="Only for this category.")] = None,
    is_writing: Annotated[
        bool, typer.Option("--write", help="Write the first edits into the categories file, comments kept.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Suggest small edits that get the examples of the rules right.

    Each with what else it would change in the store.

    A term, a weight, a `near`, a veto; those that get most right and change least come first. Without --write nothing
    is written. `aggregator rules apply` then gives stored entries their new categories.

    Example: aggregator rules suggest space
    """
    with opened(config) as aggregator:
        chosen = _chosen(aggregator, category)
        has_edits = False
        for each in chosen:
            found = _found(aggregator, each)
            has_edits |= bool(found.edits)
            _tell(found, each)
            if is_writing and found.edits:
                _write(aggregator, found)
        if has_edits and not is_writing:
            say("nothing is written yet: --write writes the numbered edits, not those behind “or”")


def _chosen(aggregator: Aggregator, name: str | None) -> list[CategoryConfig]:
    categories = aggregator.config.categories
    if name is not None:
        require_name("category", name, [each.name for each in categories])
    chosen = [each for each in categories if name in {None, each.name} and (each.examples.yes or each.examples.no)]
    if not chosen:
        which = f"category {name} has" if name else "no category has"
        raise UsageError(f"{which} {'no ' if name else ''}examples to learn from; `aggregator correct` notes one")
    return chosen


def _found(aggregator: Aggregator, category: CategoryConfig) -> Suggestions:
    examples = resolve([category], aggregator.store, aggregator.sources)
    return suggest(category, examples, _stored(aggregator))


def _stored(aggregator: Aggregator) -> Iterator[tuple[StoredEntry, Source]]:
    """Yield the newest entries, each article once."""
    by_name = aggregator.setup.by_name
    entries = aggregator.store.entries(Selection(since=aggregator.clock() - _SINCE), limit=_MOST_LOOKED_AT)
    for entry in islice(entries, _MOST_LOOKED_AT):
        source = by_name.get(entry.source)
        if source is not None and entry.original == entry.id:
            yield entry, source


def _tell(found: Suggestions, category: CategoryConfig) -> None:
    if not found.wrong:
        say(f"{found.category}: its rule gets all of its examples right; nothing to suggest")
        return
    examples = len(category.examples.yes) + len(category.examples.no)
    say(f"{found.category}: its rule gets {len(found.wrong)} of {counted(examples, 'example')} wrong")
    for number, each in enumerate(found.edits, 1):
        say(f"{number}. {each.edit.words}")
        for line in _effect(each.effect):
            say(f"     {line}")
        for edit, effect in each.instead:
            say(f"   or {edit.words} ({_in_short(effect)})")
    if found.left:
        say(f"no small edit gets {'this' if len(found.left) == 1 else 'these'} right without getting others wrong:")
        for example in found.left:
            is_given = not example.is_yes and example.category in example.source.categories
            why = (
                f": every entry of {example.source.name} has it, as `categories` of the source say" if is_given else ""
            )
            say(f"   {_named(example)}{why}")


def _effect(effect: Effect) -> Iterator[str]:
    yield f"right then: {'; '.join(map(_named, effect.fixed))}"
    if not effect.gained and not effect.lost:
        yield "changes no other stored entry"
    for sign, verb, entries in (("+", "gain", effect.gained), ("-", "lose", effect.lost)):
        if entries:
            yield f"{counted(len(entries), 'stored entry')} would {verb} it:"
            yield from (f"  {sign} {entry.title}" for entry in entries[:_MOST_SHOWN])
            if len(entries) > _MOST_SHOWN:
                yield f"    and {len(entries) - _MOST_SHOWN} more"


def _in_short(effect: Effect) -> str:
    if not effect.gained and not effect.lost:
        return "changes no other stored entry"
    changes = [
        f"{counted(len(entries), 'stored entry')} would {verb} it"
        for verb, entries in (("gain", effect.gained), ("lose", effect.lost))
        if entries
    ]
    return ", ".join(changes)


def _named(example: Example) -> str:
    return f"{'is' if example.is_yes else 'is not'} “{example.headline}”"


def _write(aggregator: Aggregator, found: Suggestions) -> None:
    """Write the edits, and say how right the rule is with them."""
    file = file_of(aggregator.config, found.category)
    write_all([each.edit for each in found.edits], file)
    with edited(aggregator.config, file.path):
        file.write()
    aggregator.use(load(aggregator.config.path))
    say(f"{counted(len(found.edits), 'edit')} written to {file.path}; `aggregator rules apply` applies them")
    [category] = (each for each in aggregator.config.categories if each.name == found.category)
    for report in measure([category], resolve([category], aggregator.store, aggregator.sources)):
        say(f"  {figures(report)}")
