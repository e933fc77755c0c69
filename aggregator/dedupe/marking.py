"""The marks of a poll's entries: those that are looked up to recognize the new ones, and those that are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.dedupe.marks import ID, LINK, TEXT, WORD, word_mark
from aggregator.dedupe.stories import story_words
from aggregator.dedupe.weights import Weights
from aggregator.model import Entry, Known, Probes, Signature


@dataclass(frozen=True, slots=True)
class Marked:
    """One entry's signature with its marks: ``stored`` are those by which later ones find it."""

    signature: Signature
    stored: tuple[int, ...]
    probes: Probes


@dataclass(frozen=True, slots=True)
class Marking:
    """What a poll brought that is to be recognized, by key, and how much words weigh at the moment."""

    weights: Weights = field(default_factory=lambda: Weights({}))
    marked: Mapping[str, Marked] = field(default_factory=dict)

    @property
    def probes(self) -> tuple[Probes, ...]:
        """Where the store should look."""
        return tuple(each.probes for each in self.marked.values())


def mark(entries: Sequence[Entry], signatures: Sequence[Signature], known: Known, *, now: datetime) -> Marking:
    """Mark the entries that are new or say something else than before."""
    stored = {each.key: each for each in known.same_source}
    chosen = [
        (entry, signature)
        for entry, signature in zip(entries, signatures, strict=True)
        if entry.key not in known.forgotten
        and (entry.key not in stored or stored[entry.key].fingerprint != entry.fingerprint)
    ]
    weights = Weights(known.vocabularies, (signature for entry, signature in chosen if entry.key not in stored))
    marked: dict[str, Marked] = {}
    for entry, signature in chosen:
        before = stored.get(entry.key)
        published = before.published if before else entry.published or now
        first_seen = before.first_seen if before else now
        marked[entry.key] = mark_one(signature, weights, published=published, first_seen=first_seen)
    return Marking(weights, marked)


def mark_one(signature: Signature, weights: Weights, *, published: datetime, first_seen: datetime) -> Marked:
    """Return the marks of an entry with this signature."""
    ids = () if signature.id_mark is None else (signature.id_mark,)
    stored_words, probed_words = story_words(signature, weights)
    return Marked(
        signature=signature,
        stored=(
            *TEXT.stored(signature.marks, first_seen),
            *ID.stored(ids, first_seen),
            *WORD.stored(map(word_mark, stored_words), published),
            *LINK.stored(map(word_mark, signature.links), published),
        ),
        probes=Probes(
            copies=(*TEXT.looked_up(signature.probes, first_seen), *ID.looked_up(ids, first_seen)),
            story=(
                *WORD.looked_up(map(word_mark, probed_words), published),
                *LINK.looked_up(map(word_mark, signature.links), published),
            ),
        ),
    )
