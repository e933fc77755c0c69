"""How well the default categories judge headlines that people have labelled."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aggregator.categorize import Rules, categorize, compile_rules
from aggregator.config import load
from aggregator.model import Entry, Source

ROOT = Path(__file__).parent.parent.parent
OURS = Path(__file__).with_name("headlines.txt")
EVERYDAY = Path(__file__).with_name("everyday_headlines.txt")
CORPUS = Path(os.environ.get("AGGREGATOR_CORPUS") or ROOT.parent / "shared" / "corpus") / "headlines"

CATEGORIES = ("space", "innovation", "talent")
SOURCE = Source(name="sample", url="https://sample.example/feed")


@dataclass(frozen=True)
class Headline:
    """What a feed carries of an article, and the categories that people say it has."""

    language: str
    title: str
    teaser: str
    labels: frozenset[str]

    @property
    def entry(self) -> Entry:
        return Entry(
            key=self.title,
            title=self.title,
            summary=self.teaser,
            content=f"<p>{self.teaser}</p>" if self.teaser else "",
            language=self.language,
        )


@dataclass(frozen=True)
class Score:
    """How far what was found is right (precision), and what is right was found (recall)."""

    right: int
    found: int
    labelled: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.labelled if self.labelled else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.labelled) if self.right else 0.0


@dataclass(frozen=True)
class Scores:
    """The scores of each category, and the share of headlines of no category that got one all the same."""

    by_category: dict[str, Score]
    none_share: float
    headlines: int


def our_headlines() -> list[Headline]:
    return _read(OURS)


def everyday_headlines() -> list[Headline]:
    return _read(EVERYDAY)


def _read(file: Path) -> list[Headline]:
    return [_ours(line) for line in file.read_text("utf-8").splitlines() if line and not line.startswith("#")]


def _ours(line: str) -> Headline:
    (head, title), teaser = line.split(" | ")[:2], line.split(" | ")[2:]
    language, labels = head.split()
    return Headline(language, title, "".join(teaser), frozenset(labels.split("+")) - {"-"})


def corpus_headlines() -> list[Headline]:
    """Return those that two careful people would label alike; none where the corpus is absent."""
    if not CORPUS.exists():
        return []
    rows = [
        json.loads(line) for file in sorted(CORPUS.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]
    return [
        Headline(row["language"], row["title"], row["teaser"] or "", frozenset(row["labels"]))
        for row in rows
        if not row.get("ambiguous")
    ]


def default_rules() -> Rules:
    return compile_rules(load(ROOT / "config" / "aggregator.yaml").categories)


def found_in(headline: Headline, rules: Rules) -> frozenset[str]:
    return frozenset(match.category for match in categorize(headline.entry, SOURCE, rules))


def score(headlines: Sequence[Headline], rules: Rules) -> Scores:
    found = [(headline.labels, found_in(headline, rules)) for headline in headlines]
    none = [names for labels, names in found if not labels]
    by_category = {category: _score(category, found) for category in CATEGORIES}
    return Scores(by_category, sum(map(bool, none)) / len(none), len(headlines))


def _score(category: str, found: Iterable[tuple[frozenset[str], frozenset[str]]]) -> Score:
    pairs = [(category in labels, category in names) for labels, names in found]
    return Score(
        right=sum(labelled and named for labelled, named in pairs),
        found=sum(named for _, named in pairs),
        labelled=sum(labelled for labelled, _ in pairs),
    )


def report() -> Iterator[str]:
    rules = default_rules()
    samples = {
        "headlines of our own": our_headlines(),
        "headlines of every day": everyday_headlines(),
        "headlines of the corpus": corpus_headlines(),
    }
    for name, headlines in samples.items():
        if not headlines:
            yield f"{name}: absent (AGGREGATOR_CORPUS names its folder)"
            continue
        scores = score(headlines, rules)
        yield f"{name}: {scores.headlines}"
        yield "  category     precision  recall     F1"
        for category, each in scores.by_category.items():
            yield f"  {category:<12} {each.precision:9.3f} {each.recall:7.3f} {each.f1:6.3f}   of {each.labelled}"
        yield f"  of those in no category, {scores.none_share:.1%} got one"
