"""What stands on a page: its sentences and its tables, small enough to be kept with the source."""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, Final

from lxml import etree, html
from lxml.cssselect import CSSSelector

from aggregator.errors import ParseError
from aggregator.model import Fetched
from aggregator.parse.pages import open_page, wall
from aggregator.parse.site_names import without_site
from aggregator.parse.watch.cell_spans import Spanning, spread
from aggregator.parse.watch.grids import grid_of, parts_of, with_figures_apart
from aggregator.text.languages import language_code

# What is kept of one page, at most: the rest of a longer one is not watched (docs/reference/pages.md).
MAX_CHARS: Final = 200_000
MAX_ROWS: Final = 5_000
MAX_CELLS: Final = 40
_MAX_UNPACKED_BYTES: Final = 4 * (MAX_CHARS * 4)
_MAX_ELEMENTS: Final = 100_000

_UNSEEN: Final = frozenset({
    "script", "style", "noscript", "template", "svg", "iframe", "object", "canvas", "select", "button", "input",
    "textarea", "head", "audio", "video", "dialog",
})  # fmt: skip
# Around what a page is about; not looked at unless ``select`` names them.
_AROUND: Final = frozenset({"nav", "footer", "aside", "header"})
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
    "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
})  # fmt: skip
_NO_TEXT: Final = frozenset({"script", "style", "noscript", "template", "sup"})  # within a cell
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\"'”»)]*\s+(?=[\"'“„«(]*[^\W\d_a-zß-öø-ÿ]|[\"'“„«(]*\d)")
_FIGURE: Final = re.compile(r"\d")
_ARROW: Final = re.compile(r"[▲▼△▽▴▾↑↓⬆⬇⇧⇩↗↘🔺🔻🔼🔽]\ufe0f?\s*[+−-]?\d*|(?<=\d)\s*\([+−-]\s?\d+\)")
_SIGNED: Final = re.compile(r"[#№]\s?\d{1,5}")
_PIECES: Final = frozenset({"span", "strong", "b", "small", "time", "a", "data"})  # a blank parts them, side by side
# A layout made of tables has long texts in its cells.
_LONGEST_CELL: Final = 300
_MOST_HEADERS: Final = 3


@dataclass(frozen=True, slots=True)
class Table:
    """``header`` is empty when the table has none. All rows have as many cells as the longest."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A page as it was at ``taken_at``."""

    taken_at: datetime
    title: str
    language: str | None
    sentences: tuple[str, ...]
    tables: tuple[Table, ...]


def take_snapshot(fetched: Fetched, *, select: str | None, now: datetime, known_as: Sequence[str] = ()) -> Snapshot:
    """Read a page. Raises ParseError when there is nothing to watch: ``select`` fits nothing, or there is no text.

    Nor is there in an error page, a challenge, a form to log in or a question for consent, by its name, unless the page
    was ``known_as`` that.
    """
    document = open_page(fetched)
    page = document.root
    if sum(1 for _ in page.iter()) > _MAX_ELEMENTS:
        raise ParseError(f"the page has more than {_MAX_ELEMENTS:,} elements; watch a part of it with select")
    heading = comparable(str(page.xpath("string(//h1)")))
    title = without_site(comparable(str(page.xpath("string(//title)"))), document, heading=heading) or heading
    language = language_code(page.get("lang"))
    roots = _selected(page, select)
    reader = _Reader(is_whole=select is None)
    for root in roots:
        reader.read(root)
    reason = wall(document, [title, heading], _size(reader.sentences, reader.tables)) if title not in known_as else None
    if reason is not None:
        raise reason
    if not reader.sentences and not reader.tables:
        raise ParseError(
            f"nothing is to be read where select ({select}) points" if select else "there is no text on the page"
        )
    return Snapshot(
        taken_at=now,
        title=title,
        language=language,
        sentences=tuple(reader.sentences),
        tables=tuple(reader.tables),
    )


def size_of(snapshot: Snapshot) -> int:
    """Return how many characters stand on a page."""
    return _size(snapshot.sentences, snapshot.tables)


def _size(sentences: Sequence[str], tables: Sequence[Table]) -> int:
    return sum(map(len, sentences)) + sum(len(cell) for table in tables for row in table.rows for cell in row)


def pack(snapshot: Snapshot) -> bytes:
    """Return a snapshot as it is stored."""
    written = {
        "at": snapshot.taken_at.isoformat(),
        "title": snapshot.title,
        "language": snapshot.language,
        "edition": True,
        "sentences": snapshot.sentences,
        "tables": [[each.caption, each.header, each.rows] for each in snapshot.tables],
    }
    return zlib.compress(json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def unpack(stored: bytes) -> Snapshot | None:
    """Return a stored snapshot; None when there is none that can be read."""
    if not stored:
        return None
    try:
        written = _unpacked(stored)
        return Snapshot(
            taken_at=datetime.fromisoformat(written["at"]),
            title=written["title"],
            language=written["language"],
            sentences=tuple(written["sentences"]),
            tables=tuple(
                Table(caption, tuple(header), tuple(tuple(map(tidy, row)) for row in rows))
                for caption, header, rows in written["tables"]
            ),
        )
    except (zlib.error, ValueError, KeyError, TypeError):
        return None


def has_edition(stored: bytes) -> bool:
    """Tell whether the ranking of a stored snapshot was kept as an edition; releases before 0.5 kept none."""
    try:
        return bool(_unpacked(stored).get("edition"))
    except (zlib.error, ValueError):
        return False


def _unpacked(stored: bytes) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(zlib.decompressobj().decompress(stored, _MAX_UNPACKED_BYTES))
    return written


def tidy(cell: str) -> str:
    """Return a cell without the arrow that says how it moved: "2 ▲1" is "2"; nothing is left of "▲ 2" alone.

    And without the sign of a number: "#2" is "2".
    """
    if _ARROW.search(cell):
        cell = " ".join(_ARROW.sub(" ", cell).split())
    return cell[1:].strip() if _SIGNED.fullmatch(cell) else cell


def comparable(text: str) -> str:
    """Return text as it is compared: composed, nothing invisible in it, white space collapsed."""
    return " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).split())


def _selected(page: html.HtmlElement, select: str | None) -> list[html.HtmlElement]:
    if select is None:
        return [next(page.iter("body"), page)]
    matches = CSSSelector(select, translator="html")(page)
    found = [each for each in matches if isinstance(each, html.HtmlElement)] if isinstance(matches, list) else []
    if not found:
        raise ParseError(f"nothing on the page fits select: {select}")
    inside = set(found)
    return [each for each in found if not any(above in inside for above in each.iterancestors())]


class _Reader:
    """Goes through a page once, top to bottom, without recursion: pages may be nested deeper than Python's stack."""

    def __init__(self, *, is_whole: bool) -> None:
        self.sentences: list[str] = []
        self.tables: list[Table] = []
        self._is_whole = is_whole
        self._left_chars = MAX_CHARS
        self._left_rows = MAX_ROWS
        self._line: list[str] = []

    def read(self, root: html.HtmlElement) -> None:
        skipped, is_beside = None, False
        for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
            if event in {"comment", "pi"}:
                if skipped is None and element is not root:
                    self._line.append(element.tail or "")
                continue
            if event == "start":
                if skipped is not None:
                    continue
                if self._is_skipped(element, root) or self._take_table(element):
                    skipped = element
                    self._end_line()
                    continue
                if element.tag in _BLOCKS:
                    self._end_line()
                elif is_beside and element.tag in _PIECES:
                    self._line.append(" ")
                self._line.append(element.text or "")
                is_beside = False
                continue
            if skipped is not None and skipped is not element:
                continue
            skipped = None
            if element.tag in _BLOCKS:
                self._end_line()
            if element is not root:
                self._line.append(element.tail or "")
                is_beside = not element.tail and element.tag in _PIECES
        self._end_line()

    def _is_skipped(self, element: html.HtmlElement, root: html.HtmlElement) -> bool:
        tag = element.tag
        if not isinstance(tag, str) or tag in _UNSEEN or "hidden" in element.attrib:
            return True
        if element.get("aria-hidden") == "true" or _HIDDEN_STYLE.search(element.get("style", "")):
            return True
        return self._is_whole and element is not root and tag in _AROUND and not _is_inside_main(element)

    def _end_line(self) -> None:
        line, self._line = comparable("".join(self._line)), []
        for sentence in _SENTENCE_END.split(line) if line else ():
            if any(map(str.isalnum, sentence)) and self._left_chars > 0:
                self._left_chars -= len(sentence)
                self.sentences.append(sentence[:MAX_CHARS])

    def _take_table(self, element: html.HtmlElement) -> bool:
        if element.tag == "ol" and self._take_ranking(element):
            return True
        if element.tag != "table":
            lines = grid_of(element, lambda each: comparable(_text_of(each)))
            if lines is None:
                return False
            self._keep(_with_header("", lines, has_header=not any(map(_FIGURE.search, lines[0]))))
            return True
        table = _table_of(element)
        if table is None:
            return False
        self._keep(table)
        return True

    def _take_ranking(self, element: html.HtmlElement) -> bool:
        """A numbered list is a table of what stands in it and its places."""
        listed = list(element.iterchildren("li"))
        items = [comparable(_text_of(each)) for each in listed]
        if len(items) < 3 or any(not item or len(item) > _LONGEST_CELL for item in items):
            return False
        lines = parts_of(listed, lambda each: comparable(_text_of(each))) or with_figures_apart(items)
        self._keep(Table("", (), tuple((*map(tidy, line), str(place)) for place, line in enumerate(lines, 1))))
        return True

    def _keep(self, table: Table) -> None:
        rows = table.rows[: self._left_rows]
        self._left_rows -= len(rows)
        size = sum(len(cell) for row in rows for cell in row)
        if rows and size <= self._left_chars:
            self._left_chars -= size
            self.tables.append(Table(table.caption, table.header, rows))


def _is_inside_main(element: html.HtmlElement) -> bool:
    """The header of an article belongs to it; that of the site does not."""
    return element.tag == "header" and next(element.iterancestors("article", "main"), None) is not None


def _table_of(element: html.HtmlElement) -> Table | None:
    """Return a table of data; None for one that only arranges what is in it."""
    if next(element.iterdescendants("table"), None) is not None:
        return None
    rows = [_cells(row) for row in element.iterdescendants("tr")]
    count = _count_of_headers(rows)
    lines = spread([[_spanning(cell, is_head=each < count) for cell in row] for each, row in enumerate(rows)])
    head, lines = lines[:count], [line for line in lines[count:] if any(line)]
    if len(head) + len(lines) < 2 or any(len(cell) > _LONGEST_CELL for line in lines for cell in line):
        return None
    lines = (
        [[" ".join(dict.fromkeys(filter(None, names))) for names in zip(*head, strict=True)], *lines] if head else lines
    )
    if not lines or len(lines[0]) < 2:
        return None
    caption = next((comparable(_text_of(each)) for each in element.iterchildren("caption")), "")
    return _with_header(caption, lines, has_header=bool(head))


def _count_of_headers(rows: Sequence[Sequence[html.HtmlElement]]) -> int:
    """Return how many rows at the top of a table are nothing but names of columns, groups of them above each other."""
    count = sum(1 for _ in takewhile(lambda row: row and all(cell.tag == "th" for cell in row), rows[:_MOST_HEADERS]))
    return count if count < len(rows) else 0


def _spanning(cell: html.HtmlElement, *, is_head: bool) -> Spanning:
    return Spanning(
        comparable(_text_of(cell)), _span(cell, "colspan", MAX_CELLS), _span(cell, "rowspan", MAX_ROWS), is_head
    )


def _span(cell: html.HtmlElement, name: str, most: int) -> int:
    written = (cell.get(name) or "").strip()
    return max(1, min(int(written), most)) if written.isdecimal() and len(written) < 6 else 1


def _with_header(caption: str, lines: list[list[str]], *, has_header: bool) -> Table:
    has_header = has_header and len(lines) > 1
    rows = tuple(tuple(map(tidy, line)) for line in (lines[1:] if has_header else lines))
    return Table(caption, tuple(lines[0]) if has_header else (), rows)


def _cells(row: html.HtmlElement) -> list[html.HtmlElement]:
    return list(row.iterchildren("td", "th"))[:MAX_CELLS]


def _text_of(element: html.HtmlElement) -> str:
    is_plain = not len(element) and element.tag not in _NO_TEXT  # as most cells of a table are
    return element.text or "" if is_plain else "".join(_texts(element))


def _texts(element: html.HtmlElement) -> Iterator[str]:
    """Yield what is visible in an element; blocks and breaks are as good as a blank."""
    hidden = set(element.iter(*_NO_TEXT))
    for event, each in etree.iterwalk(element, events=("start", "end")):
        is_hidden = any(above in hidden for above in (each, *each.iterancestors()))
        if event == "start" and not is_hidden:
            yield " " if each.tag in _BLOCKS else ""
            yield each.text or ""
        if event == "end" and each is not element and not any(above in hidden for above in each.iterancestors()):
            yield each.tail or ""
