"""Why not? What entries lack that have an address or much text in common, for ``aggregator explain``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from aggregator.dedupe.evidence import Piece, by_address, by_claim, by_text, piece_of_known, piece_of_shown
from aggregator.model import Marked, Nearby, StoredEntry

# Of the entries with the most in common so many are told of.
_MOST_SHOWN = 3


def nearest_articles(
    entry: StoredEntry, at_its_link: Sequence[StoredEntry], marked: Marked, nearby: Nearby
) -> list[str]:
    """Say of the entries with the same address or the most text in common, which are no duplicates, what they lack."""
    own = piece_of_shown(entry)
    links = Counter((each.source, each.canonical_url) for each in at_its_link)
    is_shared = any(count > 1 for count in links.values())
    shared = Counter(found for mark in marked.probes.copies for found in nearby.by_mark.get(mark, ()))
    others = {each.id: piece_of_shown(each) for each in at_its_link}
    for found, _ in shared.most_common():
        others.setdefault(found, piece_of_known(nearby.entries[found]))
    return [
        f"{other.id} from {other.source} “{other.title}”: {_why_not(own, other, is_shared=is_shared)}"
        for other in others.values()
        if other.original != own.original
    ][:_MOST_SHOWN]


def _why_not(own: Piece, other: Piece, *, is_shared: bool) -> str:
    address = by_address(own, other, is_shared=is_shared) if own.source != other.source else None
    verdicts = [each for each in (address, by_claim(own, other), by_text(own, other)) if each is not None]
    same = next((each for each in verdicts if each.is_same), None)
    if same is not None:
        return f"would be one now: {same.same}: {same.reason}"
    return f"no duplicate: {'; '.join(f'{each.same}: {each.reason}' for each in verdicts)}"
