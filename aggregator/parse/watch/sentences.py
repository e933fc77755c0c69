"""What changed in the text of a page, sentence by sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from aggregator.parse.watch.noise import essence
from aggregator.parse.watch.snapshot import Snapshot

# Two sentences with so much in common are one that was edited. Among more than so many nobody looks for pairs.
_ALIKE: Final = 0.6
_MOST_PAIRED: Final = 40
_MOST_CHARS_PAIRED: Final = 2_000


@dataclass(frozen=True, slots=True)
class SentenceChange:
    """A sentence that was edited; a new one has no ``before``, one that has gone no ``after``."""

    before: str | None
    after: str | None


def compare_sentences(before: Snapshot, after: Snapshot) -> tuple[SentenceChange, ...]:
    """Return what was edited, is new or has gone, in the order of the page, what has gone last.

    Where a sentence stands does not matter, nor what ``noise`` says does not.
    """
    old = [(essence(each, before.taken_at.date()), each) for each in before.sentences]
    new = [(essence(each, after.taken_at.date()), each) for each in after.sentences]
    gone = _without(old, Counter(said for said, _ in new))
    added = _without(new, Counter(said for said, _ in old))
    partners = _partners(gone, added)
    edited = {id_of: gone[place] for place, id_of in partners.items()}
    changes = [SentenceChange(edited.get(place), text) for place, text in enumerate(added)]
    return (*changes, *(SentenceChange(text, None) for place, text in enumerate(gone) if place not in partners))


def _without(sentences: list[tuple[str, str]], others: Counter[str]) -> list[str]:
    """Return the sentences that are not among the others, each of which stands for one."""
    left = []
    for said, text in sentences:
        if not said:
            continue
        if others[said]:
            others[said] -= 1
        else:
            left.append(text)
    return left


def _partners(gone: list[str], added: list[str]) -> dict[int, int]:
    """Return which of the new sentences each of those that have gone has become, by their places."""
    if max(len(gone), len(added)) > _MOST_PAIRED:
        return {}
    likeness = sorted(
        (
            (_alike(text, other), place, partner)
            for place, text in enumerate(gone)
            for partner, other in enumerate(added)
        ),
        key=lambda each: (-each[0], each[1], each[2]),
    )
    found: dict[int, int] = {}
    for ratio, place, partner in likeness:
        if ratio >= _ALIKE and place not in found and partner not in found.values():
            found[place] = partner
    return found


def _alike(text: str, other: str) -> float:
    words, others = text[:_MOST_CHARS_PAIRED].split(), other[:_MOST_CHARS_PAIRED].split()
    return SequenceMatcher(None, words, others, autojunk=False).ratio()
