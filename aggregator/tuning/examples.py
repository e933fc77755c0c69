"""Right answers held against the rules: which they get right, and precision, recall and F1 of each category."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aggregator.categorize import Judgment, Rules, as_entry, compile_rules, examples_of, is_address, judge
from aggregator.config import CategoryConfig
from aggregator.model import Entry, Source
from aggregator.normalize import canonical_url
from aggregator.store import Store

_NO_SOURCE = Source(name="examples", url="")


@dataclass(frozen=True, slots=True)
class Example:
    """A right answer: what is written, and the entry that it names; None for an address that no stored entry has."""

    category: str
    written: str
    is_yes: bool
    entry: Entry | None
    source: Source = _NO_SOURCE

    @property
    def headline(self) -> str:
        return self.written if self.entry is None else self.entry.title or self.written


@dataclass(frozen=True, slots=True)
class Judged:
    """An example, and what the rule by itself says of it."""

    example: Example
    judgment: Judgment

    @property
    def has_it(self) -> bool:
        return self.judgment.holds or bool(self.judgment.given)

    @property
    def is_right(self) -> bool:
        return self.has_it == self.example.is_yes


@dataclass(frozen=True, slots=True)
class Report:
    """How one category's rule does on its examples. ``unknown`` are those whose entry isn't stored."""

    category: str
    judged: tuple[Judged, ...]
    unknown: tuple[Example, ...] = field(default=())

    @property
    def failing(self) -> tuple[Judged, ...]:
        return tuple(each for each in self.judged if not each.is_right)

    @property
    def precision(self) -> float:
        found = sum(each.has_it for each in self.judged)
        return self._right / found if found else 1.0

    @property
    def recall(self) -> float:
        labelled = sum(each.example.is_yes for each in self.judged)
        return self._right / labelled if labelled else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def _right(self) -> int:
        return sum(each.has_it and each.example.is_yes for each in self.judged)


def resolve(categories: Sequence[CategoryConfig], store: Store | None, sources: Iterable[Source]) -> list[Example]:
    """Return the examples of categories with the entries that they name. Without a store no address is known."""
    by_name = {source.name: source for source in sources}
    return [
        Example(category, written, is_yes, *_named(written, store, by_name))
        for category, written, is_yes in examples_of(categories)
    ]


def _named(written: str, store: Store | None, by_name: dict[str, Source]) -> tuple[Entry | None, Source]:
    if not is_address(written):
        return Entry(key=written, title=written), _NO_SOURCE
    if store is None:
        return None, _NO_SOURCE
    found = store.find_entries(entry_id=written, url=written, canonical_url=canonical_url(written))
    if not found:
        return None, _NO_SOURCE
    entry = next((each for each in found if each.url == written), found[0])  # several sources may have it
    return as_entry(entry), by_name.get(entry.source, Source(name=entry.source, url=entry.feed.feed_url))


def measure(categories: Sequence[CategoryConfig], examples: Sequence[Example]) -> list[Report]:
    """Return how each category that has examples does on them, by its rule alone."""
    rules = compile_rules(categories)
    reports = []
    for category in categories:
        own = [each for each in examples if each.category == category.name]
        if own:
            judged = tuple(Judged(each, _of(each.entry, each, rules)) for each in own if each.entry is not None)
            unknown = tuple(each for each in own if each.entry is None)
            reports.append(Report(category.name, judged, unknown))
    return reports


def _of(entry: Entry, example: Example, rules: Rules) -> Judgment:
    return next(each for each in judge(entry, example.source, rules) if each.category == example.category)
