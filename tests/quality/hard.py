"""How well hard copies are recognized, that templates are told apart, and which entry is the original."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from aggregator.model import Entry, StoredEntry
from tests.quality.hard_copies import KINDS, hard_copy, is_changed, paragraphs, words_of
from tests.quality.polls import open_store, poll_all, read_feeds
from tests.quality.scores import Score
from tests.quality.templates import template_pairs

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

# The scores that may not fall; wrong joins are counted among all entries.
FLOOR_RECALL, MOST_WRONG, FLOOR_ORIGINALS = 0.85, 0.01, 0.98

_ARTICLE_WORDS, _ARTICLE_PARAGRAPHS = 150, 5
_EACH = 60  # copies of each kind
_SITES = 6


def poll(documents: Mapping[str, Sequence[Entry]]) -> list[StoredEntry]:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/quality.db", NOW)
        try:
            return list(poll_all(store, documents, now=NOW).values())
        finally:
            store.close()


def hard_scores(corpus: Path, seed: int = 3) -> tuple[dict[str, Score], int, int, float]:
    """Return the score of each kind of copy, how many joins are wrong, of how many entries, and the share of originals.

    A copy that holds two articles is one of either. Articles of real feeds are polled as they are, copies of them a day
    later as other sites; some of the copies first.
    """
    chance = random.Random(seed)
    feeds = {name: _dated(entries) for name, entries in read_feeds(corpus / "feeds", NOW).items()}
    articles = [
        entry
        for entries in feeds.values()
        for entry in entries
        if len(words_of(entry)) >= _ARTICLE_WORDS and len(paragraphs(entry)) >= _ARTICLE_PARAGRAPHS
    ]
    made: list[tuple[str, tuple[Entry, ...], Entry]] = []
    turns = cycle(chance.sample(articles, len(articles)))  # no site has an article twice, unless there are too few
    for kind in KINDS:
        for entry in islice(turns, _EACH):
            other = chance.choice(articles)
            copy = hard_copy(entry, other, kind, len(made), chance)
            if kind == "another title" or is_changed(entry, copy):
                made.append((kind, (entry, other) if "another article" in kind else (entry,), copy))
    sites = {f"site{site}": [copy for _, _, copy in made[site::_SITES]] for site in range(_SITES)}
    early = {name: sites[name] for name in list(sites)[: _SITES // 2]}
    stored = poll(early | feeds | sites)
    originals = {(each.source, each.url, each.title): each.original for each in stored}
    copies = {each.url: each for each in stored if each.source in sites}
    groups = {originals[name, entry.url, entry.title]: None for name, its in feeds.items() for entry in its}
    scores: dict[str, Score] = {}
    firsts = found_groups = 0
    published = {each.id: each for each in stored}
    of_article = {
        (entry.url, entry.title): originals[name, entry.url, entry.title]
        for name, its in feeds.items()
        for entry in its
    }
    for kind, held, copy in made:
        found = copies[copy.url]
        is_right = found.original in {of_article[each.url, each.title] for each in held}
        is_wrong = not is_right and found.original in groups
        score = scores.get(kind, Score(0, 0, 0))
        scores[kind] = Score(
            score.right + is_right, score.wrong + is_wrong, score.missed + (not is_right and not is_wrong)
        )
        if is_right:
            found_groups += 1
            firsts += published[found.original].source not in sites
    wrong = sum(each.wrong for each in scores.values())
    return scores, wrong, len(stored), firsts / max(1, found_groups)


def joined_templates() -> list[str]:
    """Return the titles of the entries of one template that were taken for copies; each fills its template once."""
    entries = {(each.title, each.content): each for pair in template_pairs() for each in pair}
    documents: dict[str, list[Entry]] = {}
    for number, entry in enumerate(entries.values()):
        url = f"https://templates.example/{number}"
        filled = replace(entry, key=url, url=url, canonical_url=url, published=NOW - timedelta(hours=3))
        documents.setdefault(f"s{number % 5}", []).append(filled)
    return [each.title for each in poll(documents) if each.duplicate_of]


def _dated(entries: Sequence[Entry]) -> list[Entry]:
    """Return entries with times: those without one are some days old, as they are in their feeds."""
    return [
        entry
        if entry.published and entry.published < NOW - timedelta(days=2)
        else replace(entry, published=NOW - timedelta(days=3))
        for entry in entries
    ]
