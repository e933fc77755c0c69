"""What is shown of a text that a search found: some words around the first that it was found by, those marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from aggregator.model import SnippetPart
from aggregator.store.query import Query
from aggregator.store.search_words import UNSPACED, words

_SNIPPET_CHARS = 240
# So much of it stands before the first word that was found.
_BEFORE_CHARS = 60
# What is found by words far behind this shows its beginning.
_LOOKED_THROUGH_CHARS = 20_000
_ELLIPSIS = "…"

# What may be words; a character in a text without blanks is one for itself.
_RUN = re.compile(rf"{UNSPACED.pattern}|(?:[^\W_]|[^\x00-\x7f\s])+")

_Span = tuple[int, int]


def marked(text: str, query: Query) -> tuple[SnippetPart, ...]:
    """Return all of a text, in one line, with what a search finds it by marked."""
    text = " ".join(text.split())
    return _parts(text, _matches(text, query))


def snippet(text: str, query: Query) -> tuple[SnippetPart, ...]:
    """Return a piece of a text, in one line; its beginning when it was not found by what it says."""
    text = " ".join(text[:_LOOKED_THROUGH_CHARS].split())
    matches = _matches(text, query)
    start = _start(text, matches[0][0]) if matches else 0
    end = _end(text, start)
    inside = [(first - start, last - start) for first, last in matches if start <= first and last <= end]
    parts = _parts(text[start:end], inside)
    before = (SnippetPart(text=_ELLIPSIS),) if start else ()
    behind = (SnippetPart(text=_ELLIPSIS),) if end < len(text) else ()
    return (*before, *parts, *behind)


def _matches(text: str, query: Query) -> list[_Span]:
    """Return where the words stand that the text is found by, in order, none over another."""
    said, spans = [], []
    for word, span in _words_of(text):
        said.append(word)
        spans.append(span)
    found = {
        at for term in query.wanted for last in term.ends_in(said) for at in range(last - len(term.words) + 1, last + 1)
    }
    joined: list[_Span] = []
    for first, last in sorted(spans[at] for at in found):
        if joined and first < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _words_of(text: str) -> Iterator[tuple[str, _Span]]:
    for run in _RUN.finditer(text):
        start, end = run.span()
        found = words(run[0])
        # two characters each, and one at the end: each at its place, if none became several
        is_unspaced = len(found) == end - start and UNSPACED.fullmatch(run[0]) is not None
        for number, word in enumerate(found):
            yield word, (start + number, min(start + number + 2, end)) if is_unspaced else (start, end)


def _start(text: str, match: int) -> int:
    if match <= _BEFORE_CHARS:
        return 0
    blank = text.find(" ", match - _BEFORE_CHARS, match)
    return blank + 1 if blank >= 0 else match - _BEFORE_CHARS // 2


def _end(text: str, start: int) -> int:
    end = start + _SNIPPET_CHARS
    if end >= len(text):
        return len(text)
    blank = text.rfind(" ", start + _SNIPPET_CHARS // 2, end)
    return blank if blank >= 0 else end


def _parts(text: str, matches: list[_Span]) -> tuple[SnippetPart, ...]:
    edges = [0, *(edge for span in matches for edge in span), len(text)]
    pieces = (
        SnippetPart(text=text[first:last], is_match=bool(number % 2))
        for number, (first, last) in enumerate(pairwise(edges))
    )
    return tuple(piece for piece in pieces if piece.text)
