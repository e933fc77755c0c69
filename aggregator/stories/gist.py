"""What an entry says, for its story: computed from a document's entries alone, before the store is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, islice
from typing import NamedTuple

from aggregator.model import Entry, Gist
from aggregator.stories.links import links_of
from aggregator.stories.proper_names import names_in
from aggregator.text.languages import language_of, stems, terms_in

# What so many entries of one document have is the source's, not the article's.
_REPEATED = 3
# What is read of the text below the headline. What is shorter than that says too little: the content is read instead.
_LEAD_WORDS, _LEAD_CHARS, _SHORT_SUMMARY = 60, 420, 60
_NEARLY_ALL = 0.8
_LAST_PART = re.compile(r"\s+[|·•–—-]\s+")
_SITE = re.compile(r"\.(?:com|net|org|info|de|at|ch|fr|be|lu|eu|uk|co\.uk|news|tv)\b|\b(?:News|TV|Online|Blog)\b")


def gists_of(entries: Sequence[Entry], *, beside: Sequence[Entry] = ()) -> tuple[Gist, ...]:
    """Return the gist of each of these entries of one document, of which ``beside`` are some others."""
    if not entries:
        return ()
    wanted, entries = len(entries), (*entries, *beside)
    site_names = _site_names(entries)
    said = [_said(entry, site_names) for entry in entries]
    languages = _languages(entries, said)
    links = _own_links(entries)
    return tuple(_gist(*each) for each in islice(zip(said, languages, links, strict=True), wanted))


class _Said(NamedTuple):
    """The headline and the lead of an entry, and the words of both."""

    title: str
    lead: str
    title_terms: list[str]
    lead_terms: list[str]


def _said(entry: Entry, site_names: frozenset[str]) -> _Said:
    title, lead = headline(entry.title, site_names), _lead(entry)
    return _Said(title, lead, terms_in(title), terms_in(lead)[:_LEAD_WORDS])


def _gist(said: _Said, language: str, links: tuple[str, ...]) -> Gist:
    title, text = stems(said.title_terms, language), stems(said.lead_terms, language)
    names = names_in(said.title, said.title_terms, language)
    return Gist(
        language=language,
        title=title,
        text=tuple([stem for stem in text if stem not in title]),
        links=links,
        names=names,
        lead_names=tuple([each for each in names_in(said.lead, said.lead_terms, language) if each not in names]),
    )


def _lead(entry: Entry) -> str:
    """Return the beginning of what an entry says below its headline."""
    if len(entry.summary) >= _SHORT_SUMMARY or len(entry.content) <= len(entry.summary):
        return entry.summary[:_LEAD_CHARS]
    return entry.lines[:_LEAD_CHARS].replace("\n", " ")


def _own_links(entries: Sequence[Entry]) -> list[tuple[str, ...]]:
    """Return the pages that each entry links to, without those that the source links to again and again."""
    links = [links_of(entry) for entry in entries]
    counts = Counter(chain.from_iterable(links))
    return [tuple(link for link in each if counts[link] < _REPEATED) for each in links]


def _languages(entries: Sequence[Entry], said: Sequence[_Said]) -> list[str]:
    """Return the language of each entry; what can't be told is that of nearly all others, if there is one."""
    found = [
        language_of(each.title_terms + each.lead_terms, entry.language)
        for entry, each in zip(entries, said, strict=True)
    ]
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
