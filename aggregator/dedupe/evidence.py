"""What counts as evidence that two sources published the same article."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from aggregator.model import Entry, Known, KnownEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class SameArticle:
    """``original`` is the id of the first of the duplicates; ``evidence`` says in words why."""

    original: str
    evidence: str


def same_article(entry: Entry, known: Known, *, link_is_unique: bool) -> SameArticle | None:
    """Find the earliest entry of another source with the same canonical URL.

    A link to a site's front page names no article. A link that several entries of one source share (a changelog, a
    live blog) names one only together with the title.
    """
    if entry.canonical_url is None or not _names_an_article(entry.canonical_url):
        return None
    same_link = [each for each in known.elsewhere if each.canonical_url == entry.canonical_url]
    shared_here = not link_is_unique or any(
        each.canonical_url == entry.canonical_url and each.key != entry.key for each in known.same_source
    )
    matches = [
        each
        for each in same_link
        if _fold(each.title) == _fold(entry.title) or not (shared_here or _is_shared(each, same_link))
    ]
    if not matches:
        return None
    first = min(matches, key=lambda each: (each.first_seen, each.id))
    return SameArticle(original=first.original, evidence=f"same address as in {first.source}: {entry.canonical_url}")


def _is_shared(candidate: KnownEntry, same_link: list[KnownEntry]) -> bool:
    return sum(each.source == candidate.source for each in same_link) > 1


def _names_an_article(canonical_url: str) -> bool:
    parts = urlsplit(canonical_url)
    return bool(parts.path.strip("/") or parts.query)


def _fold(title: str) -> str:
    return " ".join(title.casefold().split())
