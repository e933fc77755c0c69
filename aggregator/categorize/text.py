"""An entry as one text with its words, read once and searched for all terms."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from aggregator.config.words import clean, split_text
from aggregator.model import Entry

# No phrase reaches across one (see words.py), and "." in a regular expression doesn't either.
_BREAK = "\n\n"
_TAG = re.compile(r"""<(/?[a-zA-Z][a-zA-Z0-9]*+)(?>[^<>"']++|"[^"]*"|'[^']*')*+>""")
# Tags within a line of text: "sp<b>ace</b>" is one word. All others end a paragraph, an item, a cell …
_INLINE = re.compile(
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|q|rp|rt|ruby|s|samp|small|span|strike|"
    "strong|sub|sup|time|tt|u|var|wbr",
    re.IGNORECASE,
)
# What an entry is about is said long before; a hostile one with millions of words must not fill the memory.
_MAX_CONTENT_CHARS = 200_000


@dataclass(frozen=True, slots=True)
class EntryText:
    """What an entry says: ``text``, and its ``pieces`` as ``split_text`` returns them.

    ``starts`` and ``names`` tell which part of it begins where.
    """

    text: str
    pieces: list[str]
    starts: tuple[int, ...]
    names: tuple[str, ...]

    def part_at(self, position: int) -> str:
        """Return "title", "text" or "tags": the part that a position in the text lies in."""
        return self.names[bisect_right(self.starts, position) - 1]


def read_entry(entry: Entry) -> EntryText:
    """Return title, summary, content (without its markup) and tags of an entry as one text."""
    parts = [
        ("title", entry.title),
        ("text", entry.summary),
        ("text", _without_markup(entry.content[:_MAX_CONTENT_CHARS])),
        *(("tags", tag) for tag in entry.tags),
    ]
    starts, names, texts, length = [], [], [], 0
    for name, part in parts:
        text = clean(part)
        starts.append(length)
        names.append(name)
        texts.append(text)
        length += len(text) + len(_BREAK)
    text = _BREAK.join(texts)
    return EntryText(text, split_text(text), tuple(starts), tuple(names))


def _without_markup(content: str) -> str:
    pieces = _TAG.split(content)
    pieces[1::2] = map(_in_place_of, pieces[1::2])
    return html.unescape("".join(pieces))


@lru_cache(maxsize=256)
def _in_place_of(tag: str) -> str:
    return "" if _INLINE.fullmatch(tag.lstrip("/")) else _BREAK
