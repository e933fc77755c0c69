"""What an entry is recognized by: computed from a document's entries alone, before the store is asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from urllib.parse import urlsplit

from aggregator.dedupe.languages import language_of, stems, terms_in
from aggregator.dedupe.links import links_of
from aggregator.dedupe.marks import MAX_WORDS, choose_marks, smallest_pieces, word_mark
from aggregator.dedupe.words import first_words_of_markup
from aggregator.model import Entry, Signature

# What is read of an article for its marks; comparing reads more.
_MARKUP_CHARS = 5000
# Below this a text is a headline.
_LEAST_WORDS = 10
# A piece that so many entries of one document have is the source's, not the article's.
_REPEATED = 3
_SUMMARY_CHARS = 250
_NEARLY_ALL = 0.8
_LAST_PART = re.compile(r"\s+[|·•–—-]\s+")
_SITE = re.compile(r"\.(?:com|net|org|info|de|at|ch|fr|be|lu|eu|uk|co\.uk|news|tv)\b|\b(?:News|TV|Online|Blog)\b")


def sign(entries: Sequence[Entry], *, beside: Sequence[Entry] = ()) -> tuple[Signature, ...]:
    """Return the signature of each of these entries of one document, of which ``beside`` are some others."""
    if not entries:
        return ()
    wanted, entries = len(entries), (*entries, *beside)
    pieces = [_pieces(entry) for entry in entries]
    seen = Counter(piece for _, whole in pieces for piece in whole)
    seen.update(piece for beginning, whole in pieces if beginning is not whole for piece in set(beginning) - set(whole))
    repeated = {piece for piece, count in seen.items() if count >= _REPEATED}
    names = _site_names(entries)
    terms = [_terms(entry, names) for entry in entries]
    languages = _languages(entries, terms)
    links = _own_links(entries)
    return tuple(
        _signature(entry, *each, repeated, _said(*its_terms, language), its_links)
        for entry, each, its_terms, language, its_links in islice(
            zip(entries, pieces, terms, languages, links, strict=True), wanted
        )
    )


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


@dataclass(frozen=True, slots=True)
class _Said:
    """What an entry says, for its story."""

    language: str
    title: tuple[str, ...]
    text: tuple[str, ...]


def _said(in_title: list[str], in_summary: list[str], language: str) -> _Said:
    title = stems(in_title, language)
    return _Said(language, title, tuple(stem for stem in stems(in_summary, language) if stem not in title))


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


def _pieces(entry: Entry) -> tuple[list[int], list[int]]:
    words = first_words_of_markup(entry.content or entry.summary, MAX_WORDS, limit=_MARKUP_CHARS)
    if len(words) < _LEAST_WORDS:
        words = []
    return smallest_pieces(words)


def _signature(
    entry: Entry,
    beginning: list[int],
    whole: list[int],
    repeated: set[int],
    said: _Said,
    links: tuple[str, ...],
) -> Signature:
    if not repeated.isdisjoint(whole) or not repeated.isdisjoint(beginning):
        is_short = whole is beginning
        whole = [piece for piece in whole if piece not in repeated]
        beginning = whole if is_short else [piece for piece in beginning if piece not in repeated]
    marks, probes = choose_marks(beginning, whole)
    return Signature(
        marks=marks,
        probes=probes,
        id_mark=word_mark(entry.key) if is_universal(entry.key) else None,
        language=said.language,
        title=said.title,
        text=said.text,
        links=links,
    )


def is_universal(key: str) -> bool:
    """Whether a key is an id that names one entry in all the world (RFC 4287 §4.2.6), not "1234" or a front page."""
    scheme, _, rest = key.removeprefix("id:").partition(":")
    if not key.startswith("id:") or " " in key:
        return False
    if scheme in {"http", "https"}:
        try:
            parts = urlsplit(f"{scheme}:{rest}")
            return bool(parts.hostname and (parts.path.strip("/") or parts.query))
        except ValueError:
            return False
    return scheme in {"tag", "urn"} and len(rest) > 8
