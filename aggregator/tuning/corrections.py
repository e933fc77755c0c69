"""A right answer from the operator: noted in the YAML, and in force for its article at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.app import Aggregator
from aggregator.categorize import RIGHT_ANSWER, headline_key, is_address
from aggregator.errors import UsageError
from aggregator.model import CategoryMatch, StoredEntry
from aggregator.normalize import canonical_url
from aggregator.tuning.categories_file import CategoryFile, file_of, written_example

_MOST_OF_HEADLINE = 80


@dataclass(frozen=True, slots=True)
class Correction:
    """That the articles of some entries belong to a category, or don't."""

    category: str
    is_yes: bool

    @property
    def key(self) -> str:
        return "yes" if self.is_yes else "no"


@dataclass(frozen=True, slots=True)
class Noted:
    """Where a correction is written, what was added there, and what the rule said by itself."""

    correction: Correction
    file: CategoryFile
    added: tuple[str, ...]
    rule_said: str
    was_right: bool


def note(aggregator: Aggregator, found: Sequence[StoredEntry], correction: Correction) -> Noted:
    """Return the file with the correction in it, to be written. Raises ConfigError, UsageError."""
    category = next(each for each in aggregator.config.categories if each.name == correction.category)
    file = file_of(aggregator.config, category.name)
    said = _rule_said(aggregator, found[0], category.name)
    right, wrong, wrong_key = category.examples.no, category.examples.yes, "yes"
    if correction.is_yes:
        right, wrong, wrong_key = category.examples.yes, category.examples.no, "no"
    added: list[str] = []
    for entry in _to_be_named(aggregator, found, correction):
        example = _example(aggregator, entry)
        for other in _same(wrong, entry, example):
            file.remove(("examples", wrong_key), other)
        if not _same(right, entry, example):
            comment = entry.title[:_MOST_OF_HEADLINE].strip() if is_address(example) else ""
            file.add(("examples", correction.key), written_example(example), comment=_one_line(comment))
            added.append(example)
    return Noted(correction, file, tuple(added), said, said.startswith("yes") == correction.is_yes)


def put_in_force(aggregator: Aggregator, found: Sequence[StoredEntry]) -> list[tuple[str, str, bool]]:
    """Judge the articles by the rules and examples in force; return the id of each entry that changed, with what.

    All outputs read the store: pages, feeds and the next issues have it from now on.
    """
    moved = []
    for original in dict.fromkeys(each.original for each in found):
        for entry, categories in aggregator.store.recategorizing.article(original, aggregator.categories_of):
            before, after = _names(entry.categories), _names(categories)
            moved += [(entry.id, name, True) for name in after if name not in before]
            moved += [(entry.id, name, False) for name in before if name not in after]
    return moved


def _names(categories: Sequence[CategoryMatch]) -> list[str]:
    return [each.category for each in categories]


def _to_be_named(aggregator: Aggregator, found: Sequence[StoredEntry], correction: Correction) -> list[StoredEntry]:
    """Return the entries that examples must name. An article has the categories of all its copies, but for mentions.

    So one copy that is no mention is enough for a yes, and a no is for each of them that has the category.
    """
    articles = [aggregator.store.duplicates_of(each) for each in dict.fromkeys(each.original for each in found)]
    named = [each for each in found if not each.is_mention]
    if correction.is_yes:
        return named or [article[0] for article in articles]
    asked = {each.id for each in found}
    having = [
        each
        for article in articles
        for each in article
        if each.id not in asked
        and any(match.category == correction.category for match in aggregator.categories_of(each) or each.categories)
    ]
    by_address = {each.canonical_url or each.id: each for each in [*having, *found]}
    return list(by_address.values())


def _example(aggregator: Aggregator, entry: StoredEntry) -> str:
    """Return what names an entry alone: its address, else its headline."""
    if entry.url and is_address(entry.url):
        same = aggregator.store.find_entries(entry_id="", url=entry.url, canonical_url=entry.canonical_url)
        if len({each.original for each in same}) == 1:
            return entry.url
    headline = _one_line(entry.title)
    if not headline:
        raise UsageError(f"{entry.id} has neither an address of its own nor a headline, by which an example names it")
    return headline


def _same(examples: Sequence[str], entry: StoredEntry, example: str) -> list[str]:
    """Return the examples among these that name an entry as ``example`` does: by its address, or by its headline."""
    if not is_address(example):
        return [each for each in examples if not is_address(each) and headline_key(each) == headline_key(example)]
    addresses = {entry.url, entry.canonical_url} - {None}
    return [each for each in examples if is_address(each) and {each, canonical_url(each)} & addresses]


def _rule_said(aggregator: Aggregator, entry: StoredEntry, category: str) -> str:
    lines = dict(line.split(": ", 1) for line in aggregator.explained_categories(entry))
    said = lines.get(category, "no, its source is not configured any more")
    return said.partition(f"{RIGHT_ANSWER}; its rule says ")[2] or said


def _one_line(text: str) -> str:
    return " ".join(text.split())
