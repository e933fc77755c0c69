"""rules: how right they are on examples, what those on disk would change in the store, and doing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer
from rich.text import Text

from aggregator.app import Aggregator
from aggregator.entrypoints.commands.options import ConfigOption, JsonOption, since_option
from aggregator.entrypoints.commands.rule_checks import tell_examples
from aggregator.entrypoints.opening import opened
from aggregator.entrypoints.terminal import console, counted, print_json, say
from aggregator.text.legal import visible
from aggregator.tuning.review import Move, Review, apply, compare


class Look(Protocol):
    """Go through stored entries, count them in ``review``, and yield what changes."""

    def __call__(self, aggregator: Aggregator, *, since: datetime | None, review: Review) -> Iterator[Move]: ...


SinceOption = Annotated[
    str | None,
    typer.Option("--since", metavar="30d", help="Only entries first seen since: 30d, yesterday, 2026-11-27."),
]


def rules_test(since: SinceOption = None, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Show what the rules on disk would change in the store.

    Which entries would gain or lose categories, and how right the rules are.

    Nothing is changed. Precision, recall and F1 are those on the examples of the categories, by the rules alone.

    Example: aggregator rules test --since 30d
    """
    _run(compare, "would ", since, config, as_json=as_json, with_examples=True)


def rules_apply(since: SinceOption = None, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Apply the rules on disk to stored entries.

    New entries follow them anyway.

    Example: aggregator rules apply
    """
    _run(apply, "", since, config, as_json=as_json)


def _run(
    look: Look, would: str, since: str | None, config: Path | None, *, as_json: bool, with_examples: bool = False
) -> None:
    review = Review()
    seen_since = since_option(since)
    with opened(config) as aggregator:
        moves = look(aggregator, since=seen_since, review=review)
        if as_json:
            print_json(_move_json(move) for move in moves)
        else:
            _tell(moves, [each.name for each in aggregator.config.categories], review, would)
            if with_examples:
                tell_examples(aggregator.config, aggregator.store, aggregator.sources)


def _tell(moves: Iterable[Move], categories: Sequence[str], review: Review, would: str) -> None:
    counts: Counter[tuple[str, bool]] = Counter()
    out = console()
    for move in moves:
        counts[move.category, move.is_gained] += 1
        sign = "+" if move.is_gained else "-"
        out.print(Text(f"{sign} {move.category}  {move.entry.id}  {move.entry.title}\n    {move.reason}"))
    for name in dict.fromkeys([*categories, *(category for category, _ in counts)]):
        say(f"{name}: {counted(counts[name, True], 'entry')} {would}gain it, {counts[name, False]} {would}lose it")
    say(
        f"of {counted(review.looked_at, 'entry')}, {review.changed} {would}change, "
        f"{review.reworded} {would}only get other reasons"
    )


def _move_json(move: Move) -> dict[str, Any]:
    """Return a change's stable keys for scripts."""
    return {
        "id": move.entry.id,
        "source": move.entry.source,
        "url": visible(move.entry.url) if move.entry.url else None,
        "title": move.entry.title,
        "category": move.category,
        "change": "gained" if move.is_gained else "lost",
        "reason": move.reason,
    }
