"""Two entries from one template: the same sentences about two subjects. Their titles say what the subjects are."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.text.folding import words_in

# A word of a title tells something from so many letters on; "in", "m", "f" and "d" don't.
_TELLING = 4
# Titles of one template differ in so many places at most.
_SLOTS = 2


def subjects_differ(title: str, words: Sequence[str], other_title: str, other_words: Sequence[str]) -> str | None:
    """Return what two entries are about, when that is not the same; None when nothing says so.

    Each title has a word that the other has not and that is in its own text alone: "Baker in Wiltz", "Plumber in
    Diekirch". Or the titles differ in a place or two, and neither text has what stands there: "Weather: Wiltz".
    """
    one, two = words_in(title), words_in(other_title)
    only = [_telling(set(one) - set(two)), _telling(set(two) - set(one))]
    if not all(only):
        return None
    texts = set(words), set(other_words)
    own = [(only[0] & texts[0]) - texts[1], (only[1] & texts[1]) - texts[0]]
    if all(own):
        return " and ".join(", ".join(sorted(each)[:2]) for each in own)
    slots = [pair for pair in zip(one, two, strict=False) if pair[0] != pair[1]]
    is_template = len(one) == len(two) and 0 < len(slots) <= _SLOTS and len(one) > len(slots)
    filled = {word for pair in slots for word in pair}
    if is_template and all(len(word) >= _TELLING for word in filled) and filled.isdisjoint(texts[0] | texts[1]):
        return " and ".join(sorted(filled)[:2])
    return None


def telling_words(title: str) -> set[str]:
    """Return the words of a title that tell something."""
    return _telling(set(words_in(title)))


def _telling(words: set[str]) -> set[str]:
    return {word for word in words if len(word) >= _TELLING or any(letter.isdigit() for letter in word)}
