"""What counts as evidence that two entries are the same article, in this order: address, id, text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from aggregator.dedupe.articles import Article, Comparison, compare_articles, titles_agree, titles_alike
from aggregator.dedupe.signature import is_universal
from aggregator.model import Entry, Known, KnownEntry, Marked, Nearby, Resembling
from aggregator.text.folding import fold, words_of_markup
from aggregator.text.hosts import names_an_article, site_of

# What a source puts under all its entries is no longer than so many words.
_MAY_BE_REPEATED = 150

# Of the entries with the most text in common, for ``aggregator explain``.
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SameArticle:
    """``original`` is the id of the first of the duplicates; ``evidence`` says in words why."""

    original: str
    evidence: str
    story: str | None = None


def same_address(entry: Entry, known: Known, *, link_is_unique: bool) -> SameArticle | None:
    """Find the earliest entry of another source with the same canonical URL.

    A link to a site's front page names no article. A link that several entries of one source share (a changelog, a
    live blog) names one only together with the title.
    """
    if entry.canonical_url is None or not names_an_article(entry.canonical_url):
        return None
    same_link = [each for each in known.elsewhere if each.canonical_url == entry.canonical_url]
    shared_here = not link_is_unique or any(
        each.canonical_url == entry.canonical_url and each.key != entry.key for each in known.same_source
    )
    matches = [
        each
        for each in same_link
        if _is_same_title(each.title, entry.title) or not (shared_here or _is_shared(each, same_link))
    ]
    if not matches:
        return None
    first = min(matches, key=lambda each: (each.first_seen, each.id))
    evidence = f"same address as in {first.source}: {entry.canonical_url}"
    return SameArticle(original=first.original, evidence=evidence, story=first.story)


def article_of(entry: Entry | Resembling) -> Article:
    """Return what is compared of an entry."""
    markup = (entry.content or entry.summary) if isinstance(entry, Entry) else entry.markup
    return Article(entry.title, words_of_markup(markup or ""))


def same_text(
    entry: Entry, source: str, candidates: Iterable[Resembling], repeated: Callable[[], frozenset[tuple[str, ...]]]
) -> SameArticle | None:
    """Find the earliest of these that has the entry's id, or its text.

    ``repeated`` returns the pieces that the source repeats; it is asked only when they may be all that is the same. A
    text that several articles of one source have is none of them, unless the title is the same too.
    """
    article = article_of(entry)
    found: list[tuple[Resembling, Comparison]] = []
    other_editions: set[str] = set()
    for candidate in candidates:
        comparison = compare_entries(entry, article, source, candidate)
        if comparison.is_same and 0 < comparison.shared < _MAY_BE_REPEATED:
            comparison = compare_entries(entry, article, source, candidate, repeated())
        if comparison.is_same:
            found.append((candidate, comparison))
        elif comparison.is_edition and titles_alike(entry.title, candidate.title):
            other_editions.add(candidate.original)
    originals: dict[str, set[str]] = defaultdict(set)
    for candidate, _ in found:
        originals[candidate.source].add(candidate.original)
    certain = [
        (candidate, comparison)
        for candidate, comparison in found
        if candidate.original not in other_editions
        and (len(originals[candidate.source]) == 1 or titles_agree(entry.title, candidate.title))
    ]
    if not certain:
        return None
    first, comparison = min(certain, key=lambda each: (each[0].first_seen, each[0].published, each[0].id))
    evidence = f"same article as in {first.source}: {comparison.reason}"
    return SameArticle(original=first.original, evidence=evidence, story=first.story)


def compare_entries(
    entry: Entry,
    article: Article,
    source: str,
    candidate: Resembling,
    repeated: frozenset[tuple[str, ...]] = frozenset(),
) -> Comparison:
    """Judge an entry beside one that has marks in common with it, by id, by what it says of its origin, by text."""
    within_source = candidate.source == source
    if not within_source and titles_agree(entry.title, candidate.title):
        if candidate.key == entry.key and is_universal(entry.key):
            return Comparison(True, f"both have the id {entry.key.removeprefix('id:')}, and the titles agree")
        if _origin_host(entry) == site_of(candidate.url) is not None and _is_same_title(entry.title, candidate.title):
            return Comparison(True, f"it says that it is from {site_of(candidate.url)}, where the same title is")
    if candidate.markup is None:
        return Comparison(False, "their texts have nothing in common word for word")
    is_same_markup = candidate.markup == (entry.content or entry.summary)
    other = Article(candidate.title, article.words) if is_same_markup else article_of(candidate)
    return compare_articles(article, other, repeated=repeated, within_source=within_source)


def _origin_host(entry: Entry) -> str | None:
    return site_of(entry.origin.url) or site_of(entry.origin.id) if entry.origin else None


def _is_same_title(title: str, other: str) -> bool:
    return fold(title).split() == fold(other).split()


def _is_shared(candidate: KnownEntry, same_link: Sequence[KnownEntry]) -> bool:
    return sum(each.source == candidate.source for each in same_link) > 1


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
    return said[:_MOST_SHOWN]
