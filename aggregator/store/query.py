"""What somebody wrote into a search field, as terms. Every text is a search; none is an error.

``moon lander`` both words · ``"moon lander"`` one after the other · ``-mars`` not this one · ``satellit*`` words that
begin so. Punctuation parts words, so ``well-known`` is found as ``"well known"`` is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from aggregator.store.search_words import MAX_WORD_CHARS, UNSPACED, words

# More terms than these are left out: nobody writes them, and each costs.
_MAX_TERMS = 24
# What is shorter begins too many words.
_LEAST_PREFIX = 3

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』", '"'))
_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)(?:"(?P<star>\*?)|$)|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that follow each other; of the last one the beginning is enough when ``is_prefix``."""

    words: tuple[str, ...]
    is_prefix: bool = False

    def ends_in(self, said: Sequence[str]) -> list[int]:
        """Return where this occurs in a text of these words, by the numbers of its last word."""
        length, (first, *_) = len(self.words), self.words
        if length == 1:
            return [at for at, word in enumerate(said) if self._is_last(word)]
        return [
            at + length - 1
            for at, word in enumerate(said[: len(said) - length + 1])
            if word == first
            and tuple(said[at : at + length - 1]) == self.words[:-1]
            and self._is_last(said[at + length - 1])
        ]

    def _is_last(self, word: str) -> bool:
        return word.startswith(self.words[-1]) if self.is_prefix else word == self.words[-1]


@dataclass(frozen=True, slots=True)
class Query:
    """``wanted`` all occur and ``unwanted`` none of them. Without any term nothing is found."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()

    def finds(self, title: str, body: str) -> bool:
        """Tell whether a text is found, as the databases do it with what they have indexed."""
        texts = (words(title), words(body))
        return bool(self.wanted or self.unwanted) and (
            all(any(term.ends_in(each) for each in texts) for term in self.wanted)
            and not any(term.ends_in(each) for term in self.unwanted for each in texts)
        )


@lru_cache(maxsize=256)
def parse(text: str) -> Query:
    """Return what a text asks for. An unclosed quote ends with the text."""
    wanted: dict[Term, None] = {}
    unwanted: dict[Term, None] = {}
    for found in _TERM.finditer(text.translate(_QUOTES)):
        written = found["phrase"] if found["phrase"] is not None else found["word"]
        term = _term(written, is_prefix=bool(found["star"]) or (found["word"] or "").endswith("*"))
        if term is not None and len(wanted) + len(unwanted) < _MAX_TERMS:
            (unwanted if found["minus"] else wanted)[term] = None
    return Query(wanted=tuple(wanted), unwanted=tuple(unwanted))


def _term(written: str, *, is_prefix: bool) -> Term | None:
    found = words(written)
    if not found:
        return None
    # of a word that is cut the beginning is known: it can only be the last one, and is telling enough
    cut = next((at for at, word in enumerate(found, start=1) if len(word) >= MAX_WORD_CHARS), len(found))
    found = found[:cut]
    last = found[-1]
    if UNSPACED.fullmatch(last):
        # the last character stands alone only where such a text ends: it may go on behind what is looked for
        if len(found) > 1 and len(last) == 1 and found[-2][-1] == last and len(found[-2]) > 1:
            return Term(tuple(found[:-1]))
        return Term(tuple(found), is_prefix=len(last) == 1)
    is_prefix = is_prefix and len(last) >= _LEAST_PREFIX
    return Term(tuple(found), is_prefix=is_prefix or len(last) >= MAX_WORD_CHARS)
