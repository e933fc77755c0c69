"""What an edit is worth: what it gets right, less what it changes of entries that nobody has judged."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from aggregator.categorize import as_entry
from aggregator.config import TermGroup
from aggregator.model import Entry, StoredEntry
from aggregator.stories.everyday import everyday_stems
from aggregator.stories.placenames import place_stems
from aggregator.text.languages import is_small, language_of, stems, terms_in
from aggregator.text.matching import squeeze
from aggregator.tuning.edits import PRICES, Edit, EditKind

# What an edit is worth: examples that it gets right, further ones that have its term, stored entries that it gains and
# that have more in common with the examples (no more than so many of them); less what it changes of others, of which
# one is free: a term that finds no entry at all is known from its example alone.
_WORTH_OF_FIXED, _WORTH_OF_KNOWN, _WORTH_OF_KIN, _MOST_KIN = 4.0, 1.5, 0.4, 6
_PRICE_OF_STRANGERS, _PRICE_OF_LOST_STRANGERS, _PRICE_OF_LOST_KIN = 0.8, 0.7, 1.5
# A name, a place or an everyday word is rarely what a subject is known by.
_PRICE_OF_NAME, _PRICE_OF_PLACE, _PRICE_OF_EVERYDAY, _PRICE_OF_SHORT = 2.5, 4.0, 2.5, 1.0
_PRICE_OF_PAIR, _PRICE_OF_PHRASE, _WORTH_OF_STEM, _SHORT = 1.0, 0.5, 0.3, 5
# The longer a word, the fewer meanings it has; in languages that write nouns with a capital, others tell less.
_WORTH_OF_LETTER, _MOST_LETTERS, _PRICE_OF_NO_NOUN = 0.1, 16, 1.0
_LONGEST_ENDING = 2  # a stem without it is worth as much as the word
# Headlines begin with what they are about, most plainly with a word or three before a colon ("Data leak: …").
_PRICE_OF_LATER, _WORTH_OF_KICKER, _MOST_IN_KICKER = 0.3, 1.0, 3
_WORTH_OF_ACRONYM = 0.8  # which has one meaning, with its capitals

_WORD = re.compile(r"[^\W\d_]+")
_KICKER = re.compile(r"^([^:]+?)\s?:\s")


@dataclass(frozen=True, slots=True)
class _Headline:
    """What the headline of an example tells of its words, which are folded.

    ``names`` have a capital where none is due, ``no_nouns`` none where one is; ``telling`` are in their order;
    ``kicker`` are those that stand before a colon.
    """

    words: frozenset[str]
    kicker: frozenset[str]
    telling: tuple[str, ...]
    names: frozenset[str]
    no_nouns: frozenset[str]


class Worth:
    """Rates edits of a rule by its examples, which go by their numbers."""

    def __init__(self, examples: Sequence[tuple[Entry, bool]]) -> None:
        """``examples`` are the entries, and whether they belong to the category."""
        self._examples = examples
        self._headlines = [_read(entry) for entry, _ in examples]
        self._stems: dict[str, frozenset[str]] = {}

    def of(
        self,
        edit: Edit,
        fixed: Sequence[int],
        *,
        known: int,
        gained: Sequence[StoredEntry],
        lost: Sequence[StoredEntry],
    ) -> float:
        """Return what an edit is worth that gets examples right, and changes stored entries.

        ``known`` further examples that belong to the category have its term.
        """
        kin = sum(self._is_kin(entry, edit.group) for entry in gained)
        lost_kin = sum(self._is_kin(entry, edit.group) for entry in lost)
        worth = _WORTH_OF_FIXED * len(fixed) + _WORTH_OF_KNOWN * known * (edit.kind is EditKind.TERM)
        worth += _WORTH_OF_KIN * min(kin, _MOST_KIN) - _PRICE_OF_STRANGERS * math.log2(max(1, len(gained) - kin))
        worth -= _PRICE_OF_LOST_KIN * lost_kin + _PRICE_OF_LOST_STRANGERS * math.log2(1 + len(lost) - lost_kin)
        return worth - PRICES[edit.kind] - self._price_of_terms(edit, fixed)

    def _is_kin(self, entry: StoredEntry, group: TermGroup) -> bool:
        """Whether an entry has more in common with the examples of the category than an edit's own words."""
        known = self._stems.get(entry.id)
        if known is None:
            known = self._stems[entry.id] = _stems_of(as_entry(entry)) & self._vocabulary
        own = [word.decode() for term in (*group.terms, *group.near) for word in squeeze(term).lower().split()]
        return any(not any(stem.startswith(word[:_SHORT]) or word.startswith(stem) for word in own) for stem in known)

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        """The stems that examples of the category have and others haven't."""
        yes, no = (
            {stem for entry, is_yes in self._examples if is_yes is wanted for stem in _stems_of(entry)}
            for wanted in (True, False)
        )
        return frozenset(yes - no)

    def _price_of_terms(self, edit: Edit, fixed: Sequence[int]) -> float:
        """Return how little the words of an edit are to be trusted; less than 0 for those that have few meanings."""
        price = _PRICE_OF_PAIR * len(edit.group.near)
        if edit.kind not in {EditKind.TERM, EditKind.AGAINST}:
            return price
        headlines = [self._headlines[at] for at in fixed]
        price += min(_price_of(word, headlines) for word in (*edit.group.terms, *edit.group.near))
        return price - _worth_of(edit.group.terms[0], headlines) * (edit.kind is EditKind.TERM)


def _price_of(term: str, headlines: Sequence[_Headline]) -> float:
    """Return what a word costs that belongs to any subject: a place, an everyday word, a name, a short word."""
    word = max(terms_in(term.strip("=*")), key=len, default="")
    forms = {word, *stems([word], "en"), *stems([word], "fr"), *stems([word], "de")}
    return max(
        _PRICE_OF_PLACE * (not forms.isdisjoint(place_stems(""))),
        _PRICE_OF_EVERYDAY * (not forms.isdisjoint(everyday_stems(""))),
        _PRICE_OF_NAME * any(name.startswith(word) for each in headlines for name in each.names),
        _PRICE_OF_NO_NOUN * any(other.startswith(word) for each in headlines for other in each.no_nouns),
        _PRICE_OF_SHORT * (len(word) < _SHORT and not term.startswith("=") and "-" not in term),
    )


def _worth_of(term: str, headlines: Sequence[_Headline]) -> float:
    """Return what a term is worth by its looks: long, a stem, one word, at the beginning of a headline."""
    word = max(terms_in(term), key=len, default="")
    is_stem = term.endswith("*")
    ending = _LONGEST_ENDING * (is_stem and not any(word in each.words for each in headlines))
    length = len(term) if "-" in term and " " not in term else len(word) + ending
    worth = _WORTH_OF_LETTER * min(length, _MOST_LETTERS)
    worth -= _PRICE_OF_LATER * min(_place_of(word, each) for each in headlines)
    worth += _WORTH_OF_KICKER * any(other.startswith(word) for each in headlines for other in each.kicker)
    worth += _WORTH_OF_ACRONYM * term.startswith("=")
    if " " in term:
        return worth - _PRICE_OF_PHRASE
    return worth + _WORTH_OF_STEM * is_stem


def _place_of(word: str, headline: _Headline) -> int:
    """Return how many telling words stand before one in a headline."""
    found = (place for place, each in enumerate(headline.telling) if each.startswith(word))
    return next(found, len(headline.telling))


def _stems_of(entry: Entry) -> frozenset[str]:
    """Return what an entry says, without everyday words and places."""
    words = terms_in(f"{entry.title} {entry.summary}")
    language = language_of(words, entry.language)
    everyday, places = everyday_stems(language), place_stems(language)
    return frozenset(
        each for each in stems(words, language) if each not in everyday and each not in places and not each[0].isdigit()
    )


def _read(entry: Entry) -> _Headline:
    words = terms_in(entry.title)
    language = language_of(words, entry.language)
    telling = tuple(each for each in words if not is_small(each, ""))
    names = frozenset(_names_in(entry.title, language))
    kicker = _KICKER.match(entry.title)
    before = terms_in(kicker[1]) if kicker else []
    return _Headline(
        words=frozenset(words),
        kicker=frozenset(before if len(before) <= _MOST_IN_KICKER else ()),
        telling=telling,
        names=names,
        no_nouns=frozenset(_no_nouns(entry.title, language)),
    )


def _names_in(title: str, language: str) -> set[str]:
    """Return the folded words that look like names: with a capital where none is due."""
    if language in {"de", "lb"}:  # which write all nouns with one
        return set()
    words = [(each.group(), each.start()) for each in _WORD.finditer(title)]
    inner = [word for word, at in words if at and not re.search(r"[.:!?»“\"]\s*$", title[:at])]
    capitals = [word for word in inner if word[0].isupper() and not word.isupper()]
    if 2 * len(capitals) > len([word for word in inner if not is_small(word.lower(), "")]):
        return set()  # a headline in capitals
    return {term for word in capitals for term in terms_in(word)}


def _no_nouns(title: str, language: str) -> set[str]:
    """Return the folded words that are hardly nouns: without a capital, in languages that write those with one.

    In English it is the verb of a headline: the first word in -s that stands behind another ("Hospital restores …").
    """
    if language in {"en", ""}:
        words = [each for each in terms_in(title) if not is_small(each, "en")]
        return set(islice((each for each in words[1:] if each.endswith("s") and not each.endswith("ss")), 1))
    if language not in {"de", "lb"}:
        return set()
    return {term for word in _WORD.findall(title) if word[0].islower() for term in terms_in(word)}
