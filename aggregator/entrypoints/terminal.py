"""How commands speak: tables that fit the terminal for people, JSON arrays for scripts, sentences for errors."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TextIO

from aggregator.model import Enclosure, SourceHealth, SourceKind, SourceStatus, StoredEntry
from aggregator.text import moments
from aggregator.text.hidden_keys import discreet
from aggregator.text.legal import visible
from aggregator.text.moments import relative

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Column, Table
    from rich.text import Text

STATUS_STYLE = {
    SourceStatus.OK: "green",
    SourceStatus.NEW: "cyan",
    SourceStatus.SILENT: "yellow",
    SourceStatus.MOVED: "yellow",
    SourceStatus.CHANGED: "yellow",
    SourceStatus.FAILING: "red",
    SourceStatus.GONE: "red",
}

NO_SOURCES = "no sources are configured; `aggregator add URL` adds one"

_CONTROLS = dict.fromkeys((7, 8, 11, 12, 13, 27))


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at it, or who reads it wants to see what a person would."""
    return stream.isatty() or bool(os.environ.get("FORCE_COLOR"))


def console() -> Console:
    """Return the standard output; when it is no terminal, lines are not folded at 80 columns."""
    from rich.console import Console

    out = Console(highlight=False, soft_wrap=True)
    return out if out.is_terminal else Console(highlight=False, soft_wrap=True, width=200)


def say(text: str = "") -> None:
    """Print a plain line; nothing in it is taken for markup."""
    sys.stdout.write(f"{shown(text)}\n")


def complain(text: str) -> None:
    """Print an error to the standard error."""
    if not is_terminal(sys.stderr):
        sys.stderr.write(f"{shown(f'aggregator: {text}')}\n")
        return
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(f"aggregator: {text}", style="red"))


def shown(text: str) -> str:
    """Return a text without the characters that move a terminal's cursor or ring its bell."""
    return text.translate(_CONTROLS)


def print_json(items: Iterable[dict[str, Any]]) -> None:
    """Print a JSON array, an item a line, as the items come: the list may be longer than memory."""
    out = sys.stdout
    is_unicode = (out.encoding or "").lower().startswith("utf")
    out.write("[")
    separator = "\n"
    for item in items:
        out.write(separator + json.dumps(item, ensure_ascii=not is_unicode))
        separator = ",\n"
    out.write("\n]\n" if separator != "\n" else "]\n")


def table(*columns: str, wide: Sequence[str] = ()) -> Table:
    """Return a table whose ``wide`` columns are folded; the others keep their width, while there is room for both."""
    from rich.table import Table

    made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for column in columns:
        if column in wide:
            made.add_column(column, overflow="fold", min_width=30)
        else:
            made.add_column(column, no_wrap=True, overflow="ellipsis")
    return made


def show(listing: Table) -> None:
    """Print a table. On a terminal that is too narrow for it, what is long stands below the rest of its row."""
    out = console()
    if not out.is_terminal or _least_width(listing) <= out.width:
        out.print(listing)
        return
    from rich.padding import Padding
    from rich.text import Text

    columns = listing.columns
    header = [Text(str(each.header), style="bold") for each in columns]
    for row in (header, *zip(*(map(_text, each.cells) for each in columns), strict=True)):
        cells = list(zip(columns, row, strict=True))
        line = Text("  ").join(_padded(cell, _widest(column)) for column, cell in cells if column.no_wrap)
        line.rstrip()
        out.print(line)
        for column, cell in cells:
            if cell and not column.no_wrap:
                out.print(Padding(cell, (0, 0, 0, 4)), soft_wrap=False)


def _least_width(listing: Table) -> int:
    """Return how wide a table is when nothing in it is cut off; two cells stand between columns."""
    widths = (_widest(each) if each.no_wrap else each.min_width or 0 for each in listing.columns)
    return sum(widths) + 2 * (len(listing.columns) - 1)


def _widest(column: Column) -> int:
    return max(_text(cell).cell_len for cell in (column.header, *column.cells))


def _padded(cell: Text, width: int) -> Text:
    padded = cell.copy()
    padded.pad_right(width - cell.cell_len)
    return padded


def _text(cell: RenderableType) -> Text:
    from rich.text import Text

    return cell if isinstance(cell, Text) else Text.from_markup(str(cell))


def rfc3339(time: datetime | None) -> str | None:
    """Write a time as JSON has it, None as null."""
    return moments.rfc3339(time) if time else None


def ago(time: datetime | None, now: datetime) -> str:
    """Say a time relative to now: "5 minutes ago", "in 2 hours", "never"."""
    return relative(time, now) if time else "never"


def counted(number: int, noun: str) -> str:
    """Say how many: "1 source", "2 sources", "3 categories"."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def enclosures_json(enclosures: Iterable[Enclosure]) -> list[dict[str, Any]]:
    """Return an entry's files for scripts."""
    return [
        {"url": visible(each.url), "type": each.type, "length": each.length, "title": each.title} for each in enclosures
    ]


def entry_json(entry: StoredEntry) -> dict[str, Any]:
    """Return an entry's stable keys for scripts."""
    return {
        "id": entry.id,
        "source": entry.source,
        "url": visible(entry.url) if entry.url else None,
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "authors": list(entry.authors),
        "published": rfc3339(entry.published),
        "updated": rfc3339(entry.updated),
        "first_seen": rfc3339(entry.first_seen),
        "language": entry.language,
        "categories": [match.category for match in entry.categories],
        "duplicate_of": entry.duplicate_of,
        "story": entry.story,
        "enclosures": enclosures_json(entry.enclosures),
        "tags": list(entry.tags),
    }


def source_json(health: SourceHealth, *, next_step: str | None, now: datetime) -> dict[str, Any]:
    """Return a source's stable keys for scripts; ``next_step`` is what to do about it."""
    source, state = health.source, health.state
    return {
        "name": source.name,
        "title": source.title or state.feed_title,
        "url": discreet(source.url),
        "kind": source.kind.value,
        "read_as": state.read_as.value if state.read_as else None,
        "found_at": discreet(state.found_at) if state.found_at else None,
        "read_because": state.read_because if source.kind is SourceKind.AUTO else None,
        "status": health.status_at(now).value,
        "moved_to": discreet(state.moved_to) if state.moved_to else None,
        "merged_into": health.merged_into,
        "last_checked": rfc3339(state.last_checked),
        "last_success": rfc3339(state.last_success),
        "next_check": rfc3339(state.next_check),
        "next_check_reason": state.next_check_reason,
        "failures": state.failures,
        "last_error": state.last_error,
        "last_error_kind": state.last_error_kind.value if state.last_error_kind else None,
        "last_error_status": state.last_error_status,
        "next_step": next_step,
        "entries": health.entries,
        "latest_entry": rfc3339(max(state.recent, default=None)),
        "usual_gap_s": int(state.usual_gap.total_seconds()) if state.usual_gap else None,
        "categories": list(source.categories),
        "priority": source.priority,
    }
