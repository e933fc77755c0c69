"""A stored entry as it was when it was new, for ``aggregator explain``: what it was recognized by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.dedupe import sign
from aggregator.model import Entry, Marked, Resembling, StoredEntry, Vocabulary
from aggregator.steps.marking import mark_one
from aggregator.stories import Weights, gists_of


@dataclass(frozen=True, slots=True)
class Reconsidered:
    """A stored entry ready to be judged again, with what it is recognized by, and how much words weigh now."""

    entry: Entry
    resembling: Resembling
    marked: Marked
    weights: Weights


def reconsider(stored: StoredEntry, vocabularies: Mapping[str, Vocabulary]) -> Reconsidered:
    """Return a stored entry ready to be judged again."""
    entry = Entry(
        key=stored.id,
        url=stored.url,
        canonical_url=stored.canonical_url,
        title=stored.title,
        summary=stored.summary,
        content=stored.content,
        language=stored.language,
        origin=stored.origin,
    )
    [signature], [gist] = sign([entry]), gists_of([entry])
    weights = Weights(vocabularies)
    resembling = Resembling(
        id=stored.id,
        source=stored.source,
        key=entry.key,
        original=stored.original,
        story=stored.story,
        url=stored.url,
        title=stored.title,
        published=stored.published,
        first_seen=stored.first_seen,
        gist=gist,
        markup=stored.content or stored.summary,
    )
    marked = mark_one(signature, gist, weights, published=stored.published, first_seen=stored.first_seen)
    return Reconsidered(entry, resembling, marked, weights)
