"""How well reports of one event are brought together: pairs of headlines, and articles of labelled events.

All of a set is polled into one store as one round, each outlet as a source; its stories are held against the labels.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from aggregator.model import Entry
from aggregator.stories.encoder import Encoder, SentenceEncoder, is_installed
from tests.quality.polls import open_store, poll_all
from tests.quality.scores import Score

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWN = Path(__file__).parent / "own"

# The scores that may not fall: of headlines alone; of articles in one language, and across languages.
FLOOR_PRECISION, FLOOR_RECALL = 0.96, 0.90
FLOOR_AT_HOME, FLOOR_ABROAD = (0.95, 0.85), (0.90, 0.60)
# Our own reports are the hard ones: other events of one subject, firm or place within days.
FLOOR_OWN, FLOOR_WITHOUT_VECTORS = (0.95, 0.90), (0.60, 0.85)
# Events that share a name, with their leads and by their headlines alone; and parts of series: none of them is joined.
FLOOR_TOPICS, FLOOR_BARE_TOPICS = (0.95, 0.85), (0.90, 0.75)
# Events that look like others; without vectors, and with them: of one language, and across languages.
FLOORS_LOOK_ALIKES = ((0.62, 0.95), (0.80, 0.95)), ((0.80, 0.95), (0.88, 0.95))

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventScores:
    """Pairs of one language and pairs across languages; and B³, precision and recall of each article's story."""

    at_home: Score
    abroad: Score
    b_cubed: tuple[float, float]

    def lines(self) -> Iterator[str]:
        yield f"same language    {self.at_home}"
        yield f"across languages {self.abroad}"
        precision, recall = self.b_cubed
        yield f"B³               precision {precision:.3f}  recall {recall:.3f}"


def own_pairs() -> list[Row]:
    return _read(OWN / "headlines.jsonl")


def own_events() -> list[Row]:
    return _read(OWN / "reports.jsonl")


def own_news() -> list[Row]:
    """Return reports of invented events of a few days, many of them of one subject, in four languages."""
    return _read(OWN / "news.jsonl")


def own_topics() -> list[Row]:
    """Return reports of invented events that share a name or are parts of a series, in four languages."""
    return _read(OWN / "topics.jsonl")


def own_other_topics() -> list[Row]:
    """Return others of the same kinds, on which nothing was fitted."""
    return _read(OWN / "topics_unseen.jsonl")


def own_look_alikes() -> list[Row]:
    """Return reports of invented events, half of which look like another event: the next step of an affair, another
    ranking, launch, round, visit or call of one template. What parts two events was decided by a half of them.
    """
    return _read(OWN / "look_alikes.jsonl")


def corpus_pairs(corpus: Path) -> list[Row]:
    return [pair for path in sorted((corpus / "duplicates").glob("pairs_*.jsonl")) for pair in _read(path)]


def bare(rows: Sequence[Row]) -> list[Row]:
    """Return reports without their leads."""
    return [row | {"summary": ""} for row in rows]


def corpus_events(corpus: Path, name: str) -> list[Row]:
    """Return labelled articles, and headlines with their leads of the same days that belong to none of their events."""
    labelled = _read(corpus / "stories" / f"{name}.jsonl")
    days = [row["date"] for row in labelled]
    subject = re.compile("planetary|luxe?m|lëtz|letz|ispace|bergbau|innovativst|innovation index|talent", re.IGNORECASE)
    others = [row | {"summary": row["teaser"] or ""} for row in _read(corpus / "headlines" / "more.jsonl")]
    known = {row["title"] for row in labelled}
    others = [row for row in others if row["title"] not in known and not subject.search(row["title"] + row["summary"])]
    return labelled + [
        row | {"cluster": None, "date": days[number % len(days)], "source": row["outlet"]}
        for number, row in enumerate(others)
    ]


def pair_scores(pairs: Sequence[Row]) -> dict[str, Score]:
    """Return the scores by language, and of "all". Undecided pairs are polled too, and not scored."""
    rows = [
        {"title": pair[f"title_{side}"], "language": pair["lang"], "source": side}
        for pair in pairs
        for side in ("a", "b")
    ]
    stories = _stories(rows, NOW, None)
    counts: Counter[tuple[str, bool, bool]] = Counter()
    for number, pair in enumerate(pairs):
        if pair["same_story"] is not None:
            is_one = stories[2 * number] == stories[2 * number + 1]
            counts[pair["lang"], bool(pair["same_story"]), is_one] += 1
            counts["all", bool(pair["same_story"]), is_one] += 1
    return {
        language: Score(counts[language, True, True], counts[language, False, True], counts[language, True, False])
        for language in sorted({language for language, _, _ in counts})
    }


def event_scores(rows: Sequence[Row], encoder: Encoder | None = None) -> EventScores:
    """Return how well labelled articles are grouped; those without a ``cluster`` belong to no event."""
    stories = _stories(rows, max(map(published, rows)) + timedelta(hours=12), encoder)
    counts: Counter[tuple[bool, str]] = Counter()
    for one, two in combinations(range(len(rows)), 2):
        event, other = rows[one]["cluster"], rows[two]["cluster"]
        if event is None and other is None:
            continue
        is_one, is_joined = event == other, stories[one] == stories[two]
        kind = "right" if is_one and is_joined else "wrong" if is_joined else "missed" if is_one else "apart"
        counts[rows[one]["language"] == rows[two]["language"], kind] += 1
    at_home, abroad = (
        Score(*(counts[is_home, kind] for kind in ("right", "wrong", "missed"))) for is_home in (True, False)
    )
    return EventScores(at_home, abroad, _b_cubed([row["cluster"] for row in rows], stories))


def encoder() -> SentenceEncoder | None:
    """Return the encoder of the extra ``semantic``, None where it is not installed."""
    return SentenceEncoder() if is_installed() else None


def report(corpus: Path | None) -> Iterator[str]:
    """Yield the scores, a line each."""
    for name, pairs in (("our own", own_pairs()), ("real", corpus_pairs(corpus) if corpus else [])):
        for language, score in pair_scores(pairs).items() if pairs else ():
            yield f"stories, {name} headlines, {language:4} {score}"
    events: list[tuple[str, Callable[[], list[Row]]]] = [("our own", own_events), ("our own news", own_news)]
    events += [("our own topics", own_topics), ("other topics", own_other_topics)]
    events += [("look-alikes", own_look_alikes)]
    events += [(f"{name}, headlines", lambda rows=rows: bare(rows())) for name, rows in events[2:4]]
    if corpus is not None:
        events += [(name, lambda name=name: corpus_events(corpus, name)) for name in ("lux", "basil")]
    ways: list[tuple[str, Encoder | None]] = [("without vectors", None)]
    if (sentences := encoder()) is not None:
        ways.append(("with vectors", sentences))
    for name, rows in events:
        for way, using in ways:
            for line in event_scores(rows(), using).lines():
                yield f"stories, {name} events, {way}, {line}"


def held_out(corpus: Path | None) -> Iterator[str]:
    """Yield the scores of stories whose events the weights have not seen, a line each: fitted again for each fold."""
    from bench import fit_stories  # which reads the sets of this module

    if is_installed():
        for line in fit_stories.held_out(corpus):
            yield f"unseen events, {line}"


def _b_cubed(events: Sequence[str | None], stories: Sequence[str]) -> tuple[float, float]:
    """Return the mean over labelled articles of how much of its story is of its event, and the other way round."""
    in_story: dict[str, list[int]] = defaultdict(list)
    in_event: dict[str, list[int]] = defaultdict(list)
    for number, (event, story) in enumerate(zip(events, stories, strict=True)):
        in_story[story].append(number)
        if event is not None:
            in_event[event].append(number)
    precision, recall = [], []
    for number, event in enumerate(events):
        if event is not None:
            both = len(set(in_story[stories[number]]).intersection(in_event[event]))
            precision.append(both / len(in_story[stories[number]]))
            recall.append(both / len(in_event[event]))
    return sum(precision) / len(precision), sum(recall) / len(recall)


def _stories(rows: Sequence[Row], now: datetime, using: Encoder | None) -> list[str]:
    """Poll all rows as one round; return the story of each."""
    documents: dict[str, list[Entry]] = defaultdict(list)
    for number, row in enumerate(rows):
        url = f"https://reports.example/{number}"
        source = re.sub(r"[^a-z0-9]+", "-", str(row["source"]).lower()).strip("-") or "unnamed"
        documents[source].append(
            Entry(
                key=f"url:{url}",
                url=url,
                canonical_url=url,
                title=row["title"],
                summary=row.get("summary") or "",
                language=row["language"],
                published=published(row) if "date" in row else None,
                fingerprint=url,
            )
        )
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/quality.db", now)
        try:
            stored = poll_all(store, documents, now=now, encoder=using).values()
            found = {int((entry.url or "").rpartition("/")[2]): entry.story for entry in stored}
        finally:
            store.close()
    return [found[number] for number in range(len(rows))]


def published(row: Row) -> datetime:
    return datetime.fromisoformat(row["date"]).replace(hour=8, tzinfo=UTC)


def _read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
