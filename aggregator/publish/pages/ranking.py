"""A ranking as people and programs read it: the latest edition with its movements, and one row over all editions."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aggregator.config.templates import Templates
from aggregator.model import Edition
from aggregator.publish.pages.charts import Line, line
from aggregator.publish.pages.frame import Frame
from aggregator.text.locales import Locale
from aggregator.text.matching import is_named
from aggregator.text.moments import Moment, moment, rfc3339


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedRow:
    """A row of an edition. ``before`` is its rank in the edition before, ``moved`` by how much it rose since.

    Both are None where it has no rank, or was not there; ``is_new`` where there is an edition before without it.
    """

    name: str
    rank: int | None
    before: int | None
    moved: int | None
    is_new: bool
    cells: tuple[str, ...]
    is_followed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedTable:
    """An edition with what moved in it; ``columns`` are those beside rank and name, ``gone`` what is not in it now."""

    title: str
    taken_at: datetime
    before_at: datetime | None
    name_column: str
    columns: tuple[str, ...]
    rows: tuple[RankedRow, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a row stood in one edition, of how many."""

    taken_at: datetime
    rank: int | None
    size: int


def rank_table(edition: Edition, before: Edition | None, *, follow: str | None = None) -> RankedTable:
    """Return an edition, by rank, with the movements since the one before."""
    old = dict(zip(map(str.casefold, before.names), before.ranks, strict=True)) if before else {}
    others = [place for place in range(_width(edition)) if place not in {edition.rank_column, edition.key_column}]
    rows = []
    for name, rank, row in zip(edition.names, edition.ranks, edition.rows, strict=True):
        was = old.get(name.casefold())
        rows.append(
            RankedRow(
                name=name,
                rank=rank,
                before=was,
                moved=was - rank if was is not None and rank is not None else None,
                is_new=before is not None and name.casefold() not in old,
                cells=tuple(row[place] for place in others),
                is_followed=follow is not None and is_named(follow, name),
            )
        )
    now = {name.casefold() for name in edition.names}
    return RankedTable(
        title=edition.title,
        taken_at=edition.taken_at,
        before_at=before.taken_at if before else None,
        name_column=_named(edition, edition.key_column) or "Name",
        columns=tuple(_named(edition, place) for place in others),
        rows=tuple(sorted(rows, key=lambda each: (each.rank is None, each.rank or 0))),
        gone=tuple(name for name in before.names if name.casefold() not in now) if before else (),
    )


def standings(editions: Sequence[Edition], name: str) -> list[Standing]:
    """Return where a row stood in each of these editions, in their order; without a rank where it was not there."""
    found = []
    for edition in editions:
        rank = next(
            (rank for each, rank in zip(edition.names, edition.ranks, strict=True) if is_named(name, each)), None
        )
        found.append(Standing(taken_at=edition.taken_at, rank=rank, size=len(edition.rows)))
    return found


def ranking_json(source: str, table: RankedTable) -> list[dict[str, Any]]:
    """Return an edition's rows with stable keys for scripts."""
    return [
        {
            "source": source,
            "edition": rfc3339(table.taken_at),
            "rank": row.rank,
            "before": row.before,
            "moved": row.moved,
            "is_new": row.is_new,
            "name": row.name,
            "cells": {column or str(place): cell for place, (column, cell) in enumerate(_pairs(table, row), 1)},
        }
        for row in table.rows
    ]


def standings_json(source: str, name: str, found: Sequence[Standing]) -> list[dict[str, Any]]:
    """Return where a row stood, edition by edition."""
    return [
        {"source": source, "name": name, "edition": rfc3339(each.taken_at), "rank": each.rank, "of": each.size}
        for each in found
    ]


def ranking_csv(table: RankedTable) -> str:
    """Return an edition as CSV (RFC 4180), its first line the names of the columns."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["rank", "before", "moved", table.name_column, *table.columns])
    for row in table.rows:
        numbers = ["" if each is None else each for each in (row.rank, row.before, row.moved)]
        writer.writerow([*numbers, *(_harmless(each) for each in (row.name, *row.cells))])
    return out.getvalue()


def standings_csv(found: Sequence[Standing]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["edition", "rank", "of"])
    writer.writerows([rfc3339(each.taken_at), "" if each.rank is None else each.rank, each.size] for each in found)
    return out.getvalue()


def _harmless(cell: str) -> str:
    """Return a cell that spreadsheets take for text and not for a formula."""
    return (
        f"'{cell}" if cell[:1] in "=+-@\t\r" and not cell[1:].replace(".", "", 1).replace(",", "").isdigit() else cell
    )


def _pairs(table: RankedTable, row: RankedRow) -> list[tuple[str, str]]:
    return list(zip(table.columns, row.cells, strict=True))


def _width(edition: Edition) -> int:
    return len(edition.rows[0]) if edition.rows else len(edition.header)


def _named(edition: Edition, place: int) -> str:
    return edition.header[place] if place < len(edition.header) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingPage:
    """A ranking's page: its latest edition, the row that is looked at, and the editions there are."""

    name: str
    address: str
    table: RankedTable
    taken: Moment
    before: Moment | None
    row: str | None
    standings: tuple[tuple[Moment, Standing], ...]
    chart: Line | None


def arrange_ranking(
    name: str,
    address: str,
    editions: Sequence[Edition],
    *,
    row: str | None,
    zone: ZoneInfo,
    now: datetime,
    locale: Locale,
) -> RankingPage:
    """Arrange a page of these editions, the last one first; ``row`` is drawn over all of them."""
    table = rank_table(editions[0], editions[1] if len(editions) > 1 else None, follow=row)
    found = standings(list(reversed(editions)), row) if row else []
    is_there = any(each.rank is not None for each in found)
    worst = max((each.size for each in found), default=1)
    label = f"{row}: " + ", ".join(str(each.rank or "–") for each in found)
    return RankingPage(
        name=name,
        address=address,
        table=table,
        taken=moment(table.taken_at, zone=zone, now=now, locale=locale),
        before=moment(table.before_at, zone=zone, now=now, locale=locale) if table.before_at else None,
        row=row if is_there else None,
        standings=tuple((moment(each.taken_at, zone=zone, now=now, locale=locale), each) for each in reversed(found))
        if is_there
        else (),
        chart=line([each.rank for each in found], worst=worst, label=label) if is_there and len(found) > 1 else None,
    )


def render_ranking(templates: Templates, frame: Frame, ranking: RankingPage) -> bytes:
    """Return the page of a ranking. Raises PublishError."""
    return templates.render("ranking.html.j2", frame=frame, ranking=ranking)
