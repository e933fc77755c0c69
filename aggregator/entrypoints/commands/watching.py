"""rankings: what watched rankings say, edition by edition."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from aggregator.app import Aggregator
from aggregator.entrypoints.commands.options import ConfigOption, JsonOption, LimitOption
from aggregator.entrypoints.opening import opened, require_name
from aggregator.entrypoints.terminal import ago, counted, print_json, rfc3339, say, show, table
from aggregator.errors import UsageError
from aggregator.model import Edition
from aggregator.publish import rank_table, ranking_csv, ranking_json, standings, standings_csv, standings_json

NameArgument = Annotated[str | None, typer.Argument(metavar="[NAME]", help="The source that watches it; all without.")]
RowOption = Annotated[str | None, typer.Option("--row", metavar="NAME", help="One row over all editions: Luxembourg.")]


def rankings(
    name: NameArgument = None,
    row: RowOption = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values, for spreadsheets.")] = False,
    limit: LimitOption = None,
    config: ConfigOption = None,
) -> None:
    """Show the rankings that are watched, or what moved in one.

    Of one ranking: its latest edition with what moved, or one row over all editions.

    Example: aggregator rankings talent --row Luxembourg
    """
    if as_json and as_csv:
        raise UsageError("--json and --csv are two forms; ask for one")
    with opened(config) as aggregator:
        if name is None:
            if row is not None or as_csv:
                raise UsageError(
                    "name the ranking, too: aggregator rankings NAME --row …; without a name all are listed"
                )
            _list(aggregator, as_json=as_json, limit=limit)
            return
        require_name("source", name, [source.name for source in aggregator.sources])
        editions = aggregator.store.editions(name)
        if not editions:
            raise UsageError(f"{name} has no ranking yet: is it of kind watch, and was it polled?")
        if row is not None:
            _show_row(name, row, editions, as_json=as_json, as_csv=as_csv, limit=limit)
        else:
            follow = next(source.follow for source in aggregator.sources if source.name == name)
            _show(name, editions, follow, as_json=as_json, as_csv=as_csv, limit=limit)


def _list(aggregator: Aggregator, *, as_json: bool, limit: int | None) -> None:
    found = list(_summaries(aggregator))[:limit]
    if as_json:
        print_json(summary for summary, _ in found)
        return
    now = aggregator.clock()
    listing = table("ranking", "rows", "editions", "latest", "follows", "title", wide=("title",))
    for each, taken_at in found:
        follows = f"{each['follow']}: {each['rank'] or '–'}" if each["follow"] else ""
        latest = ago(taken_at, now)
        listing.add_row(each["name"], str(each["rows"]), str(each["editions"]), latest, follows, each["title"])
    show(listing)
    if not found:
        say("no ranking is watched yet; `kind: watch` on a page with a table makes one (docs/reference/pages.md)")


def _summaries(aggregator: Aggregator) -> Iterator[tuple[dict[str, Any], datetime]]:
    """Yield each ranking with stable keys for scripts, and when its latest edition was taken."""
    follows = {source.name: source.follow for source in aggregator.sources}
    for ranking in aggregator.store.rankings():
        follow, latest = follows.get(ranking.source), ranking.latest
        summary = {
            "name": ranking.source,
            "title": latest.title,
            "rows": len(latest.rows),
            "editions": ranking.editions,
            "latest": rfc3339(latest.taken_at),
            "follow": follow,
            "rank": standings([latest], follow)[0].rank if follow else None,
        }
        yield summary, latest.taken_at


def _show(
    name: str, editions: list[Edition], follow: str | None, *, as_json: bool, as_csv: bool, limit: int | None
) -> None:
    ranked = rank_table(editions[0], editions[1] if len(editions) > 1 else None, follow=follow)
    if as_csv:
        sys.stdout.write(ranking_csv(ranked))
        return
    if as_json:
        print_json(ranking_json(name, ranked)[:limit])
        return
    since = f", movements since {ranked.before_at:%Y-%m-%d %H:%M} UTC" if ranked.before_at else ""
    say(f"{ranked.title}, as of {ranked.taken_at:%Y-%m-%d %H:%M} UTC{since}")
    listing = table("rank", "moved", ranked.name_column, *ranked.columns)
    for row in ranked.rows[:limit]:
        moved = "new" if row.is_new else f"{'▲' if row.moved > 0 else '▼'} {abs(row.moved)}" if row.moved else ""
        style = "bold" if row.is_followed else ""
        rank = "–" if row.rank is None else str(row.rank)
        listing.add_row(*(Text(cell, style=style) for cell in (rank, moved, row.name, *row.cells)))
    show(listing)
    if ranked.gone:
        say(f"not in it any more: {', '.join(ranked.gone)}")


def _show_row(name: str, row: str, editions: list[Edition], *, as_json: bool, as_csv: bool, limit: int | None) -> None:
    found = standings(editions, row)
    if all(each.rank is None for each in found):
        names = list(dict.fromkeys(each for edition in editions for each in edition.names))
        require_name("row", row, names)
    oldest_first = found[:limit][::-1]
    if as_csv:
        sys.stdout.write(standings_csv(oldest_first))
    elif as_json:
        print_json(standings_json(name, row, oldest_first))
    else:
        listing = table("edition", "rank", "of")
        for each in oldest_first:
            rank = "–" if each.rank is None else str(each.rank)
            listing.add_row(f"{each.taken_at:%Y-%m-%d %H:%M}", rank, str(each.size))
        show(listing)
        say(f"{row}, over {counted(len(oldest_first), 'edition')}")
