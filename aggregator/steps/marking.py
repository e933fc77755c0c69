"""The marks of a poll's entries: those that are looked up to recognize the new ones, and those that are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.dedupe import copy_marks
from aggregator.model import Entry, Gist, Known, Marked, Probes, Signature
from aggregator.stories import Weights, story_marks


@dataclass(frozen=True, slots=True)
class Marking:
    """What a poll brought that is to be recognized, by key, and how much words weigh at the moment."""

    weights: Weights = field(default_factory=lambda: Weights({}))
    marked: Mapping[str, Marked] = field(default_factory=dict)

    @property
    def probes(self) -> tuple[Probes, ...]:
        """Where the store should look."""
        return tuple(each.probes for each in self.marked.values())


def mark(
    entries: Sequence[Entry], signatures: Sequence[Signature], gists: Sequence[Gist], known: Known, *, now: datetime
) -> Marking:
    """Mark the entries that are new or say something else than before."""
    stored = {each.key: each for each in known.same_source}
    chosen = [
        (entry, signature, gist)
        for entry, signature, gist in zip(entries, signatures, gists, strict=True)
        if entry.key not in known.forgotten
        and (entry.key not in stored or stored[entry.key].fingerprint != entry.fingerprint)
    ]
    weights = Weights(known.vocabularies, (gist for entry, _, gist in chosen if entry.key not in stored))
    marked: dict[str, Marked] = {}
    for entry, signature, gist in chosen:
        before = stored.get(entry.key)
        published = before.published if before else entry.published or now
        first_seen = before.first_seen if before else now
        marked[entry.key] = mark_one(signature, gist, weights, published=published, first_seen=first_seen)
    return Marking(weights, marked)


def mark_one(
    signature: Signature, gist: Gist, weights: Weights, *, published: datetime, first_seen: datetime
) -> Marked:
    """Return the marks of one entry."""
    stored, copies = copy_marks(signature, first_seen)
    stored_words, story = story_marks(gist, weights, published)
    return Marked(gist=gist, stored=(*stored, *stored_words), probes=Probes(copies=copies, story=story))
