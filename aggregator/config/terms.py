"""The little language of rules: terms for categories, filters (terms with and, or, not) for sources."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from aggregator.config.words import clean, split_words

_MAX_DEPTH = 50  # parentheses in parentheses, which readers would have lost count of long before


class Part(NamedTuple):
    """One word of a phrase, folded; ``is_stem`` when longer words that begin with it count as well."""

    text: str
    is_stem: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """One word or several in a row. ``written`` is as the operator wrote it; breaks are parts without text."""

    written: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, for the text as it is: with case and accents."""

    written: str
    expression: re.Pattern[str]


Term = Phrase | Pattern


@dataclass(frozen=True, slots=True)
class Not:
    """True where ``part`` is not."""

    part: Expression


@dataclass(frozen=True, slots=True)
class And:
    """True where all parts are."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where a part is."""

    parts: tuple[Expression, ...]


Expression = Phrase | Pattern | Not | And | Or


def parse_term(text: str) -> Term:
    """Read a word, a phrase, a stem (``satellite*``, also in a phrase) or a ``/regular expression/``.

    Raises ValueError with a sentence, and the position where there is one, counted from 1.
    """
    if text.startswith("/"):
        return _parse_pattern(text)
    return _parse_phrase(text)


def _parse_pattern(text: str) -> Pattern:
    if len(text) < 3 or not text.endswith("/"):
        raise ValueError("a regular expression stands between two slashes, as in /ESA|JAXA/")
    try:
        expression = re.compile(text[1:-1])
    except re.error as error:
        place = "" if error.pos is None else f" at character {error.pos + 2}"
        raise ValueError(f"not a regular expression: {error.msg}{place}") from None
    except (RecursionError, OverflowError):
        raise ValueError("not a regular expression: too large") from None
    if expression.search(""):
        raise ValueError("the regular expression fits an empty text, so it would match everything")
    return Pattern(text, expression)


def _parse_phrase(text: str) -> Phrase:
    cleaned = clean(text)
    parts = []
    stars = 0
    for word in split_words(cleaned):
        is_stem = bool(word.text) and cleaned[word.end : word.end + 1] == "*"
        stars += is_stem
        parts.append(Part(word.text, is_stem))
    while parts and not parts[-1].text:
        parts.pop()
    while parts and not parts[0].text:
        parts.pop(0)
    if not parts:
        raise ValueError("expected a word; for signs alone write a /regular expression/")
    if stars != cleaned.count("*") or re.search(r"\*\w", cleaned):
        raise ValueError("a * stands at the end of a word, as in satellite*")
    return Phrase(text, tuple(parts))


def parse_filter(text: str) -> Expression:
    """Read terms joined by ``and``, ``or``, ``not`` and parentheses; a phrase stands in quotation marks.

    ``not`` binds closest, then ``and``. Raises ValueError with a sentence and the position, counted from 1.
    """
    parser = _FilterParser(_split_filter(text), end=len(text) + 1)
    return parser.parse()


class _Token(NamedTuple):
    kind: str  # "(", ")", "and", "or", "not", "term", "end"
    term: Term | None
    position: int


_TOKEN = re.compile(
    r"""\s*(?: (?P<bracket>[()])
           | "(?P<quoted>[^"]*)"
           | (?P<pattern>/(?:\\.|[^\\/])+/)(?=[\s()]|$)
           | (?P<word>[^\s()"]+) )""",
    re.VERBOSE,
)


def _split_filter(text: str) -> list[_Token]:
    tokens = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            position = text.index('"', at) + 1
            raise ValueError(f"the quotation mark at character {position} is not closed")
        group = match.lastgroup or ""
        found, start = match[group], match.start(group)
        if group == "bracket" or (group == "word" and found.lower() in {"and", "or", "not"}):
            tokens.append(_Token(found.lower(), None, start + 1))
        else:
            tokens.append(_Token("term", _term_at(found, start + 1, is_quoted=group == "quoted"), start + 1))
        at = match.end()
    return tokens


def _term_at(text: str, position: int, *, is_quoted: bool) -> Term:
    try:
        return _parse_phrase(text) if is_quoted else parse_term(text)
    except ValueError as error:
        raise ValueError(f"{error} (the term at character {position})") from None


class _FilterParser:
    """Recursive descent over the tokens: one method for each level of binding."""

    def __init__(self, tokens: list[_Token], *, end: int) -> None:
        self._tokens = [*tokens, _Token("end", None, end)]
        self._at = 0
        self._depth = 0

    def parse(self) -> Expression:
        expression = self._any_of()
        token = self._tokens[self._at]
        if token.kind == ")":
            raise ValueError(f"a ) without its ( at character {token.position}")
        if token.kind != "end":
            raise ValueError(
                f"expected and, or at character {token.position}; words that belong together stand in quotation marks"
            )
        return expression

    def _any_of(self) -> Expression:
        parts = [self._all_of()]
        while self._take("or"):
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all_of(self) -> Expression:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Expression:
        is_negated = False
        while self._take("not"):
            is_negated = not is_negated
        expression = self._term_or_group()
        return Not(expression) if is_negated else expression

    def _term_or_group(self) -> Expression:
        token = self._tokens[self._at]
        if token.term is not None:
            self._at += 1
            return token.term
        if not self._take("("):
            raise ValueError(f"expected a term at character {token.position}")
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ValueError(f"more than {_MAX_DEPTH} parentheses in each other at character {token.position}")
        expression = self._any_of()
        if not self._take(")"):
            raise ValueError(f"the ( at character {token.position} is not closed")
        self._depth -= 1
        return expression

    def _take(self, kind: str) -> bool:
        is_there = self._tokens[self._at].kind == kind
        self._at += is_there
        return is_there
