"""An entry as one text, read once and searched for all terms."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from aggregator.model import Entry
from aggregator.text.matching import PART_END, clean, fold, spread, squeeze
from aggregator.text.terms import Field

# No phrase reaches across one, and "." in a regular expression doesn't either.
_LINE_END = "\n"
_BETWEEN_PARTS = f"{_LINE_END}{PART_END}{_LINE_END}"
_FIELDS = tuple(Field)
_REST_OF_WORD = re.compile(rb"[^ .]*")
# Parts that are sentences; tags are names, each with its own capitals.
_SENTENCES = (Field.TITLE, Field.SUMMARY, Field.CONTENT)
# A line of so many words may be made of names that are written in capitals anyway: "ESA, NASA, JAXA".
_MOST_NAMES = 3
# What an entry is about is said long before; a hostile one with millions of words must not fill the memory.
_MAX_CONTENT_CHARS = 200_000

Span = tuple[int, int]


class EntryText:
    """What an entry says, part by part. Places are positions in ``words``, where each word stands between two spaces.

    ``cased`` is the same with capitals, where these tell something: not in a headline that is made of them.
    """

    def __init__(self, parts: list[str]) -> None:
        """``parts`` are those of _FIELDS, in this order; what lacks at the end isn't there."""
        self._parts = parts
        self.has_source = len(parts) == len(_FIELDS)
        self._written = squeeze(_BETWEEN_PARTS.join(parts))
        self.words = self._written.lower()
        in_capitals = [place for place, part in enumerate(parts[: len(_SENTENCES)]) if _is_in_capitals(part)]
        self.cased = _lowered(self._written, in_capitals) if in_capitals else self._written

    @cached_property
    def text(self) -> str:
        """The text as it is, for regular expressions."""
        return clean(_BETWEEN_PARTS.join(self._parts)).encode("utf-8", "replace").decode()

    def field_at(self, position: int) -> Field:
        """Return the part that a position lies in."""
        return _FIELDS[bisect_right(self._part_ends, position)]

    @cached_property
    def _part_ends(self) -> list[int]:
        mark, ends, at = PART_END.encode(), [], -1
        for _ in self._parts[1:]:
            at = self.words.index(mark, at + 1)
            ends.append(at)
        return ends

    def shown(self, span: Span) -> str:
        """Return the words of a span."""
        return self._written[slice(*span)].decode()

    def places_of(self, spans: list[Span]) -> list[Span]:
        """Return where the words are, in ``words``, that spans of ``text`` touch."""
        cuts = sorted({position for span in spans for position in span})
        pieces = [fold(self.text[slice(*span)]) for span in zip([0, *cuts], [*cuts, len(self.text)], strict=True)]
        folded = b"".join(pieces)
        # where the word begins that is at a cut, or comes after it, and where the one begins that comes after it
        here: dict[int, int] = {}
        after: dict[int, int] = {}
        at, length, word, is_within = 0, 1, 1, False
        for cut, piece in zip(cuts, pieces, strict=False):
            at += len(piece)
            said = spread(piece) if is_within else spread(piece).removeprefix(b" ")
            if (last := said.rfind(b" ") + 1) > 0:
                word = length + last
            length += len(said)
            is_within = not said.endswith(b" ") if said else is_within
            rest = len(_REST_OF_WORD.match(folded, at)[0]) if is_within else 0  # type: ignore[index]  # it may be empty
            after[cut] = length + rest + is_within
            here[cut] = word if rest else after[cut]
        return [(here[start], max(here[start], after[end] - 1)) for start, end in spans]


def _is_in_capitals(text: str) -> bool:
    """Tell whether a text has nothing but capitals, so that these don't tell names (SES) from words (French "ses")."""
    return text.isupper() and len(text.split()) > _MOST_NAMES


def _lowered(words: bytes, places: list[int]) -> bytes:
    """Return the words with some of the parts in small letters."""
    mark = PART_END.encode()
    parts = words.split(mark)
    return mark.join(part.lower() if place in places else part for place, part in enumerate(parts))


def read_entry(entry: Entry, source: str = "") -> EntryText:
    """Return title, summary, content (without its markup) and tags of an entry as one text.

    ``source`` is the text that terms for that part are looked for in.
    """
    parts = [
        _line(entry.title),
        _line(entry.summary),
        entry.lines[:_MAX_CONTENT_CHARS].replace(PART_END, " "),
        _LINE_END.join(map(_line, entry.tags)),
    ]
    return EntryText([*parts, _line(source)] if source else parts)


def _line(text: str) -> str:
    return text.replace(_LINE_END, " ").replace(PART_END, " ")
