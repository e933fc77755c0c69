"""How well headlines of one event are brought together: pairs, all polled into one store as two sources."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aggregator.model import Entry
from tests.quality.polls import open_store, poll_all
from tests.quality.scores import Score

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWN = Path(__file__).parent / "own" / "headlines.jsonl"

# The scores that may not fall.
FLOOR_PRECISION, FLOOR_RECALL = 0.96, 0.87

Pair = dict[str, Any]


def own_pairs() -> list[Pair]:
    return _read(OWN)


def corpus_pairs(corpus: Path) -> list[Pair]:
    return [pair for path in sorted((corpus / "duplicates").glob("pairs_*.jsonl")) for pair in _read(path)]


def scores(pairs: Sequence[Pair]) -> dict[str, Score]:
    """Return the scores by language, and of "all". Undecided pairs are polled too, and not scored."""
    documents = {side: [_entry(pair, side, number) for number, pair in enumerate(pairs)] for side in ("a", "b")}
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/quality.db", NOW)
        try:
            stories = {entry.url: entry.story for entry in poll_all(store, documents, now=NOW).values()}
        finally:
            store.close()
    counts: Counter[tuple[str, bool, bool]] = Counter()
    for number, pair in enumerate(pairs):
        if pair["same_story"] is not None:
            is_one = stories[_url("a", number)] == stories[_url("b", number)]
            counts[pair["lang"], bool(pair["same_story"]), is_one] += 1
            counts["all", bool(pair["same_story"]), is_one] += 1
    return {
        language: Score(counts[language, True, True], counts[language, False, True], counts[language, True, False])
        for language in sorted({language for language, _, _ in counts})
    }


def report(corpus: Path | None) -> Iterator[str]:
    """Yield the scores, a line each."""
    for name, pairs in (("our own", own_pairs()), ("real", corpus_pairs(corpus) if corpus else [])):
        for language, score in scores(pairs).items() if pairs else ():
            yield f"stories, {name} headlines, {language:4} {score}"


def _read(path: Path) -> list[Pair]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _url(side: str, number: int) -> str:
    return f"https://{side}.example/{number}"


def _entry(pair: Pair, side: str, number: int) -> Entry:
    url = _url(side, number)
    return Entry(
        key=f"url:{url}",
        url=url,
        canonical_url=url,
        title=pair[f"title_{side}"],
        language=pair["lang"],
        fingerprint=url,
    )
