"""Words for one thing in four languages: what lets reports in different languages meet, beside names and numbers.

They stand in ``things.txt``. Places are told apart from subjects there: a report about another place is about another
event.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from aggregator.text.folding import fold

_LANGUAGES = ("en", "fr", "de", "lb")
# A German compound holds two things: "Weltraumagentur". What is left between them is a joint.
_JOINTS = ("", "s", "es", "n", "en", "e", "er")
_LEAST_LETTERS = 3


def things_in(terms: Sequence[str], language: str) -> list[str]:
    """Return the things that folded words stand for, each once: "@law" a subject, "#france" a place."""
    table = _table(language)
    pairs, known, starts = table.pairs, table.known, table.starts
    found: dict[str, None] = {}
    for place in [place for place, term in enumerate(terms) if term in known or term[:_LEAST_LETTERS] in starts]:
        term, after = terms[place], terms[place + 1] if place + 1 < len(terms) else ""
        if term in pairs and (thing := pairs[term].get(after)):
            found[thing] = None
        else:
            found.update(dict.fromkeys(_things_of(term, language)))
    return list(found)


def things_of(word: str, language: str) -> tuple[str, ...]:
    """Return the things that one folded word stands for."""
    table = _table(language)
    return _things_of(word, language) if word in table.known or word[:_LEAST_LETTERS] in table.starts else ()


def is_thing(name: str) -> bool:
    return name[0] in "@#"


def is_place(thing: str) -> bool:
    return thing.startswith("#")


@dataclass(frozen=True, slots=True)
class _Table:
    """Words that stand for a thing whole; those that do with any ending; and pairs of words, by the first.

    What is neither ``known`` nor has one of the ``starts`` stands for nothing, as nearly all words.
    """

    whole: Mapping[str, str]
    beginnings: Mapping[str, str]
    pairs: Mapping[str, Mapping[str, str]]
    known: frozenset[str]
    starts: frozenset[str]


@lru_cache(maxsize=4_096)
def _things_of(term: str, language: str) -> tuple[str, ...]:
    table = _table(language)
    if found := table.whole.get(term):
        return (found,)
    for length in range(len(term), _LEAST_LETTERS - 1, -1):
        if found := table.beginnings.get(term[:length]):
            second = _second_thing(term[length:], table)
            return (found,) if second is None or second == found else (found, second)
    return ()


def _second_thing(rest: str, table: _Table) -> str | None:
    for joint in _JOINTS:
        word = rest.removeprefix(joint)
        if rest.startswith(joint) and len(word) > _LEAST_LETTERS and word in table.whole:
            return table.whole[word]
    return None


@cache
def _table(language: str) -> _Table:
    whole: dict[str, str] = {}
    beginnings: dict[str, str] = {}
    pairs: dict[str, dict[str, str]] = defaultdict(dict)
    for thing, words in _words_of_things(language):
        for word in map(fold, words):
            first, hyphen, second = word.partition("-")
            if hyphen:
                pairs[first].setdefault(second, thing)
                continue
            if word.endswith("*"):
                beginnings.setdefault(word[:-1], thing)
            whole.setdefault(word.rstrip("*"), thing)
    starts = frozenset(word[:_LEAST_LETTERS] for word in beginnings)
    return _Table(whole, beginnings, dict(pairs), frozenset((*whole, *pairs)), starts)


def _words_of_things(language: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each thing with its words in a language."""
    sign = "@"
    for line in files(__package__).joinpath("things.txt").read_text(encoding="utf-8").splitlines():
        if line == "[places]":
            sign = "#"
        elif line and not line.startswith("#"):
            words = dict(zip(_LANGUAGES, map(str.split, line.split("|")), strict=True))
            thing = sign + words["en"][0].rstrip("*")
            yield from ((thing, words[name]) for name in _read_as(language))


def _read_as(language: str) -> tuple[str, ...]:
    """Return whose words a language is read with: Luxembourgish has many of its neighbors'."""
    if language == "lb":
        return ("lb", "de", "fr")
    return (language,) if language in _LANGUAGES else ()
