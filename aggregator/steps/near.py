"""What is near a stored entry, and why it is no copy of it or not in its story, for ``aggregator explain``."""

from __future__ import annotations

from aggregator.categorize import as_entry
from aggregator.dedupe import mark_copies, nearest_articles, sign
from aggregator.model import Gist, StoredEntry
from aggregator.steps.group import cosine_of
from aggregator.store import Store
from aggregator.stories.candidates import Candidates, marks_of
from aggregator.stories.explain import nearest_stories
from aggregator.stories.weights import Weights
from aggregator.text.marks import LINK


def articles_near(store: Store, stored: StoredEntry) -> list[str]:
    """Say of the entries with the same address or the most text in common, which are no duplicates, what they lack."""
    entry = as_entry(stored)
    [signature] = sign([entry])
    marked = mark_copies(entry, signature, Gist(), stored.first_seen)
    at_its_link = store.find_entries(entry_id=stored.id, url=stored.url or "", canonical_url=stored.canonical_url)
    return nearest_articles(stored, at_its_link, marked, store.nearby([marked.probes]))


def stories_near(store: Store, stored: StoredEntry) -> tuple[int, list[str]]:
    """Return how many articles were looked at for the story of an entry, and what the nearest of them lack."""
    own = store.rounds.report(stored.original)
    if own is None:
        return 0, []
    weights = Weights(store.vocabularies())
    marks = marks_of(own.gist, weights, own.published).looked_up
    near = store.rounds.surroundings([marks], {mark for mark in marks if LINK.has(mark)})
    around = {each.id: each for each in near.reports if each.id != own.id}
    found = list(Candidates(near.by_mark, around).of(own, marks))
    vectors = {each.id: each.vector for each in (own, *around.values()) if each.vector is not None}
    return len(found), nearest_stories(own, found, around.values(), weights, cosine_of(vectors))
