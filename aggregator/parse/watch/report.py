"""The entry that tells what changed on a page: a headline, and what stood there before and stands there now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher
from html import escape
from itertools import chain, islice
from typing import Final

from aggregator.model import ParsedEntry, Text
from aggregator.parse.watch.follow import follow_headline
from aggregator.parse.watch.ranks import rank_of
from aggregator.parse.watch.sentences import SentenceChange
from aggregator.parse.watch.snapshot import Snapshot
from aggregator.parse.watch.table_changes import RowChange, TableChange
from aggregator.text.one_line import shorten

# What is shown of one change of a page, at most; the rest is counted.
MAX_ROWS: Final = 60
MAX_SENTENCES: Final = 60
_IN_HEADLINE: Final = 3
_IN_SUMMARY: Final = 10
_HEADLINE_CHARS: Final = 60
_SEVERAL: Final = 2
_SUMMARY_CHARS: Final = 600
_NUMBERS: Final = {1: "one", 2: "two", 3: "three"}


def report(
    before: Snapshot,
    after: Snapshot,
    tables: Sequence[TableChange],
    sentences: Sequence[SentenceChange],
    *,
    url: str,
    follow: str | None,
    now: datetime,
) -> ParsedEntry:
    """Return the entry. Its id has the time in it: a page that changes back and forth has as many changes.

    The row to ``follow`` leads the title where it changed.
    """
    lead = follow_headline(follow, tables, after) if follow else None
    main, others = _main_ranking(tables)
    headlines = [*_row_headlines(main), ", ".join(_sentence_headlines(sentences)), others]
    told = "; ".join(filter(None, headlines))
    short = "; ".join(filter(None, [_short_told(main, sentences), others]))
    if lead is not None and lead.is_news:
        title = f"{lead.text}: {after.title}" if after.title else f"{lead.text}; {short}"
    else:
        title = f"{after.title}: {short}" if after.title else short
        title += f"; {lead.text}" if lead is not None else ""
    since = f"{before.taken_at.astimezone(UTC):%Y-%m-%d %H:%M}"
    content = [
        f"<p>What changed on this page since {since} UTC:</p>",
        f"<p><strong>{escape(lead.text)}</strong></p>" if lead is not None else "",
        *(_table(each) for each in tables),
        *_sentences(sentences),
    ]
    return ParsedEntry(
        id=f"{url}#changed-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        link=url,
        title=Text(value=title, is_html=False),
        summary=Text(value=shorten(told, _SUMMARY_CHARS), is_html=False),
        content=Text(value="\n".join(filter(None, content)), is_html=True, base=url),
        published=now,
        language=after.language,
    )


def _main_ranking(tables: Sequence[TableChange]) -> tuple[list[TableChange], str]:
    """Return the tables without the rankings beside the largest one, and what is said of these.

    A headline doesn't tell which of two rankings a rank is of.
    """
    rankings = [table for table in tables if table.rank_column is not None]
    if len(rankings) < _SEVERAL:
        return list(tables), ""
    main = max(rankings, key=lambda each: each.size)
    left = [table for table in tables if table is main or table.rank_column is None]
    # Columns that are renamed in both alike are told once.
    beside = [table for table in rankings if table is not main and (table.rows or set(table.columns) - {*main.columns})]
    names = [shorten(table.caption, _HEADLINE_CHARS) for table in beside if table.caption]
    told = f"changes in {', '.join(names)}" if len(names) == len(beside) else "changes in another table"
    return left, told if beside else ""


def _short_told(tables: Sequence[TableChange], sentences: Sequence[SentenceChange]) -> str:
    """Return the first changes, each kind of them counted as one, and how many more there are."""
    count = sum(not row.shift for table in tables for row in table.rows) + len(sentences)
    left = _IN_HEADLINE + (count == _IN_HEADLINE + 1)  # to count a last one takes as long as to tell it
    groups, shown = [], 0
    for rows in _kinds_of_rows(tables):
        taken = rows[:left]
        left -= len(taken)
        shown += len(taken)
        if taken:
            groups.append(_told(taken))
    beside = [*_shift_headlines(tables), *_column_headlines(tables)]
    taken_sentences = list(islice(_sentence_headlines(sentences), left))
    shown += len(taken_sentences)
    groups += [*beside, ", ".join(taken_sentences)]
    more = f", and {count - shown} more change{'' if count - shown == 1 else 's'}" if count > shown else ""
    if beside and more and not taken_sentences:
        groups[len(groups) - 1 - len(beside) - 1 : len(groups) - len(beside) - 1] = [
            f"{groups[-2 - len(beside)]}{more}"
        ]
        more = ""
    return "; ".join(filter(None, groups)) + more


def _row_headlines(tables: Sequence[TableChange]) -> Iterator[str]:
    """Yield what is to say of all rows: which have gone, which are new, which changed, which only moved with them."""
    yield from (_told(rows[:_IN_SUMMARY]) for rows in _kinds_of_rows(tables) if rows)
    yield from _shift_headlines(tables)
    yield from _column_headlines(tables)


_Row = tuple[TableChange, RowChange]


def _kinds_of_rows(tables: Sequence[TableChange]) -> tuple[list[_Row], list[_Row], list[_Row]]:
    """Return the rows that have gone, those that are new, and those that changed: first what leads, then what moved
    farthest.
    """
    rows = [(table, row) for table in tables for row in table.rows if not row.shift]
    gone = [each for each in rows if each[1].after is None]
    new = [each for each in rows if each[1].before is None]
    changed = [each for each in rows if each[1].before is not None and each[1].after is not None]
    return gone, new, sorted(changed, key=lambda each: (not _moved(*each), not _leads(*each), -abs(each[1].moved)))


def _leads(table: TableChange, row: RowChange) -> bool:
    """Tell whether a row is the first one now."""
    return table.rank_column is not None and row.after is not None and rank_of(row.after[table.rank_column]) == 1


def _told(rows: Sequence[_Row]) -> str:
    """Say "Luxembourg 4 → 2" of each row, by its rank or else the first cell that changed; "gone: Chad, Peru"."""
    names = [shorten(row.key, _HEADLINE_CHARS) for _, row in rows]
    if rows[0][1].before is None or rows[0][1].after is None:
        return f"{'new' if rows[0][1].before is None else 'gone'}: {', '.join(names)}"
    return ", ".join(
        f"{name}{_changed_column(table, row)} {_step(*_changed_cells(table, row))}"
        for name, (table, row) in zip(names, rows, strict=True)
    )


def _moved(table: TableChange, row: RowChange) -> bool:
    rank = table.rank_column
    return rank is not None and row.before is not None and row.after is not None and row.before[rank] != row.after[rank]


def _changed_cells(table: TableChange, row: RowChange) -> tuple[str, str]:
    pairs = list(zip(row.before or (), row.after or (), strict=True))
    if table.rank_column is not None and _moved(table, row):
        return pairs[table.rank_column]
    return next((old, new) for old, new in pairs if old != new)


def _changed_column(table: TableChange, row: RowChange) -> str:
    """Return the name of the column that is told, where that is not plain: of two columns of values or more."""
    if _moved(table, row) or table.values < _SEVERAL:
        return ""
    pairs = list(zip(row.before or (), row.after or (), strict=True))
    name = table.header[next(place for place, (old, new) in enumerate(pairs) if old != new)] if table.header else ""
    return f" {shorten(name, _HEADLINE_CHARS)}" if name else ""


def _step(old: str, new: str) -> str:
    return f"{shorten(old, _HEADLINE_CHARS) or '–'} → {shorten(new, _HEADLINE_CHARS) or '–'}"


def _shift_headlines(tables: Iterable[TableChange]) -> Iterator[str]:
    """Yield "43 moved up by one" for rows that only moved because others left or joined."""
    for table in tables:
        for shift, count in Counter(row.shift for row in table.rows if row.shift).most_common(_IN_HEADLINE):
            by = _NUMBERS.get(abs(shift), str(abs(shift)))
            yield f"{count} moved {'up' if shift < 0 else 'down'} by {by}"


def _column_headlines(tables: Iterable[TableChange]) -> Iterator[str]:
    for table in tables:
        yield from table.columns[:_IN_HEADLINE]


def _sentence_headlines(sentences: Iterable[SentenceChange]) -> Iterator[str]:
    for change in sentences:
        if change.after is None:
            yield f"gone: “{shorten(change.before or '', _HEADLINE_CHARS)}”"
        else:
            yield f"{'new' if change.before is None else 'now'}: “{shorten(change.after, _HEADLINE_CHARS)}”"


def _table(table: TableChange) -> str:
    shown = [row for _, row in chain(*_kinds_of_rows([table]))]
    head = "".join(f"<th>{escape(name)}</th>" for name in table.header)
    rows = [_row(each) for each in shown[:MAX_ROWS]]
    more = len(shown) - len(rows)
    beside = [*_shift_headlines([table]), *table.columns]
    return "".join(
        [
            f"<p><strong>{escape(table.caption)}</strong></p>" if table.caption else "",
            "<table>" if rows else "",
            f"<thead><tr>{head}</tr></thead>" if rows and any(table.header) else "",
            "<tbody>" if rows else "",
            *rows,
            "</tbody></table>" if rows else "",
            f"<p>And {more} more rows.</p>" if more else "",
            *(f"<p>{escape(each[:1].upper() + each[1:])}.</p>" for each in beside),
        ]
    )


def _row(row: RowChange) -> str:
    if row.before is None:
        cells = [f"<ins>{escape(cell)}</ins>" if cell else "" for cell in row.after or ()]
    elif row.after is None:
        cells = [f"<del>{escape(cell)}</del>" if cell else "" for cell in row.before]
    else:
        cells = [_cell(old, new) for old, new in zip(row.before, row.after, strict=True)]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _cell(old: str, new: str) -> str:
    return escape(new) if old == new else f"<del>{escape(old) or '–'}</del> → <ins>{escape(new) or '–'}</ins>"


def _sentences(sentences: Sequence[SentenceChange]) -> Iterator[str]:
    if not sentences:
        return
    yield "<ul>"
    for change in islice(sentences, MAX_SENTENCES):
        if change.before is None:
            yield f"<li>New: <ins>{escape(change.after or '')}</ins></li>"
        elif change.after is None:
            yield f"<li>Gone: <del>{escape(change.before)}</del></li>"
        else:
            yield f"<li>Changed: {_by_words(change.before, change.after)}</li>"
    yield "</ul>"
    if len(sentences) > MAX_SENTENCES:
        yield f"<p>And {len(sentences) - MAX_SENTENCES} more sentences.</p>"


def _by_words(before: str, after: str) -> str:
    """Return an edited sentence with the words that have gone and those that are new."""
    old, new = before.split(), after.split()
    parts = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(escape(" ".join(new[new_from:new_to])))
            continue
        if old_to > old_from:
            parts.append(f"<del>{escape(' '.join(old[old_from:old_to]))}</del>")
        if new_to > new_from:
            parts.append(f"<ins>{escape(' '.join(new[new_from:new_to]))}</ins>")
    return " ".join(parts)
