"""Which entry stands where in an issue, and whose turn it is when there is not room for all. Touches nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import zip_longest

from aggregator.model.issues import IssueEntry, Section, Story

_OTHER = "Other"
_LONG = timedelta(days=36_500)


def compose(
    entries: Sequence[IssueEntry],
    *,
    categories: Mapping[str, str],
    limit: int,
    per_source: int | None = None,
    gaps: Mapping[str, timedelta] | None = None,
    fresh_since: datetime | None = None,
) -> tuple[Section, ...]:
    """Arrange entries by category, then by importance; those of one story stand together, under its first category.

    ``categories`` are titles by name, in the order of the sections. ``gaps`` are the sources' usual times between
    entries. What counted as news before ``fresh_since`` already is backlog of a source that is new. All entries are in
    the result; ranks say which of them to show (see ``_turns``).
    """
    stories = _stories(entries)
    turns = _turns(stories, limit=limit, gaps=gaps or {}, fresh_since=fresh_since)
    ranks = _ranks(stories, turns, per_source=per_source)
    by_category: dict[str, list[Story]] = defaultdict(list)
    for story, rank in zip(stories, ranks, strict=True):
        by_category[_category(story, categories)].append(replace(story, rank=rank))
    is_plain = len(by_category) < 2 and len(categories) != 1
    order = [*categories, ""]
    return tuple(
        Section(
            name=name,
            title="" if is_plain and not name else categories.get(name, _OTHER),
            stories=tuple(by_category[name]),
        )
        for name in sorted(by_category, key=order.index)
    )


def _stories(entries: Sequence[IssueEntry]) -> list[Story]:
    """Group entries by story, the most important first; within one the preferred source leads, then who was first."""
    groups: dict[str, list[IssueEntry]] = defaultdict(list)
    for entry in entries:
        groups[entry.story].append(entry)
    found = [
        Story(entries=tuple(sorted(group, key=lambda each: (-each.priority, each.published, each.id))), rank=None)
        for group in groups.values()
    ]
    return sorted(found, key=_importance)


def _importance(story: Story) -> tuple[int, int, datetime | float, str]:
    newest = max(entry.published for entry in story.entries)
    return -source_count(story), -story.lead.priority, -newest.timestamp(), story.lead.id


def source_count(story: Story) -> int:
    """Return how many sources have a story."""
    sources = {entry.source_title for entry in story.entries}
    sources.update(other.title for entry in story.entries for other in entry.also)
    return len(sources)


def _category(story: Story, categories: Mapping[str, str]) -> str:
    names = {name for entry in story.entries for name in entry.categories}
    return next((name for name in categories if name in names), "")


def _turns(
    stories: Sequence[Story], *, limit: int, gaps: Mapping[str, timedelta], fresh_since: datetime | None
) -> list[int]:
    """Return the numbers of the stories, which come by importance, in the order in which there is room for them.

    First come the events that several sources report, up to a third of ``limit``. Then sources take turns, those with
    little to say before those with much: a wire's 80 items don't push out the quarterly bulletin. Backlog comes last,
    the newest of it first.
    """
    is_old = [fresh_since is not None and _listed_at(story) < fresh_since for story in stories]
    fresh = [number for number, old in enumerate(is_old) if not old]
    backlog = [number for number, old in enumerate(is_old) if old]
    backlog.sort(key=lambda number: _listed_at(stories[number]), reverse=True)
    shared = [number for number in fresh if source_count(stories[number]) > 1][: limit // 3]
    queues: dict[str, list[int]] = defaultdict(list)
    for number in fresh:
        if number not in shared:
            queues[stories[number].lead.source].append(number)
    counts = Counter(stories[number].lead.source for number in fresh)
    rare_first = sorted(queues, key=lambda source: (counts[source], -gaps.get(source, _LONG).total_seconds(), source))
    rounds = zip_longest(*(queues[source] for source in rare_first))
    return [*shared, *(number for each in rounds for number in each if number is not None), *backlog]


def _listed_at(story: Story) -> datetime:
    return max(entry.listed_at for entry in story.entries)


def _ranks(stories: Sequence[Story], turns: Sequence[int], *, per_source: int | None) -> list[int | None]:
    """Return each story's rank; what a source has beyond ``per_source`` gets none."""
    ranks: list[int | None] = [None] * len(stories)
    taken: Counter[str] = Counter()
    rank = 0
    for number in turns:
        source = stories[number].lead.source
        taken[source] += 1
        if per_source is None or taken[source] <= per_source:
            ranks[number] = rank
            rank += 1
    return ranks
