"""What an entry says, for its story: computed from a document's entries alone, before the store is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, islice

from aggregator.model import Entry, Gist
from aggregator.stories.links import links_of
from aggregator.text.languages import language_of, stems, terms_in

# What so many entries of one document have is the source's, not the article's.
_REPEATED = 3
_SUMMARY_CHARS = 250
_NEARLY_ALL = 0.8
_LAST_PART = re.compile(r"\s+[|·•–—-]\s+")
_SITE = re.compile(r"\.(?:com|net|org|info|de|at|ch|fr|be|lu|eu|uk|co\.uk|news|tv)\b|\b(?:News|TV|Online|Blog)\b")


def gists_of(entries: Sequence[Entry], *, beside: Sequence[Entry] = ()) -> tuple[Gist, ...]:
    """Return the gist of each of these entries of one document, of which ``beside`` are some others."""
    if not entries:
        return ()
    wanted, entries = len(entries), (*entries, *beside)
    names = _site_names(entries)
    terms = [_terms(entry, names) for entry in entries]
    languages = _languages(entries, terms)
    links = _own_links(entries)
    return tuple(_gist(*each) for each in islice(zip(terms, languages, links, strict=True), wanted))


def _gist(terms: tuple[list[str], list[str]], language: str, links: tuple[str, ...]) -> Gist:
    in_title, in_summary = terms
    title = stems(in_title, language)
    text = tuple(stem for stem in stems(in_summary, language) if stem not in title)
    return Gist(language=language, title=title, text=text, links=links)


def _own_links(entries: Sequence[Entry]) -> list[tuple[str, ...]]:
    """Return the pages that each entry links to, without those that the source links to again and again."""
    links = [links_of(entry) for entry in entries]
    counts = Counter(chain.from_iterable(links))
    return [tuple(link for link in each if counts[link] < _REPEATED) for each in links]


def _terms(entry: Entry, site_names: frozenset[str]) -> tuple[list[str], list[str]]:
    """Return the words of the headline and of the beginning of the summary."""
    return terms_in(headline(entry.title, site_names)), terms_in(entry.summary[:_SUMMARY_CHARS])


def _languages(entries: Sequence[Entry], terms: Sequence[tuple[list[str], list[str]]]) -> list[str]:
    """Return the language of each entry; what can't be told is that of nearly all others, if there is one."""
    found = [language_of(chain(*each), entry.language) for entry, each in zip(entries, terms, strict=True)]
    known = Counter(language for language in found if language)
    [(most, count)] = known.most_common(1) or [("", 0)]
    usual = most if count >= _NEARLY_ALL * known.total() else ""
    return [language or usual for language in found]


def _site_names(entries: Sequence[Entry]) -> frozenset[str]:
    """Return what stands behind several titles of the document: the name of the site."""
    endings = Counter(_LAST_PART.split(title)[-1] for title in {entry.title for entry in entries})
    return frozenset(ending for ending, count in endings.items() if count >= _REPEATED)


def headline(title: str, site_names: frozenset[str] = frozenset()) -> str:
    """Return a title without the site's name behind it."""
    *parts, last = _LAST_PART.split(title)
    if parts and (last in site_names or _SITE.search(last)):
        return title[: -len(last)]
    return title
