"""The operator's right answers: entries that have a category, or have it not, whatever its rule says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aggregator.model import CategoryMatch, Entry, Rule
from aggregator.text.matching import squeeze

if TYPE_CHECKING:
    from aggregator.config import CategoryConfig

# What is stored as the reason, and shown by `explain`.
RIGHT_ANSWER = "one of your examples says so"

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


def is_address(example: str) -> bool:
    """Whether an example is the address of an entry; others are headlines."""
    return _ADDRESS.fullmatch(example) is not None


def headline_key(headline: str) -> bytes:
    """Return what two headlines have in common that differ in case, accents, quotes and hyphens only."""
    return squeeze(headline).lower()


@dataclass(frozen=True, slots=True)
class Answers:
    """What examples say of categories, by the address or the headline that they name. False where there are none."""

    by_address: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    by_headline: Mapping[bytes, Mapping[str, bool]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_address or self.by_headline)

    def of(self, entry: Entry) -> dict[str, bool]:
        """Return what is known of an entry; its address says more than its headline, which others may have too."""
        known: dict[str, bool] = {}
        if self.by_headline:
            known.update(self.by_headline.get(headline_key(entry.title), {}))
        for address in (entry.canonical_url, entry.url):
            if address is not None:
                known.update(self.by_address.get(address, {}))
        return known

    def settle(self, entry: Entry, matches: list[CategoryMatch], order: Sequence[str]) -> list[CategoryMatch]:
        """Return the categories of an entry as examples have them; ``order`` is that of the rules."""
        known = self.of(entry)
        if not known:
            return matches
        settled = {each.category: each for each in matches if known.get(each.category, True)}
        for category in (category for category, is_right in known.items() if is_right):
            said = settled[category].reasons if category in settled else ()
            settled[category] = CategoryMatch(category=category, reasons=(RIGHT_ANSWER, *said))
        places = {category: place for place, category in enumerate(order)}
        return sorted(settled.values(), key=lambda each: places.get(each.category, len(places)))


def answers_of(categories: Sequence[CategoryConfig | Rule], canonical: Callable[[str], str | None]) -> Answers:
    """Collect the examples of all categories; ``canonical`` makes addresses of one page equal."""
    by_address: dict[str, dict[str, bool]] = {}
    by_headline: dict[bytes, dict[str, bool]] = {}
    for category, example, is_right in examples_of(categories):
        if is_address(example):
            for address in {example, canonical(example) or example}:
                by_address.setdefault(address, {})[category] = is_right
        else:
            by_headline.setdefault(headline_key(example), {})[category] = is_right
    return Answers(by_address, by_headline)


def examples_of(categories: Sequence[CategoryConfig | Rule]) -> Iterator[tuple[str, str, bool]]:
    """Yield each example: its category, what it names, and whether that belongs to the category."""
    for each in categories:
        yield from ((each.name, example, True) for example in each.examples.yes)
        yield from ((each.name, example, False) for example in each.examples.no)
