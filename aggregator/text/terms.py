"""What rules and filters look for: words, phrases, stems, regular expressions, and where these count.

docs/reference/rules.md is the contract.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import re2

from aggregator.text.matching import BREAK, PART_END, squeeze

# Words between two terms that are near each other, at most, when nothing else is said.
NEAR_WORDS = 8

_EXACT = "="
_MAX_PATTERN_BYTES = 1 << 20  # of memory that one compiled expression may take
_LOOKS_AROUND = re.compile(r"\(\?<?[=!]|\(\?>|\(\?\(|\\[1-9]|[*+?}]\+")
# re2 knows the letters a to z only when it looks for the border of a word, and would find nothing without a word.
_BORDER_BESIDE_LETTER = re.compile(r"\\[bB][^\x00-\x7f]|[^\x00-\x7f](?:[*+?])?\\[bB]")

# Words in a row, which may be stems, as nearly all terms are.
_WORD = "[a-zA-Z0-9À-ÖØ-öø-ÿ]+[*]?"
_PLAIN_TERM = re.compile(f"=?{_WORD}(?:[ '’-]{_WORD})*")


class Field(StrEnum):
    """Where in an entry a term may stand. ``SOURCE`` is the name and the title of the source that it came from."""

    TITLE = "title"
    SUMMARY = "summary"
    CONTENT = "content"
    TAGS = "tags"
    SOURCE = "source"


# Where terms are looked for when nothing else is said.
TEXT_FIELDS = frozenset(Field) - {Field.SOURCE}


class Part(NamedTuple):
    """One word of a phrase, folded; ``is_stem`` when longer words that begin with it count as well."""

    text: str
    is_stem: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """One word or several in a row. ``written`` is as the operator wrote it; a break is a part like a word.

    The parts of an exact one keep their capitals, which then matter. Two with the same parts are the same.
    """

    written: str = field(compare=False)
    parts: tuple[Part, ...]
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, for the text as it is: with case and accents. Its time is linear in the text."""

    written: str
    expression: re2._Regexp = field(compare=False)


Term = Phrase | Pattern


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the terms, in one of the fields, and, if ``near`` has any, at most ``within`` words from one of those."""

    terms: tuple[Term, ...]
    fields: frozenset[Field] = TEXT_FIELDS
    near: tuple[Term, ...] = ()
    within: int = NEAR_WORDS

    @property
    def written(self) -> str:
        """The condition in words: ``"space"``, ``"attract*" near "talent*"``."""
        near = f" near {_either(self.near)}" if self.near else ""
        return _either(self.terms) + near


def _either(terms: tuple[Term, ...]) -> str:
    return " or ".join(f'"{term.written}"' for term in terms)


def re2_options() -> re2.Options:
    """Return how regular expressions are compiled: quietly, and not into more memory than they are worth."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_PATTERN_BYTES
    return options


def check_term(text: str) -> None:
    """Raise what ``parse_term`` raises; takes a twentieth of its time, and keeps nothing."""
    if _PLAIN_TERM.fullmatch(text) is None:
        parse_term(text)


@lru_cache(maxsize=16_384)  # a term may stand in many rules
def parse_term(text: str) -> Term:
    """Read a word, a phrase, a stem (``satellite*``, also in a phrase), ``=Exact`` ones or a ``/regular expression/``.

    Raises ValueError with a sentence, and the position where there is one, counted from 1.
    """
    if text.startswith("/"):
        return _parse_pattern(text)
    return parse_phrase(text)


def _parse_pattern(text: str) -> Pattern:
    if len(text) < 3 or not text.endswith("/"):
        raise ValueError("a regular expression stands between two slashes, as in /ESA|JAXA/")
    written = text[1:-1]
    try:
        expression = re2.compile(written, re2_options())
    except re2.error as error:
        raise ValueError(f"not a regular expression: {_in_words(error, written)}") from None
    if _BORDER_BESIDE_LETTER.search(written):
        raise ValueError(r"\b knows the letters a to z only, and would not see a border of a word beside another one")
    if expression.search(""):
        raise ValueError("the regular expression fits an empty text, so it would match everything")
    return Pattern(text, expression)


def _in_words(error: Exception, written: str) -> str:
    if _LOOKS_AROUND.search(written):
        return "it may not look around ((?=…), (?!…), (?<…)), refer back (\\1) or be possessive; `none` can take back"
    reason = error.args[0] if error.args else ""
    shown = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
    return "too large" if "too large" in shown or "repetition size" in shown else shown


def parse_phrase(text: str) -> Phrase:
    """Read a word or a phrase, whose words may be stems; after a ``=`` its capitals matter. Raises ValueError."""
    is_exact = text.startswith(_EXACT)
    parts: list[Part] = []
    *stems, last = text.removeprefix(_EXACT).split("*")
    for number, piece in enumerate((*stems, last)):
        words = _words_of(piece, is_exact=is_exact)
        starts_word = number > 0 and bool(piece) and bool(_words_of(piece[0], is_exact=False)) and words[0] != BREAK
        if starts_word or (number < len(stems) and not _ends_with_word(piece, words)):
            if not parts and not words and not any(map(str.isalnum, text)):
                break
            raise ValueError("a * stands at the end of a word, as in satellite*")
        parts += [Part(word, is_stem=False) for word in words]
        if number < len(stems):
            parts[-1] = Part(words[-1], is_stem=True)
    while parts and parts[-1].text == BREAK:
        parts.pop()
    while parts and parts[0].text == BREAK:
        parts.pop(0)
    if not parts:
        raise ValueError("expected a word; for signs alone write a /regular expression/")
    return Phrase(text, tuple(parts), is_exact)


def _ends_with_word(piece: str, words: Sequence[str]) -> bool:
    return bool(words) and words[-1] != BREAK and bool(_words_of(piece[-1], is_exact=False))


def _words_of(text: str, *, is_exact: bool) -> list[str]:
    words = squeeze(text.replace(PART_END, " "))
    return (words if is_exact else words.lower()).decode().split()
