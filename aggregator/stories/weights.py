"""How much a word tells: what the store has learned of its language, and what is known of it from the beginning."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
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
    """What words weigh, by language. ``unread`` are gists that no vocabulary has yet: those of the round itself."""

    def __init__(self, vocabularies: Mapping[str, Vocabulary], unread: Iterable[Gist] = ()) -> None:
        self._vocabularies = vocabularies
        self._entries: Counter[str] = Counter()
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._words: dict[str, Words] = {}
        for gist in unread:
            self._entries[gist.language] += 1
            self._counts[gist.language].update((*gist.title, *gist.text))

    def of(self, language: str) -> Words:
        words = self._words.get(language)
        if words is None:
            vocabulary = self._vocabularies.get(language, _NOTHING)
            words = Words(language, vocabulary, self._entries[language], self._counts[language])
            self._words[language] = words
        return words


class Words:
    """What stems of one language weigh, each worked out when it is first asked for."""

    def __init__(self, language: str, vocabulary: Vocabulary, unread: int, counts: Mapping[str, int]) -> None:
        """``counts`` tell in how many of the ``unread`` entries a word is, beside those of the vocabulary."""
        self._language, self._read = language, vocabulary.entries + unread
        self._known, self._counts = vocabulary.counts, counts
        self._assumed = _Table(self._assume)
        # The logarithm of how many entries there are for each that has the word.
        self.weight: Mapping[str, float] = _Table(lambda word: self._weigh(word, least=1))
        # The weight by which reports find each other: what a few have is as rare as what one has. Else a word that the
        # reports of one event share would be less rare than those of each alone.
        self.rarity: Mapping[str, float] = _Table(lambda word: self._weigh(word, least=_FEW))

    def telling(self, words: Iterable[str]) -> frozenset[str]:
        """Return those that tell one event from another: names, places, rare words, numbers of some length."""
        assumed = self._assumed
        telling = frozenset([word for word in words if assumed[word] <= _PLACE])
        if self._read < _ENOUGH:
            return telling
        return frozenset(word for word in telling if self._having(word) <= _TOO_COMMON * self._read)

    def _weigh(self, word: str, *, least: int) -> float:
        share = self._assumed[word]
        assumed = _ASSUMED_OF_NAMES if share == _RARE else _ASSUMED
        return log((self._read + assumed) / (max(self._having(word), least) + assumed * share))

    def _having(self, word: str) -> int:
        return self._known.get(word, 0) + self._counts.get(word, 0)

    def _assume(self, word: str) -> float:
        """Return how many of all entries have a word, as far as is known of it from the beginning."""
        if word[0].isdigit():
            return _SMALL_NUMBER if len(word) <= 2 or is_year(word) else _NUMBER
        if word in everyday_stems(self._language):
            return _EVERYDAY
        return _PLACE if word in place_stems(self._language) else _RARE


class _Table(dict[str, float]):
    def __init__(self, work_out: Callable[[str], float]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, word: str) -> float:
        value = self[word] = self._work_out(word)
        return value


def is_year(word: str) -> bool:
    return len(word) == 4 and word.isdigit() and word[:2] in {"19", "20"}


def is_quantity(word: str) -> bool:
    return word[0].isdigit() and not is_year(word)
