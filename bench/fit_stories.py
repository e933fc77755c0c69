"""Fit the weights of stories/scores.py on labelled headlines and articles, cross-validated by event.

python -m bench.fit_stories [--corpus FOLDER] [--folds 5]

Pairs of reports are labelled "one event" or not: those of tests/quality/own, and with ``--corpus`` those of a folder
with duplicates/pairs_*.jsonl and stories/*.jsonl. Prints, for each kind of pair, the fitted weights beside the shipped
ones, and precision and recall of pairs whose events the fit has not seen. What the rules decide is left out of the fit.
The shipped ``start`` is moved: a story is the average of many pairs, most of which are harder than the
pair that joins; tests/quality shows where it is right.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import exp
from pathlib import Path
from random import Random
from typing import Any

from aggregator.model import Entry, Report
from aggregator.stories import SentenceEncoder, Weights, cosine, gists_of, is_installed, packed
from aggregator.stories.features import Weighed, features_abroad, features_at_home, weigh
from aggregator.stories.scores import ABROAD, ABROAD_WITHOUT_VECTORS, HEADLINES, RULES, START, TEXTS, is_abroad
from tests.quality import stories as labelled

_KINDS: Mapping[str, Mapping[str, float]] = {
    "TEXTS": TEXTS,
    "HEADLINES": HEADLINES,
    "ABROAD": ABROAD,
    "ABROAD_WITHOUT_VECTORS": ABROAD_WITHOUT_VECTORS,
}
# Signs that the samples are too few to tell: what differs never speaks for one event.
_NEVER_ABOVE = frozenset({"places", "source", "numbers", "plain", "single"})
_RIDGE, _ROUNDS = 0.5, 30
# Two events of one subject, told on one day in two languages, are rarer than a labelled set of one subject has them.
_SAME_SUBJECT = 0.1

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    kind: str
    event: str
    is_one: bool
    counts: float
    features: Mapping[str, float]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    chosen = parser.parse_args(arguments)
    pairs = list(_labelled_pairs(chosen.corpus))
    for kind, shipped in _KINDS.items():
        of_kind = [pair for pair in pairs if pair.kind == kind]
        if not any(pair.is_one for pair in of_kind):
            print(f"{kind}: no pairs of this kind are labelled")
            continue
        names = [name for name in shipped if name not in {START, "links"}]
        print(f"{kind}: {len(of_kind)} pairs, {sum(pair.is_one for pair in of_kind)} of one event")
        for name, value in _fit(of_kind, names).items():
            print(f"  {name:10} {value:7.2f}   shipped {shipped[name]:6.2f}")
        print(f"  unseen events: {_cross_validated(of_kind, names, chosen.folds)}")


def _labelled_pairs(corpus: Path | None) -> Iterable[Pair]:
    sets = [_dated_alike(labelled.own_events())]
    if corpus is not None:
        sets += [_dated_alike(labelled.corpus_events(corpus, name)) for name in ("basil", "lux")]
    for rows in sets:
        yield from _pairs_of_events(rows)
        yield from _pairs_of_events([row | {"summary": ""} for row in rows if row["language"] == "en"])
    headlines = labelled.own_pairs() + (labelled.corpus_pairs(corpus) if corpus is not None else [])
    yield from _pairs_of_headlines(headlines)


def _dated_alike(rows: Sequence[Row]) -> list[Row]:
    """Date all reports to one day: other events would otherwise be told apart by their days alone."""
    return [row | {"date": "2026-02-03"} for row in rows]


def _pairs_of_events(rows: Sequence[Row]) -> Iterable[Pair]:
    weighed, vectors = _weighed(rows)
    for one, two in combinations(range(len(rows)), 2):
        event, other = rows[one]["cluster"], rows[two]["cluster"]
        # steps of one affair, editions of one ranking: what tells them apart is their day
        if event is None or (event != other and other and event.split("-")[0] == other.split("-")[0]):
            continue
        near = cosine(vectors[one], vectors[two]) if vectors else None
        counts = 1.0 if event == other or other is None else _SAME_SUBJECT
        yield from _pairs(weighed[one], weighed[two], near, event=event, is_one=event == other, counts=counts)


def _pairs_of_headlines(pairs: Sequence[Row]) -> Iterable[Pair]:
    rows = [
        {"title": pair[f"title_{side}"], "language": pair["lang"], "source": side, "date": "2026-02-03"}
        for pair in pairs
        for side in ("a", "b")
    ]
    weighed, _ = _weighed(rows, with_vectors=False)
    for number, pair in enumerate(pairs):
        if pair["same_story"] is not None:
            one, two = weighed[2 * number], weighed[2 * number + 1]
            yield from _pairs(one, two, None, event=f"headline {number}", is_one=bool(pair["same_story"]))


def _pairs(
    one: Weighed, two: Weighed, near: float | None, *, event: str, is_one: bool, counts: float = 1.0
) -> Iterable[Pair]:
    if is_abroad(one.gist, two.gist):
        found, _ = features_abroad(one, two, near)
        kinds = ["ABROAD_WITHOUT_VECTORS"] if near is None else ["ABROAD", "ABROAD_WITHOUT_VECTORS"]
    else:
        found, _ = features_at_home(one, two)
        counts = 1.0
        kinds = ["TEXTS" if one.has_lead and two.has_lead else "HEADLINES"]
    if any(found.get(name) for name in RULES if name != "places"):
        return
    for kind in kinds:
        yield Pair(kind, event, is_one, counts, found)


def _weighed(rows: Sequence[Row], *, with_vectors: bool = True) -> tuple[list[Weighed], list[bytes]]:
    by_source: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        by_source[row["source"]].append(number)
    reports: dict[int, Report] = {}
    for source, numbers in by_source.items():
        entries = [
            Entry(
                key=str(number),
                title=rows[number]["title"],
                summary=rows[number].get("summary") or "",
                language=rows[number]["language"],
            )
            for number in numbers
        ]
        for number, entry, gist in zip(numbers, entries, gists_of(entries), strict=True):
            published = labelled._published(rows[number])
            reports[number] = Report(
                pk=number, id=str(number), source=source, title=entry.title, published=published, gist=gist, story=""
            )
    weights = Weights({}, (report.gist for report in reports.values()))
    weighed = [weigh(replace(reports[number], story=str(number)), weights) for number in range(len(rows))]
    if not with_vectors or not is_installed():
        return weighed, []
    texts = [f"{row['title']}. {row.get('summary') or ''}" for row in rows]
    return weighed, [packed(vector) for vector in SentenceEncoder().embed(texts)]


def _fit(pairs: Sequence[Pair], names: Sequence[str]) -> dict[str, float]:
    """Return the weights of a logistic regression, by Newton's method; weights that must not be positive are not."""
    kept = list(names)
    while True:
        solved = _solved(pairs, kept)
        wrong = [name for name in kept if name in _NEVER_ABOVE and solved[name] > 0]
        if not wrong:
            return {name: solved.get(name, 0.0) for name in (START, *names)}
        kept = [name for name in kept if name not in wrong]


def _solved(pairs: Sequence[Pair], names: Sequence[str]) -> dict[str, float]:
    rows = [
        ([1.0, *(pair.features.get(name, 0.0) for name in names)], float(pair.is_one), pair.counts) for pair in pairs
    ]
    size = len(names) + 1
    weights = [0.0] * size
    for _ in range(_ROUNDS):
        slope = [0.0, *(_RIDGE * weight for weight in weights[1:])]
        curve = [[(_RIDGE if one == two and one else 0.0) for two in range(size)] for one in range(size)]
        curve[0][0] = 1e-6
        for values, label, counts in rows:
            share = 1 / (1 + exp(-max(-30.0, min(30.0, sum(map(float.__mul__, values, weights))))))
            bend = counts * share * (1 - share)
            places = [place for place in range(size) if values[place]]
            for one in places:
                slope[one] += counts * (share - label) * values[one]
                for two in places:
                    curve[one][two] += bend * values[one] * values[two]
        weights = [weight - step for weight, step in zip(weights, _divided(curve, slope), strict=True)]
    return dict(zip((START, *names), weights, strict=True))


def _divided(matrix: list[list[float]], vector: list[float]) -> list[float]:
    """Solve a set of linear equations by elimination."""
    size = len(vector)
    rows = [[*row, value] for row, value in zip(matrix, vector, strict=True)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(size):
            if row != column:
                factor = rows[row][column] / rows[column][column]
                rows[row] = [value - factor * above for value, above in zip(rows[row], rows[column], strict=True)]
    return [rows[place][size] / rows[place][place] for place in range(size)]


def _cross_validated(pairs: Sequence[Pair], names: Sequence[str], folds: int) -> str:
    events = sorted({pair.event for pair in pairs})
    chance = Random(1)
    fold_of = {event: chance.randrange(folds) for event in events}
    right = wrong = missed = 0
    for fold in range(folds):
        weights = _fit([pair for pair in pairs if fold_of[pair.event] != fold], names)
        for pair in pairs:
            if fold_of[pair.event] == fold:
                value = weights[START] + sum(weights[name] * pair.features.get(name, 0.0) for name in names)
                right += value > 0 and pair.is_one
                wrong += value > 0 and not pair.is_one
                missed += value <= 0 and pair.is_one
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    return f"precision {precision:.3f}, recall {recall:.3f} ({right} right, {wrong} wrong, {missed} missed)"


if __name__ == "__main__":
    main()
