"""The language of filters: terms joined by and, or, not, near and parentheses; in one part of the entry or in all."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from aggregator.text.terms import NEAR_WORDS, Condition, Field, parse_phrase, parse_term

_MAX_DEPTH = 50  # parentheses in parentheses, which readers would have lost count of long before


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


Expression = Condition | Not | And | Or


def parse_filter(text: str) -> Expression:
    """Read terms joined by ``and``, ``or``, ``not``, ``near`` and parentheses; a phrase stands in quotation marks.

    ``near`` binds closest, then ``not``, then ``and``. Raises ValueError with a sentence and the position, counted
    from 1.
    """
    parser = _FilterParser(_split_filter(text), end=len(text) + 1)
    return parser.parse()


class _Token(NamedTuple):
    kind: str  # "(", ")", "and", "or", "not", "near", "term", "end"
    condition: Condition | None
    position: int
    within: int = 0


_TOKEN = re.compile(
    r"""\s*(?: (?P<bracket>[()])
           | (?P<near>near(?:/(?P<within>\d{1,3}))?)(?=[\s()]|$)
           | (?:(?P<field>title|summary|content|tags|source):)?
             (?: (?P<quoted>=?"[^"]*")
               | (?P<pattern>/(?:\\.|[^\\/])+/)(?=[\s()]|$)
               | (?P<word>[^\s()"]+) ))""",
    re.VERBOSE | re.IGNORECASE,
)


def _split_filter(text: str) -> list[_Token]:
    tokens = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            position = text.index('"', at) + 1
            raise ValueError(f"the quotation mark at character {position} is not closed")
        tokens.append(_token(match))
        at = match.end()
    return tokens


def _token(match: re.Match[str]) -> _Token:
    kind = match.lastgroup or ""
    found, position = match[kind], match.start(kind) + 1
    if kind == "near":
        return _Token("near", None, position, int(match["within"] or NEAR_WORDS))
    if kind == "bracket" or (kind == "word" and not match["field"] and found.lower() in {"and", "or", "not"}):
        return _Token(found.lower(), None, position)
    try:
        term = parse_phrase(found.replace('"', "")) if kind == "quoted" else parse_term(found)
    except ValueError as error:
        raise ValueError(f"{error} (the term at character {position})") from None
    condition = Condition((term,))
    if match["field"]:
        condition = replace(condition, fields=frozenset({Field(match["field"].lower())}))
    return _Token("term", condition, position)


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
        while (token := self._tokens[self._at]).kind == "near":
            self._at += 1
            expression = _near(expression, self._term_or_group(), token)
        return Not(expression) if is_negated else expression

    def _term_or_group(self) -> Expression:
        token = self._tokens[self._at]
        if token.condition is not None:
            self._at += 1
            return token.condition
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


def _near(left: Expression, right: Expression, token: _Token) -> Condition:
    """Return what is true where a term of one side stands near a term of the other."""
    ones, others = _terms_of(left), _terms_of(right)
    if ones is None or others is None or others.fields != ones.fields:
        raise ValueError(
            f"near at character {token.position} stands between terms, or terms joined by or, in the same part"
        )
    return replace(ones, near=others.terms, within=token.within)


def _terms_of(side: Expression) -> Condition | None:
    """Return the terms that a side of near is made of, as one condition; None when it is something else."""
    parts = side.parts if isinstance(side, Or) else (side,)
    conditions = [each for each in parts if isinstance(each, Condition) and not each.near]
    if len(conditions) < len(parts) or len({each.fields for each in conditions}) > 1:
        return None
    return replace(conditions[0], terms=tuple(term for each in conditions for term in each.terms))
