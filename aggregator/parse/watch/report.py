"""The entry that tells what changed on a page: a headline, and what stood there before and stands there now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher
from html import escape
from itertools import islice
from typing import Final

from aggregator.model import ParsedEntry, Text
from aggregator.parse.watch.sentences import SentenceChange
from aggregator.parse.watch.snapshot import Snapshot
from aggregator.parse.watch.table_changes import RowChange, TableChange
from aggregator.text.one_line import shorten

# What is shown of one change of a page, at most; the rest is counted.
MAX_ROWS: Final = 60
MAX_SENTENCES: Final = 60
_IN_HEADLINE: Final = 3
_HEADLINE_CHARS: Final = 60


def report(
    before: Snapshot,
    after: Snapshot,
    tables: Sequence[TableChange],
    sentences: Sequence[SentenceChange],
    *,
    url: str,
    now: datetime,
) -> ParsedEntry:
    """Return the entry. Its id has the time in it: a page that changes back and forth has as many changes."""
    headlines = [*_row_headlines(tables), *_sentence_headlines(sentences)]
    count = sum(len(table.rows) for table in tables) + len(sentences)
    shown = headlines[:_IN_HEADLINE]
    more = count - len(shown)
    told = ", ".join(shown) + (f", and {more} more change{'' if more == 1 else 's'}" if more else "")
    title = f"{after.title}: {told}" if after.title else told
    since = f"{before.taken_at.astimezone(UTC):%Y-%m-%d %H:%M}"
    content = [
        f"<p>What changed on this page since {since} UTC:</p>",
        *(_table(each) for each in tables),
        *_sentences(sentences),
    ]
    return ParsedEntry(
        id=f"{url}#changed-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        link=url,
        title=Text(value=title, is_html=False),
        summary=Text(value="; ".join(headlines[:10]), is_html=False),
        content=Text(value="\n".join(content), is_html=True, base=url),
        published=now,
        language=after.language,
    )


def _row_headlines(tables: Iterable[TableChange]) -> Iterator[str]:
    """Yield "Luxembourg 4 → 2" for each row: the first cell of it that changed."""
    for table in tables:
        for row in table.rows:
            name = shorten(row.key, _HEADLINE_CHARS)
            if row.before is None:
                yield f"new: {name}"
            elif row.after is None:
                yield f"gone: {name}"
            else:
                old, new = next((old, new) for old, new in zip(row.before, row.after, strict=True) if old != new)
                yield f"{name} {shorten(old, _HEADLINE_CHARS) or '–'} → {shorten(new, _HEADLINE_CHARS) or '–'}"


def _sentence_headlines(sentences: Iterable[SentenceChange]) -> Iterator[str]:
    for change in sentences:
        if change.after is None:
            yield f"gone: “{shorten(change.before or '', _HEADLINE_CHARS)}”"
        else:
            yield f"{'new' if change.before is None else 'now'}: “{shorten(change.after, _HEADLINE_CHARS)}”"


def _table(table: TableChange) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in table.header)
    rows = [_row(each) for each in table.rows[:MAX_ROWS]]
    more = len(table.rows) - len(rows)
    return "".join(
        [
            f"<p><strong>{escape(table.caption)}</strong></p>" if table.caption else "",
            "<table>",
            f"<thead><tr>{head}</tr></thead>" if any(table.header) else "",
            "<tbody>",
            *rows,
            "</tbody></table>",
            f"<p>And {more} more rows.</p>" if more else "",
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
