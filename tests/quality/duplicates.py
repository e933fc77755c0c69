"""How well copies of articles are recognized: real articles, changed as syndication changes them, among all others."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from aggregator.model import Entry
from aggregator.text.folding import words_of_markup
from tests.quality.copies import copy_of
from tests.quality.polls import open_store, poll_all, read_feeds
from tests.quality.scores import Score
from tests.quality.traps import has_numbers, next_editions, written_traps

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWN = Path(__file__).parent / "own" / "articles.jsonl"

# The scores that may not fall.
FLOOR_PRECISION, FLOOR_RECALL = 0.995, 0.97

# What is called an article: shorter texts need more than themselves to be recognized.
_ARTICLE_WORDS = 60
_COPIES, _EDITIONS = 600, 200
_SITES = 8


def own_score() -> Score:
    """Return the score on articles of our own, each copied several times, with the written traps."""
    articles = [_own_entry(number, line) for number, line in enumerate(OWN.read_text(encoding="utf-8").splitlines())]
    chance = random.Random(1)
    return _score({"own": articles} | written_traps(), [each for each in articles for _ in range(5)], [], chance)


def corpus_score(corpus: Path, seed: int = 1) -> Score:
    """Return the score on copies of articles of real feeds, among all their entries and their next editions."""
    documents = {name: list(entries) for name, entries in read_feeds(corpus / "feeds", NOW).items()}
    articles = [
        entry
        for entries in documents.values()
        for entry in entries
        if len(words_of_markup(entry.content or entry.summary)) >= _ARTICLE_WORDS
    ]
    chance = random.Random(seed)
    numbered = [each for each in articles if has_numbers(each)]
    editions = next_editions(chance.sample(numbered, _EDITIONS))
    return _score(documents | written_traps(), chance.sample(articles, _COPIES), editions, chance)


def report(corpus: Path | None) -> Iterator[str]:
    """Yield the scores, a line each."""
    yield f"duplicates, our own articles   {own_score()}"
    if corpus is not None:
        yield f"duplicates, copies of real ones {corpus_score(corpus)}"


def _score(
    documents: dict[str, list[Entry]], articles: Sequence[Entry], editions: Sequence[Entry], chance: random.Random
) -> Score:
    """Poll the originals, then editions and copies. Whatever else the copies or traps are called copies of is wrong."""
    copies = [copy_of(entry, number, chance) for number, entry in enumerate(articles)]
    later = {f"copies{site}": copies[site::_SITES] for site in range(_SITES)} | {"editions": list(editions)}
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/quality.db", NOW)
        try:
            stored = list(poll_all(store, documents | later, now=NOW).values())
        finally:
            store.close()
    groups: dict[tuple[str | None, str], set[str]] = {}
    for entry in stored:
        groups.setdefault((entry.url, entry.title), set()).add(entry.original)
    right = wrong = missed = 0
    by_url = {entry.url: entry for entry in stored if entry.source in later}
    for copy, article in zip(copies, articles, strict=True):
        found = by_url[copy.url]
        is_right = found.original in groups[article.url, article.title]
        right += is_right
        wrong += not is_right and found.duplicate_of is not None
        missed += not is_right and found.duplicate_of is None
    sources = {entry.id: entry.source for entry in stored}
    traps = written_traps()
    for entry in stored:  # an article that the corpus has twice gives an edition twice
        is_trap = entry.source in traps or entry.source == "editions"
        wrong += is_trap and entry.duplicate_of is not None and sources[entry.original] != "editions"
    return Score(right, wrong, missed)


def _own_entry(number: int, line: str) -> Entry:
    written = json.loads(line)
    url = f"https://own.example/{number}"
    content = "".join(f"<p>{sentence.strip()}.</p>" for sentence in written["text"].rstrip(".").split(". "))
    return Entry(
        key=f"url:{url}",
        url=url,
        canonical_url=url,
        title=written["title"],
        content=content,
        language=written["language"],
        fingerprint=url,
    )
