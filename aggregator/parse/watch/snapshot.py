"""What stands on a page: its sentences and its tables, small enough to be kept with the source."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from lxml import etree, html
from lxml.cssselect import CSSSelector

from aggregator.errors import ParseError
from aggregator.model import Fetched
from aggregator.parse.pages import open_page, wall
from aggregator.parse.site_names import without_site
from aggregator.parse.watch.grids import grid_of, names_above, parts_of, with_figures_apart
from aggregator.parse.watch.shared_places import with_a_row_for_each
from aggregator.parse.watch.shown_tables import (
    BLOCKS,
    LONGEST_CELL,
    MAX_ROWS,
    Table,
    comparable,
    table_of,
    text_of,
    tidy,
    unfolded,
    with_header,
    with_names_apart,
    with_ranks_apart,
)
from aggregator.text.languages import language_code

# What is kept of one page, at most: the rest of a longer one is not watched (docs/reference/pages.md).
MAX_CHARS: Final = 200_000
_MAX_UNPACKED_BYTES: Final = 4 * (MAX_CHARS * 4)
_MAX_ELEMENTS: Final = 100_000

_UNSEEN: Final = frozenset({
    "script", "style", "noscript", "template", "svg", "iframe", "object", "canvas", "select", "button", "input",
    "textarea", "head", "audio", "video", "dialog",
})  # fmt: skip
# Around what a page is about; not looked at unless ``select`` names them.
_AROUND: Final = frozenset({"nav", "footer", "aside", "header"})
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\"'”»)]*\s+(?=[\"'“„«(]*[^\W\d_a-zß-öø-ÿ]|[\"'“„«(]*\d)")
_FIGURE: Final = re.compile(r"\d")
_NUMBERED_LINE: Final = re.compile(r"(\d{1,4})[.):]?\s+(\D.{1,120})")
_FEWEST_NUMBERED: Final = 5
_PIECES: Final = frozenset({"span", "strong", "b", "small", "time", "a", "data"})  # a blank parts them, side by side


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
                _as_read(Table(caption, tuple(header), tuple(tuple(map(tidy, row)) for row in rows)))
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
        self._numbered: list[tuple[str, str]] = []  # lines that begin with numbers, one after the other

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
                if element.tag in BLOCKS:
                    self._end_line()
                elif is_beside and element.tag in _PIECES:
                    self._line.append(" ")
                self._line.append(element.text or "")
                is_beside = False
                continue
            if skipped is not None and skipped is not element:
                continue
            skipped = None
            if element.tag in BLOCKS:
                self._end_line()
            if element is not root:
                self._line.append(element.tail or "")
                is_beside = not element.tail and element.tag in _PIECES
        self._end_line()
        self._end_numbers()

    def _is_skipped(self, element: html.HtmlElement, root: html.HtmlElement) -> bool:
        tag = element.tag
        if not isinstance(tag, str) or tag in _UNSEEN or "hidden" in element.attrib:
            return True
        if element.get("aria-hidden") == "true" or _HIDDEN_STYLE.search(element.get("style", "")):
            return True
        return self._is_whole and element is not root and tag in _AROUND and not _is_inside_main(element)

    def _end_line(self) -> None:
        line, self._line = comparable("".join(self._line)), []
        found = _NUMBERED_LINE.fullmatch(line) if line and line[0].isdecimal() else None
        if found is not None and self._counts(int(found[1])):
            self._numbered.append((found[1], found[2]))
        elif line:
            self._end_numbers()
            self._say(line)

    def _counts(self, number: int) -> bool:
        return number in ((int(self._numbered[-1][0]) + each for each in (0, 1)) if self._numbered else (1,))

    def _end_numbers(self) -> None:
        """Numbered lines are a table as a numbered list is, if they are several; a few are said."""
        lines, self._numbered = self._numbered, []
        if len(lines) < _FEWEST_NUMBERED:
            for number, text in lines:
                self._say(f"{number}. {text}")
            return
        named = with_figures_apart([text for _, text in lines])
        self._keep(Table("", (), tuple((*each, number) for each, (number, _) in zip(named, lines, strict=True))))

    def _say(self, line: str) -> None:
        for sentence in _SENTENCE_END.split(line):
            if any(map(str.isalnum, sentence)) and self._left_chars > 0:
                self._left_chars -= len(sentence)
                self.sentences.append(sentence[:MAX_CHARS])

    def _take_table(self, element: html.HtmlElement) -> bool:
        if element.tag == "ol" and self._take_ranking(element):
            return True
        if element.tag != "table":
            lines = grid_of(element, lambda each: comparable(text_of(each)))
            if lines is None:
                return False
            if any(map(_FIGURE.search, lines[0])):
                names = names_above(element, len(lines[0]), lambda each: comparable(text_of(each)))
                if names and self._take_back(names):
                    lines = [names, *lines]
                    self._keep(with_header("", lines, has_header=True))
                    return True
            self._keep(with_header("", lines, has_header=not any(map(_FIGURE.search, lines[0]))))
            return True
        table = table_of(element)
        if table is None:
            return False
        self._keep(table)
        return True

    def _take_back(self, names: Sequence[str]) -> bool:
        """Take names of columns, which were read as sentences, out of the latest of these; False where they aren't."""
        self._end_line()
        count = said_last(names, self.sentences)
        if count:
            self._left_chars += sum(map(len, self.sentences[-count:]))
            del self.sentences[-count:]
        return count > 0

    def _take_ranking(self, element: html.HtmlElement) -> bool:
        """A numbered list is a table of what stands in it and its places."""
        listed = list(element.iterchildren("li"))
        items = [comparable(text_of(each)) for each in listed]
        if len(items) < 3 or any(not item or len(item) > LONGEST_CELL for item in items):
            return False
        lines = parts_of(listed, lambda each: comparable(text_of(each))) or with_figures_apart(items)
        self._keep(Table("", (), tuple((*map(tidy, line), str(place)) for place, line in enumerate(lines, 1))))
        return True

    def _keep(self, table: Table) -> None:
        table = _as_read(table)
        rows = table.rows[: self._left_rows]
        self._left_rows -= len(rows)
        size = sum(len(cell) for row in rows for cell in row)
        if rows and size <= self._left_chars:
            self._left_chars -= size
            self.tables.append(Table(table.caption, table.header, rows))


def said_last(names: Sequence[str], sentences: Sequence[str]) -> int:
    """Return how many of the last sentences are names of columns, all of them and nothing else; 0 when they aren't."""
    wanted = " ".join(name for name in names if any(map(str.isalnum, name)))
    return next((count for count in range(1, 2 * len(names) + 1) if " ".join(sentences[-count:]) == wanted), 0)


def with_names_of(before: Snapshot, after: Snapshot) -> Snapshot:
    """Return what an earlier release kept with names of columns read as these are now, and not as sentences."""
    tables, sentences = list(before.tables), list(before.sentences)
    headers = [each.header for each in after.tables if each.header]
    for place, table in enumerate(tables):
        for header in [] if table.header or not table.rows else headers:
            ends = range(1, len(sentences) + 1) if len(header) == len(table.rows[0]) else ()
            found = next(((end, count) for end in ends if (count := said_last(header, sentences[:end]))), None)
            if found is not None:
                del sentences[found[0] - found[1] : found[0]]
                tables[place] = replace(table, header=header)
                break
    return replace(before, tables=tuple(tables), sentences=tuple(sentences))


def _as_read(table: Table) -> Table:
    """Return a table as people read it; one that is kept as an earlier release read it is read in the same way."""
    return with_a_row_for_each(with_ranks_apart(unfolded(with_names_apart(table))))


def _is_inside_main(element: html.HtmlElement) -> bool:
    """The header of an article belongs to it; that of the site does not."""
    return element.tag == "header" and next(element.iterancestors("article", "main"), None) is not None
