"""Which entry stands where in an issue, and whose turn it is when there is not room for all. Touches nothing."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Final

from aggregator.model.importance import Account, Importance, importance, precedence
from aggregator.model.issues import IssueEntry, Section, Story

_LONG: Final = timedelta(days=36_500)

# How many of the places in a message events of several sources take before turns begin; and every so manyth place
# belongs to a source that was not heard yet, whatever its priority.
_SHARED: Final = 1 / 3
_UNHEARD_EVERY: Final = 4


def compose(
    entries: Sequence[IssueEntry],
    *,
    categories: Mapping[str, str],
    limit: int,
    language: str = "en",
    other: str = "Other",
    per_source: int | None = None,
    gaps: Mapping[str, timedelta] | None = None,
    fresh_since: datetime | None = None,
) -> tuple[Section, ...]:
    """Arrange entries by category, then by importance; those of one story stand together, under its first category.

    ``categories`` are titles by name, in the order of the sections. ``gaps`` are the sources' usual times between
    entries. What counted as news before ``fresh_since`` already is backlog of a source that is new. ``language`` is the
    site's, ``other`` the title of the section for what is in no category. All entries are in the result; ranks say
    which of them to show (see ``_turns``).
    """
    stories = _stories(entries, language=language, fresh_since=fresh_since)
    sections = [_category(story.story, categories) for story in stories]
    turns = _Turns(stories, sections, limit=limit, gaps=gaps or {}).in_order()
    ranks = _ranks(stories, turns, per_source=per_source)
    by_category: dict[str, list[Story]] = defaultdict(list)
    for place, (story, section, rank) in enumerate(zip(stories, sections, ranks, strict=True)):
        by_category[section].append(replace(story.story, rank=rank, place=place, can_lead=story.importance.can_lead))
    is_plain = len(by_category) < 2 and len(categories) != 1
    order = [*categories, ""]
    return tuple(
        Section(
            name=name,
            title="" if is_plain and not name else categories.get(name, other),
            stories=tuple(by_category[name]),
        )
        for name in sorted(by_category, key=order.index)
    )


class _Weighed:
    """A story with how important it is. ``is_old`` says that all of it is backlog, as of ``listed_at``, or undated and
    there when its source was new: "About" and "Privacy policy" are no news.
    """

    def __init__(self, story: Story, *, language: str, fresh_since: datetime | None) -> None:
        self.story = story
        self.listed_at = max(entry.listed_at for entry in story.entries)
        is_backlog = fresh_since is not None and self.listed_at < fresh_since
        self.is_old = is_backlog or all(map(_was_there, story.entries))
        self.sources = {entry.source for entry in story.entries}
        self.importance: Importance = importance(list(_accounts(story, fresh_since)), language=language)


def _was_there(entry: IssueEntry) -> bool:
    """Whether nobody knows how old an entry is: it has no date, and was there before its source was (judging.py).

    What comes later without a date counts as news from when it was first seen, and was published then.
    """
    return not entry.is_dated and entry.listed_at < entry.published


def _stories(entries: Sequence[IssueEntry], *, language: str, fresh_since: datetime | None) -> list[_Weighed]:
    """Group entries by story, the most important first; within one see ``precedence``."""
    groups: dict[str, list[IssueEntry]] = defaultdict(list)
    for entry in entries:
        groups[entry.story].append(entry)
    found = [
        _Weighed(
            Story(entries=tuple(sorted(group, key=lambda each: _leads(each, language))), rank=None),
            language=language,
            fresh_since=fresh_since,
        )
        for group in groups.values()
    ]
    found.sort(key=lambda each: each.story.lead.id)
    return sorted(found, key=lambda each: each.importance, reverse=True)


def _leads(entry: IssueEntry, language: str) -> tuple[object, ...]:
    """Return by what the articles of a story are ordered; of equals the first one leads."""
    order = precedence(
        is_dated=entry.is_dated,
        is_at_home=entry.is_at_home,
        language=entry.language,
        priority=entry.priority,
        site_language=language,
    )
    return (*order, entry.published, entry.id)


def _accounts(story: Story, fresh_since: datetime | None) -> Iterator[Account]:
    for entry in story.entries:
        yield Account(
            source=entry.source_title,
            priority=entry.priority,
            is_dated=entry.is_dated,
            is_fresh=fresh_since is None or entry.listed_at >= fresh_since,
            is_at_home=entry.is_at_home,
            strength=entry.strength,
            language=entry.language,
            published=entry.published,
        )
        for other in entry.also:
            yield Account(
                source=other.title,
                priority=other.priority,
                is_dated=False,  # its date says nothing that the entry's own doesn't
                published=entry.published,
            )


def source_count(story: Story) -> int:
    """Return how many sources have a story."""
    sources = {entry.source_title for entry in story.entries}
    sources.update(other.title for entry in story.entries for other in entry.also)
    return len(sources)


def _category(story: Story, categories: Mapping[str, str]) -> str:
    names = {name for entry in story.entries for name in entry.categories}
    return next((name for name in categories if name in names), "")


class _Turns:
    """In which order there is room for stories, which come by importance; all by their numbers.

    1. Every source with a priority above 0 has its first turn, the higher priority first.
    2. Events that several sources tell, up to a third of ``limit``.
    3. Sources by priority; those of equal priority take turns, who has little to say before who has much: a wire's 80
       items don't push out the quarterly bulletin. No source has more than half of the places while others wait, and
       every fourth place belongs to one that was not heard yet.

    After the first of these, sections share the places: the next one goes to the section that has the fewest, as long
    as it has stories, to the one whose turn it is. What can't lead (undated) comes after all else of its source.
    Backlog comes last, the newest of it first, and with it what is undated and was there when its source was new.
    """

    def __init__(
        self,
        stories: Sequence[_Weighed],
        sections: Sequence[str],
        *,
        limit: int,
        gaps: Mapping[str, timedelta],
    ) -> None:
        self._stories = stories
        self._sections = sections
        self._limit = limit
        self._gaps = gaps
        self._queues: dict[str, list[int]] = defaultdict(list)
        for number, story in enumerate(stories):
            if not story.is_old:
                self._queues[story.story.lead.source].append(number)
        self._priorities = {
            source: max(stories[number].story.lead.priority for number in queue)
            for source, queue in self._queues.items()
        }

    def in_order(self) -> list[int]:
        first = self._first_turns()
        order = [*first, *self._shared(first)]
        order += self._rest(order)
        backlog = [number for number, story in enumerate(self._stories) if story.is_old]
        backlog.sort(key=lambda number: self._stories[number].listed_at, reverse=True)
        order = [*first, *self._by_section(order[len(first) :], first)]
        return [*order, *self._by_section(backlog, order)]

    def _by_section(self, turns: Sequence[int], before: Sequence[int]) -> Iterator[int]:
        """Yield these so that sections have equally many, those of each in their order, after those ``before``."""
        queues: dict[str, deque[int]] = defaultdict(deque)
        for number in turns:
            queues[self._sections[number]].append(number)
        when = {number: place for place, number in enumerate(turns)}
        had = Counter(self._sections[number] for number in before)
        while queues:
            name = min(queues, key=lambda each: (had[each], when[queues[each][0]]))
            yield queues[name].popleft()
            had[name] += 1
            if not queues[name]:
                del queues[name]

    def _sources(self, names: Iterable[str]) -> list[str]:
        """Return sources in the order of their turns: priority, little to say, rarely heard, the newest."""
        return sorted(
            names,
            key=lambda source: (
                -self._priorities[source],
                len(self._queues[source]),
                -self._gaps.get(source, _LONG).total_seconds(),
                -self._stories[self._queues[source][0]].importance.newest.timestamp(),
                source,
            ),
        )

    def _first_turns(self) -> list[int]:
        """Return the most important story of each preferred source, one of several of them counting for all."""
        turns: list[int] = []
        heard: set[str] = set()
        preferred = [name for name, priority in self._priorities.items() if priority > 0]
        for source in sorted(preferred, key=lambda name: (-self._priorities[name], self._queues[name][0])):
            if source not in heard:
                turns.append(self._queues[source][0])
                heard |= self._stories[turns[-1]].sources
        return turns

    def _shared(self, taken: Sequence[int]) -> list[int]:
        events = [
            number
            for number, story in enumerate(self._stories)
            if not story.is_old and source_count(story.story) > 1 and story.importance.can_lead
        ]
        room = max(int(self._limit * _SHARED) - sum(number in events for number in taken), 0)
        return [number for number in events if number not in set(taken)][:room]

    def _rest(self, begun: Sequence[int]) -> list[int]:
        """Return all others, where ``begun`` is before them."""
        order, taken = list(begun), set(begun)
        shares = Counter(self._source(number) for number in begun)
        heard = {source for number in begun for source in self._stories[number].sources}
        unheard = deque(source for source in self._sources(self._queues) if source not in heard)
        line = deque(number for number in self._line() if number not in taken)
        held: deque[int] = deque()  # of the one source that has more than half
        while line or held:
            while unheard and unheard[0] in heard:
                unheard.popleft()
            if unheard and (len(order) + 1) % _UNHEARD_EVERY == 0:
                number = self._queues[unheard.popleft()][0]
            elif held and (not line or 2 * shares[self._source(held[0])] <= len(order)):
                number = held.popleft()
            else:
                number = line.popleft()
                if number not in taken and 2 * shares[self._source(number)] > len(order):
                    held.append(number)
                    continue
            if number not in taken:
                taken.add(number)
                order.append(number)
                shares[self._source(number)] += 1
                heard |= self._stories[number].sources
        return order[len(begun) :]

    def _line(self) -> Iterator[int]:
        """Yield all by priority, in rounds among equals."""
        for priority in sorted(set(self._priorities.values()), reverse=True):
            peers = self._sources(name for name, own in self._priorities.items() if own == priority)
            for each in zip_longest(*(self._queues[name] for name in peers)):
                yield from (number for number in each if number is not None)

    def _source(self, number: int) -> str:
        return self._stories[number].story.lead.source


def _ranks(stories: Sequence[_Weighed], turns: Sequence[int], *, per_source: int | None) -> list[int | None]:
    """Return each story's rank; what a source has beyond ``per_source`` gets none."""
    ranks: list[int | None] = [None] * len(stories)
    taken: Counter[str] = Counter()
    rank = 0
    for number in turns:
        source = stories[number].story.lead.source
        taken[source] += 1
        if per_source is None or taken[source] <= per_source:
            ranks[number] = rank
            rank += 1
    return ranks
