"""How much a word tells: what the store has learned of its language, and what is known of it from the beginning."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import log

from aggregator.model import Gist, Vocabulary
from aggregator.stories.everyday import everyday_stems
from aggregator.stories.placenames import place_stems

# What is taken for granted, as if so many entries had been read already: how many of them have such a word. That a word
# that nobody has listed is rare (most are names) is believed longer: a new store knows one week's news.
_ASSUMED, _ASSUMED_OF_NAMES = 50, 200
_EVERYDAY, _PLACE, _SMALL_NUMBER, _NUMBER, _RARE = 1 / 150, 1 / 400, 1 / 100, 1 / 1000, 1 / 4000
# So many reports of one event may be there already.
_FEW = 8
# From so many entries on their counts tell which words are common.
_ENOUGH = 5000
# A word that tells is neither an everyday word nor a small number, nor in more than so many of the entries read.
_TOO_COMMON = 0.03

_NOTHING = Vocabulary()


class Weights:
    """The weights of words. ``unread`` are gists that no vocabulary has yet: those of the round itself."""

    def __init__(self, vocabularies: Mapping[str, Vocabulary], unread: Iterable[Gist] = ()) -> None:
        self._vocabularies = vocabularies
        self._entries: Counter[str] = Counter()
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._known: dict[tuple[str, str], float] = {}
        self._rare: dict[tuple[str, str], float] = {}
        self._telling: dict[tuple[str, str], bool] = {}
        for gist in unread:
            self._entries[gist.language] += 1
            self._counts[gist.language].update((*gist.title, *gist.text))

    def of(self, word: str, language: str) -> float:
        """Return the weight of a stem: the logarithm of how many entries there are for each that has it."""
        key = (language, word)
        weight = self._known.get(key)
        if weight is None:
            weight = self._known[key] = self._weight(word, language, least=1)
        return weight

    def rarity(self, word: str, language: str) -> float:
        """Return the weight of a stem by which reports find each other: what a few have is as rare as what one has.

        Else a word that the reports of one event share would be less rare than those of each alone.
        """
        key = (language, word)
        weight = self._rare.get(key)
        if weight is None:
            weight = self._rare[key] = self._weight(word, language, least=_FEW)
        return weight

    def is_telling(self, word: str, language: str) -> bool:
        """Whether a word tells one event from another: a name, a place, a rare word, a number of some length."""
        key = (language, word)
        found = self._telling.get(key)
        if found is None:
            read, having = self._read(word, language)
            is_rare = read < _ENOUGH or having <= _TOO_COMMON * read
            found = self._telling[key] = is_rare and _assumed(word, language) <= _PLACE
        return found

    def _weight(self, word: str, language: str, *, least: int) -> float:
        read, having = self._read(word, language)
        share = _assumed(word, language)
        assumed = _ASSUMED_OF_NAMES if share == _RARE else _ASSUMED
        return log((read + assumed) / (max(having, least) + assumed * share))

    def _read(self, word: str, language: str) -> tuple[int, int]:
        """Return how many entries were read, and how many of them have a word."""
        vocabulary = self._vocabularies.get(language, _NOTHING)
        having = vocabulary.counts.get(word, 0) + self._counts[language].get(word, 0)
        return vocabulary.entries + self._entries[language], having


def is_year(word: str) -> bool:
    return len(word) == 4 and word.isdigit() and word[:2] in {"19", "20"}


def is_quantity(word: str) -> bool:
    return word[0].isdigit() and not is_year(word)


def _assumed(word: str, language: str) -> float:
    if word[0].isdigit():
        return _SMALL_NUMBER if len(word) <= 2 or is_year(word) else _NUMBER
    if word in everyday_stems(language):
        return _EVERYDAY
    return _PLACE if word in place_stems(language) else _RARE
