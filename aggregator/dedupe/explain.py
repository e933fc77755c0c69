"""Why an entry is no duplicate of those with the most text in common, in words for ``aggregator explain``."""

from __future__ import annotations

from collections import Counter

from aggregator.dedupe.evidence import article_of, compare_entries
from aggregator.model import Entry, Marked, Nearby, Resembling

_SHOWN = 3


def nearest_articles(entry: Entry, own: Resembling, marked: Marked, nearby: Nearby) -> list[str]:
    """Say of the entries with the most text in common, which are no duplicates, what they lack."""
    article = article_of(entry)
    shared = Counter(found for mark in marked.probes.copies for found in nearby.by_mark.get(mark, ()))
    said = []
    for other in (nearby.entries[found] for found, _ in shared.most_common()):
        if other.original != own.original:
            comparison = compare_entries(entry, article, own.source, other)
            verdict = "would be one by its text now" if comparison.is_same else "no duplicate"
            said.append(f"{other.id} from {other.source} “{other.title}”: {verdict}: {comparison.reason}")
    return said[:_SHOWN]
